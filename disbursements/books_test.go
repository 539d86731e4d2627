package disbursements_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/disbursements"
	"supportledger/disbursements/advances"
	"supportledger/disbursements/banking"
	"supportledger/disbursements/judge"
	"supportledger/disbursements/payees"
	"supportledger/disbursements/paymentbatch"
	"supportledger/grants"
	"supportledger/grants/donors"
	"supportledger/grants/rates"
	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/storetest"
)

// house is an office over fresh books. The general fund UNR has money in the bank; partners NG-01 and KE-01 have
// advance accounts; maker, lead, finance and chief are people.
type house struct {
	rapid.TB
	ctx         context.Context
	db          *store.DB
	requests    disbursements.Requests
	decisions   disbursements.Decisions
	settlements disbursements.Settlements
	advances    advances.Register
	policies    disbursements.Policies
	payees      payees.Register
	payments    banking.Payments
	lines       banking.Lines
	batches     paymentbatch.Batches

	donor donors.Donor
	who   map[string]store.Actor
}

func onBoth(t *testing.T, fn func(h *house)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) { fn(newHouse(t, db)) })
}

func newHouse(t testing.TB, db *store.DB) *house {
	t.Helper()
	book := ledger.Book{Base: "DKK", General: "UNR", Organisation: "Example; a \"charity\"",
		Judge: judge.Entry}
	register := grants.Register{Book: book}
	h := &house{TB: t, ctx: t.Context(), db: db, who: map[string]store.Actor{}}
	h.keep(disbursements.New(book, register, beneficiaries.Register{Book: book, Grants: register}))
	h.do("", func(ctx context.Context, tx *store.Tx) error { return h.open(ctx, tx) })
	h.cards("1000000.00")
	return h
}

// cards lets so much leave by card or in cash from today on.
func (h *house) cards(limit string) {
	h.Helper()
	var p disbursements.Policy
	h.do("chief", func(ctx context.Context, tx *store.Tx) (err error) {
		today := ledger.DateOf(tx.At)
		if p, err = h.policies.On(ctx, tx, today); err != nil {
			return err
		}
		p.FromOn, p.CardLimit, p.Reason = today, of(limit, "DKK"), "what the test pays by card"
		p, err = h.policies.ProposePolicy(ctx, tx, p)
		return err
	})
	h.do("finance", func(ctx context.Context, tx *store.Tx) error {
		_, err := h.policies.DecidePolicy(ctx, tx, p.ID, true, "")
		return err
	})
}

// keep opens the objects of the packages over the same books.
func (h *house) keep(requests disbursements.Requests) {
	h.requests, h.advances, h.policies, h.payees = requests, requests.Advances, requests.Policies, requests.Payees
	h.decisions = disbursements.Decisions{Requests: requests}
	h.settlements = disbursements.Settlements{Requests: requests}
	h.payments = banking.Payments{Requests: requests}
	h.lines, h.batches = banking.Lines{Payments: h.payments}, paymentbatch.Batches{Payments: h.payments}
}

func (h *house) open(ctx context.Context, tx *store.Tx) (err error) {
	book := h.requests.Book
	if err := ledger.Create(ctx, tx, book); err != nil {
		return err
	}
	for code, r := range map[ledger.FundCode]ledger.Restriction{"UNR": ledger.Unrestricted, "D1": ledger.PurposeBound} {
		if err := book.OpenFund(ctx, tx,
			ledger.Fund{Code: code, Name: string(code), Restriction: r, OpenedOn: "2026-01-01"}); err != nil {
			return err
		}
		if _, err := book.Post(ctx, tx,
			ledger.Entry{Date: "2026-01-01", Text: "Opening", Act: "opening-balance", Lines: []ledger.Line{
				ledger.Base("1010", code, of("250000.00", "DKK")),
				ledger.Base("3100", code, of("-250000.00", "DKK"))}}); err != nil {
			return err
		}
	}
	if err := book.AddAccount(ctx, tx,
		ledger.Account{Number: "1301", Path: "assets:advances:partner-ke", Type: ledger.Asset, NameEN: "Advances, Kenya",
			NameDA: "Forskud, Kenya"}); err != nil {
		return err
	}
	for _, p := range []advances.Partner{{Code: "NG-01", Currency: "NGN", Account: "1300"},
		{Code: "KE-01", Currency: "KES", Account: "1301"}} {
		if _, err := h.advances.RegisterPartner(ctx, tx, p); err != nil {
			return err
		}
	}
	for _, name := range []string{"maker", "lead", "finance", "chief"} {
		if h.who[name], err = newPerson(ctx, tx, name); err != nil {
			return err
		}
	}
	h.donor, err = donors.Register(ctx, tx, donors.Donor{Kind: donors.Institution, Name: "Foundation A", Language: "en"})
	return err
}

