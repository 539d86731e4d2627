package disbursements_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/disbursements"
	"supportledger/disbursements/advances"
	"supportledger/grants"
	"supportledger/grants/rates"
	"supportledger/ledger"
	"supportledger/ledger/journal"
	"supportledger/store"
	"supportledger/store/storetest"
)

// TestAnyStoryKeepsTheBooksTrue plays made-up organisations - grants in DKK and EUR with any bearers and rates, plans
// with up to four payers, transfers, liquidations, exchanges, amendments and indirect charges, entered in any order
// of dates - and then asks the books for everything that must hold whatever happened (see audit_test.go). What an act
// may refuse is listed; any other error is a fault.
//
// The usual run plays a few stories; RAPID_CHECKS=5000 plays a thousand.
func TestAnyStoryKeepsTheBooksTrue(t *testing.T) {
	played := map[string]int{}
	for _, engine := range []struct {
		name string
		open func(testing.TB) *store.DB
		part int // of the usual number of examples
	}{{"sqlite", storetest.SQLite, 7}, {"postgres", storetest.Postgres, 15}} {
		t.Run(engine.name, func(t *testing.T) {
			var journal string // the longest of all stories
			few(t, engine.part, func(rt *rapid.T) {
				room := &room{TB: t}
				defer room.leave()
				s := &story{house: newHouse(room, engine.open(room)), t: rt, played: played}
				s.TB = rt
				s.each()
				s.begin()
				for range rapid.IntRange(10, 30).Draw(rt, "acts") {
					s.act()
				}
				s.audit()
				if text := s.journal(); len(text) > len(journal) {
					journal = text
				}
			})
			checkJournal(t, journal)
		})
	}
	t.Logf("acts that went through, and refusals: %v", played)

}

// room is a test within a test: what is cleaned up at the end of a test is cleaned up when one leaves it.
type room struct {
	testing.TB
	cleanups []func()
}

func (r *room) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }

func (r *room) leave() {
	for i := len(r.cleanups) - 1; i >= 0; i-- {
		r.cleanups[i]()
	}
}

// story is a made-up organisation on its way.
type story struct {
	*house
	t      *rapid.T
	played map[string]int
	grants []grants.Grant
	plans  []beneficiaries.Plan
	open   []disbursements.Disbursement // authorised, not settled
}

// expected are the refusals that a story may meet, each for its own reason.
var expected = []error{
	ledger.ErrFundOverdrawn, ledger.ErrLotExhausted, grants.ErrBudgetExceeded, rates.ErrRateMissing,
	beneficiaries.ErrNothingDue,
	beneficiaries.ErrPlanState, advances.ErrFeeExceedsAmount, disbursements.ErrPlanNotApproved,
}

// note counts an act as done or refused, and stops at what is neither.
func (s *story) note(what string, err error) bool {
	s.Helper()
	if err == nil {
		s.played[what]++
		return true
	}
	for _, e := range expected {
		if errors.Is(err, e) {
			s.played[what+": "+e.Error()]++
			return false
		}
	}
	s.Fatalf("%s: %v", what, err)
	return false
}

// money is some amount, sometimes a few minor units.
func (s *story) money(label string, most int64, c ledger.Currency) ledger.Money {
	least := most / 20
	if rapid.IntRange(0, 9).Draw(s.t, label+" is small") == 9 {
		least, most = 0, 9
	}
	return ledger.OfMinor(rapid.Int64Range(least+1, most).Draw(s.t, label), c)
}

// day is any day of eighteen months; what uses money up falls late more often than what brings it.
func (s *story) day(label string, early int) ledger.Date {
	return ledger.NewDate(2026, 1, 3+rapid.IntRange(early, 540).Draw(s.t, label))
}

// soon is a day of the first months.
func (s *story) soon(label string) ledger.Date {
	return ledger.NewDate(2026, 1, 3+rapid.IntRange(0, 90).Draw(s.t, label))
}

