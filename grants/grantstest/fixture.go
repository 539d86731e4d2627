// Package grantstest gives the tests of grants, and of the packages that stand on them, fresh books with a general
// fund, two users and a register, and compares what acts post with the lines of a journal. Acts run one after another
// through [Fixture.Do], each in a transaction of its own.
package grantstest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"supportledger/access"
	"supportledger/grants"
	"supportledger/grants/donors"
	"supportledger/ledger"
	"supportledger/store"
)

// Fixture runs acts one after another over books whose general fund UNR has 250,000.00 in the bank.
type Fixture struct {
	*testing.T
	DB       *store.DB
	Register grants.Register

	users map[string]access.UserID
}

// Open creates the books in a fresh database, with the users finance and treasurer.
func Open(t *testing.T, db *store.DB) *Fixture {
	t.Helper()
	book := ledger.Book{Base: "DKK", General: "UNR", Organisation: "Example"}
	o := &Fixture{T: t, DB: db, Register: grants.Register{Book: book}, users: map[string]access.UserID{}}
	o.Must(o.Do("", func(tx *store.Tx) error {
		for _, handle := range []string{"finance", "treasurer"} {
			u, err := access.CreateUser(t.Context(), tx, handle, access.FinanceOfficer)
			if err != nil {
				return err
			}
			o.users[handle] = u.ID
		}
		if err := ledger.Create(t.Context(), tx, book); err != nil {
			return err
		}
		if err := book.OpenFund(t.Context(), tx,
			ledger.Fund{Code: "UNR", Restriction: ledger.Unrestricted, OpenedOn: "2026-01-01"}); err != nil {
			return err
		}
		_, err := book.Post(t.Context(), tx, ledger.Entry{Date: "2026-01-01", Lines: []ledger.Line{
			ledger.Base("1010", "UNR", Money("250000.00", "DKK")), ledger.Base("3100", "UNR", Money("-250000.00", "DKK"))}})
		return err
	}))
	return o
}

// Money reads an amount; a mistake panics.
func Money(s string, c ledger.Currency) ledger.Money {
	m, err := ledger.ParseMoney(s, c)
	if err != nil {
		panic(err)
	}
	return m
}

// Rate reads a rate; a mistake panics.
func Rate(s string) ledger.Rate {
	r, err := ledger.ParseRate(s)
	if err != nil {
		panic(err)
	}
	return r
}

// Must ends the test on an error.
func (o *Fixture) Must(err error) {
	o.Helper()
	if err != nil {
		o.Fatal(err)
	}
}

// Do runs an act as a user.
func (o *Fixture) Do(user string, act func(tx *store.Tx) error) error {
	return o.DB.Update(store.WithActor(o.Context(), store.Actor{User: string(o.users[user])}), act)
}

// Step is [Fixture.Do] of an act that works with the register.
func (o *Fixture) Step(user string, act func(ctx context.Context, tx *store.Tx, r grants.Register) error) error {
	return o.Do(user, func(tx *store.Tx) error { return act(o.Context(), tx, o.Register) })
}

// Donor puts a donor on record.
func (o *Fixture) Donor(d donors.Donor) donors.Donor {
	o.Helper()
	o.Must(o.Do("finance", func(tx *store.Tx) (err error) {
		d, err = donors.Register(o.Context(), tx, d)
		return err
	}))
	return d
}

// Sign signs a grant with a policy.
func (o *Fixture) Sign(code string, amount ledger.Money, p grants.Policy) {
	o.Helper()
	donor := o.Donor(donors.Donor{Kind: donors.Institution, Name: "Foundation", Language: "en"})
	o.Must(o.Do("finance", func(tx *store.Tx) error {
		_, err := o.Register.Sign(o.Context(), tx, grants.Grant{Code: code, Donor: donor, Title: code, Amount: amount,
			SignedOn: "2026-01-02", Policies: grants.Policies{p}})
		return err
	}))
}

// WantLines compares the lines of the last entry with those of a journal: account, fund, amount and base.
func (o *Fixture) WantLines(want string) {
	o.Helper()
	if diff := cmp.Diff(strings.Split(strings.TrimSpace(want), "\n"), o.lines()); diff != "" {
		o.Errorf("entry (-want +got):\n%s", diff)
	}
}

func (o *Fixture) lines() (out []string) {
	o.Helper()
	o.Must(o.DB.View(o.Context(), func(tx *store.Tx) error {
		seq, err := o.Register.Book.LastSeq(o.Context(), tx)
		if err != nil {
			return err
		}
		entries, err := o.Register.Book.Entries(o.Context(), tx, ledger.Span{}, seq-1, 1)
		if err != nil {
			return err
		}
		for _, l := range entries[0].Lines {
			text := fmt.Sprintf("%s %s %s %s", l.Account, l.Fund, l.Amount, l.Amount.Currency)
			if l.Amount.Currency != "DKK" {
				text += " @@ " + l.Base.String()
			}
			out = append(out, text)
		}
		return nil
	}))
	slices.Sort(out)
	return out
}

// Deferred is a policy of a grant in base currency.
func Deferred() grants.Policy {
	return grants.Policy{Recognition: grants.Deferred, FeeBearer: grants.BornByGeneral,
		CurrencyBearer: grants.BornByGeneral, Interest: grants.InterestToGrantor, RateMethod: "own",
		IndirectRate: decimal.Zero, RefundDeMinimis: Money("500.00", "DKK")}
}