func newPerson(ctx context.Context, tx *store.Tx, handle string) (store.Actor, error) {
	u, err := access.CreateUser(ctx, tx, handle, access.ProgrammeLead, access.Treasurer)
	return store.Actor{User: string(u.ID), Token: "tok_" + handle, Roles: []string{"programme_lead", "treasurer"}}, err
}

// try runs an act as one of the people, or, for "", as the system.
func (h *house) try(who string, fn func(ctx context.Context, tx *store.Tx) error) error {
	ctx := store.WithActor(h.ctx, h.who[who])
	return h.db.Update(ctx, func(tx *store.Tx) error { return fn(ctx, tx) })
}

// do runs an act that must succeed.
func (h *house) do(who string, fn func(ctx context.Context, tx *store.Tx) error) {
	h.Helper()
	if err := h.try(who, fn); err != nil {
		h.Fatalf("%v", err)
	}
}

// few holds a property against a part of the usual number of examples, since each writes to a database.
func few(t *testing.T, part int, property func(*rapid.T)) {
	t.Helper()
	checks := flag.Lookup("rapid.checks").Value
	usual := checks.String()
	n, err := strconv.Atoi(usual)
	if err := errors.Join(err, checks.Set(strconv.Itoa(max(1, n/part)))); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = checks.Set(usual) }()
	rapid.Check(t, property)
}

// terms are what a grant's agreement says, as "DKK 60000.00 fees:grant fx:general indirect:7".
func (h *house) sign(code, terms string) {
	h.Helper()
	words := strings.Fields(terms)
	policy := grants.Policy{Recognition: grants.Deferred, RateMethod: rates.ReceiptRate, FeeBearer: grants.BornByGrant,
		CurrencyBearer:   grants.BornByGrant,
		IndirectExcludes: []string{grants.CurrencyDifferences}, Interest: grants.InterestToGrantor,
		RefundDeMinimis: ledger.Zero(ledger.Currency(words[0]))}
	for _, w := range words[2:] {
		key, value, _ := strings.Cut(w, ":")
		switch key {
		case "fees":
			policy.FeeBearer = grants.Bearer(value)
		case "fx":
			policy.CurrencyBearer = grants.Bearer(value)
		case "refuses":
			policy.Ineligible = []string{value}
		case "indirect":
			policy.IndirectRate = decimal.RequireFromString(value)
		default:
			h.Fatalf("a grant has no %q", key)
		}
	}
	h.do("finance", func(ctx context.Context, tx *store.Tx) error {
		_, err := h.requests.Grants.Sign(ctx, tx,
			grants.Grant{Code: code, Donor: h.donor, Title: code, Amount: of(words[1], ledger.Currency(words[0])),
				SignedOn: "2026-01-02", Policies: grants.Policies{policy}})
		return err
	})
}

// receive books an instalment; a rate of "" is none.
func (h *house) receive(grant string, on ledger.Date, amount ledger.Money, quoted string,
	account ledger.AccountNo) error {
	in := grants.Receipt{Grant: grant, On: on, Amount: amount, Account: account}
	if quoted != "" {
		in.Rate = rate(quoted)
	}
	return h.try("finance", func(ctx context.Context, tx *store.Tx) error {
		_, err := h.requests.Grants.Receive(ctx, tx, in)
		return err
	})
}

// plan drafts and submits a plan as maker, "NGN at 225 NGN/DKK, G1=60 G2=40", with one line of units.
func (h *house) plan(number, currency, split, price string, due ...ledger.Date) {
	h.Helper()
	h.do("maker", func(ctx context.Context, tx *store.Tx) error {
		return h.planned(ctx, tx, drafted{number, currency, split, price, due})
	})
}

// drafted is a plan that [house.plan] drafts.
type drafted struct {
	number, currency, split, price string
	due                            []ledger.Date
}

// planned is [house.plan] in a tx.
func (h *house) planned(ctx context.Context, tx *store.Tx, d drafted) error {
	c, quoted, _ := strings.Cut(d.currency, " at ")
	b, err := h.requests.People.Admit(ctx, tx)
	if err != nil {
		return err
	}
	p := beneficiaries.Plan{Number: d.number, Beneficiary: b.ID, Currency: ledger.Currency(c),
		Current: beneficiaries.PlanVersion{StartsOn: "2026-01-01", Shares: shares(d.split)}}
	if quoted != "" {
		p.Current.BudgetRate = rate(quoted)
	}
	line := beneficiaries.PlanLine{Line: "stipend", Category: "stipend", UnitPrice: of(d.price, p.Currency)}
	for i, day := range d.due {
		line.Items = append(line.Items, beneficiaries.Item{Position: i, DueOn: day})
	}
	p.Current.Lines = []beneficiaries.PlanLine{line}
	if _, err := h.requests.People.Draft(ctx, tx, p); err != nil {
		return err
	}
	_, err = h.requests.People.Submit(ctx, tx, d.number)
	return err
}