// each plays one act of each kind that must go through, before anything drawn can stand in its way.
func (s *story) each() {
	s.Helper()
	s.sign("G0", "DKK 60000.00 fees:grant fx:general indirect:7")
	s.plan("P-0", "NGN at 230 NGN/DKK", "G0=60 UNR=40", "150000.00", "2026-02-01")
	var g grants.Grant
	var p beneficiaries.Plan
	s.do("", func(ctx context.Context, tx *store.Tx) (err error) {
		if g, err = s.requests.Grants.Grant(ctx, tx, "G0"); err == nil {
			p, err = s.requests.People.Plan(ctx, tx, "P-0")
		}
		return err
	})
	s.must("instalment", s.receive("G0", "2026-01-05", of("50000.00", "DKK"), "", "1010"))
	s.must("approve", s.approveYear("lead", "P-0", 2026, "2026-01-06"))
	s.must("transfer", s.send("P-0", "NG-01", advances.Transfer{Date: "2026-01-07", Sent: of("3000.00", "DKK"),
		SendingFee: of("30.00", "DKK"), Rate: rate("230 NGN/DKK"), ReceivingFee: of("100.00", "NGN")}))
	d, err := s.draft(p.Number, "NG-01", 1, of("150000.00", "NGN"), nil)
	s.must("draft", err)
	s.must("authorisation", s.authorised(d.Number))
	s.must("settle", s.liquidate(d.Number, "2026-02-03"))
	s.must("exchange", s.exchange(advances.Exchange{Fund: "UNR", Date: "2026-02-04", Amount: of("1000.00", "DKK"),
		From: "1010", To: "1020", Rate: rate("7.46 DKK/EUR"), Fee: of("10.00", "DKK")}))
	s.must("cost at home", s.costAtHome(g, "2026-02-05", of("400.00", "DKK")))
	s.must("indirect", s.chargeIndirect(g, "2026-02-28"))
	half := decimal.New(5, -1)
	s.must("amend", s.amend(g, "2026-03-01", grants.Change{IndirectRate: &half}))
}

// must is note of an act that nothing may refuse.
func (s *story) must(what string, err error) {
	s.Helper()
	if !s.note(what, err) {
		s.Fatalf("%s: %v", what, err)
	}
}

// begin signs one to four grants, receives a first instalment on most, and submits one to three plans.
func (s *story) begin() {
	bearer := rapid.SampledFrom([]string{"grant", "general"})
	for i := range rapid.IntRange(1, 4).Draw(s.t, "grants") {
		code, c := fmt.Sprintf("G%d", i+1), rapid.SampledFrom([]string{"DKK", "EUR"}).Draw(s.t, "currency")
		s.sign(code, fmt.Sprintf("%s %s fees:%s fx:%s indirect:%s", c, s.money("grant", 9_000_000, ledger.Currency(c)),
			bearer.Draw(s.t, "fees"),
			bearer.Draw(s.t, "fx"), decimal.New(rapid.Int64Range(0, 150).Draw(s.t, "indirect"), -1)))
		s.do("", func(ctx context.Context, tx *store.Tx) error {
			g, err := s.requests.Grants.Grant(ctx, tx, code)
			s.grants = append(s.grants, g)
			return err
		})
		s.instalment(s.grants[i])
	}
	for i := range rapid.IntRange(1, 3).Draw(s.t, "plans") {
		s.draftPlan(fmt.Sprintf("P-%d", i+1))
		s.note("approve", s.approveYear("lead", s.plans[i].Number, 2026, s.soon("on")))
		s.transfer(s.plans[i], s.soon("on"))
	}
}

// draftPlan submits a plan that one to four funds share.
func (s *story) draftPlan(number string) {
	funds := []string{"UNR", "D1"}
	for _, g := range s.grants {
		funds = append(funds, g.Code)
	}
	payers := rapid.SliceOfNDistinct(rapid.SampledFrom(funds), 1, 4, rapid.ID[string]).Draw(s.t, "payers")
	left, split := int64(10_000), make([]string, len(payers))
	for i, fund := range payers {
		part := left
		if i < len(payers)-1 {
			part = rapid.Int64Range(1, left-int64(len(payers)-i-1)).Draw(s.t, "percent")
		}
		left -= part
		split[i] = fmt.Sprintf("%s=%s", fund, decimal.New(part, -2))
	}
	c, quoted := "DKK", ""
	if i := rapid.IntRange(0, 2).Draw(s.t, "plan currency"); i > 0 {
		c = []string{"NGN", "KES"}[i-1]
		quoted = s.rate(c)
	}
	var due []ledger.Date
	for range rapid.IntRange(1, 8).Draw(s.t, "units") {
		due = append(due, rapid.SampledFrom([]ledger.Date{"", "2026-02-01", "2026-08-31", "2027-03-01"}).Draw(s.t, "due"))
	}
	s.plan(number, c+" at "+quoted, strings.Join(split, " "), s.money("unit price", 60_000, ledger.Currency(c)).String(), due...)
	s.do("", func(ctx context.Context, tx *store.Tx) error {
		p, err := s.requests.People.Plan(ctx, tx, number)
		s.plans = append(s.plans, p)
		return err
	})
}

