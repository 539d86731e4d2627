package statements

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"supportledger/statements/figures"
	"supportledger/store"

	"github.com/shopspring/decimal"
)

// Disclosure decides what of a statement may leave the organisation. It takes the statement as collected and gives one
// that may be shown, with a report of what it did; a report that is not Cleared keeps the statement a draft. The value
// that it gives foots like the one it got.
type Disclosure interface {
	Clear(ctx context.Context, tx *store.Tx, v figures.Value) (figures.Value, PrivacyReport, error)

	// Release takes note of what an issued statement shows.
	Release(ctx context.Context, tx *store.Tx, v figures.Value, id ID) error
}

// PrivacyReport is what a privacy check found and did. It is kept with the statement, shown to the reviewer, and holds
// no figure that was withheld.
type PrivacyReport struct {
	Method   string           `json:"method"` // which control, with its version
	Cleared  bool             `json:"cleared"`
	Findings []PrivacyFinding `json:"findings"`
}

// PrivacyFinding is one thing that a privacy check did, or could not do.
type PrivacyFinding struct {
	Figure string `json:"figure"` // key of the figure or part: lines.therapy, advances
	Rule   string `json:"rule"`   // which rule asks for it
	Action string `json:"action"` // merged, withheld, banded, refused
}

// Withholding is the disclosure control that needs to know nobody: it shows a funder the amounts of the budget lines it
// set itself and a donor the totals of her own money, and nothing else that could say something of a person. What is
// beyond that - categories, partners, dates of payments, shared costs, explanations in words - is merged upwards or
// left out.
type Withholding struct{}

// Clear withholds. It never fails.
func (Withholding) Clear(_ context.Context, _ *store.Tx, v figures.Value) (figures.Value, PrivacyReport, error) {
	w := withholder{report: PrivacyReport{Method: "withholding/1", Cleared: true, Findings: []PrivacyFinding{}},
		staff: true}
	switch s := v.(type) {
	case *figures.GrantStatement:
		return w.grant(*s), w.report, nil
	case *figures.FundStatement:
		return w.fund(*s), w.report, nil
	}
	w.report.Cleared = false
	w.did("statement", "unknown_kind", "refused")
	return v, w.report, nil
}

// Release has nothing to note: what it shows is the reader's by right.
func (Withholding) Release(context.Context, *store.Tx, figures.Value, ID) error { return nil }

// withholder takes away and notes what it took.
type withholder struct {
	report PrivacyReport
	shown  map[string]bool // categories that a control has cleared, by budget line and key: 1.2/therapy
	staff  bool            // cost of staff is the organisation's, without looking whose plans it is on
	lines  map[string]bool // budget lines that enough people stand behind in the period to list their vouchers
}

func (w *withholder) did(figure, rule, action string) {
	w.report.Findings = append(w.report.Findings, PrivacyFinding{figure, rule, action})
}

func (w *withholder) grant(s figures.GrantStatement) *figures.GrantStatement {
	s.Lines = w.merged(s.Lines)
	s.Parts, s.OpeningParts = w.parts(s.Parts), w.parts(s.OpeningParts)
	w.told(&s)
	if len(s.Advances) > 0 || len(s.Shared) > 0 || len(s.Ties) > 0 {
		s.Advances, s.Shared, s.Ties = nil, nil, nil
		w.did("advances, shared_costs, ledger", "amounts_of_few", "withheld")
	}
	s.Disallowed = w.findings(s.Disallowed)
	if s.Commitments.Valid {
		s.Commitments = decimal.NullDecimal{}
		w.did("commitments", "amounts_of_few", "withheld")
	}
	kept := slices.DeleteFunc(slices.Clone(s.Rates), func(r figures.RateUsed) bool { return r.Use != figures.ForReceipt })
	if len(kept) < len(s.Rates) {
		s.Rates = kept
		w.did("rates", "dates_finer_than_a_quarter", "withheld")
	}
	s.Budget = slices.Clone(s.Budget)
	for i := range s.Budget {
		if s.Budget[i].Explanation != "" {
			s.Budget[i].Explanation = ""
			w.did("budget."+s.Budget[i].No, "free_text", "withheld")
		}
	}
	s.Receipts, s.Notes = w.receipts(s.Receipts), w.notes(s.Notes)
	if len(w.report.Findings) > 0 {
		s.Notes = append(s.Notes, figures.Note{Code: figures.NoteSmallGroups})
	}
	if s.Indirect != nil && len(s.Indirect.Excluded) > 0 {
		indirect := *s.Indirect
		indirect.Excluded = nil
		s.Indirect = &indirect
	}
	s.Total()
	return &s
}

// findings are the grantor's own, or of the audit it asked for: it has a right to their sum and their references.
func (w *withholder) findings(found []figures.Disallowed) []figures.Disallowed {
	if len(found) == 0 {
		return nil
	}
	w.did("disallowed", "amounts_of_few", "merged")
	return []figures.Disallowed{{Ref: strings.Join(figures.Each(found,
		func(d figures.Disallowed) string { return d.Ref }), ", "),
		Amount: figures.Sum(found, func(d figures.Disallowed) decimal.Decimal { return d.Amount })}}
}

