package disbursements_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/shopspring/decimal"

	"supportledger/disbursements"
	"supportledger/disbursements/advances"
	"supportledger/disbursements/banking"
	"supportledger/disbursements/judge"
	"supportledger/grants"
	"supportledger/grants/rates"
	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/storetest"
)

// demanding gives the books grants that refuse a good deal: budget lines, categories, periods, and little money.
func demanding(h *house) {
	h.Helper()
	worked(h)
	h.do("finance", func(ctx context.Context, tx *store.Tx) error {
		for _, g := range []grants.Grant{
			{Code: "G5", Amount: of("11000.00", "DKK"), From: "2026-01-01", To: "2026-06-30", Budget: []grants.BudgetLine{
				{No: "1", Text: "Therapy", Amount: of("4000.00", "DKK"), Categories: []string{"therapy"}},
				{No: "2", Text: "Legal aid", Amount: of("7000.00", "DKK"), Categories: []string{"legal-aid"}}}},
			{Code: "G6", Amount: of("90000.00", "DKK")},
		} {
			g.Donor, g.Title, g.SignedOn = h.donor, g.Code, "2026-01-02"
			p := grants.Policy{IndirectRate: decimal.NewFromInt(7), Recognition: grants.Deferred,
				RateMethod: rates.ReceiptRate, Interest: grants.InterestToGrantor,
				RefundDeMinimis: ledger.Zero("DKK"), FeeBearer: grants.BornByGrant,
				CurrencyBearer: grants.BornByGrant}
			if g.Code == "G6" {
				p.Categories = []string{"therapy", "emergency-aid"}
			}
			g.Policies = grants.Policies{p}
			if _, err := h.requests.Grants.Sign(ctx, tx, g); err != nil {
				return err
			}
		}
		return nil
	})
	must(h, h.receive("G5", "2026-01-05", of("6000.00", "DKK"), "", "1010"))
	must(h, h.receive("G6", "2026-02-15", of("3000.00", "DKK"), "", "1010"))
	h.plan("P-105", "DKK", "G1=50 UNR=50", "250.00", make([]ledger.Date, 40)...)
	must(h, h.approveYear("lead", "P-105", 2026, "2026-01-10"))
	must(h, h.ahead(advances.Retainer, "UNR", "RET-1", "3000.00"))
	must(h, h.ahead(advances.PettyCash, "UNR", "PC-1", "500.00"))
}

// wished is a random request, of any way of settling, near what the books can bear and beyond it.
func wished(r *rand.Rand) disbursements.Disbursement {
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	amount := func(most int64) ledger.Money { return ledger.OfMinor(1+r.Int64N(most), "DKK") }
	d := disbursements.Disbursement{Text: "As agreed", Date: ledger.Date(pick("2026-02-01", "2026-02-20", "2026-03-10",
		"2026-07-02"))}
	d.Settlement = []disbursements.Settlement{disbursements.ByPayment, disbursements.ByPayment, disbursements.ByInvoice,
		disbursements.ByRetainer, disbursements.ByPettyCash, disbursements.ByPartner, disbursements.ByNetting}[r.IntN(7)]
	switch d.Settlement {
	case disbursements.ByPayment:
		d.Account, d.Category = "1010", pick("therapy", "legal-aid", "emergency-aid", "staff")
		d.Amount, d.Shares = amount(90_000), shares(pick("G5=100", "G6=100", "G5=50 G6=50", "UNR=100", "G1=100",
			"G6=30 UNR=70"))
	case disbursements.ByInvoice:
		d.Items = []disbursements.Item{{Line: "stipend", Units: 1 + r.IntN(3), UnitPrice: amount(30_000)}}
	case disbursements.ByRetainer:
		d.Category, d.Amount = "legal-aid", amount(40_000)
	case disbursements.ByPettyCash:
		d.Items = []disbursements.Item{{Fund: ledger.FundCode(pick("UNR", "G5", "G6")), Category: "emergency-aid",
			Amount: amount(60_000)}}
	case disbursements.ByPartner, disbursements.ByNetting:
		d.Line, d.Units = "stipend", 1
		d.Amount = ledger.OfMinor(1+r.Int64N(30_000_000), "NGN")
		if d.Settlement == disbursements.ByPartner && r.IntN(3) == 0 {
			d.Overpaid = ledger.OfMinor(1+r.Int64N(10_000_000), "NGN")
		}
	}
	return d
}

// asks writes and submits a request.
func (h *house) asks(d disbursements.Disbursement) (number string, err error) {
	err = h.try("maker", func(ctx context.Context, tx *store.Tx) (err error) {
		switch d.Settlement {
		case disbursements.ByInvoice:
			d.Plan, err = h.requests.People.Plan(ctx, tx, "P-105")
		case disbursements.ByPartner, disbursements.ByNetting:
			if d.Plan, err = h.requests.People.Plan(ctx, tx, "P-101"); err == nil {
				d.Partner, err = h.advances.Partner(ctx, tx, "NG-01")
			}
		case disbursements.ByRetainer:
			d.Prepayment, err = h.advances.Prepayment(ctx, tx, "RET-1")
		case disbursements.ByPettyCash:
			d.Prepayment, err = h.advances.Prepayment(ctx, tx, "PC-1")
		case disbursements.ByPayment:
		}
		if err == nil {
			d, err = h.requests.Draft(ctx, tx, d)
		}
		if err == nil {
			_, err = h.requests.Submit(ctx, tx, d.Number)
		}
		return err
	})
	return d.Number, err
}

