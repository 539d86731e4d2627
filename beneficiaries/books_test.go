package beneficiaries

import (
	"errors"
	"flag"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"supportledger/access"
	"supportledger/access/vault/vaulttest"
	"supportledger/grants"
	"supportledger/grants/donors"
	"supportledger/grants/rates"
	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/storetest"
)

func of(amount string, c ledger.Currency) ledger.Money {
	m, err := ledger.ParseMoney(amount, c)
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

// shares reads "G1=60 G2=40".
func shares(s string) []Share {
	var out []Share
	for part := range strings.FieldsSeq(s) {
		fund, percent, _ := strings.Cut(part, "=")
		out = append(out, Share{Fund: ledger.FundCode(fund), Percent: decimal.RequireFromString(percent)})
	}
	return out
}

// items fall due on the last days given; "" is a unit without a date.
func items(due ...ledger.Date) []Item {
	out := make([]Item, len(due))
	for i, d := range due {
		out[i] = Item{Position: i, DueOn: d}
	}
	return out
}

// degree is P-101 of the worked scenarios: two semesters and twelve stipends, at 225 NGN/DKK, 60/40.
func degree() Plan {
	var months []ledger.Date
	for m := range 12 {
		months = append(months, ledger.NewDate(2026, 1, 31).AddDays(m*30))
	}
	return Plan{Number: "P-101", Currency: "NGN", Current: PlanVersion{Currency: "NGN", BudgetRate: rate("225 NGN/DKK"),
		StartsOn: "2026-01-01", Shares: shares("G1=60 G2=40"),
		Lines: []PlanLine{
			{Line: "tuition", Category: "tuition", UnitPrice: of("600000.00", "NGN"), Items: items("2026-01-20", "2026-09-10")},
			{Line: "stipend", Category: "stipend", UnitPrice: of("150000.00", "NGN"), Items: items(months...)},
		}}}
}

// house is registers over fresh books with the grants G1 to G3 of 60,000.00 DKK each and three people.
type house struct {
	*testing.T
	db  *store.DB
	reg Register
	who map[string]store.Actor // writer, approver, other
}

func onBoth(t *testing.T, fn func(h house)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		book := ledger.Book{Base: "DKK", General: "UNR", Organisation: "Example"}
		h := house{t, db, Register{Book: book, Grants: grants.Register{Book: book}, Vault: vaulttest.New(t)},
			map[string]store.Actor{}}
		h.do("", h.open)
		fn(h)
	})
}

func (h house) open(tx *store.Tx) error {
	if err := ledger.Create(h.Context(), tx, h.reg.Book); err != nil {
		return err
	}
	if err := h.reg.Book.OpenFund(h.Context(), tx, ledger.Fund{Code: "UNR", Name: "Free", Restriction: ledger.Unrestricted,
		OpenedOn: "2026-01-01"}); err != nil {
		return err
	}
	for _, name := range []string{"writer", "approver", "other"} {
		u, err := access.CreateUser(h.Context(), tx, name, access.ProgrammeLead)
		if err != nil {
			return err
		}
		h.who[name] = store.Actor{User: string(u.ID), Token: "tok_" + name, Roles: []string{string(access.ProgrammeLead)}}
	}
	donor, err := donors.Register(h.Context(), tx,
		donors.Donor{Kind: donors.Institution, Name: "Foundation A", Language: "en"})
	if err != nil {
		return err
	}
	for _, code := range []string{"G1", "G2", "G3"} {
		policy := grants.Policy{Recognition: grants.Deferred, RateMethod: rates.OwnCurrency, FeeBearer: grants.BornByGrant,
			CurrencyBearer: grants.BornByGrant,
			Interest:       grants.InterestToGrantor, RefundDeMinimis: of("0", "DKK")}
		if _, err := h.reg.Grants.Sign(h.Context(), tx, grants.Grant{Code: code, Donor: donor, Title: code,
			Amount: of("60000.00", "DKK"), SignedOn: "2026-01-02",
			Policies: grants.Policies{policy}}); err != nil {
			return err
		}
	}
	return nil
}

