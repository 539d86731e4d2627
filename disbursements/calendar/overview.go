package calendar

import (
	"context"
	"slices"

	"supportledger/grants"
	"supportledger/ledger"
	"supportledger/ledger/reports"
	"supportledger/store"
)

// Overview is what a small charity looks at in the morning, out of few queries.
type Overview struct {
	On       ledger.Date
	Funds    reports.FundBalances
	Budgets  []Used
	Waiting  map[string]int // by kind: what another person has to decide on, and the actor may
	Due      int            // within their lead, not past
	Overdue  int
	Oldest   *reports.OpenItem // advance of a partner
	Unbooked int               // bank lines that nobody has explained
	Month    *ledger.Checklist // of the oldest month that is not closed; nil where there is none
}

// Used is how much of a grant's budget is used, and of its time, both in percent.
type Used struct {
	Grant       string
	Title       string
	Budget      ledger.Money  // in the grant's currency
	Spent       *ledger.Money // nil where the books cannot know it
	Percent     *int
	TimePercent *int // nil where the agreement names no period
	ReportDue   ledger.Date
}

// Overview reads it as of a day.
func (c Calendar) Overview(ctx context.Context, tx *store.Tx, on ledger.Date) (Overview, error) {
	o := Overview{On: on}
	book := c.Grants.Book
	var err error
	if o.Funds, err = reports.ReadFundBalances(ctx, tx, book, ledger.Span{To: on}); err != nil {
		return o, err
	}
	if o.Budgets, err = c.used(ctx, tx, on); err != nil {
		return o, err
	}
	if o.Waiting, err = readWaiting(ctx, tx); err != nil {
		return o, err
	}
	o.Unbooked = o.Waiting["bank_line"]
	delete(o.Waiting, "bank_line")
	items, err := c.Items(ctx, tx, on)
	if err != nil {
		return o, err
	}
	for _, i := range items {
		switch {
		case i.Done:
		case i.Overdue:
			o.Overdue++
		default:
			o.Due++
		}
	}
	advances, err := reports.PartnerAdvances(ctx, tx, book, ledger.Span{To: on})
	if err != nil {
		return o, err
	}
	for n, row := range advances.Rows {
		if row.Cost.Amount.Sign() > 0 && row.OpenedOn != "" && (o.Oldest == nil || row.OpenedOn < o.Oldest.OpenedOn) {
			o.Oldest = &advances.Rows[n]
		}
	}
	err = c.month(ctx, tx, &o)
	return o, err
}

// month is the checklist of the oldest month that is not closed.
func (c Calendar) month(ctx context.Context, tx *store.Tx, o *Overview) error {
	months, err := c.Grants.Book.Months().List(ctx, tx, store.Keyset{})
	if err != nil {
		return err
	}
	at := slices.IndexFunc(months, func(p ledger.Period) bool { return p.State != ledger.MonthClosed })
	if at < 0 {
		return nil
	}
	list, err := c.Grants.Book.Months().Checklist(ctx, tx, months[at].Month)
	o.Month = &list
	return err
}

// used holds what was spent of each running grant against the time that has passed.
func (c Calendar) used(ctx context.Context, tx *store.Tx, on ledger.Date) ([]Used, error) {
	all, err := c.Grants.Grants(ctx, tx, grants.Filter{})
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(g grants.Grant) bool { return g.State == grants.GrantDraft || g.Over() })
	spent, err := grants.Amendments{Grants: c.Grants}.SpentOf(ctx, tx, all, on)
	if err != nil {
		return nil, err
	}
	out := make([]Used, len(all))
	for n, g := range all {
		out[n] = Used{Grant: g.Code, Title: g.Title, Budget: g.Amount, ReportDue: g.ReportDueOn,
			TimePercent: passed(g.From, g.To, on)}
		if of, known := spent[g.ID]; known {
			percent := int(of.Amount.Shift(2).Div(g.Amount.Amount).IntPart())
			out[n].Spent, out[n].Percent = &of, &percent
		}
	}
	return out, nil
}

// passed is how much of a period has passed, in percent; nil where there is no period.
func passed(from, to, on ledger.Date) *int {
	if from == "" || to == "" || to <= from {
		return nil
	}
	whole := to.Time().Sub(from.Time()).Hours()
	part := max(0, min(on.Time().Sub(from.Time()).Hours(), whole))
	percent := int(part * 100 / whole)
	return &percent
}
