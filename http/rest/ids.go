package rest

import (
	"regexp"
	"strings"
)

// Ref names one thing in a path: its id ("dsb_01kb…") or its human number ("2026-000123", "B-0042", "G1").
// Whatever is written otherwise cannot exist and is answered as not found, before anything is looked up.
type Ref string

// refPattern admits ids and human numbers, and nothing that a path, a query or a log could read as more.
const refPattern = `^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$`

var refShape = regexp.MustCompile(refPattern)

// GoodRef tells whether a text may be an id, a human number or a handle.
func GoodRef(s string) bool { return refShape.MatchString(s) }

// UnmarshalText checks the shape of a reference.
func (r *Ref) UnmarshalText(b []byte) error {
	if !refShape.Match(b) {
		return &Fault{Code: "not_found",
			Message: Text{"There is no such id or number.", "Id eller nummer findes ikke."}}
	}
	*r = Ref(b)
	return nil
}

// MarshalText gives the reference as it was sent.
func (r Ref) MarshalText() ([]byte, error) { return []byte(r), nil }

// IsID tells an id with this prefix ("dsb") from a human number.
func (r Ref) IsID(prefix string) bool { return strings.HasPrefix(string(r), prefix+"_") }
