package gifts_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"supportledger/access/vault"
	"supportledger/access/vault/vaulttest"
	"supportledger/grants"
	"supportledger/grants/donors"
	"supportledger/grants/gifts"
	"supportledger/grants/grantstest"
	"supportledger/ledger"
	"supportledger/ledger/evidence"
	"supportledger/store"
	"supportledger/store/storetest"
)

// S16: the donor is credited with the gross, and a mistaken gift is given back once.
func TestRule54GiftAndRefund(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := grantstest.Open(t, db)
		o.Must(o.Do("finance", func(tx *store.Tx) error {
			if err := o.Register.Book.OpenFund(t.Context(), tx, ledger.Fund{Code: "D1", Restriction: ledger.PurposeBound,
				OpenedOn: "2026-01-01"}); err != nil {
				return err
			}
			donor, err := donors.Register(t.Context(), tx, donors.Donor{Code: "D-77", Kind: donors.Person,
				Language: "da"})
			if err != nil {
				return err
			}
			_, err = register(o).Receive(t.Context(), tx, gifts.Gift{Number: "GIFT-1", Donor: donor, Fund: "D1",
				On:    "2026-03-03",
				Gross: grantstest.Money("5000.00", "DKK"), Fee: grantstest.Money("50.00", "DKK"), Account: "1010"})
			return err
		}))
		o.WantLines("1010 D1 5000.00 DKK\n1010 UNR -50.00 DKK\n4200 D1 -5000.00 DKK\n6100 UNR 50.00 DKK")
		refund := func(tx *store.Tx) error {
			_, err := register(o).Refund(t.Context(), tx, "GIFT-1", "2026-03-20")
			return err
		}
		o.Must(o.Do("finance", refund))
		o.WantLines("1010 D1 -5000.00 DKK\n4200 D1 5000.00 DKK")
		if err := o.Do("finance", refund); err == nil {
			t.Error("a gift was given back twice")
		}
	})
}

// Tax Assessment Act § 8 A: gifts per donor and year, what was given back left out, the tax id sealed and opened for a
// reason.
func TestGiftListOfAYear(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := grantstest.Open(t, db)
		v := vaulttest.New(t)
		give := func(number string, donor donors.Donor, on ledger.Date, gross string) {
			o.Must(step(o, func(ctx context.Context, tx *store.Tx, r gifts.Register) error {
				_, err := r.Receive(ctx, tx, gifts.Gift{Number: number, Donor: donor, Fund: "UNR", On: on,
					Gross: grantstest.Money(gross, "DKK"), Fee: grantstest.Money("0.00", "DKK"), Account: "1010"})
				return err
			}))
		}
		var donor donors.Donor
		o.Must(step(o, func(ctx context.Context, tx *store.Tx, r gifts.Register) (err error) {
			if donor, err = donors.Register(ctx, tx, donors.Donor{Code: "D-77", Kind: donors.Person,
				Language: "da"}); err != nil {
				return err
			}
			_, err = donors.Seal(ctx, tx, v, "D-77", map[donors.Field]string{donors.TaxID: "000000-0000"})
			return err
		}))
		give("GIFT-1", donor, "2026-01-01", "5000.00")
		give("GIFT-2", donor, "2026-12-31", "0.01")
		give("GIFT-3", donor, "2026-03-05", "500.00")
		o.Must(step(o, func(ctx context.Context, tx *store.Tx, r gifts.Register) error {
			_, err := r.Refund(ctx, tx, "GIFT-3", "2026-03-20")
			return err
		}))
		o.Must(step(o, func(ctx context.Context, tx *store.Tx, r gifts.Register) error {
			list, err := r.TaxTotals(ctx, tx, v, 2026, "Report to the tax agency")
			if err == nil && (len(list) != 1 || list[0].Total.String() != "5000.01" || list[0].Gifts != 2 ||
				list[0].TaxID != "000000-0000") {
				t.Errorf("list %v", list)
			}
			return err
		}))
		erased := step(o, func(ctx context.Context, tx *store.Tx, r gifts.Register) error {
			_, err := r.TaxTotals(ctx, tx, nil, 2026, "Report to the tax agency")
			return err
		})
		if !errors.Is(erased, vault.ErrNoVault) {
			t.Errorf("without a key: %v", erased)
		}
	})
}

