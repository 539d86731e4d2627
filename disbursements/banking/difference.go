package banking

import (
	"context"
	"maps"
	"slices"

	"supportledger/ledger"
	"supportledger/store"
)

// AccountDifference is what the bank says that an account of ours held, beside what the books say. Without a closing
// balance on record, the bank says nothing.
type AccountDifference struct {
	Account    ledger.AccountNo
	On         ledger.Date // of the newest closing balance
	Bank       *ledger.Money
	Books      ledger.Money // on that day, or today
	Difference *ledger.Money
	Waiting    int // lines that nobody has explained: open, or in suspense
}

// Differences compares every bank account with the newest closing balance on record.
func (lin Lines) Differences(ctx context.Context, tx *store.Tx) ([]AccountDifference, error) {
	book := lin.Payments.Requests.Book
	chart, err := book.Chart(ctx, tx)
	if err != nil {
		return nil, err
	}
	said, err := readClosings(ctx, tx, "9999-12-31")
	if err != nil {
		return nil, err
	}
	waiting, err := countWaiting(ctx, tx)
	if err != nil {
		return nil, err
	}
	var out []AccountDifference
	for _, number := range slices.Sorted(maps.Keys(chart.Accounts)) {
		a := chart.Accounts[number]
		if !a.IsBank() {
			continue
		}
		d := AccountDifference{Account: a.Number, Waiting: waiting[a.Number]}
		closing, told := said[a.Number]
		on := ledger.DateOf(tx.At)
		if told {
			on, d.On, d.Bank = closing.On, closing.On, &closing.Amount
		}
		balances, err := book.BalancesOf(ctx, tx, ledger.Selection{Span: ledger.Span{To: on},
			Accounts: []ledger.AccountNo{a.Number}})
		if err != nil {
			return nil, err
		}
		d.Books = ledger.Zero(a.BankCurrency())
		for _, b := range balances {
			d.Books = d.Books.Add(b.Amount)
		}
		if told {
			left := d.Bank.Sub(d.Books)
			d.Difference = &left
		}
		out = append(out, d)
	}
	return out, nil
}

// Closings are the newest closing balances on record up to the last day of a month, by account, with the gaps between
// the statements of that month: what its close checklist holds the books against. It is a [ledger.BankWord].
func Closings(ctx context.Context, tx *store.Tx, until ledger.Date) (map[ledger.AccountNo]ledger.Stated, error) {
	found, err := readClosings(ctx, tx, until)
	if err != nil {
		return nil, err
	}
	files, err := openedBetween(ctx, tx, until[:len("2026-01-")]+"01", until)
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		if err := findGap(ctx, tx, &f.BankImport, f.first); err != nil {
			return nil, err
		}
		if g := f.Gap; g != nil {
			said := found[f.Account]
			if said.On == "" {
				said.Amount = ledger.Zero(f.Currency)
			}
			said.Gaps = append(said.Gaps, ledger.Gap{On: g.On, OpensOn: f.first, Known: g.Known, Opening: g.Opening})
			found[f.Account] = said
		}
	}
	return found, nil
}
