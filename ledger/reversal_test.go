package ledger_test

import (
	"errors"
	"testing"

	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/storetest"
)

const why = "Booked on the wrong account"

// euros brings foreign money of UNR into the EUR account: one lot.
func euros(on ledger.Date, quantity, cost, rate string) ledger.Entry {
	amount, err := ledger.ParseMoney(quantity, "EUR")
	if err != nil {
		panic(err)
	}
	r, err := ledger.ParseRate(rate)
	if err != nil {
		panic(err)
	}
	lot := ledger.Lot{ID: ledger.LotID(store.NewID("lot")), Kind: ledger.CurrencyLot, Name: "receipt", Rate: r,
		OpenedOn: on,
		Pool:     ledger.Pool{Account: "1020", Fund: "UNR", Currency: "EUR"}, Quantity: amount, Cost: dkk(cost)}
	return ledger.Entry{Date: on, Text: "Euros", Act: "gift", Source: "test", Opens: []ledger.Lot{lot},
		Lines: []ledger.Line{
			ledger.InCurrency("1020", "UNR", amount, lot.Cost).WithLot(lot.ID), ledger.Base("4200", "UNR", lot.Cost.Neg())}}
}

// spend draws euros out of their lots.
func spendEuros(t *testing.T, tx *store.Tx, book ledger.Book, on ledger.Date, quantity string) (ledger.Entry, error) {
	amount, err := ledger.ParseMoney(quantity, "EUR")
	if err != nil {
		t.Fatal(err)
	}
	draws, err := book.Draw(t.Context(), tx, ledger.Pool{Account: "1020", Fund: "UNR", Currency: "EUR"}, amount, on)
	if err != nil {
		return ledger.Entry{}, err
	}
	e := ledger.Entry{Date: on, Text: "Spent", Act: "payment", Source: "test", Lines: []ledger.Line{
		ledger.InCurrency("5100", "UNR", amount, ledger.Drawn("DKK", draws))}}
	for _, d := range draws {
		e.Lines = append(e.Lines, ledger.InCurrency("1020", "UNR", d.Quantity.Neg(), d.Cost.Neg()).WithLot(d.Lot))
	}
	return e, nil
}

func TestReverse(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		book := books(t, db)
		wrong := post(t, db, book, opening("UNR", "2026-01-05", "100.00"), opening("UNR", "2026-01-10", "40.00"))[1]
		var reversal ledger.Posted
		reverse := func(r ledger.Reversal) func(tx *store.Tx) error {
			return func(tx *store.Tx) error {
				p, err := book.Reverse(t.Context(), tx, r)
				if err == nil {
					reversal = p
				}
				return err
			}
		}
		refused(t, db, ledger.ErrReasonRequired, reverse(ledger.Reversal{Entry: wrong.Number, Reason: "wrong    "}))
		refused(t, db, ledger.ErrReversalDate, reverse(ledger.Reversal{Entry: wrong.Number, Date: "2026-01-09", Reason: why}))
		refused(t, db, ledger.ErrUnknownEntry, reverse(ledger.Reversal{Entry: "2026-000009", Reason: why}))
		update(t, db, reverse(ledger.Reversal{Entry: wrong.Number, Reason: why}))
		if reversal.Date != wrong.Date || reversal.Reverses != wrong.ID || reversal.Reason != why {
			t.Errorf("reversal %+v", reversal)
		}
		refused(t, db, ledger.ErrAlreadyReversed, reverse(ledger.Reversal{Entry: string(wrong.ID), Reason: why}))
		refused(t, db, ledger.ErrReversalOfReversal, reverse(ledger.Reversal{Entry: string(reversal.ID), Reason: why}))
		view(t, db, func(tx *store.Tx) error {
			links, err := book.LinksOf(t.Context(), tx, wrong, reversal)
			if links[wrong.ID].ReversedBy != reversal.ID || links[reversal.ID] != (ledger.Links{}) {
				t.Errorf("links %v", links)
			}
			return err
		})
		if got := balance(t, db, book, "1010", "UNR"); got != "100.00" {
			t.Errorf("bank stands at %s", got)
		}
	})
}

// balance is what an account of a fund holds in base currency at the end of 2026.
func balance(t *testing.T, db *store.DB, book ledger.Book, account ledger.AccountNo, fund ledger.FundCode) string {
	t.Helper()
	total := dkk("0.00")
	view(t, db, func(tx *store.Tx) error {
		balances, err := book.Balances(t.Context(), tx, "2026-12-31")
		for _, b := range balances {
			if b.Account == account && b.Fund == fund {
				total = total.Add(b.Base)
			}
		}
		return err
	})
	return total.String()
}

// A reversal stands on the first open day where the entry's own month is closed, and in a soft-closed month only for
// finance.
func TestReversalDay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		book := books(t, db)
		posted := post(t, db, book, opening("UNR", "2026-01-10", "40.00"), opening("UNR", "2026-01-11", "41.00"),
			opening("UNR", "2026-02-01", "1.00"))
		update(t, db, func(tx *store.Tx) error {
			if err := book.Months().Set(t.Context(), tx, "2026-01", ledger.MonthClosed); err != nil {
				return err
			}
			return book.Months().Set(t.Context(), tx, "2026-02", ledger.MonthSoftClosed)
		})
		for i, c := range []struct {
			actor store.Actor
			want  ledger.Date
		}{{store.Actor{User: "c", Roles: []string{"caseworker"}}, "2026-03-01"},
			{store.Actor{User: "f", Roles: []string{"finance_officer"}}, "2026-02-01"}} {
			err := db.Update(store.WithActor(t.Context(), c.actor), func(tx *store.Tx) error {
				p, err := book.Reverse(t.Context(), tx, ledger.Reversal{Entry: string(posted[i].ID), Reason: why})
				if err == nil && p.Date != c.want {
					t.Errorf("%v: dated %s, want %s", c.actor.Roles, p.Date, c.want)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		}
	})
}

