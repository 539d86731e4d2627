package statements_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"supportledger/statements/collecting"
	"testing"

	"github.com/shopspring/decimal"

	"supportledger/grants"
	"supportledger/grants/donors"
	"supportledger/grants/gifts"
	"supportledger/grants/rates"
	"supportledger/ledger"
	"supportledger/statements"
	"supportledger/statements/figures"
	"supportledger/statements/figures/figurestest"
	"supportledger/statements/page"
	"supportledger/store"
	"supportledger/store/storetest"
)

// chance makes random books of one grant, one fund and one donor each.
type chance struct {
	*house
	*rand.Rand
}

func (c chance) amount(currency ledger.Currency, most int64) ledger.Money {
	return ledger.OfMinor(1+c.Int64N(most*100), currency)
}

func (c chance) day() ledger.Date { return ledger.Date("2026-01-05").AddDays(c.IntN(355)) }

// may runs an act that the rules may refuse: what is refused is not in the books.
func (c chance) may(act func(context.Context, *store.Tx) error) { _ = c.try("", act) }

// grant signs a grant of one of the kinds that there are and lets things happen to it.
func (c chance) grant(code string) {
	currency := []ledger.Currency{"DKK", "DKK", "EUR", "NGN"}[c.IntN(4)]
	rate := map[ledger.Currency]string{"EUR": []string{"7.46 DKK/EUR", "0.134 EUR/DKK"}[c.IntN(2)],
		"NGN": []string{"226 NGN/DKK", "0.00442 DKK/NGN"}[c.IntN(2)]}[currency]
	most := map[ledger.Currency]int64{"DKK": 20000, "EUR": 3000, "NGN": 4000000}[currency]
	policy := grants.Policy{Recognition: grants.Deferred, RateMethod: rates.OwnCurrency, FeeBearer: grants.BornByGrant,
		CurrencyBearer: grants.BornByGrant, IndirectExcludes: []string{}, Interest: grants.InterestToGrantor,
		RefundDeMinimis: dkk("0")}
	if currency != "DKK" {
		policy.RateMethod, policy.CurrencyBearer = rates.ReceiptRate, grants.BornByGeneral
	}
	if c.IntN(3) == 0 {
		policy.IndirectRate = decimal.NewFromInt(7)
	}
	g := grants.Grant{Code: code, Title: "Support", Amount: c.amount(currency, 3*most), SignedOn: "2026-01-02",
		Policies: grants.Policies{policy}}
	if c.IntN(2) == 0 {
		g.From, g.To = "2026-01-02", []ledger.Date{"2026-06-30", "2026-12-31", "2027-12-31"}[c.IntN(3)]
	}
	if c.IntN(2) == 0 {
		third := ledger.OfMinor(g.Amount.Minor()/3, currency)
		g.Budget = []grants.BudgetLine{{No: "1", Text: "Study", Categories: []string{"tuition"}, Amount: third},
			{No: "2", Text: "Rest", Categories: []string{"*"}, Amount: g.Amount.Sub(third)}}
	}
	c.do("", func(ctx context.Context, tx *store.Tx) (err error) {
		if g.Donor, err = donors.Find(ctx, tx, "D-1"); err != nil {
			return err
		}
		_, err = c.office.Grants.Sign(ctx, tx, g)
		return err
	})
	for range 1 + c.IntN(3) {
		in := grants.Receipt{Grant: code, On: c.day(), Amount: c.amount(currency, most), Account: "1010"}
		if rate != "" {
			in.Rate = figurestest.Rate(rate)
		}
		c.may(func(ctx context.Context, tx *store.Tx) error {
			_, err := c.office.Grants.Receive(ctx, tx, in)
			return err
		})
	}
	for range 1 + c.IntN(6) {
		account := []ledger.AccountNo{"5100", "5110", "5200", "5400", "6100"}[c.IntN(5)]
		amount := c.amount("DKK", 3000)
		if c.IntN(5) == 0 {
			amount = amount.Neg()
		}
		fund, on := ledger.FundCode(code), c.day()
		c.may(func(ctx context.Context, tx *store.Tx) error {
			_, err := c.office.Grants.Post(ctx, tx, ledger.Entry{Date: on, Text: "cost", Act: "payment", Lines: []ledger.Line{
				ledger.Base(account, fund, amount), ledger.Base("1010", fund, amount.Neg())}})
			return err
		})
	}
	for _, act := range []func(context.Context, *store.Tx) error{
		func(ctx context.Context, tx *store.Tx) error {
			_, err := c.office.Grants.BookInterest(ctx, tx, grants.Interest{Grant: code, On: c.day(),
				Amount: c.amount("DKK", 50), Account: "1010"})
			return err
		},
		func(ctx context.Context, tx *store.Tx) error {
			_, err := c.office.Grants.Disallow(ctx, tx, grants.Disallowance{Grant: code, Finding: "F-" + code, On: "2026-12-20",
				Account: "1010", Items: []grants.DisallowedItem{{Category: "tuition", Amount: c.amount("DKK", 500)}}})
			return err
		},
		func(ctx context.Context, tx *store.Tx) error {
			general := grants.BornByGeneral
			_, err := c.office.Grants.Amend(ctx, tx, code, c.day(), grants.Change{FeeBearer: &general})
			return err
		},
		func(ctx context.Context, tx *store.Tx) error {
			_, err := c.office.Grants.ChargeIndirect(ctx, tx, code, "2026-12-30")
			return err
		},
		func(ctx context.Context, tx *store.Tx) error {
			_, err := (gifts.Register{Grants: c.office.Grants}).ReceiveInKind(ctx, tx, gifts.Contribution{Fund: "UNR",
				Category: "tuition", On: c.day(), Units: decimal.NewFromInt(2), UnitValue: c.amount("DKK", 100),
				Memo: []string{"V-1", ""}[c.IntN(2)], Text: "books, as a shop would ask"})
			return err
		},
		func(ctx context.Context, tx *store.Tx) error {
			_, err := c.office.Grants.CloseAccount(ctx, tx, code, "2026-12-31")
			return err
		},
	} {
		if c.IntN(4) == 0 {
			c.may(act)
		}
	}
}

