package figures

import (
	"bytes"
	"encoding/json"
	"supportledger/ledger"

	"github.com/shopspring/decimal"
)

// FundView is a [FundStatement] as JSON; see [View] for how amounts, percentages and days are written.
//
//	opening + received − spent = closing,  sum of lines[].amount = spent,  sum of receipts[].amount = received
type FundView struct {
	Kind     Kind           `json:"kind"`
	Subject  string         `json:"subject"`
	Number   string         `json:"number"`
	Version  int            `json:"version"`
	Replaces string         `json:"replaces,omitempty"`
	Draft    bool           `json:"draft"`
	DataHash string         `json:"data_hash"`
	Language Lang           `json:"language"`
	From     string         `json:"from"`
	To       string         `json:"to"`
	Currency string         `json:"currency"`
	Whole    bool           `json:"whole_units,omitempty"`
	Opening  string         `json:"opening"`
	Received string         `json:"received"`
	Spent    string         `json:"spent"`
	Closing  string         `json:"closing"`
	ToDate   FundToDateView `json:"to_date"`
	Used     *string        `json:"used_percent"`

	Receipts []ReceiptView `json:"receipts"`
	Lines    []LineView    `json:"lines"`
	Purposes []PurposeView `json:"purposes"`

	ClosingDetail []PartView `json:"closing_details"`
	Commitments   *string    `json:"commitments"`
	Notes         []NoteView `json:"notes"`

	InKind []InKindView `json:"in_kind,omitempty"`

	Organisation OrganisationView `json:"organisation"`
	NameEN       string           `json:"name_en,omitempty"`
	NameDA       string           `json:"name_da,omitempty"`
	Restriction  string           `json:"restriction,omitempty"`
	PreparedOn   string           `json:"prepared_on"`
	CutOff       string           `json:"cut_off"`
}

// FundToDateView is a [FundToDate].
type FundToDateView struct {
	Received string `json:"received"`
	Spent    string `json:"spent"`
}

// PurposeView is a [Purpose].
type PurposeView struct {
	Fund     string `json:"fund"`
	Label    string `json:"label"`
	NameEN   string `json:"name_en,omitempty"`
	NameDA   string `json:"name_da,omitempty"`
	Opening  string `json:"opening"`
	Received string `json:"received"`
	Spent    string `json:"spent"`
	Closing  string `json:"closing"`
}

// View is the statement as JSON has it, with labels in lang.
func (s FundStatement) View(lang Lang) FundView {
	v := s.view(lang)
	v.DataHash = s.DataHash()
	return v
}

func (s *FundStatement) view(lang Lang) FundView {
	in := func(d decimal.Decimal) string { return s.Money(d).String() }
	v := FundView{
		Kind: s.Kind, Subject: s.Subject, Number: s.Number, Version: s.Version, Replaces: s.Replaces, Draft: s.Draft(),
		Language: lang,
		From:     string(s.Period.From), To: string(s.Period.To), Currency: string(s.Base), Whole: s.Whole,
		Opening: in(s.Opening), Received: in(s.Received), Spent: in(s.Spent), Closing: in(s.Closing),
		ToDate: FundToDateView{in(s.ToDate.Received), in(s.ToDate.Spent)}, Used: percentText(s.Used),
		Organisation: OrganisationView(s.Organisation), NameEN: s.Name.EN, NameDA: s.Name.DA,
		Restriction: string(s.Restriction),
		PreparedOn:  string(s.PreparedOn), CutOff: s.CutOff,
	}
	if s.Commitments.Valid {
		v.Commitments = optional(in(s.Commitments.Decimal))
	}
	v.Receipts = Each(s.Receipts, func(r Receipt) ReceiptView { return receiptView(lang, r, s.Base, s.Base) })
	v.Lines = Each(s.Lines, func(l Line) LineView { return lineView(lang, l, s.Base) })
	v.Purposes = Each(s.Purposes, func(p Purpose) PurposeView {
		return PurposeView{Fund: p.Fund, Label: p.Name.In(lang), NameEN: p.Name.EN, NameDA: p.Name.DA, Opening: in(p.Opening),
			Received: in(p.Received), Spent: in(p.Spent), Closing: in(p.Closing)}
	})
	v.ClosingDetail = Each(s.Parts, func(p Part) PartView { return partView(lang, p, s.Base) })
	v.Notes = Each(s.Notes, func(n Note) NoteView { return noteView(lang, n) })
	v.InKind = inKindViews(lang, s.InKind, s.Base)
	return v
}

// DataHash is the SHA-256, in hex, of [FundStatement.Canonical].
func (s FundStatement) DataHash() string { return Hash(s.Canonical()) }

// Canonical is made like that of a [GrantStatement].
func (s FundStatement) Canonical() []byte { return canonical(s.view(English)) }

// JSON is the statement for a script: the [FundView] in lang, indented, with a line feed at the end.
func (s FundStatement) JSON(lang Lang) []byte { return indented(s.View(lang)) }

// MarshalJSON writes the [FundView] with English labels; nothing is lost by it.
func (s FundStatement) MarshalJSON() ([]byte, error) { return Encode(s.View(English)), nil }

// UnmarshalJSON reads what MarshalJSON or JSON wrote; a data_hash that is not that of the figures is refused.
func (s *FundStatement) UnmarshalJSON(data []byte) error {
	var v FundView
	d := json.NewDecoder(bytes.NewReader(data))
	if err := d.Decode(&v); err != nil {
		return err
	}
	r := reader{}
	read := r.fund(v)
	if r.err != nil {
		return r.err
	}
	if v.DataHash != "" && v.DataHash != read.DataHash() {
		return &Malformed{"data_hash is not that of the figures"}
	}
	*s = read
	return nil
}

func (r *reader) fund(v FundView) FundStatement {
	return FundStatement{
		Kind: v.Kind, Number: v.Number, Version: v.Version, Replaces: v.Replaces, Organisation: Organisation(v.Organisation),
		Subject: v.Subject, Name: Name{v.NameEN, v.NameDA}, Restriction: ledger.Restriction(v.Restriction),
		Period: Period{r.day(v.From), r.day(v.To)}, Base: ledger.Currency(v.Currency), Whole: v.Whole,
		PreparedOn: r.day(v.PreparedOn), CutOff: v.CutOff,
		Opening: r.dec(v.Opening), Received: r.dec(v.Received), Spent: r.dec(v.Spent), Closing: r.dec(v.Closing),
		ToDate: FundToDate{r.dec(v.ToDate.Received), r.dec(v.ToDate.Spent)}, Used: r.null(v.Used),
		Receipts: Each(v.Receipts, r.receipt), Lines: Each(v.Lines, r.line), Parts: Each(v.ClosingDetail, r.part),
		Notes: Each(v.Notes, r.note),
		Purposes: Each(v.Purposes, func(p PurposeView) Purpose {
			return Purpose{Fund: p.Fund, Name: Name{p.NameEN, p.NameDA}, Opening: r.dec(p.Opening), Received: r.dec(p.Received),
				Spent: r.dec(p.Spent), Closing: r.dec(p.Closing)}
		}),
		Commitments: r.null(v.Commitments), InKind: Each(v.InKind, r.inKind),
	}
}