// A pledge is promised, received, overdue and cancelled apart; a gift given back is not received.
func TestPledgeAndItsInstalments(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := grantstest.Open(t, db)
		var p gifts.Pledge
		standing := func(want string) {
			t.Helper()
			o.Must(o.DB.View(o.Context(), func(tx *store.Tx) error {
				all, err := register(o).Standings(o.Context(), tx, []gifts.Pledge{p}, "2026-03-02")
				s := all[0]
				if got := s.Paid.String() + " " + s.Cancelled.String() + " " + s.Open.String() + " " +
					s.Overdue.String(); got != want {
					t.Errorf("paid, cancelled, open, overdue: %s, want %s", got, want)
				}
				return err
			}))
		}
		o.Must(step(o, func(ctx context.Context, tx *store.Tx, r gifts.Register) error {
			donor, err := donors.Register(ctx, tx, donors.Donor{Code: "D-1", Kind: donors.Person, Language: "da"})
			if err != nil {
				return err
			}
			p, err = r.MakePledge(ctx, tx, gifts.Pledge{Donor: donor, Fund: "UNR", On: "2026-01-05",
				Amount: grantstest.Money("300.00", "DKK"), Planned: []grants.Planned{
					{DueOn: "2026-02-01", Amount: grantstest.Money("100.00", "DKK")},
					{DueOn: "2026-03-01", Amount: grantstest.Money("100.00", "DKK")},
					{DueOn: "2026-04-01", Amount: grantstest.Money("100.00", "DKK")}}})
			if err != nil {
				return err
			}
			_, err = r.Receive(ctx, tx, gifts.Gift{Number: "GIFT-1", Donor: donor, Fund: "UNR", On: "2026-02-01",
				Gross: grantstest.Money("150.00", "DKK"),
				Fee:   grantstest.Money("0.00", "DKK"), Account: "1010", Pledge: p.Number})
			return err
		}))
		standing("150.00 0.00 150.00 50.00")
		o.Must(step(o, func(ctx context.Context, tx *store.Tx, r gifts.Register) error {
			_, err := r.Refund(ctx, tx, "GIFT-1", "2026-03-02")
			return err
		}))
		standing("0.00 0.00 300.00 200.00")
		o.Must(step(o, func(ctx context.Context, tx *store.Tx, r gifts.Register) (err error) {
			p, err = r.CancelPledge(ctx, tx, p.Number, "The donor wrote so in a letter")
			return err
		}))
		standing("0.00 300.00 0.00 0.00")
	})
}

func register(o *grantstest.Fixture) gifts.Register { return gifts.Register{Grants: o.Register} }

// step runs an act that works with the register of gifts.
func step(o *grantstest.Fixture, act func(ctx context.Context, tx *store.Tx, r gifts.Register) error) error {
	return o.Do("finance", func(tx *store.Tx) error { return act(o.Context(), tx, register(o)) })
}

