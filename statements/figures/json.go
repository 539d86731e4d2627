package figures

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"supportledger/ledger"

	"github.com/shopspring/decimal"
)

// DataHash is the SHA-256, in hex, of [GrantStatement.Canonical]: the same figures give the same hash, as a draft and
// when issued, in every language and on every machine.
func (s GrantStatement) DataHash() string { return Hash(s.Canonical()) }

// Hash is the SHA-256 of data, in hex.
func Hash(data []byte) string {
	digest := sha256.Sum256(data)
	return hex.EncodeToString(digest[:])
}

// unhashed are the keys at the top that do not belong to the data: what issuing adds, and the language.
var unhashed = []string{"number", "version", "replaces", "draft", "data_hash", "language"}

// Canonical is the JSON of the statement without number, version, replaces, draft, data_hash and language at the top
// and without any label, keys sorted, no white space, UTF-8: what the hash is taken of. A stranger makes it from the
// JSON rendering with
//
//	jq -cjS 'del(.number,.version,.replaces,.draft,.data_hash,.language)
//	  | walk(if type=="object" then del(.label) else . end)'
func (s GrantStatement) Canonical() []byte { return canonical(s.view(English)) }

func canonical(view any) []byte {
	var tree map[string]any
	if err := json.Unmarshal(Encode(view), &tree); err != nil {
		panic(fmt.Sprintf("statements: own JSON cannot be read: %v", err)) // a View is plain strings, it cannot fail
	}
	for _, key := range unhashed {
		delete(tree, key)
	}
	dropLabels(tree)
	return Encode(tree)
}

// dropLabels removes every label, at any depth.
func dropLabels(node any) {
	switch n := node.(type) {
	case map[string]any:
		delete(n, "label")
		for _, child := range n {
			dropLabels(child)
		}
	case []any:
		for _, child := range n {
			dropLabels(child)
		}
	}
}