// few holds a property against a fifth of the usual number of examples, since each writes to a database.
func few(t *testing.T, property func(*rapid.T)) {
	t.Helper()
	checks := flag.Lookup("rapid.checks").Value
	usual := checks.String()
	n, err := strconv.Atoi(usual)
	if err := errors.Join(err, checks.Set(strconv.Itoa(n/5+1))); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = checks.Set(usual) }()
	rapid.Check(t, property)
}

// try runs an act as one of the people, or as the system.
func (h house) try(who string, fn func(tx *store.Tx) error) error {
	h.Helper()
	return h.db.Update(store.WithActor(h.Context(), h.who[who]), fn)
}

// do runs an act that must succeed.
func (h house) do(who string, fn func(tx *store.Tx) error) {
	h.Helper()
	if err := h.try(who, fn); err != nil {
		h.Fatal(err)
	}
}

// submitted drafts and submits a plan as writer.
func (h house) submitted(p Plan) Plan {
	h.Helper()
	h.do("writer", func(tx *store.Tx) error {
		b, err := h.reg.Admit(h.Context(), tx)
		if err != nil {
			return err
		}
		p.Beneficiary = b.ID
		if p, err = h.reg.Draft(h.Context(), tx, p); err != nil {
			return err
		}
		p, err = h.reg.Submit(h.Context(), tx, p.Number)
		return err
	})
	return p
}

// approve approves a year as somebody.
func (h house) approve(who, plan string, year int, on ledger.Date) (c Commitment, err error) {
	h.Helper()
	err = h.try(who, func(tx *store.Tx) (err error) {
		c, err = h.reg.ApproveYear(h.Context(), tx, plan, year, on)
		return err
	})
	return c, err
}

// settle settles units of a line on a day and writes the relief's lines on 9100: "2026-01-20 G1 -360000.00=-1600.00 …".
func (h house) settle(plan, line string, units int, on ledger.Date) (text string) {
	h.Helper()
	h.do("writer", func(tx *store.Tx) error {
		p, err := h.reg.Plan(h.Context(), tx, plan)
		if err != nil {
			return err
		}
		posted, err := h.reg.Settle(h.Context(), tx, p, Settlement{Line: line, Units: units, By: store.NewID("dsb"), On: on,
			Text: "relief"})
		if posted != nil {
			text = encumbered(*posted)
		}
		return err
	})
	return text
}

// encumbered writes an entry's date and its lines on 9100.
func encumbered(p ledger.Posted) string {
	var funds []ledger.FundCode
	sums := map[ledger.FundCode][2]ledger.Money{}
	for _, l := range p.Lines {
		if l.Account != ledger.Encumbrances {
			continue
		}
		sum, found := sums[l.Fund]
		if !found {
			funds, sum = append(funds, l.Fund), [2]ledger.Money{ledger.Zero(l.Amount.Currency), ledger.Zero(l.Base.Currency)}
		}
		sums[l.Fund] = [2]ledger.Money{sum[0].Add(l.Amount), sum[1].Add(l.Base)}
	}
	text := string(p.Date)
	for _, f := range funds {
		text += fmt.Sprintf(" %s %s=%s", f, sums[f][0], sums[f][1])
	}
	return text
}

// committed writes what is open per fund: "G1 720000.00=3200.00 …", nothing where nothing is.
func (h house) committed() (text string) {
	h.Helper()
	err := h.db.View(h.Context(), func(tx *store.Tx) error {
		balances, err := h.reg.Book.Balances(h.Context(), tx, lastDay)
		for _, b := range balances {
			if b.Account == ledger.Encumbrances {
				text += fmt.Sprintf("%s %s=%s ", b.Fund, b.Amount, b.Base)
			}
		}
		return err
	})
	if err != nil {
		h.Fatal(err)
	}
	return strings.TrimSpace(text)
}
