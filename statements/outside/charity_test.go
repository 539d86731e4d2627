package outside_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"supportledger/statements/collecting"
	"testing"
	"time"

	"supportledger/access"
	"supportledger/grants"
	"supportledger/grants/donors"
	"supportledger/grants/gifts"
	"supportledger/grants/rates"
	"supportledger/ledger"
	"supportledger/statements"
	"supportledger/statements/figures"
	"supportledger/store"
	"supportledger/store/storetest"
)

// charity is an organisation whose books the test keeps, so that it knows the truth.
type charity struct {
	*testing.T
	db  *store.DB
	who []store.Actor // three people, for the life of a statement
}

var book = ledger.Book{Base: "DKK", General: "UNR", Organisation: "Foreningen Nordlys"}

// accounts of support by the key that statements have for each.
var accounts = map[string]ledger.AccountNo{"tuition": "5100", "therapy": "5200", "legal-aid": "5300",
	"emergency-aid": "5400"}

func newCharity(t *testing.T, db *store.DB) *charity {
	t.Helper()
	storetest.ClockOf(db).Set(time.Date(2027, 1, 20, 9, 0, 0, 0, time.UTC))
	c := &charity{T: t, db: db}
	c.do(func(ctx context.Context, tx *store.Tx, _ statements.Issuer) error {
		for i := range 3 {
			u, err := access.CreateUser(ctx, tx, fmt.Sprintf("finance%d", i), access.FinanceOfficer)
			if err != nil {
				return err
			}
			c.who = append(c.who, store.Actor{User: string(u.ID)})
		}
		return book.OpenFund(ctx, tx,
			ledger.Fund{Code: "UNR", Name: "Free", Restriction: ledger.Unrestricted, OpenedOn: "2026-01-01"})
	})
	return c
}

// do acts on the books; the first act creates them.
func (c *charity) do(act func(context.Context, *store.Tx, statements.Issuer) error) {
	c.Helper()
	if err := c.try(act); err != nil {
		c.Fatal(err)
	}
}

func (c *charity) try(act func(context.Context, *store.Tx, statements.Issuer) error) error {
	return c.db.Update(c.Context(), func(tx *store.Tx) error {
		if c.who == nil {
			if err := ledger.Create(c.Context(), tx, book); err != nil {
				return err
			}
		}
		office, err := statements.OpenIssuer(c.Context(), tx, statements.Issuer{})
		if err != nil {
			return err
		}
		return act(c.Context(), tx, office)
	})
}

// cost is one cost in the books, or the part of it that one donor's gift paid.
type cost struct {
	person   string // "?…" for cost that is on no plan
	category string
	fund     string
	donor    string // whose gift paid it; "" of a grant
	on       ledger.Date
	amount   ledger.Money
	late     int // how many costs came late before it, with it; 0 for one in time
}

// gift is money of one donor, in the order in which it is used.
type gift struct {
	donor string
	left  int64
}

// series is one random programme: a fund with the gifts of three donors, a grant, and those who are supported.
type series struct {
	*charity
	*rand.Rand
	name   string
	people int
	gifts  []gift
	costs  []cost // by fund and date, split by gift
	funder string
	days   map[ledger.Date]bool // with a cost: the order of two on one day is not printed
	late   int
}

func (c *charity) series(n int) *series {
	s := &series{charity: c, Rand: rand.New(rand.NewPCG(2026, uint64(n))), name: fmt.Sprintf("X%d", n),
		days: map[ledger.Date]bool{}}
	s.people = 5 + s.IntN(11)
	s.funder = s.name + "G"
	s.do(s.open)
	var drawn []cost
	for range 25 + s.IntN(50) {
		drawn = append(drawn, s.draw())
	}
	slices.SortStableFunc(drawn, func(a, b cost) int { return cmp.Compare(a.on, b.on) })
	s.do(func(ctx context.Context, tx *store.Tx, o statements.Issuer) error {
		return s.post(ctx, tx, o, drawn...)
	})
	return s
}