// books takes what was approved to its booking.
func (h *house) books(number string) error {
	if err := h.step("finance", disbursements.Decisions.Authorise, number); err != nil {
		return err
	}
	var d disbursements.Disbursement
	h.do("finance", func(ctx context.Context, tx *store.Tx) (err error) {
		d, err = h.requests.Disbursement(ctx, tx, number)
		return err
	})
	switch d.Settlement {
	case disbursements.ByPayment, disbursements.ByInvoice:
		return h.pay(d, "PMT-"+number, d.Date)
	case disbursements.ByPartner:
		return h.liquidate(number, d.Date)
	case disbursements.ByRetainer, disbursements.ByPettyCash, disbursements.ByNetting:
	}
	return h.try("finance", func(ctx context.Context, tx *store.Tx) error {
		_, err := h.settlements.Settle(ctx, tx, number, d.Date)
		return err
	})
}

// Whatever is asked for, in whatever order it is approved and paid: what was approved can be booked, and what the books
// would refuse is refused when it is submitted or approved. Every way that money goes comes first, so that none is
// left to chance; then some hundreds of requests drawn at random, 10,000 under SOAK.
func TestApprovedIsBookable(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		demanding(h)
		h.everyWayOnce()
		outcomes := map[string]int{}
		asked := h.lives(rand.New(rand.NewPCG(1, 2)), outcomes) //nolint:gosec // the same each time
		t.Logf("%d requests on %s: %v", asked, db.Engine(), outcomes)
	})
}

// everyWayOnce takes every way of settling once from its request to its booking, and every entry that no request comes
// before, each refused first where it is too much.
func (h *house) everyWayOnce() {
	h.Helper()
	const on = ledger.Date("2026-03-10")
	of := func(s disbursements.Settlement, minor int64) disbursements.Disbursement {
		d := disbursements.Disbursement{Settlement: s, Text: "As agreed", Date: on, Amount: ledger.OfMinor(minor, "DKK")}
		switch s {
		case disbursements.ByPayment:
			d.Account, d.Category, d.Shares = "1010", "therapy", shares("G1=50 G6=50")
		case disbursements.ByInvoice:
			d.Items = []disbursements.Item{{Line: "stipend", Units: 1, UnitPrice: d.Amount}}
		case disbursements.ByRetainer:
			d.Category = "legal-aid"
		case disbursements.ByPettyCash:
			d.Items = []disbursements.Item{{Fund: "UNR", Category: "emergency-aid", Amount: d.Amount}}
		case disbursements.ByPartner:
			d.Line, d.Units, d.Amount, d.Overpaid = "stipend", 1, ledger.OfMinor(minor, "NGN"), ledger.OfMinor(minor, "NGN")
		case disbursements.ByNetting:
			d.Line, d.Units, d.Amount = "stipend", 1, ledger.OfMinor(minor, "NGN")
		}
		return d
	}
	for _, way := range []struct {
		d       disbursements.Disbursement
		tooMuch int64
	}{
		{of(disbursements.ByPayment, 100_00), 90_000_00}, {of(disbursements.ByInvoice, 100_00), 900_000_00},
		{of(disbursements.ByRetainer, 40_00), 9_000_00}, {of(disbursements.ByPettyCash, 20_00), 9_000_00},
		{of(disbursements.ByPartner, 50_000_00), 90_000_000_00}, {of(disbursements.ByNetting, 40_000_00), 90_000_000_00},
	} {
		if _, err := h.asks(of(way.d.Settlement, way.tooMuch)); err == nil {
			h.Errorf("%s of far too much was submitted", way.d.Settlement)
		}
		number, err := h.asks(way.d)
		must(h, err)
		must(h, h.step("lead", disbursements.Decisions.Approve, number))
		must(h, h.books(number))
		if way.d.Settlement == disbursements.ByPayment {
			must(h, h.bank("PMT-"+number, ledger.OfMinor(-5_00, "DKK"), banking.ProvesFee, on))
		}
	}
	tooMuch, little := ledger.OfMinor(90_000_00, "DKK"), ledger.OfMinor(10_00, "DKK")
	refused(h, "by hand, of too much", h.byHand(fundCost{"G6", "therapy", tooMuch, on}, true), ledger.ErrFundOverdrawn)
	refused(h, "by hand, without its income", h.byHand(fundCost{"G6", "therapy", little, on}, false), judge.ErrUnreleased)
	must(h, h.byHand(fundCost{"G6", "therapy", little, on}, true))
	must(h, h.try("finance", func(ctx context.Context, tx *store.Tx) error {
		_, err := h.requests.Grants.ChargeIndirect(ctx, tx, "G6", on)
		return err
	}))
}