// told takes away what is told beside the figures: what plans have set aside, gifts in kind, reasons in words, and the
// places of vouchers in the books, of lines with few people the vouchers altogether. What the agreement says itself
// stays: its instalments and the moves of its budget.
func (w *withholder) told(s *figures.GrantStatement) {
	if s.Forecast != nil && len(s.Forecast.Lines) > 0 {
		rest := figures.Forecast{Instalments: s.Forecast.Instalments}
		if s.Forecast = &rest; len(rest.Instalments) == 0 {
			s.Forecast = nil
		}
		w.did("forecast", "amounts_of_few", "withheld")
	}
	if len(s.InKind) > 0 {
		s.InKind = nil
		w.did("in_kind", "amounts_of_few", "withheld")
	}
	s.Changes = slices.Clone(s.Changes)
	for i := range s.Changes {
		if s.Changes[i].Reason != "" {
			s.Changes[i].Reason = ""
			w.did("budget_changes", "free_text", "withheld")
		}
	}
	var kept []figures.Voucher
	left, place := map[string]bool{}, map[string]int{}
	for _, v := range s.Vouchers {
		if w.lines[v.BudgetLine] {
			if _, known := place[v.BudgetLine]; !known {
				place[v.BudgetLine] = len(place)
			}
			v.Entry = ""
			kept = append(kept, v)
		} else if !left[v.BudgetLine] {
			left[v.BudgetLine] = true
			w.did("vouchers."+v.BudgetLine, "too_few_people", "withheld")
		}
	}
	s.Vouchers = kept
	slices.SortStableFunc(s.Vouchers, func(a, b figures.Voucher) int {
		return cmp.Or(cmp.Compare(place[a.BudgetLine], place[b.BudgetLine]), cmp.Compare(a.Ref, b.Ref))
	})
	if len(kept) == 0 {
		s.Notes = slices.DeleteFunc(slices.Clone(s.Notes),
			func(n figures.Note) bool { return n.Code == figures.NoteVouchers })
	}
}

func (w *withholder) fund(s figures.FundStatement) *figures.FundStatement {
	s.Lines, s.Parts, s.Notes = w.merged(s.Lines), w.parts(s.Parts), w.notes(s.Notes)
	if s.Kind == figures.FundReport {
		s.Receipts = w.income(s.Receipts)
		s.Commitments = decimal.NullDecimal{}
		if len(s.InKind) > 0 {
			s.InKind = nil
			w.did("in_kind", "amounts_of_few", "withheld")
		}
	}
	s.Total()
	return &s
}

// merged merges the categories of every budget line, and those that no budget names, into one line "support". Staff,
// fees, currency differences and indirect costs are about the organisation and stay.
func (w *withholder) merged(lines []figures.Line) []figures.Line {
	var kept []figures.Line
	for _, l := range lines {
		if l.Kind != figures.Programme || w.shown[l.BudgetLine+"/"+l.Key] ||
			w.staff && (l.Key == "staff" || l.Key == figures.PlainOperations) {
			kept = append(kept, l)
			continue
		}
		i := slices.IndexFunc(kept,
			func(k figures.Line) bool { return k.Key == figures.SupportKey && k.BudgetLine == l.BudgetLine })
		if i < 0 {
			kept, i = append(kept, figures.Line{Kind: figures.Programme, Key: figures.SupportKey, BudgetLine: l.BudgetLine}),
				len(kept)
		}
		kept[i].InPeriod, kept[i].ToDate = kept[i].InPeriod.Add(l.InPeriod), kept[i].ToDate.Add(l.ToDate)
		if l.Key != figures.SupportKey {
			w.did("lines."+l.Key, "category_not_cleared", "merged")
		}
	}
	slices.SortStableFunc(kept, func(a, b figures.Line) int { return a.Kind.Order() - b.Kind.Order() })
	return kept
}

// parts names no partner and nothing that tells of a single payment.
func (w *withholder) parts(parts []figures.Part) []figures.Part {
	var kept []figures.Part
	for _, p := range parts {
		switch p.Kind {
		case figures.AtBank, figures.NotYetSpent, figures.Revalued, figures.Loan, figures.RefundDue, figures.Receivable:
		case figures.AtPartner:
			p.Holder, p.Quantity = "", figures.Part{}.Quantity
			w.did("closing.at_partner", "partner", "merged")
		case figures.Retainer, figures.PettyCash, figures.Recoverable, figures.Payable, figures.Accrual, figures.Returned,
			figures.Elsewhere:
			w.did("closing."+p.Kind.Key(), "amounts_of_few", "merged")
			p = figures.Part{Kind: figures.Elsewhere, Amount: p.Amount}
		}
		kept = figures.AddedPart(kept, p)
	}
	if len(kept) == 0 {
		return kept
	}
	return figures.SortedParts(kept)
}

func (w *withholder) receipts(receipts []figures.Receipt) []figures.Receipt {
	kept := slices.Clone(receipts)
	for i := range kept {
		if kept[i].Text != "" {
			kept[i].Text = ""
			w.did("receipts", "free_text", "withheld")
		}
	}
	return kept
}

// income merges the kinds of income of a fund: what single donors gave is theirs to tell.
func (w *withholder) income(receipts []figures.Receipt) []figures.Receipt {
	if len(receipts) < 2 {
		return receipts
	}
	w.did("receipts", "other_donors", "merged")
	total := figures.Receipt{Kind: figures.FundIncome}
	for _, r := range receipts {
		total.Amount, total.Base = total.Amount.Add(r.Amount), total.Base.Add(r.Base)
	}
	total.Name = figures.FundIncome.Name()
	return []figures.Receipt{total}
}

func (w *withholder) notes(notes []figures.Note) []figures.Note {
	kept := slices.DeleteFunc(slices.Clone(notes), func(n figures.Note) bool {
		return n.Code == figures.NoteFree || n.Code == figures.NoteAdvances || n.Code == figures.NoteCommitments ||
			n.Code == figures.NoteInKind
	})
	if len(kept) < len(notes) {
		w.did("notes", "free_text", "withheld")
	}
	return kept
}
