package grants_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"supportledger/access"
	"supportledger/grants"
	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/storetest"
)

// office is books with the general fund, two users and a register, for acts one after another.
type office struct {
	*testing.T
	db       *store.DB
	register grants.Register
	users    map[string]access.UserID
}

func openOffice(t *testing.T, db *store.DB) *office {
	t.Helper()
	book := ledger.Book{Base: "DKK", General: "UNR", Organisation: "Example"}
	o := &office{t, db, grants.Register{Book: book}, map[string]access.UserID{}}
	o.must(o.do("", func(tx *store.Tx) error {
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
		if err := book.OpenFund(t.Context(), tx, ledger.Fund{Code: "UNR", Restriction: ledger.Unrestricted,
			OpenedOn: "2026-01-01"}); err != nil {
			return err
		}
		_, err := book.Post(t.Context(), tx, ledger.Entry{Date: "2026-01-01", Lines: []ledger.Line{
			ledger.Base("1010", "UNR", money("250000.00", "DKK")), ledger.Base("3100", "UNR", money("-250000.00", "DKK"))}})
		return err
	}))
	return o
}

func money(s string, c ledger.Currency) ledger.Money {
	m, err := ledger.ParseMoney(s, c)
	if err != nil {
		panic(err)
	}
	return m
}

func rate(s string) ledger.Rate {
	r, err := ledger.ParseRate(s)
	if err != nil {
		panic(err)
	}
	return r
}

func (o *office) must(err error) {
	o.Helper()
	if err != nil {
		o.Fatal(err)
	}
}

// do runs an act as a user.
func (o *office) do(user string, fn func(tx *store.Tx) error) error {
	ctx := store.WithActor(o.Context(), store.Actor{User: string(o.users[user])})
	return o.db.Update(ctx, fn)
}

// sign signs a grant with a policy.
func (o *office) sign(code string, amount ledger.Money, p grants.Policy) {
	o.Helper()
	o.must(o.do("finance", func(tx *store.Tx) error {
		donor, err := o.register.RegisterDonor(o.Context(), tx, grants.Donor{Kind: grants.Institution, Name: "Foundation",
			Language: "en"})
		if err != nil {
			return err
		}
		_, err = o.register.Sign(o.Context(), tx, grants.Grant{Code: code, Donor: donor, Title: code, Amount: amount,
			SignedOn: "2026-01-02", Policies: grants.Policies{p}})
		return err
	}))
}

