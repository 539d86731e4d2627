package ledger_test

import (
	"errors"
	"math/big"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"supportledger/ledger"
	"supportledger/ledger/ledgertest"
	"supportledger/store"
	"supportledger/store/storetest"
)

// nearBounds are numbers beside everything where arithmetic on amounts could break: nothing, one, the bound of the
// books, 63 and 64 bits, and the most that can be written.
var nearBounds = []string{"0", "1", "2", "9999999999999", "10000000000000", "10000000000001", "4611686018427387904",
	"9223372036854775807", "9223372036854775808", "18446744073709551616", "18446744073709551716", "99999999999999999999"}

// near draws a number beside a bound, at any place of the decimal point.
func near(t *rapid.T, label string, places int32) decimal.Decimal {
	d := decimal.RequireFromString(rapid.SampledFrom(nearBounds).Draw(t, label)).
		Add(decimal.NewFromInt(rapid.Int64Range(-1, 1).Draw(t, label+" beside")))
	return d.Shift(-rapid.Int32Range(0, places).Draw(t, label+" places"))
}

// computed is an amount, or why there is none.
type computed struct {
	money ledger.Money
	err   error
}

// fits compares what was computed with the exact value: within the bound it is that value, rounded half away from zero;
// beyond it, an amount_too_large and nothing else.
func fits(t *rapid.T, what string, is computed, exact *big.Rat, c ledger.Currency) {
	t.Helper()
	got, err := is.money, is.err
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(c.Digits())), nil)
	scaled := new(big.Rat).Mul(exact, new(big.Rat).SetInt(scale))
	half := new(big.Rat).Add(new(big.Rat).Abs(scaled), big.NewRat(1, 2))
	minor := new(big.Int).Quo(half.Num(), half.Denom())
	if scaled.Sign() < 0 {
		minor.Neg(minor)
	}
	within := new(big.Int).Abs(minor).Cmp(big.NewInt(ledger.MaxMinor)) <= 0
	var bad *ledger.AmountError
	switch {
	case !within && (!errors.As(err, &bad) || bad.Code != "amount_too_large"):
		t.Fatalf("%s is %s minor units of %s, and gave %s, %v", what, minor, c, got, err)
	case within && (err != nil || got.Currency != c || big.NewInt(got.Minor()).Cmp(minor) != 0):
		t.Fatalf("%s is %s minor units of %s, and gave %s %s, %v", what, minor, c, got, got.Currency, err)
	}
}

// Every way from amounts, rates and units to another amount gives the exact value or refuses it, with factors near
// every bound, in currencies of 0, 2 and 3 decimals.
func TestNoProductWraps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from, to := currencies.Draw(t, "from"), currencies.Draw(t, "to")
		m, factor := ledger.Round(near(t, "amount", 12), from), near(t, "factor", 12)
		bounded, err := m.Bounded()
		fits(t, "an amount", computed{bounded, err}, m.Amount.Rat(), from)
		product, err := m.Times(factor)
		fits(t, "a product", computed{product, err}, new(big.Rat).Mul(m.Amount.Rat(), factor.Rat()), from)
		if factor.Sign() <= 0 || from == to {
			return
		}
		product, err = ledger.Rate{Value: factor, Num: to, Den: from}.Convert(m, to)
		fits(t, "a product at a rate", computed{product, err}, new(big.Rat).Mul(m.Amount.Rat(), factor.Rat()), to)
		quotient, err := ledger.Rate{Value: factor, Num: from, Den: to}.Convert(m, to)
		fits(t, "a quotient at a rate", computed{quotient, err}, new(big.Rat).Quo(m.Amount.Rat(), factor.Rat()), to)
	})
}

// An amount that nobody checked ends the transaction, and a sum that gets too large is refused by the database itself:
// both are amount_too_large, and nothing of them is written.
func TestNoSumWraps(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		book := ledgertest.Books(t, db)
		most := ledger.OfMinor(ledger.MaxMinor, "DKK")
		entry := func(amounts ...ledger.Money) ledger.Entry {
			e := ledger.Entry{Date: "2026-01-15", Text: "Much", Act: "manual"}
			for _, m := range amounts {
				e.Lines = append(e.Lines, ledger.Base("1010", "UNR", m), ledger.Base("4900", "UNR", m.Neg()))
			}
			return e
		}
		refused := func(what string, err error) {
			t.Helper()
			var amount *ledger.AmountError
			var kept *store.Refused
			if !errors.As(err, &amount) && (!errors.As(err, &kept) || kept.Code != store.AmountTooLarge) {
				t.Errorf("%s: %v", what, err)
			}
		}
		past := func(entries ...ledger.Entry) error {
			return db.Update(t.Context(), func(tx *store.Tx) error {
				_, err := book.Post(t.Context(), tx, entries...)
				return err
			})
		}
		refused("two of the most in an entry", past(entry(most, most)))
		refused("two entries of the most", past(entry(most), entry(most)))
		refused("more than the most", past(entry(most.Add(ledger.OfMinor(1, "DKK")))))
		if err := past(entry(most)); err != nil {
			t.Fatalf("the most that the books hold is refused: %v", err)
		}
		refused("an øre on top", past(entry(ledger.OfMinor(1, "DKK"))))
		refused("an amount that nobody checked", db.View(t.Context(), func(*store.Tx) error {
			ledger.Money{Amount: decimal.New(1, 30), Currency: "DKK"}.Minor()
			return nil
		}))
		view(t, db, func(tx *store.Tx) error {
			last, err := book.LastSeq(t.Context(), tx)
			if last != 1 {
				t.Errorf("%d entries are in the books", last)
			}
			return err
		})
	})
}
