package ledger_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"supportledger/ledger"
	"supportledger/ledger/journal"
	"supportledger/ledger/ledgertest"
	"supportledger/store"
	"supportledger/store/storetest"
)

var (
	books   = ledgertest.Books
	update  = ledgertest.Update
	view    = ledgertest.View
	opening = ledgertest.Opening
	refused = ledgertest.Refused
	post    = ledgertest.Post
)

// dkk reads an amount of base currency.
func dkk(s string) ledger.Money {
	m, err := ledger.ParseMoney(s, "DKK")
	if err != nil {
		panic(err)
	}
	return m
}

func TestPostKeepsNumbersAndBalances(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		book := books(t, db)
		var posted []ledger.Posted
		update(t, db, func(tx *store.Tx) (err error) {
			posted, err = book.Post(t.Context(), tx, opening("UNR", "2026-01-01", "250000.00"),
				opening("G1", "2026-01-05", "20000.00"),
				opening("G1", "2027-01-05", "20000.00"))
			return err
		})
		for i, want := range []string{"2026-000001", "2026-000002", "2027-000001"} {
			if posted[i].Number != want {
				t.Errorf("entry %d has number %s, want %s", i, posted[i].Number, want)
			}
		}
		view(t, db, func(tx *store.Tx) error {
			balances, err := book.Balances(t.Context(), tx, "2026-12-31")
			if err != nil {
				return err
			}
			if got := balances[0]; got.Account != "1010" || got.Fund != "G1" || got.Amount.String() != "20000.00" {
				t.Errorf("first balance is %+v", got)
			}
			var out strings.Builder
			err = journal.Export{Format: journal.ExportHledger}.Write(t.Context(), tx, book, &out)
			t.Log(out.String())
			return err
		})
	})
}

func TestPostRefuses(t *testing.T) {
	line := ledger.Base
	for name, c := range map[string]struct {
		entry ledger.Entry
		want  error
	}{
		"unbalanced": {ledger.Entry{Date: "2026-02-01",
			Lines: []ledger.Line{line("1010", "UNR", dkk("10.00")), line("3100", "UNR", dkk("-9.99"))}}, ledger.ErrUnbalanced},
		"across funds": {ledger.Entry{Date: "2026-02-01",
			Lines: []ledger.Line{line("1010", "UNR", dkk("10.00")), line("3100", "G1", dkk("-10.00"))}}, ledger.ErrUnbalanced},
		"unknown account": {ledger.Entry{Date: "2026-02-01",
			Lines: []ledger.Line{line("1011", "UNR", dkk("10.00")), line("3100", "UNR", dkk("-10.00"))}},
			ledger.ErrUnknownAccount},
		"unknown fund": {ledger.Entry{Date: "2026-02-01",
			Lines: []ledger.Line{line("1010", "X", dkk("10.00")), line("3100", "X", dkk("-10.00"))}}, ledger.ErrUnknownFund},
		"mixed books": {ledger.Entry{Date: "2026-02-01",
			Lines: []ledger.Line{line("1010", "UNR", dkk("10.00")), line("9900", "UNR", dkk("-10.00"))}}, ledger.ErrBooksMixed},
		"one line": {ledger.Entry{Date: "2026-02-01", Lines: []ledger.Line{line("1010", "UNR", dkk("10.00"))}},
			ledger.ErrEntryShape},
		"no such day":  {ledger.Entry{Date: "2026-02-30", Lines: opening("UNR", "", "1.00").Lines}, ledger.ErrDate},
		"closed month": {opening("UNR", "2025-12-31", "1.00"), ledger.ErrPeriodClosed},
		"overdrawn":    {opening("UNR", "2026-02-01", "-1.00"), ledger.ErrFundOverdrawn},
		"euro without lot": {ledger.Entry{Date: "2026-02-01", Lines: []ledger.Line{
			ledger.InCurrency("1020", "UNR", ledger.OfMinor(100, "EUR"), dkk("7.46")), line("3100", "UNR", dkk("-7.46"))}},
			ledger.ErrEntryShape},
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				book := books(t, db)
				update(t, db, func(tx *store.Tx) error { return book.Months().Set(t.Context(), tx, "2025-12", ledger.MonthClosed) })
				err := db.Update(t.Context(), func(tx *store.Tx) error {
					_, err := book.Post(t.Context(), tx, c.entry)
					return err
				})
				if !errors.Is(err, c.want) {
					t.Errorf("got %v, want %v", err, c.want)
				}
				view(t, db, func(tx *store.Tx) error {
					if seq, err := book.LastSeq(context.Background(), tx); err != nil || seq != 0 {
						t.Errorf("a refused entry left the books at %d, %v", seq, err)
					}
					return nil
				})
			})
		})
	}
}