func (h *house) approveYear(who, plan string, year int, on ledger.Date) error {
	return h.try(who, func(ctx context.Context, tx *store.Tx) error {
		_, err := h.requests.People.ApproveYear(ctx, tx, plan, year, on)
		return err
	})
}

// send requests a transfer as maker and authorises it as finance.
func (h *house) send(plan, partner string, x advances.Transfer) error {
	var number string
	err := h.try("maker", func(ctx context.Context, tx *store.Tx) (err error) {
		if x.Partner, err = h.advances.Partner(ctx, tx, partner); err != nil {
			return err
		}
		if x.Plan, err = h.requests.People.Plan(ctx, tx, plan); err != nil {
			return err
		}
		x.Account = "1010"
		asked, err := h.advances.RequestTransfer(ctx, tx, x)
		number = asked.Number
		return err
	})
	if err != nil {
		return err
	}
	return h.try("finance", func(ctx context.Context, tx *store.Tx) error {
		_, err := h.advances.AuthoriseTransfer(ctx, tx, number)
		return err
	})
}

// draft writes a disbursement of the plan's one line down, as maker.
func (h *house) draft(plan, partner string, units int, amount ledger.Money,
	split []beneficiaries.Share) (d disbursements.Disbursement, err error) {
	return h.draftOf(plan, partner, disbursements.Disbursement{Units: units, Amount: amount, Shares: split, Date: "2026-02-01"})
}

// draftOf drafts d, which says what is asked for and when.
func (h *house) draftOf(plan, partner string, d disbursements.Disbursement) (disbursements.Disbursement, error) {
	d.Line, d.Text = "stipend", "Stipend; of \"February\", 2026"
	err := h.try("maker", func(ctx context.Context, tx *store.Tx) (err error) {
		if d.Partner, err = h.advances.Partner(ctx, tx, partner); err != nil {
			return err
		}
		if d.Plan, err = h.requests.People.Plan(ctx, tx, plan); err != nil {
			return err
		}
		d, err = h.requests.Draft(ctx, tx, d)
		return err
	})
	return d, err
}

// act is a step of a disbursement.
type act func(disbursements.Decisions, context.Context, *store.Tx, string) (disbursements.Disbursement, error)

// step takes a step of a disbursement as somebody.
func (h *house) step(who string, do act, number string) error {
	return h.try(who, func(ctx context.Context, tx *store.Tx) error {
		_,
			err := do(h.decisions, ctx, tx, number)
		return err
	})
}

// authorised takes a draft as far as AUTHORISED.
func (h *house) authorised(number string) error {
	if err := h.step("maker", disbursements.Decisions.Submit, number); err != nil {
		return err
	}
	if err := h.step("lead", disbursements.Decisions.Approve, number); err != nil {
		return err
	}
	return h.step("finance", disbursements.Decisions.Authorise, number)
}

func (h *house) liquidate(number string, on ledger.Date) error {
	return h.try("finance", func(ctx context.Context, tx *store.Tx) error {
		_, err := h.settlements.Liquidate(ctx, tx, number, on)
		return err
	})
}

func (h *house) exchange(x advances.Exchange) error {
	return h.try("finance",
		func(ctx context.Context, tx *store.Tx) error { _, err := h.advances.Exchange(ctx, tx, x); return err })
}

// last is the newest entry of the books.
func (h *house) last() (p ledger.Posted) {
	h.Helper()
	err := h.db.View(h.ctx, func(tx *store.Tx) error {
		seq, err := h.requests.Book.LastSeq(h.ctx, tx)
		if err != nil {
			return err
		}
		found, err := h.requests.Book.Entries(h.ctx, tx, ledger.Span{}, seq-1, 1)
		if err == nil {
			p = found[0]
		}
		return err
	})
	if err != nil {
		h.Fatalf("%v", err)
	}
	return p
}

// balance is what an account of a fund holds: "1000.00 EUR=7460.00", or "…" in base currency.
func (h *house) balance(account ledger.AccountNo, fund ledger.FundCode) string {
	h.Helper()
	var text []string
	err := h.db.View(h.ctx, func(tx *store.Tx) error {
		balances, err := h.requests.Book.Balances(h.ctx, tx, "2199-12-31")
		for _, b := range balances {
			if b.Account == account && b.Fund == fund && b.Amount.Currency == "DKK" {
				text = append(text, b.Amount.String())
			} else if b.Account == account && b.Fund == fund {
				text = append(text, fmt.Sprintf("%s %s=%s", b.Amount, b.Amount.Currency, b.Base))
			}
		}
		return err
	})
	if err != nil {
		h.Fatalf("%v", err)
	}
	return strings.Join(text, " ")
}