// Lots get back what was drawn and keep their place; one that was drawn on since cannot be unmade; one that was unmade
// is nobody's to draw.
func TestReversalRestoresLots(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		book := books(t, db)
		first := post(t, db, book, euros("2026-01-05", "100.00", "746.00", "7.46 DKK/EUR"))[0]
		post(t, db, book, euros("2026-01-06", "100.00", "750.00", "7.50 DKK/EUR"))
		var drawn ledger.Posted
		draw := func(tx *store.Tx) error {
			e, err := spendEuros(t, tx, book, "2026-01-20", "150.00")
			if err != nil {
				return err
			}
			posted, err := book.Post(t.Context(), tx, e)
			if err == nil {
				drawn = posted[0]
			}
			return err
		}
		update(t, db, draw)
		undo := func(id ledger.EntryID) func(tx *store.Tx) error {
			return func(tx *store.Tx) error {
				_, err := book.Reverse(t.Context(), tx, ledger.Reversal{Entry: string(id), Reason: why, Date: "2026-01-20"})
				return err
			}
		}
		refused(t, db, ledger.ErrLotExhausted, undo(first.ID))
		update(t, db, undo(drawn.ID))
		before := drawn.Lines
		update(t, db, draw)
		for i := range before {
			if drawn.Lines[i].Base.Cmp(before[i].Base) != 0 || drawn.Lines[i].Lot != before[i].Lot {
				t.Errorf("line %d draws %s of %s, before %s of %s", i, drawn.Lines[i].Base, drawn.Lines[i].Lot, before[i].Base,
					before[i].Lot)
			}
		}
		update(t, db, undo(drawn.ID))
		update(t, db, undo(first.ID))
		refused(t, db, ledger.ErrLotExhausted, draw)
		view(t, db, func(tx *store.Tx) error {
			lots, err := book.Lots(t.Context(), tx, ledger.Pool{Account: "1020", Fund: "UNR", Currency: "EUR"}, "2026-12-31")
			if len(lots) != 1 || lots[0].OpenCost.String() != "750.00" {
				t.Errorf("lots %+v", lots)
			}
			return err
		})
	})
}

func TestCorrect(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		book := books(t, db)
		wrong := post(t, db, book, opening("UNR", "2026-01-05", "100.00"))[0]
		byAct := post(t, db, book, euros("2026-01-05", "100.00", "746.00", "7.46 DKK/EUR"))[0]
		var done ledger.Corrected
		correct := func(id ledger.EntryID) func(tx *store.Tx) error {
			return func(tx *store.Tx) (err error) {
				done, err = book.Correct(t.Context(), tx, ledger.Correction{Reversal: ledger.Reversal{Entry: string(id),
					Reason: why},
					Entry: ledger.Entry{Text: "Opening, as it was", Lines: opening("UNR", "", "90.00").Lines}})
				return err
			}
		}
		refused(t, db, ledger.ErrCorrectByAct, correct(byAct.ID))
		update(t, db, correct(wrong.ID))
		if done.Entry.Corrects != wrong.ID || done.Entry.Date != "2026-01-05" || done.Reversal.Reverses != wrong.ID {
			t.Errorf("corrected %+v", done)
		}
		if got := balance(t, db, book, "1010", "UNR"); got != "90.00" {
			t.Errorf("bank stands at %s", got)
		}
		refused(t, db, ledger.ErrAlreadyReversed, correct(wrong.ID))
	})
}

func TestExternalID(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		book := books(t, db)
		e := opening("UNR", "2026-01-05", "100.00")
		e.ExternalID = "crm-17"
		first := post(t, db, book, e)[0]
		err := db.Update(t.Context(), func(tx *store.Tx) error {
			_, err := book.Post(t.Context(), tx, e)
			return err
		})
		var taken *ledger.ExternalIDTaken
		if !errors.As(err, &taken) || taken.By != first.ID || taken.ID != "crm-17" {
			t.Errorf("got %v", err)
		}
	})
}

// The database itself refuses what a caller around Book.Reverse would try.
func TestDatabaseGuardsReversals(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		book := books(t, db)
		posted := post(t, db, book, opening("UNR", "2026-01-05", "100.00"), opening("UNR", "2026-01-06", "50.00"),
			opening("UNR", "2026-01-07", "50.00"))
		negative := func(of ledger.Posted, amount string) ledger.Entry {
			e := opening("UNR", "2026-01-31", amount)
			e.Reverses = of.ID
			return e
		}
		whole := post(t, db, book, negative(posted[1], "-50.00"))[0]
		for code, e := range map[string]ledger.Entry{
			"reversal_not_whole":   negative(posted[0], "-99.00"),
			"already_reversed":     negative(posted[1], "-50.00"),
			"reversal_of_reversal": negative(whole, "50.00"),
			"correction_without_reversal": {Date: "2026-01-31", Text: "x", Corrects: posted[2].ID,
				Lines: opening("UNR", "", "1.00").Lines},
		} {
			err := db.Update(t.Context(), func(tx *store.Tx) error {
				_, err := book.Post(t.Context(), tx, e)
				return err
			})
			var by *store.Refused
			if !errors.As(err, &by) || by.Code != code {
				// SQLite's first guard calls a second reversal a posted entry.
				if code != "already_reversed" || by == nil || by.Code != "entry_is_posted" {
					t.Errorf("%s: got %v", code, err)
				}
			}
		}
	})
}