// rate is a quoted rate of a currency.
func (s *story) rate(c string) string {
	switch c {
	case "EUR":
		return decimal.New(rapid.Int64Range(74_000, 76_000).Draw(s.t, "rate"), -4).String() + " DKK/EUR"
	case "KES":
		return decimal.New(rapid.Int64Range(1_700, 2_000).Draw(s.t, "rate"), -2).String() + " KES/DKK"
	}
	return decimal.New(rapid.Int64Range(2_000, 2_600).Draw(s.t, "rate"), -1).String() + " NGN/DKK"
}

// act does one thing.
func (s *story) act() {
	s.Helper()
	g := rapid.SampledFrom(s.grants).Draw(s.t, "grant")
	p := rapid.SampledFrom(s.plans).Draw(s.t, "plan")
	switch rapid.SampledFrom([]string{"instalment", "approve", "transfer", "transfer", "support", "support", "settle",
		"settle", "settle", "exchange", "indirect", "amend", "home"}).Draw(s.t, "act") {
	case "instalment":
		s.instalment(g)
	case "approve":
		year := rapid.SampledFrom([]int{2026, 2027}).Draw(s.t, "year")
		s.note("approve", s.approveYear("lead", p.Number, year, s.day("on", 0)))
	case "transfer":
		s.transfer(p, s.day("on", 0))
	case "support":
		s.support(p)
	case "settle":
		if len(s.open) == 0 {
			return
		}
		i := rapid.IntRange(0, len(s.open)-1).Draw(s.t, "which")
		if s.note("settle", s.liquidate(s.open[i].Number, s.day("on", 60))) {
			s.open = append(s.open[:i:i], s.open[i+1:]...)
		}
	case "exchange":
		s.swap(g)
	case "indirect":
		s.note("indirect", s.chargeIndirect(g, s.day("on", 60)))
	case "amend":
		b, r := rapid.SampledFrom([]grants.Bearer{grants.BornByGrant, grants.BornByGeneral}).Draw(s.t, "bearer"),
			decimal.New(rapid.Int64Range(0, 150).Draw(s.t, "indirect"), -1)
		c := rapid.SampledFrom([]grants.Change{{FeeBearer: &b}, {CurrencyBearer: &b}, {IndirectRate: &r}}).Draw(s.t, "change")
		s.note("amend", s.amend(g, s.day("from", 0), c))
	case "home":
		s.spendAtHome(g)
	}
}

func (s *story) instalment(g grants.Grant) {
	on := s.soon("on")
	if rapid.Bool().Draw(s.t, "later") {
		on = s.day("on", 0)
	}
	amount := s.money("instalment", 3_000_000, g.Amount.Currency)
	quoted, account := "", ledger.AccountNo("1010")
	if g.Amount.Currency == "EUR" {
		quoted, account = s.rate("EUR"), rapid.SampledFrom([]ledger.AccountNo{"1010", "1020", "1010"}).Draw(s.t, "account")
	}
	s.note("instalment", s.receive(g.Code, on, amount, quoted, account))
}

func (s *story) transfer(p beneficiaries.Plan, on ledger.Date) {
	partner, c := s.partner(p)
	x := advances.Transfer{Date: on, Sent: s.money("sent", 300_000, "DKK"),
		SendingFee:   ledger.OfMinor(rapid.Int64Range(0, 9_999).Draw(s.t, "fee"), "DKK"),
		Rate:         rate(s.rate(c)),
		ReceivingFee: ledger.OfMinor(rapid.Int64Range(0, 99_999).Draw(s.t, "receiving"), ledger.Currency(c))}
	s.note("transfer", s.send(p.Number, partner, x))
}

// partner is who mostly serves a plan, and its currency.
func (s *story) partner(p beneficiaries.Plan) (code, c string) {
	if p.Number == "P-2" != (rapid.IntRange(0, 9).Draw(s.t, "other partner") == 9) {
		return "KE-01", "KES"
	}
	return "NG-01", "NGN"
}