// lines shows the last entry's lines as the journal would: account, fund, amount and base.
func (o *office) lines() []string {
	o.Helper()
	var out []string
	o.must(o.db.View(o.Context(), func(tx *store.Tx) error {
		seq, err := o.register.Book.LastSeq(o.Context(), tx)
		if err != nil {
			return err
		}
		entries, err := o.register.Book.Entries(o.Context(), tx, ledger.Span{}, seq-1, 1)
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

func (o *office) wantLines(want string) {
	o.Helper()
	if diff := cmp.Diff(strings.Split(strings.TrimSpace(want), "\n"), o.lines()); diff != "" {
		o.Errorf("entry (-want +got):\n%s", diff)
	}
}

func deferred() grants.Policy {
	return grants.Policy{Recognition: grants.Deferred, FeeBearer: grants.BornByGeneral,
		CurrencyBearer: grants.BornByGeneral, Interest: grants.InterestToGrantor, RateMethod: grants.OwnCurrency,
		IndirectRate: decimal.Zero, RefundDeMinimis: money("500.00", "DKK")}
}

// S09: an award is income at once; what a bank withheld is made good, the difference stays with its bearer.
func TestRule56AwardAndItsReceipt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := openOffice(t, db)
		p := deferred()
		p.Recognition, p.CurrencyBearer = grants.Immediate, grants.BornByGrant
		o.sign("G4", money("10000.00", "USD"), p)
		award := func(on ledger.Date) error {
			return o.do("finance", func(tx *store.Tx) error {
				_, err := o.register.Award(t.Context(), tx, "G4", on, rate("6.4500 DKK/USD"))
				return err
			})
		}
		o.must(o.do("finance", func(tx *store.Tx) error {
			_, err := o.register.AddCondition(t.Context(), tx, "G4", grants.Condition{Kind: "matching", Text: "Half from others",
				Disbursements: true})
			return err
		}))
		if err := award("2026-03-01"); !errors.Is(err, grants.ErrConditionOpen) {
			t.Errorf("what a condition holds back is not income: %v", err)
		}
		o.must(o.do("finance", func(tx *store.Tx) error {
			_, err := o.register.DecideCondition(t.Context(), tx, "G4", "C1",
				grants.ConditionDecision{State: grants.ConditionMet, On: "2026-03-01", Reason: "Others gave half"})
			return err
		}))
		o.must(award("2026-03-01"))
		o.wantLines("1200 G4 10000.00 USD @@ 64500.00\n4100 G4 -64500.00 DKK")
		o.must(o.do("finance", func(tx *store.Tx) error {
			_, err := o.register.ReceiveAward(t.Context(), tx, grants.AwardReceipt{Grant: "G4", On: "2026-04-15",
				Received: money("9985.00", "USD"),
				Withheld: money("15.00", "USD"), Rate: rate("6.3800 DKK/USD"), Account: "1030"})
			return err
		}))
		o.wantLines("1010 G4 95.70 DKK\n1010 UNR -95.70 DKK\n1030 G4 9985.00 USD @@ 63704.30\n1200 G4 -10000.00 USD @@ -64500.00\n6100 UNR 95.70 DKK\n6200 G4 700.00 DKK")
		if err := award("2026-03-02"); !errors.Is(err, grants.ErrWrongRecognition) {
			t.Errorf("a second award: %v", err)
		}
	})
}

// S16: the donor is credited with the gross, and a mistaken gift is given back once.
func TestRule54GiftAndRefund(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := openOffice(t, db)
		o.must(o.do("finance", func(tx *store.Tx) error {
			if err := o.register.Book.OpenFund(t.Context(), tx, ledger.Fund{Code: "D1", Restriction: ledger.PurposeBound,
				OpenedOn: "2026-01-01"}); err != nil {
				return err
			}
			donor, err := o.register.RegisterDonor(t.Context(), tx, grants.Donor{Code: "D-77", Kind: grants.Person,
				Language: "da"})
			if err != nil {
				return err
			}
			_, err = o.register.ReceiveGift(t.Context(), tx, grants.Gift{Number: "GIFT-1", Donor: donor, Fund: "D1",
				On:    "2026-03-03",
				Gross: money("5000.00", "DKK"), Fee: money("50.00", "DKK"), Account: "1010"})
			return err
		}))
		o.wantLines("1010 D1 5000.00 DKK\n1010 UNR -50.00 DKK\n4200 D1 -5000.00 DKK\n6100 UNR 50.00 DKK")
		refund := func(tx *store.Tx) error {
			_, err := o.register.RefundGift(t.Context(), tx, "GIFT-1", "2026-03-20")
			return err
		}
		o.must(o.do("finance", refund))
		o.wantLines("1010 D1 -5000.00 DKK\n4200 D1 5000.00 DKK")
		if err := o.do("finance", refund); err == nil {
			t.Error("a gift was given back twice")
		}
	})
}