// Encode is compact JSON with <, > and & as they are.
func Encode(v any) []byte {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(fmt.Sprintf("statements: a statement cannot be written as JSON: %v", err)) // strings and ints only
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

// JSON is the statement for a script: the [View] in lang, indented, with a line feed at the end.
func (s GrantStatement) JSON(lang Lang) []byte { return indented(s.View(lang)) }

func indented(view any) []byte {
	var out bytes.Buffer
	if err := json.Indent(&out, Encode(view), "", "  "); err != nil {
		panic(fmt.Sprintf("statements: own JSON cannot be indented: %v", err))
	}
	out.WriteByte('\n')
	return out.Bytes()
}

// MarshalJSON writes the [View] with English labels; nothing is lost by it.
func (s GrantStatement) MarshalJSON() ([]byte, error) { return Encode(s.View(English)), nil }

// UnmarshalJSON reads what MarshalJSON or JSON wrote, in any language; labels are not read. It does not check the
// figures ([GrantStatement.Foots]), but a data_hash that is not that of the figures is refused: the value was changed
// on its way.
func (s *GrantStatement) UnmarshalJSON(data []byte) error {
	var v View
	if err := json.Unmarshal(data, &v); err != nil {
		return err
	}
	r := reader{}
	read := r.statement(v)
	if r.err != nil {
		return r.err
	}
	if v.DataHash != "" && v.DataHash != read.DataHash() {
		return &Malformed{"data_hash is not that of the figures"}
	}
	*s = read
	return nil
}

// reader turns a View back into the value and keeps the first error.
type reader struct{ err error }

func (r *reader) fail(err error) {
	r.err = errors.Join(r.err, err)
}

func (r *reader) dec(text string) decimal.Decimal {
	d, err := ledger.ParseDecimal(text)
	if err != nil {
		r.fail(err)
	}
	return d
}

func (r *reader) null(text *string) decimal.NullDecimal {
	if text == nil {
		return decimal.NullDecimal{}
	}
	return decimal.NewNullDecimal(r.dec(*text))
}

func (r *reader) day(text string) ledger.Date {
	if text == "" {
		return ""
	}
	d, err := ledger.ParseDate(text)
	if err != nil {
		r.fail(err)
	}
	return d
}

func (r *reader) amount(v *AmountView) ledger.Money {
	if v == nil {
		return ledger.Money{}
	}
	return ledger.Money{Amount: r.dec(v.Amount), Currency: ledger.Currency(v.Currency)}
}

func (r *reader) rate(text *string) ledger.Rate {
	if text == nil {
		return ledger.Rate{}
	}
	rate, err := ledger.ParseRate(*text)
	if err != nil {
		r.fail(err)
	}
	return rate
}

func (r *reader) figures(v FiguresView) BudgetFigures {
	return BudgetFigures{Budget: r.dec(v.Budget), InPeriod: r.dec(v.Amount), ToDate: r.dec(v.ToDate),
		Variance: r.dec(v.Variance), VarianceOf: r.null(v.VarianceOf), UsedPercent: r.null(v.UsedPercent)}
}

func (r *reader) statement(v View) GrantStatement {
	s := GrantStatement{
		Number: v.Number, Version: v.Version, Replaces: v.Replaces, Whole: v.Whole,
		Organisation: Organisation(v.Organisation), Grant: v.Subject, Grantor: Grantor(v.Grantor),
		Agreement: v.Agreement, Reference: v.Reference, Layout: v.Layout, Limit: r.null(v.Limit), Project: v.Project,
		Granted:     r.dec(v.Granted),
		GrantPeriod: Period{r.day(orEmpty(v.GrantFrom)), r.day(orEmpty(v.GrantTo))},
		Period:      Period{r.day(v.From), r.day(v.To)},
		Currency:    ledger.Currency(v.Currency), Base: ledger.Currency(v.Base), RateMethod: v.RateMethod,
		PreparedOn: r.day(v.PreparedOn), CutOff: v.CutOff,
		Opening: r.dec(v.Opening), Received: r.dec(v.Received), Interest: r.dec(v.Interest), Spent: r.dec(v.Spent),
		Refunded: r.dec(v.Refunded), Closing: r.dec(v.Closing),
		ToDate: ToDate{Received: r.dec(v.ToDate.Received), Interest: r.dec(v.ToDate.Interest),
			Spent: r.dec(v.ToDate.Spent), Refunded: r.dec(v.ToDate.Refunded)},
		GrantUsed: r.null(v.GrantUsed), TimeUsed: r.null(v.TimeUsed),
		BudgetVersion: v.BudgetNo, ClosingBase: r.dec(v.ClosingBase), ClosingAtRate: r.dec(v.ClosingAtRate),
		Rounding: r.dec(v.Rounding), Conversions: v.Conversions, Commitments: r.null(v.Commitments),
	}
	if v.Deferred != nil {
		s.Deferred = &Deferred{r.dec(v.Deferred.Amount), r.dec(v.Deferred.Base)}
	}
	if v.Differs != "" {
		s.MethodDifference = r.dec(v.Differs)
	}
	for _, a := range v.Applied {
		rate := r.rate(&a.Rate)
		s.Applied = append(s.Applied,
			AppliedRate{Source: a.Source, From: r.day(a.From), To: r.day(a.To), Value: rate.Value, Num: rate.Num, Den: rate.Den,
				Days: a.Days, IDs: a.IDs})
	}
	if v.BudgetTotal != nil {
		s.BudgetTotal = r.figures(*v.BudgetTotal)
	}
	if v.Indirect != nil {
		s.Indirect = r.indirect(*v.Indirect)
	}
	r.lists(&s, v)
	r.report(&s, v.ReportView)
	return s
}

func (r *reader) indirect(v IndirectView) *Indirect {
	return &Indirect{Through: r.day(v.Through), ToDate: r.dec(v.ToDate), Before: r.dec(v.Before),
		InPeriod: r.dec(v.Amount),
		Excluded: v.Excluded, Cap: r.null(v.Cap),
		Steps: Each(v.Steps, func(p StepView) IndirectStep { return IndirectStep{r.dec(p.Base), r.dec(p.Rate)} })}
}

func (r *reader) receipt(x ReceiptView) Receipt {
	return Receipt{Date: r.day(x.Date), Kind: x.Kind, No: x.No, Name: Name{x.NameEN, x.NameDA}, Text: x.Text,
		Amount:   r.dec(x.Amount),
		Original: r.amount(x.Original), Rate: r.rate(x.Rate), Base: r.dec(x.Base)}
}

func (r *reader) line(x LineView) Line {
	return Line{Kind: x.Kind, Key: x.Key, Name: Name{x.NameEN, x.NameDA}, BudgetLine: orEmpty(x.BudgetLine),
		InPeriod: r.dec(x.Amount), ToDate: r.dec(x.ToDate), Share: r.null(x.Share)}
}

func (r *reader) part(x PartView) Part {
	return Part{Kind: x.Kind, Holder: x.Holder, Amount: r.dec(x.Amount), Quantity: r.amount(x.Quantity)}
}

func (r *reader) note(x NoteView) Note {
	return Note{Code: x.Code, Since: r.day(x.Since), Amount: r.amount(x.Amount), Percent: r.null(x.Percent), Text: x.Text}
}

func (r *reader) lists(s *GrantStatement, v View) {
	s.Receipts, s.Lines = Each(v.Receipts, r.receipt), Each(v.Lines, r.line)
	s.Budget = Each(v.BudgetLines, func(x BudgetLineView) BudgetLine {
		b := BudgetLine{No: x.No, Text: x.Text, Reason: x.Reason, Explanation: x.Explanation, Unit: x.Unit, Salary: x.Salary,
			BudgetFigures: r.figures(x.FiguresView)}
		if x.Unit != "" {
			b.Quantity, b.UnitPrice = r.dec(x.Quantity), r.dec(x.UnitPrice)
		}
		return b
	})
	s.Parts = Each(v.ClosingDetail, r.part)
	s.Rates = Each(v.Rates, func(x RateView) RateUsed {
		return RateUsed{Use: x.Use, Ref: x.Ref, Date: r.day(x.Date), Rate: r.rate(&x.Rate)}
	})
	s.Notes = Each(v.Notes, r.note)
	s.Signatures = Each(v.Signatures, func(x SignatureView) Signature { return Signature{x.Role, x.Name} })
	s.Advances = Each(v.Advances, func(x AdvanceView) Advance {
		return Advance{Partner: x.Partner, Currency: ledger.Currency(x.Currency), Opening: r.dec(x.Opening),
			Sent: r.dec(x.Sent), Spent: r.dec(x.Spent), Returned: r.dec(x.Returned), Closing: r.dec(x.Closing),
			Base: r.dec(x.Base), Oldest: r.day(x.Oldest)}
	})
	s.Shared = Each(v.Shared, func(x SharedView) Shared {
		return Shared{x.Key, Name{x.NameEN, x.NameDA}, r.dec(x.Whole), r.dec(x.Amount)}
	})
	s.Ties = Each(v.Ties, func(x TieView) Tie {
		return Tie{ledger.AccountNo(x.Account), Name{x.NameEN, x.NameDA}, r.dec(x.Amount)}
	})
	s.Amendments = Each(v.Amendments, func(x AmendmentView) Amendment { return Amendment{r.day(x.On), x.Rules} })
	s.Disallowed = Each(v.Disallowed,
		func(x DisallowedView) Disallowed { return Disallowed{x.Ref, r.day(x.Date), r.dec(x.Amount)} })
}

// orEmpty is "" for nil.
func orEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