const most = 4_000_000_00 // øre of one cost: two sums of such are hardly ever the same by chance

// open opens fund, grant and gifts of a series.
func (s *series) open(ctx context.Context, tx *store.Tx, o statements.Issuer) error {
	if err := o.Book.OpenFund(ctx, tx, ledger.Fund{Code: ledger.FundCode(s.name), Name: "Programme",
		Restriction: ledger.PurposeBound, OpenedOn: "2026-01-01"}); err != nil {
		return err
	}
	for i := range 3 {
		code := fmt.Sprintf("%sD%d", s.name, i)
		d, err := donors.Register(ctx, tx, donors.Donor{Code: code, Kind: donors.Person, Language: "en"})
		if err != nil {
			return err
		}
		amount := int64(most)*int64(5+s.IntN(20)) + s.Int64N(1000)
		if i == 2 {
			amount = most * 100
		}
		s.gifts = append(s.gifts, gift{code, amount})
		if _, err := (gifts.Register{Grants: o.Grants}).Receive(ctx, tx, gifts.Gift{Number: "GIFT-" + code, Donor: d,
			Fund: ledger.FundCode(s.name), On: ledger.Date("2026-01-02").AddDays(i), Gross: ledger.OfMinor(amount, "DKK"),
			Fee: ledger.Zero("DKK"), Account: "1010"}); err != nil {
			return err
		}
	}
	d, err := donors.Register(ctx, tx, donors.Donor{Code: s.name + "F", Kind: donors.Institution, Name: "Foundation",
		Language: "en"})
	if err != nil {
		return err
	}
	granted := ledger.OfMinor(most*100, "DKK")
	half := ledger.OfMinor(most*50, "DKK")
	if _, err := o.Grants.Sign(ctx, tx, grants.Grant{Code: s.funder, Donor: d, Title: "Programme", Amount: granted,
		SignedOn: "2026-01-02", Policies: grants.Policies{{Recognition: grants.Deferred, RateMethod: rates.OwnCurrency,
			FeeBearer: grants.BornByGrant, CurrencyBearer: grants.BornByGrant, IndirectExcludes: []string{},
			Interest: grants.InterestToGrantor, RefundDeMinimis: ledger.Zero("DKK")}},
		Budget: []grants.BudgetLine{{No: "1", Text: "Study", Categories: []string{"tuition"}, Amount: half},
			{No: "2", Text: "Other support", Categories: []string{"*"}, Amount: half}}}); err != nil {
		return err
	}
	_, err = o.Grants.Receive(ctx, tx, grants.Receipt{Grant: s.funder, On: "2026-01-05", Amount: granted,
		Account: "1010"})
	return err
}

// draw makes a cost of somebody for something; some are supported from spring or autumn on alone.
func (s *series) draw() cost {
	p := s.IntN(s.people)
	first := []int{0, 0, 0, 90, 200}[p%5]
	d := cost{person: fmt.Sprintf("%sP%02d", s.name, p),
		category: []string{"tuition", "therapy", "therapy", "legal-aid", "emergency-aid"}[(p+s.IntN(3))%5],
		fund:     []string{s.name, s.funder}[s.IntN(2)],
		on:       s.day(first),
		amount:   ledger.OfMinor(most/50+s.Int64N(most), "DKK")}
	if s.IntN(20) == 0 {
		d.person = fmt.Sprintf("?%d", s.IntN(1000)) // a bill from a retainer, a receipt from a float
	}
	return d
}

// day is one on which nothing else is booked.
func (s *series) day(first int) ledger.Date {
	for {
		if on := ledger.Date("2026-01-10").AddDays(first + s.IntN(350-first)); !s.days[on] {
			s.days[on] = true
			return on
		}
	}
}

// comesLate books a cost of the grant that should have been there before: statements so far do not have it.
func (s *series) comesLate() {
	d := s.draw()
	s.late++
	d.fund, d.late = s.funder, s.late
	s.do(func(ctx context.Context, tx *store.Tx, o statements.Issuer) error { return s.post(ctx, tx, o, d) })
}

