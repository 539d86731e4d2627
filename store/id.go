package store

import (
	"encoding/base32"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
)

// crockford writes 5 bits per character in an order that sorts like the bytes, without i, l, o and u, which are
// misread on the phone.
var crockford = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// NewID makes an identifier such as "dsb_06f4q1…": the prefix that tells what it names, and 26 characters that are a
// UUID of version 7 (RFC 9562). Ids sort by the millisecond in which they were made; their last 74 bits are random.
func NewID(prefix string) string {
	id := uuid.Must(uuid.NewV7()) // fails only without a source of randomness, and then nothing must go on
	return strings.TrimSuffix(prefix, "_") + "_" + crockford.EncodeToString(id[:])
}

// timeLayout is how instants are stored on both engines: UTC, microseconds, always 27 characters, so that text sorts,
// compares and hashes as the instants do.
const timeLayout = "2006-01-02T15:04:05.000000Z"

// FormatTime writes an instant as stored: 2026-01-31T09:00:00.000000Z. What is finer than a microsecond is cut off.
func FormatTime(t time.Time) string { return t.UTC().Format(timeLayout) }

// ParseTime reads what [FormatTime] wrote, and nothing else.
func ParseTime(s string) (time.Time, error) {
	t, err := time.Parse(timeLayout, s)
	if err != nil || FormatTime(t) != s {
		return time.Time{}, fmt.Errorf("store: %q is not an instant like 2026-01-31T09:00:00.000000Z", s)
	}
	return t, nil
}

// FormatSome is [FormatTime] of an instant that may be missing: "" for the zero one.
func FormatSome(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return FormatTime(t)
}

// ParseSome reads what [FormatSome] wrote, and nothing else.
func ParseSome(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	return ParseTime(s)
}

// instant is now, in the precision that is stored.
func instant(c Clock) time.Time { return c.Now().UTC().Truncate(time.Microsecond) }
