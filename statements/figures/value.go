package figures

import (
	"encoding/json"
	"fmt"
	"supportledger/ledger"
)

// Value is a statement of any kind: *[GrantStatement] or *[FundStatement].
type Value interface {
	Head() Head
	Foots() error          // ErrDoesNotFoot
	JSON(lang Lang) []byte // the View, indented
	Canonical() []byte     // what the hash is taken of
	DataHash() string      // SHA-256 of Canonical, in hex

	Numbered(number string, version int, replaces string) Value // a copy that is issued
}

// Head is what statements of all kinds have.
type Head struct {
	Kind     Kind
	Subject  string // code of the grant, donor or fund
	Number   string // "" while it is a draft
	Version  int
	Replaces string
	Period   Period
	Currency ledger.Currency
	CutOff   string // number of the last entry that was read
}

// Head of a grant statement.
func (s *GrantStatement) Head() Head {
	return Head{Kind: GrantFinancial, Subject: s.Grant, Number: s.Number, Version: s.Version, Replaces: s.Replaces,
		Period: s.Period, Currency: s.Currency, CutOff: s.CutOff}
}

// Head of a fund statement.
func (s *FundStatement) Head() Head {
	return Head{Kind: s.Kind, Subject: s.Subject, Number: s.Number, Version: s.Version, Replaces: s.Replaces,
		Period: s.Period, Currency: s.Base, CutOff: s.CutOff}
}

// Numbered is a copy with the number of an issued statement.
func (s *GrantStatement) Numbered(number string, version int, replaces string) Value {
	issued := *s
	issued.Number, issued.Version, issued.Replaces = number, version, replaces
	return &issued
}

// Numbered is a copy with the number of an issued statement.
func (s *FundStatement) Numbered(number string, version int, replaces string) Value {
	issued := *s
	issued.Number, issued.Version, issued.Replaces = number, version, replaces
	return &issued
}

// Decode reads the JSON of a statement of any kind, as JSON wrote it in any language. A data_hash in it that is not
// that of the figures is refused as [*Malformed].
func Decode(data []byte) (Value, error) {
	var head struct {
		Kind Kind `json:"kind"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, err
	}
	switch head.Kind {
	case GrantFinancial:
		s := new(GrantStatement)
		return s, json.Unmarshal(data, s)
	case DonorAnnual, FundReport:
		s := new(FundStatement)
		return s, json.Unmarshal(data, s)
	}
	return nil, &Malformed{fmt.Sprintf("%.40q is no kind of statement", head.Kind)}
}