// TestWhatWasGivenIsKept sends SQL past the code: what was given and promised is neither changed nor removed.
func TestWhatWasGivenIsKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := grantstest.Open(t, db)
		donor := o.Donor(donors.Donor{Kind: donors.Institution, Name: "Foundation A", Language: "en"})
		dkk := func(s string) ledger.Money { return grantstest.Money(s, "DKK") }
		inKind := gifts.Contribution{Donor: donor, Fund: "UNR", On: "2026-06-15", Category: "legal-aid",
			Units: decimal.NewFromInt(10), UnitValue: dkk("1800.00"), Memo: "V-12"}
		gift := gifts.Gift{Donor: donor, Fund: "UNR", On: "2026-02-01", Gross: dkk("5.00"), Fee: dkk("0.00"), Account: "1010"}
		o.Must(step(o, func(ctx context.Context, tx *store.Tx, r gifts.Register) error {
			_, made := r.MakePledge(ctx, tx, gifts.Pledge{Donor: donor, Fund: "UNR", On: "2026-01-02", Amount: dkk("5.00"),
				Planned: []grants.Planned{{DueOn: "2026-02-01", Amount: dkk("5.00")}}})
			_, received := r.Receive(ctx, tx, gift)
			_, given := r.ReceiveInKind(ctx, tx, inKind)
			return errors.Join(made, received, given)
		}))
		o.Must(step(o, func(ctx context.Context, tx *store.Tx, r gifts.Register) error {
			all, err := r.Contributions(ctx, tx, store.Keyset{Limit: 100})
			if len(all) != 1 || all[0].Worth.String() != "18000.00" || all[0].Memo != "V-12" ||
				all[0].Donor.Code != donor.Code {
				t.Errorf("in kind %+v", all)
			}
			return err
		}))
		for table, set := range map[string]string{"gifts": "gross = 1", "pledges": "amount = 1",
			"pledge_instalments": "amount = 1", "in_kind_contributions": "worth = 1"} {
			for _, statement := range []string{"DELETE FROM " + table, "UPDATE " + table + " SET " + set} {
				err := o.Do("", func(tx *store.Tx) error {
					_, err := tx.ExecContext(o.Context(), statement)
					return err
				})
				if err == nil || !strings.Contains(err.Error(), "append_only") {
					t.Errorf("%s: %v", statement, err)
				}
			}
		}
		inKind.Memo = ""
		refused := func(what string, want error, act func(ctx context.Context, tx *store.Tx, r gifts.Register) error) {
			t.Helper()
			if err := step(o, act); !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", what, err, want)
			}
		}
		refused("in kind without a valuation", gifts.ErrNoValuation,
			func(ctx context.Context, tx *store.Tx, r gifts.Register) error {
				_, err := r.ReceiveInKind(ctx, tx, inKind)
				return err
			})
		inKind.Evidence = "evd_none"
		refused("in kind with a document that is not there", evidence.ErrUnknown,
			func(ctx context.Context, tx *store.Tx, r gifts.Register) error {
				_, err := r.ReceiveInKind(ctx, tx, inKind)
				return err
			})
		gift.Fee = gift.Gross
		refused("a fee that takes the gift", gifts.ErrGiftFee,
			func(ctx context.Context, tx *store.Tx, r gifts.Register) error {
				_, err := r.Receive(ctx, tx, gift)
				return err
			})
	})
}

// sector-systems.md §4.3 row 10, Tax Assessment Act § 8 A: gifts per donor and year, a number instead of the CPR on
// paper.
func TestSectorSystems43GiftsOfAYear(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := grantstest.Open(t, db)
		v := vaulttest.New(t)
		o.Must(step(o, func(ctx context.Context, tx *store.Tx, r gifts.Register) error {
			d, err := donors.Register(ctx, tx, donors.Donor{Code: "D-77", Kind: donors.Person, Language: "da"})
			if err != nil {
				return err
			}
			if _, err := donors.Seal(ctx, tx, v, "D-77",
				map[donors.Field]string{donors.TaxID: "0101701234"}); err != nil {
				return err
			}
			for day, gross := range map[ledger.Date]string{"2025-12-31": "1.00", "2026-01-01": "200.00", "2026-12-31": "300.00",
				"2027-01-01": "4.00"} {
				if _, err := r.Receive(ctx, tx, gifts.Gift{Donor: d, Fund: "UNR", On: day, Gross: grantstest.Money(gross, "DKK"),
					Fee: grantstest.Money("0", "DKK"), Account: "1010"}); err != nil {
					return err
				}
			}
			list, err := r.Totals(ctx, tx, 2026, store.Keyset{})
			if len(list) != 1 || list[0].Total.String() != "500.00" || !list[0].Reported || list[0].TaxID != "" ||
				list[0].Donor.Code != "D-77" {
				t.Errorf("on paper %+v", list)
			}
			if err != nil {
				return err
			}
			list, err = r.TaxTotals(ctx, tx, v, 2026, "Report to the tax agency")
			if len(list) != 1 || list[0].TaxID != "0101701234" {
				t.Errorf("to the agency %+v", list)
			}
			return err
		}))
		var opened []string
		o.Must(o.Do("", func(tx *store.Tx) error {
			return tx.NewRaw("SELECT fields FROM audit_events WHERE action = 'donor.opened'").Scan(o.Context(), &opened)
		}))
		if !slices.Contains(opened, "tax_id") {
			t.Errorf("the opening of the tax id is on record as %v", opened)
		}
	})
}