// support drafts a disbursement and takes it to AUTHORISED, sometimes with a split of its own, sometimes over a return.
func (s *story) support(p beneficiaries.Plan) {
	partner, c := s.partner(p)
	var split []beneficiaries.Share
	if rapid.IntRange(0, 4).Draw(s.t, "own split") == 0 {
		split = shares(string(rapid.SampledFrom(s.grants).Draw(s.t, "payer").Fund()) + "=100")
	}
	d, err := s.draftOf(p.Number, partner, disbursements.Disbursement{Units: rapid.IntRange(1, 4).Draw(s.t, "units"),
		Amount: s.money("amount", 90_000, ledger.Currency(c)), Shares: split, Date: s.day("needed on", 28)})
	if !s.note("draft", err) || !s.note("submit", s.step("maker", disbursements.Decisions.Submit, d.Number)) {
		return
	}
	if rapid.IntRange(0, 5).Draw(s.t, "return") == 0 {
		back := func(o disbursements.Decisions, ctx context.Context, tx *store.Tx, key string) (disbursements.Disbursement,
			error) {
			return o.Return(ctx, tx, key, "not what was agreed")
		}
		s.note("return", s.step("finance", back, d.Number))
		s.note("submit", s.step("maker", disbursements.Decisions.Submit, d.Number))
	}
	if err := s.step("maker", disbursements.Decisions.Approve, d.Number); !errors.Is(err, access.ErrMakerCannotApprove) {
		s.Fatalf("who asked approves: %v", err)
	}
	s.note("approval", s.step("lead", disbursements.Decisions.Approve, d.Number))
	s.note("authorisation", s.step("finance", disbursements.Decisions.Authorise, d.Number))
	s.open = append(s.open, d)
}

// swap sells a grant's euros, or buys euros for the general fund.
func (s *story) swap(g grants.Grant) {
	x := advances.Exchange{Fund: g.Fund(), Date: s.day("on", 30), Amount: s.money("euros", 900_000, "EUR"),
		From: "1020", To: "1010", Rate: rate(s.rate("EUR")),
		Fee: ledger.OfMinor(rapid.Int64Range(0, 9_999).Draw(s.t, "fee"), "DKK")}
	if rapid.IntRange(0, 2).Draw(s.t, "buy") == 0 {
		x.Fund, x.Amount, x.From, x.To = "UNR", s.money("kroner", 900_000, "DKK"), "1010", "1020"
	}
	s.note("exchange", s.exchange(x))
}

// spendAtHome pays cost of a grant from its bank, some of it a few øre, some taken back.
func (s *story) spendAtHome(g grants.Grant) {
	most := rapid.SampledFrom([]int64{5, 200_000}).Draw(s.t, "size")
	amount := ledger.OfMinor(rapid.Int64Range(-most, most).Draw(s.t, "cost"), "DKK")
	if amount.IsZero() {
		return
	}
	s.note("cost at home", s.costAtHome(g, s.day("on", 30), amount))
}

func (s *story) costAtHome(g grants.Grant, on ledger.Date, amount ledger.Money) error {
	return s.try("finance", func(ctx context.Context, tx *store.Tx) error {
		if err := ledger.LockFunds(ctx, tx, g.Fund()); err != nil {
			return err
		}
		_, err := s.requests.Grants.Post(ctx, tx,
			ledger.Entry{Date: on, Text: "cost | at home; \"quoted\"", Act: "payment", Lines: []ledger.Line{
				ledger.Base("5300", g.Fund(), amount).For("legal-aid"), ledger.Base("1010", g.Fund(), amount.Neg())}})
		return err
	})
}

func (s *story) chargeIndirect(g grants.Grant, on ledger.Date) error {
	return s.try("finance", func(ctx context.Context, tx *store.Tx) error {
		_, err := s.requests.Grants.ChargeIndirect(ctx, tx, g.Code, on)
		return err
	})
}

func (s *story) amend(g grants.Grant, from ledger.Date, c grants.Change) error {
	return s.try("finance", func(ctx context.Context, tx *store.Tx) error {
		_, err := s.requests.Grants.Amend(ctx, tx, g.Code, from, c)
		return err
	})
}

// journal is the books as hledger reads them.
func (s *story) journal() string {
	var out strings.Builder
	err := s.db.View(s.ctx, func(tx *store.Tx) error {
		return journal.Export{Format: journal.ExportHledger}.Write(s.ctx, tx, s.requests.Book, &out)
	})
	if err != nil {
		s.Fatalf("%v", err)
	}
	return out.String()
}

// checkJournal has hledger read and check a journal, strictly.
func checkJournal(t *testing.T, journal string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "books.journal")
	if err := os.WriteFile(file, []byte(journal), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "hledger", "-f", file, "check", "--strict").CombinedOutput()
	if err != nil {
		t.Errorf("hledger (apt-get install hledger) does not accept the journal: %v\n%s", err, out)
	}
}