// gifts gives a fund of its own some gifts of its own donor, some given back, and cost.
func (c chance) gifts(fund ledger.FundCode, donor string) {
	register := gifts.Register{Grants: c.office.Grants}
	c.do("", func(ctx context.Context, tx *store.Tx) error {
		if err := c.office.Book.OpenFund(ctx, tx, ledger.Fund{Code: fund, Name: "Fund", Restriction: ledger.PurposeBound,
			OpenedOn: "2026-01-01"}); err != nil {
			return err
		}
		_, err := donors.Register(ctx, tx, donors.Donor{Code: donor, Kind: donors.Person, Language: "da"})
		return err
	})
	for i := range c.IntN(4) {
		number, on, amount := fmt.Sprintf("%s-%d", donor, i), c.day(), c.amount("DKK", 5000)
		c.may(func(ctx context.Context, tx *store.Tx) error {
			d, err := donors.Find(ctx, tx, donor)
			if err != nil {
				return err
			}
			_, err = register.Receive(ctx, tx, gifts.Gift{Number: number, Donor: d, Fund: fund, On: on, Gross: amount,
				Fee: dkk("0"), Account: "1010"})
			return err
		})
		if c.IntN(3) == 0 {
			c.may(func(ctx context.Context, tx *store.Tx) error {
				_, err := register.Refund(ctx, tx, number, on.AddDays(5))
				return err
			})
		}
	}
	for range c.IntN(3) {
		amount, on := c.amount("DKK", 6000), c.day()
		c.may(func(ctx context.Context, tx *store.Tx) error {
			_, err := c.office.Grants.Post(ctx, tx, ledger.Entry{Date: on, Text: "cost", Act: "payment", Lines: []ledger.Line{
				ledger.Base("5120", fund, amount), ledger.Base("1010", fund, amount.Neg())}})
			return err
		})
	}
}

// Over random books, whatever statement is collected, as it is and as it leaves the organisation: no sentence says what
// the figures do not, and every amount in a sentence is a figure.
func TestStatementsSayNothingUntrue(t *testing.T) {
	onBoth(t, func(h *house) {
		rounds, said := storetest.Rounds(100, 2000), 0
		if strings.HasSuffix(t.Name(), "postgres") {
			rounds /= 10
		}
		c := chance{h, rand.New(rand.NewPCG(15, 1))}
		periods := []figures.Period{{To: "2026-12-31"}, {From: "2026-07-01", To: "2026-12-31"},
			{From: "2026-01-01", To: "2026-03-31"}}
		for i := range rounds {
			grant, fund, donor := fmt.Sprintf("R%d", i), ledger.FundCode(fmt.Sprintf("F%d", i)), fmt.Sprintf("D-R%d", i)
			c.grant(grant)
			c.gifts(fund, donor)
			for _, in := range []collecting.Request{{Subject: grant}, {Subject: grant, Kind: figures.FundReport},
				{Subject: donor}, {Subject: string(fund), Kind: figures.FundReport}} {
				period := periods[c.IntN(len(periods))]
				in.From, in.To, in.Whole = period.From, period.To, c.IntN(4) == 0
				full := h.collect(in)
				shown, _, err := statements.Withholding{}.Clear(t.Context(), nil, full)
				if err != nil {
					t.Fatal(err)
				}
				for _, v := range []figures.Value{full, shown} {
					if err := v.Foots(); err != nil {
						t.Errorf("%s %v: %v", in.Subject, period, err)
					}
					for _, lang := range figures.Langs {
						prose := page.Prose(v, lang)
						said += len(prose)
						for _, wrong := range figurestest.Untrue(full, v, lang, prose) {
							t.Errorf("%s %v, %s: %s\n%s", in.Subject, period, lang, wrong, strings.Join(prose, "\n"))
						}
					}
				}
				if t.Failed() {
					return
				}
			}
		}
		t.Logf("%d ledgers, %d sentences", rounds, said)
	})
}