// fundCost is cost of a fund on a day.
type fundCost struct {
	fund     ledger.FundCode
	category string
	amount   ledger.Money
	on       ledger.Date
}

// byHand puts cost on a grant's fund by an entry made by hand, with the income that it calls for or without.
func (h *house) byHand(c fundCost, income bool) error {
	return h.try("finance", func(ctx context.Context, tx *store.Tx) error {
		account, err := h.requests.Book.CostAccount(ctx, tx, c.category)
		if err != nil {
			return err
		}
		e := ledger.Entry{Date: c.on, Act: ledger.ManualAct, Text: "By hand", Lines: []ledger.Line{
			ledger.Base(account, c.fund, c.amount).For(c.category), ledger.Base("1010", c.fund, c.amount.Neg())}}
		if income {
			e.Lines = append(e.Lines, ledger.Base(ledger.DeferredGrants, c.fund, c.amount).For(c.category),
				ledger.Base(ledger.GrantIncome, c.fund, c.amount.Neg()).For(c.category))
		}
		_, err = h.requests.Book.Post(ctx, tx, e)
		return err
	})
}

// lives asks for things, approves what may be, and books or cancels it in another order.
func (h *house) lives(r *rand.Rand, outcomes map[string]int) (asked int) {
	for range storetest.Rounds(60, 2900) {
		var flying []string
		for range 1 + r.IntN(6) {
			asked++
			number, err := h.asks(wished(r))
			if err == nil {
				err = h.step("lead", disbursements.Decisions.Approve, number)
			}
			if err != nil {
				outcomes["refused: "+kindOf(err)]++
				continue
			}
			outcomes["approved"]++
			flying = append(flying, number)
			outcomes["besides: "+kindOf(h.besides(r))]++
		}
		h.leavesTogether(flying)
		r.Shuffle(len(flying), func(i, j int) { flying[i], flying[j] = flying[j], flying[i] })
		for _, number := range flying {
			if r.IntN(4) == 0 {
				must(h, h.try("maker", func(ctx context.Context, tx *store.Tx) error {
					_, err := h.requests.Cancel(ctx, tx, number, "it is not needed any more")
					return err
				}))
				outcomes["cancelled"]++
				continue
			}
			if err := h.books(number); err != nil {
				h.Fatalf("%s was approved and cannot be booked: %v", number, err)
			}
			outcomes["booked"]++
		}
		if r.IntN(3) == 0 { // money comes in
			_ = h.receive([]string{"G5", "G6"}[r.IntN(2)], "2026-03-01", of("300.00", "DKK"), "", "1010")
		}
	}
	return asked
}

// besides does something that takes money of a grant's fund without a request: it may be refused, and takes nothing
// that is promised.
func (h *house) besides(r *rand.Rand) error {
	fund := ledger.FundCode([]string{"G5", "G6"}[r.IntN(2)])
	amount := ledger.OfMinor(1+r.Int64N(120_000), "DKK")
	on := ledger.Date([]string{"2026-02-20", "2026-03-10", "2026-07-02"}[r.IntN(3)])
	switch r.IntN(12) {
	case 0:
		category := []string{"therapy", "legal-aid", "staff"}[r.IntN(3)]
		return h.byHand(fundCost{fund, category, amount, on}, r.IntN(4) > 0)
	case 1:
		return h.ahead(advances.Retainer, fund, fmt.Sprintf("RET-%d", r.Uint64()), amount.String())
	case 2:
		return h.ahead(advances.PettyCash, fund, fmt.Sprintf("PC-%d", r.Uint64()), amount.String())
	case 3:
		return h.try("finance", func(ctx context.Context, tx *store.Tx) error {
			_, err := h.requests.Grants.ChargeIndirect(ctx, tx, string(fund), on)
			return err
		})
	}
	return nil
}

// leavesTogether wants everything that was approved to be bookable together, as a batch asks.
func (h *house) leavesTogether(numbers []string) {
	h.Helper()
	h.do("finance", func(ctx context.Context, tx *store.Tx) error {
		ids := make([]disbursements.DisbursementID, len(numbers))
		for i, number := range numbers {
			d, err := h.requests.Disbursement(ctx, tx, number)
			if err != nil {
				return err
			}
			ids[i] = d.ID
		}
		return h.requests.AllBookable(ctx, tx, ids)
	})
}

// kindOf names a refusal.
func kindOf(err error) string {
	if err == nil {
		return "done"
	}
	for _, known := range []error{grants.ErrBudgetExceeded, grants.ErrOverLine, grants.ErrOutsideBudget,
		grants.ErrOutsideCategory, grants.ErrOutsidePeriod, disbursements.ErrOutsidePeriod, ledger.ErrFundOverdrawn,
		ledger.ErrLotExhausted, advances.ErrPrepaidExceeded, advances.ErrState, judge.ErrUnreleased} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return fmt.Sprint(err)
}