// S19: interest belongs to the grantor, a disallowance goes to the general fund, the whole rest is refunded - by
// another person than the one who drew up the account.
func TestRules59And60ClosingAGrant(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := openOffice(t, db)
		o.sign("G3", money("90000.00", "DKK"), deferred())
		act := func(user string, fn func(tx *store.Tx) error) { t.Helper(); o.must(o.do(user, fn)) }
		act("finance", func(tx *store.Tx) error {
			_, err := o.register.Receive(t.Context(), tx, grants.Receipt{Grant: "G3", On: "2026-02-01",
				Amount: money("90000.00", "DKK"), Account: "1010"})
			return err
		})
		act("finance", func(tx *store.Tx) error {
			_, err := o.register.Post(t.Context(), tx, ledger.Entry{Date: "2026-04-20", Lines: []ledger.Line{
				ledger.Base("5400", "G3", money("2700.00", "DKK")), ledger.Base("5200", "G3", money("65450.00", "DKK")),
				ledger.Base("1010", "G3", money("-68150.00", "DKK"))}})
			return err
		})
		act("finance", func(tx *store.Tx) error {
			_, err := o.register.BookInterest(t.Context(), tx, grants.Interest{Grant: "G3", On: "2026-11-30",
				Amount: money("85.40", "DKK"), Account: "1010"})
			return err
		})
		o.wantLines("1010 G3 85.40 DKK\n2100 G3 -85.40 DKK")
		act("finance", func(tx *store.Tx) error {
			_, err := o.register.Disallow(t.Context(), tx, grants.Disallowance{Grant: "G3", Finding: "F-1", On: "2026-12-10",
				Account: "1010", Items: []grants.DisallowedItem{
					{Category: "emergency-aid", Amount: money("1500.00", "DKK")},
					{Category: "therapy", Amount: money("900.00", "DKK")}}})
			return err
		})
		o.wantLines("1010 G3 2400.00 DKK\n1010 UNR -2400.00 DKK\n2100 G3 -1500.00 DKK\n2100 G3 -900.00 DKK\n4100 G3 1500.00 DKK\n4100 G3 900.00 DKK\n5200 G3 -900.00 DKK\n5400 G3 -1500.00 DKK\n6900 UNR 2400.00 DKK")
		act("finance", func(tx *store.Tx) error {
			_, _, err := o.register.End(t.Context(), tx, "G3", "2026-11-30")
			return err
		})
		act("finance", func(tx *store.Tx) error {
			_, err := o.register.CloseAccount(t.Context(), tx, "G3", "2026-12-20")
			return err
		})
		o.wantLines("2100 G3 24335.40 DKK\n2110 G3 -24335.40 DKK")
		pay := func(tx *store.Tx) error {
			_, err := o.register.PayRefund(t.Context(), tx, "G3", "2026-12-28", "1010")
			return err
		}
		if err := o.do("finance", pay); !errors.Is(err, access.ErrMakerCannotApprove) {
			t.Errorf("who drew up the account paid it: %v", err)
		}
		act("treasurer", pay)
		o.wantLines("1010 G3 -24335.40 DKK\n2110 G3 24335.40 DKK")
	})
}

// RULES 60: a rest within the de minimis may be kept; a larger one may not.
func TestRule60ResidueKept(t *testing.T) {
	for rest, keeps := range map[string]bool{"312.40": true, "500.01": false} {
		t.Run(rest, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				o := openOffice(t, db)
				o.sign("G3", money("1000.00", "DKK"), deferred())
				o.must(o.do("finance", func(tx *store.Tx) error {
					_, err := o.register.Receive(t.Context(), tx, grants.Receipt{Grant: "G3", On: "2026-02-01",
						Amount: money(rest, "DKK"), Account: "1010"})
					return err
				}))
				err := o.do("finance", func(tx *store.Tx) error {
					_, err := o.register.KeepResidue(t.Context(), tx, "G3", "2026-12-28", "1010", "2026-77")
					return err
				})
				if !keeps {
					if !errors.Is(err, grants.ErrAboveDeMinimis) {
						t.Errorf("kept: %v", err)
					}
					return
				}
				o.must(err)
				o.wantLines("1010 G3 -312.40 DKK\n1010 UNR 312.40 DKK\n2100 G3 312.40 DKK\n4100 UNR -312.40 DKK")
			})
		})
	}
}
