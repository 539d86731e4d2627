package grants

import (
	"context"

	"supportledger/ledger"
	"supportledger/store"
)

// memo is what a register remembers while it posts many entries: what does not change between them is read once, and
// what does is moved on in memory.
type memo struct {
	accounts map[ledger.AccountNo]ledger.Account
	grants   map[ledger.FundCode]remembered
	reports  map[GrantID]BudgetActual
	layers   map[ledger.FundCode][]ledger.Lot // of one day
	adding   map[string]ledger.Money          // by grant and line, of the entries before
	activity map[ledger.FundCode][]ledger.Sum // of what can still be promised; nothing is posted between asking twice
}

type remembered struct {
	grant   Grant
	granted bool
}

// Remembering is the register for as long as it posts entries of one day, or asks what several lines of some funds have
// left, while nobody else changes their grants.
func (r Register) Remembering() Register {
	r.memo = &memo{grants: map[ledger.FundCode]remembered{}, reports: map[GrantID]BudgetActual{},
		layers: map[ledger.FundCode][]ledger.Lot{}, adding: map[string]ledger.Money{},
		activity: map[ledger.FundCode][]ledger.Sum{}}
	return r
}

// PostAll is [Register.Post] of many entries of one day, each seeing those before it, in a number of statements that
// does not grow with them. All are posted or none.
func (r Register) PostAll(ctx context.Context, tx *store.Tx, entries []ledger.Entry) ([]ledger.Posted, error) {
	if r.memo == nil {
		r = r.Remembering()
	}
	whole := make([]ledger.Entry, len(entries))
	for i, e := range entries {
		costs, err := r.costs(ctx, tx, e)
		if err != nil {
			return nil, err
		}
		for _, c := range costs {
			lines, err := r.release(ctx, tx, e.Date, c, r.memo.layers)
			if err != nil {
				return nil, err
			}
			e.Lines = append(e.Lines, lines...)
		}
		if err := r.admit(ctx, tx, e, ""); err != nil {
			return nil, err
		}
		whole[i] = e
	}
	return r.Book.Post(ctx, tx, whole...)
}

// accounts is the chart.
func (r Register) accounts(ctx context.Context, tx *store.Tx) (map[ledger.AccountNo]ledger.Account, error) {
	if r.memo == nil {
		return r.Book.Accounts(ctx, tx)
	}
	if r.memo.accounts == nil {
		var err error
		if r.memo.accounts, err = r.Book.Accounts(ctx, tx); err != nil {
			return nil, err
		}
	}
	return r.memo.accounts, nil
}

// activityOf is what was spent and committed of a fund.
func (r Register) activityOf(ctx context.Context, tx *store.Tx, fund ledger.FundCode) ([]ledger.Sum, error) {
	if r.memo == nil {
		return r.Book.Activity(ctx, tx, fund, ledger.Span{})
	}
	sums, known := r.memo.activity[fund]
	if known {
		return sums, nil
	}
	sums, err := r.Book.Activity(ctx, tx, fund, ledger.Span{})
	if err == nil {
		r.memo.activity[fund] = sums
	}
	return sums, err
}

// spending is what a grant's budget lines have taken.
func (r Register) spending(ctx context.Context, tx *store.Tx, id GrantID) (BudgetActual, error) {
	if r.memo != nil {
		if report, known := r.memo.reports[id]; known {
			return report, nil
		}
	}
	report, err := r.BudgetActual(ctx, tx, string(id), ledger.Span{To: LastDay})
	if err == nil && r.memo != nil {
		r.memo.reports[id] = report
	}
	return report, err
}