// post books costs, and splits those of the fund by the gifts that pay them.
func (s *series) post(ctx context.Context, tx *store.Tx, o statements.Issuer, costs ...cost) error {
	var ofFund []ledger.Entry
	for _, d := range costs {
		line := ledger.Base(accounts[d.category], ledger.FundCode(d.fund), d.amount)
		if d.person[0] != '?' {
			line.Plan = d.person
		}
		entry := ledger.Entry{Date: d.on, Text: "cost", Act: "payment",
			Lines: []ledger.Line{line, ledger.Base("1010", ledger.FundCode(d.fund), d.amount.Neg())}}
		if d.fund == s.name {
			ofFund = append(ofFund, entry)
			s.split(d)
			continue
		}
		s.costs = append(s.costs, d)
		if _, err := o.Grants.Post(ctx, tx, entry); err != nil {
			return err
		}
	}
	if len(ofFund) == 0 {
		return nil
	}
	_, err := o.Book.Post(ctx, tx, ofFund...)
	return err
}

// split puts a cost down by the gifts that pay it.
func (s *series) split(d cost) {
	for left := d.amount.Minor(); left > 0; {
		g := &s.gifts[slices.IndexFunc(s.gifts, func(g gift) bool { return g.left > 0 })]
		part := d
		part.donor = g.donor
		part.amount = ledger.OfMinor(min(left, g.left), "DKK")
		g.left -= part.amount.Minor()
		left -= part.amount.Minor()
		s.costs = append(s.costs, part)
	}
}

// request is a statement that somebody asks for: any, of whole months.
func (s *series) request() collecting.Request {
	from := []ledger.Date{"", "", "", "2026-04-01", "2026-07-01", "2026-02-01"}[s.IntN(6)]
	to := ledger.Date(fmt.Sprintf("2026-%02d-01", 3+s.IntN(10))).AddDays(-1)
	switch s.IntN(5) {
	case 0:
		to = "2026-12-31"
	case 1, 2:
		to = []ledger.Date{"2026-03-31", "2026-06-30", "2026-09-30"}[s.IntN(3)]
	}
	in := collecting.Request{Kind: figures.FundReport, Subject: s.name, From: from, To: to}
	switch s.IntN(6) {
	case 0:
		in.Subject = s.funder
	case 1, 2:
		in.Kind, in.Subject = figures.DonorAnnual, s.gifts[s.IntN(3)].donor
	case 3:
		in.Kind, in.Subject = figures.GrantFinancial, s.funder
	}
	return in
}

// released is a statement that was issued: what a reader has in her hand.
type released struct {
	figures.Value
	id   statements.ID
	late int // how many costs had come late by then
}

// publish takes a statement through its life as far as the organisation lets it. Uncontrolled is the statement as it
// was collected.
func (s *series) publish(in collecting.Request, replaces string) (out, uncontrolled released, err error) {
	err = s.try(func(ctx context.Context, tx *store.Tx, o statements.Issuer) error {
		tx.By = s.who[0]
		made, err := o.Prepare(ctx, tx, in, figures.English, replaces)
		if err != nil {
			return err
		}
		uncontrolled = released{made.Value, made.ID, s.late}
		if made, err = o.CheckPrivacy(ctx, tx, string(made.ID)); err != nil {
			return err
		}
		tx.By = s.who[1]
		if made, err = o.Review(ctx, tx, string(made.ID)); err != nil {
			return err
		}
		tx.By = s.who[2]
		made, err = o.Issue(ctx, tx, string(made.ID))
		out = released{made.Cleared, made.ID, s.late}
		return err
	})
	switch {
	case errors.Is(err, statements.ErrPeriodRefused), errors.Is(err, statements.ErrNotCleared),
		errors.Is(err, statements.ErrExists), errors.Is(err, collecting.ErrReversed):
		return released{}, uncontrolled, errRefused
	case err != nil:
		s.Fatalf("%+v: %v", in, err)
	}
	return out, uncontrolled, nil
}

var errRefused = errors.New("refused")
