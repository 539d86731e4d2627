package grants

import (
	"context"
	"slices"

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
	money    map[GrantID]grantMoney           // of what can still be promised; nothing is posted between asking twice
	terms    map[GrantID][]Condition          // of the grants of [Register.Knowing]
}

// grantMoney is what was booked of some grants, and what the grantors took back.
type grantMoney struct {
	cancelled map[GrantID]int64
	layers    map[ledger.Pool][]ledger.Lot
	activity  map[ledger.FundCode][]ledger.Sum
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
		money: map[GrantID]grantMoney{}, terms: map[GrantID][]Condition{}}
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

// Knowing is a remembering register that has read the grants of some funds with their conditions, and what those of the
// funds in left can still promise, in a number of queries that does not grow with the funds.
func (r Register) Knowing(ctx context.Context, tx *store.Tx, funds, left []ledger.FundCode) (Register, error) {
	r = r.Remembering()
	for _, fund := range funds {
		r.memo.grants[fund] = remembered{}
	}
	found, err := readGrantsOf(ctx, tx, funds)
	if err != nil || len(found) == 0 {
		return r, err
	}
	conditions, err := readConditions(ctx, tx, found, store.Keyset{})
	if err != nil {
		return r, err
	}
	var promising []Grant
	for _, g := range found {
		r.memo.grants[g.Fund()] = remembered{g, true}
		r.memo.terms[g.ID] = conditions[g.ID]
		if slices.Contains(left, g.Fund()) {
			promising = append(promising, g)
		}
	}
	m, err := readMoney(ctx, tx, r.Book, promising)
	for _, g := range promising {
		r.memo.money[g.ID] = m
	}
	return r, err
}

// moneyOf is what was booked of a grant, and what the grantor took back.
func (m *memo) moneyOf(ctx context.Context, tx *store.Tx, book ledger.Book, g Grant) (grantMoney, error) {
	if m != nil {
		if known, read := m.money[g.ID]; read {
			return known, nil
		}
	}
	found, err := readMoney(ctx, tx, book, []Grant{g})
	if err == nil && m != nil {
		m.money[g.ID] = found
	}
	return found, err
}

func readMoney(ctx context.Context, tx *store.Tx, book ledger.Book, all []Grant) (m grantMoney, err error) {
	if len(all) == 0 {
		return m, nil
	}
	var funds, abroad []ledger.FundCode
	for _, g := range all {
		if funds = append(funds, g.Fund()); g.Amount.Currency != book.Base {
			abroad = append(abroad, g.Fund())
		}
	}
	if m.cancelled, err = readCancelled(ctx, tx, all, LastDay); err != nil {
		return m, err
	}
	if m.layers, err = ledger.LotsOf(ctx, tx, book.Base, ledger.DeferredGrants, abroad); err != nil {
		return m, err
	}
	m.activity, err = ledger.ActivityOf(ctx, tx, book.Base, funds)
	return m, err
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
