package ledger_test

import (
	"errors"
	"slices"
	"testing"

	"supportledger/ledger"
	"supportledger/proof"
	"supportledger/store"
	"supportledger/store/storetest"
)

// What somebody with the rights of the database's owner writes beside the entries is found by the check that is made
// for it: the counters, the balances, the months, the totals of banks and what is open in lots.
func TestVerifyFindsWhatStandsBesideTheEntries(t *testing.T) {
	errBack := errors.New("roll back")
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		book := books(t, db)
		lot := ledger.Lot{ID: "lot_1", Kind: ledger.CurrencyLot, Name: "E-1", OpenedOn: "2026-02-02",
			Pool:     ledger.Pool{Account: "1020", Fund: "UNR", Currency: "EUR"},
			Quantity: ledger.OfMinor(100, "EUR"), Cost: dkk("7.46"), OpenQuantity: ledger.OfMinor(100, "EUR"),
			OpenCost: dkk("7.46")}
		buys := ledger.Entry{Date: "2026-02-02", Text: "Euros", Act: "exchange", Opens: []ledger.Lot{lot},
			Lines: []ledger.Line{ledger.InCurrency("1020", "UNR", lot.Quantity, lot.Cost).WithLot(lot.ID),
				ledger.Base("1010", "UNR", lot.Cost.Neg())}}
		posted := post(t, db, book, opening("UNR", "2026-01-02", "500.00"), buys, opening("G1", "2027-01-04", "10.00"))
		verify := func(t *testing.T, tx *store.Tx, leaves int64) []string {
			t.Helper()
			var out proof.Findings
			done, err := book.Verify(t.Context(), tx, func() int64 { return leaves }, &out, func(int64) {})
			if err != nil {
				t.Fatal(err)
			}
			if done.Entries != 3 || done.Lots != 1 {
				t.Errorf("read %+v", done)
			}
			var found []string
			for _, f := range out.List {
				found = append(found, f.Check+" "+f.Place)
			}
			return found
		}
		view(t, db, func(tx *store.Tx) error {
			if found := verify(t, tx, 3); len(found) > 0 {
				t.Errorf("sound books: %q", found)
			}
			if found := verify(t, tx, 4); !slices.Equal(found, []string{"leaf entries"}) {
				t.Errorf("the tree has an entry more: %q", found)
			}
			return nil
		})
		const day, place = "account 1010, fund UNR, DKK, 2026-01-02", "account 1010, fund UNR, DKK"
		for name, c := range map[string]struct{ sql, want string }{
			"a line of no entry": {"INSERT INTO entry_lines (entry_seq, line, account, fund, currency, amount, base, " +
				"category, plan, payee, partner) VALUES (9, 1, '1010', 'UNR', 'DKK', 1, 1, '', '', '', '')", "lines book"},
			"the head": {"UPDATE book SET last_seq = last_seq + 1", "sequence book"},
			"no year":  {"DELETE FROM fiscal_years WHERE year = 2027", "number 2027"},
			"the year": {"UPDATE fiscal_years SET last_number = last_number + 1 WHERE year = 2027", "number 2027"},
			"an amount of a day": {"UPDATE balances SET amount = amount + 1 WHERE account = '1010' AND date = '2026-01-02'",
				"balance " + day},
			"a cost of a day": {"UPDATE balances SET base = base + 1 WHERE account = '1010' AND date = '2026-01-02'",
				"balance " + day},
			"a day that is gone": {"DELETE FROM balances WHERE account = '1010' AND date = '2026-01-02'",
				"balance account 1010, fund UNR, DKK, 20260102"},
			"a bank below zero": {"UPDATE balances SET amount = -1 WHERE account = '1010' AND date = '2026-01-02'",
				"bank " + day},
			"a month": {"UPDATE balance_months SET amount = amount + 1 WHERE month = '2027-01'",
				"balance account 1010, fund G1, DKK, 2027-01"},
			"a month that is gone": {"DELETE FROM balance_months WHERE month = '2026-02' AND account = '1020'",
				"balance account 1020, fund UNR, EUR, 2026-02"},
			"a total": {"UPDATE bank_totals SET amount = amount + 1 WHERE account = '1010' AND fund = 'UNR'",
				"bank " + place},
			"the last day": {"UPDATE bank_totals SET last_date = '2026-01-01' WHERE account = '1010' AND fund = 'UNR'",
				"bank " + place},
			"an open quantity":       {"UPDATE lots SET open_quantity = open_quantity - 1", "lot E-1 (lot_1)"},
			"an open cost":           {"UPDATE lots SET open_cost = open_cost - 1", "lot E-1 (lot_1)"},
			"a lot's name on a line": {"UPDATE entry_lines SET lot = 'lot_2' WHERE lot = 'lot_1'", "lot book"},
		} {
			err := db.Update(t.Context(), func(tx *store.Tx) error {
				storetest.DisableGuards(t, tx)
				if _, err := tx.ExecContext(t.Context(), c.sql); err != nil {
					return err
				}
				if found := verify(t, tx, 3); !slices.Contains(found, c.want) {
					t.Errorf("%s: %q, want %q", name, found, c.want)
				}
				return errBack
			})
			if !errors.Is(err, errBack) {
				t.Fatalf("%s: %v", name, err)
			}
		}
		wantLost(t, db, book, posted[1].ID)
	})
}

// wantLost takes an entry out of the books: verify names it by its leaf.
func wantLost(t *testing.T, db *store.DB, book ledger.Book, id ledger.EntryID) {
	t.Helper()
	lost := errors.New("roll back")
	err := db.Update(t.Context(), func(tx *store.Tx) error {
		storetest.DisableGuards(t, tx)
		for _, table := range []string{"entry_lines WHERE entry_seq = 2", "lots", "entries WHERE seq = 2"} {
			if _, err := tx.ExecContext(t.Context(), "DELETE FROM "+table); err != nil {
				return err
			}
		}
		var out proof.Findings
		_, err := book.Verify(t.Context(), tx, func() int64 { return 3 }, &out, func(int64) {})
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(out.List, func(f proof.Finding) bool {
			return f.Check == "leaf" && f.Place == string(id)
		}) {
			t.Errorf("an entry is gone: %v", out.List)
		}
		return lost
	})
	if !errors.Is(err, lost) {
		t.Fatal(err)
	}
}

// The leaf of a posted entry is found by what it is, and by nothing else.
func TestLeafOfWhatIsNotThere(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		book := books(t, db)
		posted := post(t, db, book, opening("UNR", "2026-01-02", "500.00"), opening("G1", "2026-01-02", "1.00"))
		view(t, db, func(tx *store.Tx) error {
			for name, p := range map[string]ledger.Posted{
				"after the last one":   {ID: posted[1].ID, Seq: 3},
				"another at its place": {ID: posted[0].ID, Seq: 2},
			} {
				if _, _, err := book.Leaf(t.Context(), tx, p); !errors.Is(err, proof.ErrNoLeaf) {
					t.Errorf("%s: %v", name, err)
				}
			}
			data, seal, err := book.Leaf(t.Context(), tx, posted[1])
			if len(data) == 0 || len(seal) == 0 {
				t.Error("the leaf of an entry is empty")
			}
			return err
		})
		refused(t, db, proof.ErrNoLeaf, func(tx *store.Tx) error {
			storetest.DisableGuards(t, tx)
			if _, err := tx.ExecContext(t.Context(), "DELETE FROM proof_leaves WHERE kind = 'entry'"); err != nil {
				return err
			}
			_, _, err := book.Leaf(t.Context(), tx, posted[0])
			return err
		})
	})
}
