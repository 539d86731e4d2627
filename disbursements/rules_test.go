package disbursements_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"supportledger/access"
	"supportledger/disbursements"
	"supportledger/disbursements/advances"
	"supportledger/disbursements/banking"
	"supportledger/disbursements/payees"
	"supportledger/grants"
	"supportledger/ledger"
	"supportledger/store"
)

// Rules 24-57 of what is settled, returned and paid, on the grants and the plan of worked.

// write drafts a disbursement as maker; of a partner's it finds plan and partner.
func (h *house) write(d disbursements.Disbursement) (out disbursements.Disbursement, err error) {
	err = h.try("maker", func(ctx context.Context, tx *store.Tx) (err error) {
		if d.OnLine() {
			if d.Plan, err = h.requests.People.Plan(ctx, tx, "P-101"); err != nil {
				return err
			}
		}
		if d.Settlement == disbursements.ByPartner || d.Settlement == disbursements.ByNetting {
			if d.Partner, err = h.advances.Partner(ctx, tx, "NG-01"); err != nil {
				return err
			}
			d.Line = "stipend"
		}
		d.Text = "As agreed"
		out, err = h.requests.Draft(ctx, tx, d)
		return err
	})
	return out, err
}

// given takes a disbursement to the entry that settles it.
func (h *house) given(d disbursements.Disbursement) error {
	d, err := h.write(d)
	if err != nil {
		return err
	}
	if err := h.authorised(d.Number); err != nil {
		return err
	}
	return h.try("finance", func(ctx context.Context, tx *store.Tx) error {
		if d.Settlement == disbursements.ByPartner {
			_, err := h.settlements.Liquidate(ctx, tx, d.Number, d.Date)
			return err
		}
		_, err := h.settlements.Settle(ctx, tx, d.Number, d.Date)
		return err
	})
}

// paid takes a disbursement to the bank's confirmation of its payment.
func (h *house) paid(d disbursements.Disbursement, payment string, on ledger.Date) error {
	d, err := h.write(d)
	if err != nil {
		return err
	}
	if err := h.authorised(d.Number); err != nil {
		return err
	}
	return h.pay(d, payment, on)
}

func (h *house) pay(d disbursements.Disbursement, payment string, on ledger.Date) error {
	if err := h.try("chief", func(ctx context.Context, tx *store.Tx) error {
		if _, err := h.payments.Release(ctx, tx, d.Number,
			banking.Payment{Number: payment, Date: on, Account: "1010"}); err != nil {
			return err
		}
		_, err := h.payments.Dispatch(ctx, tx, payment)
		return err
	}); err != nil {
		return err
	}
	return h.bank(payment, d.Amount.Neg(), banking.ProvesPayment, on)
}

// bank records a line of the bank and matches it.
func (h *house) bank(payment string, amount ledger.Money, proves banking.Proves, on ledger.Date) error {
	account := ledger.AccountNo("1010")
	if amount.Currency == "EUR" {
		account = "1020"
	}
	return h.try("finance", func(ctx context.Context, tx *store.Tx) error {
		l, err := h.lines.Record(ctx, tx, banking.BankLine{Account: account, Date: on, Amount: amount, Reference: "X"})
		if err != nil {
			return err
		}
		_, err = h.lines.Match(ctx, tx, string(l.ID), payment, proves)
		return err
	})
}

// holds compares balances, "6200 G1 46.46": account, fund, what it holds.
func (h *house) holds(want ...string) {
	h.Helper()
	for _, w := range want {
		words := strings.SplitN(strings.TrimSuffix(w, "0.00"), " ", 3) // an empty account has no balance
		if !strings.HasSuffix(w, " 0.00") {
			words = strings.SplitN(w, " ", 3)
		}
		if got := h.balance(ledger.AccountNo(words[0]), ledger.FundCode(words[1])); got != words[2] {
			h.Errorf("%s of %s holds %s, want %s", words[0], words[1], got, words[2])
		}
	}
}

func partners(settlement disbursements.Settlement, amount, overpaid string, on ledger.Date) disbursements.Disbursement {
	d := disbursements.Disbursement{Settlement: settlement, Units: 1, Amount: of(amount, "NGN"), Date: on}
	if overpaid != "" {
		d.Overpaid = of(overpaid, "NGN")
	}
	return d
}

func TestRule24And29PaidTwiceIsRecoverableAndNettedProRata(t *testing.T) {
	onBoth(t, func(h *house) {
		worked(h)
		must(h, h.given(partners(disbursements.ByPartner, "150000.00", "150000.00", "2026-07-31")))
		h.holds("5110 G1 90000.00 NGN=398.23", "5110 G2 60000.00 NGN=265.49", "1330 G1 90000.00 NGN=398.23",
			"1330 G2 60000.00 NGN=265.49",
			"1300 G1 738000.00 NGN=3265.49")
		must(h, h.given(partners(disbursements.ByNetting, "50000.00", "", "2026-08-31")))
		h.holds("1330 G1 60000.00 NGN=265.49", "1330 G2 40000.00 NGN=176.99", "5110 G1 120000.00 NGN=530.97")
		must(h, h.given(partners(disbursements.ByNetting, "100000.00", "", "2026-09-30")))
		h.holds("1330 G1 0.00", "1330 G2 0.00", "5110 G1 180000.00 NGN=796.46", "5110 G2 120000.00 NGN=530.98")
		if err := h.given(partners(disbursements.ByNetting, "0.01", "", "2026-10-01")); !errors.Is(err,
			ledger.ErrLotExhausted) {
			t.Errorf("more is netted than was paid twice: %v", err)
		}
	})
}

func (h *house) sentBack(amount, quoted, kept string) error {
	return h.try("finance", func(ctx context.Context, tx *store.Tx) error {
		plan, err := h.requests.People.Plan(ctx, tx, "P-101")
		if err != nil {
			return err
		}
		partner, err := h.advances.Partner(ctx, tx, "NG-01")
		if err != nil {
			return err
		}
		_, err = h.advances.ReturnAdvance(ctx, tx,
			advances.AdvanceReturn{Partner: partner, Plan: plan, Date: "2026-11-20", Amount: of(amount, "NGN"),
				Rate: rate(quoted), Account: "1010", Fee: of(kept, "DKK")})
		return err
	})
}

func TestRule30And33ReturnedAdvanceLosesAtTheBearers(t *testing.T) {
	onBoth(t, func(h *house) {
		worked(h)
		h.holds("6200 UNR 36.00", "1010 G1 15884.00", "1010 G2 12176.00")
		must(h, h.sentBack("300000.00", "240 NGN/DKK", "0.00")) // 1,250.00 for 796.46 and 530.97
		h.holds("6200 G1 46.46", "6200 G2 ", "6200 UNR 66.97", "1010 G1 16634.00", "1010 G2 12706.97",
			"1300 G1 738000.00 NGN=3265.49")
		if err := h.sentBack("2000000.00", "240 NGN/DKK", "0.00"); !errors.Is(err, ledger.ErrLotExhausted) {
			t.Errorf("more comes back than is with the partner: %v", err)
		}
		if err := h.sentBack("240.00", "240 NGN/DKK", "1.00"); !errors.Is(err, advances.ErrFeeExceedsAmount) {
			t.Errorf("the fee takes all of it: %v", err)
		}
	})
}

func TestRule36GainGoesToWhoBearsTheLoss(t *testing.T) {
	onBoth(t, func(h *house) {
		worked(h)
		must(h, h.sentBack("300000.00", "220 NGN/DKK", "10.00")) // 818.18 and 545.46
		h.holds("4900 G1 -21.72", "4900 UNR -14.49", "1010 G2 12702.97", "6100 G1 60.05", "6100 G2 40.04")
	})
}

func TestRule31RejectedTransferComesBackWhole(t *testing.T) {
	onBoth(t, func(h *house) {
		worked(h)
		must(h, h.send("P-101", "NG-01", transfer("T-002", "", "2300.00 + 60.00 at 230 NGN/DKK less 0.00")))
		reject := func(number string) error {
			return h.try("finance", func(ctx context.Context, tx *store.Tx) error {
				_, err := h.advances.RejectTransfer(ctx, tx, number,
					advances.Rejection{Date: "2026-12-01", Rate: rate("236 NGN/DKK"), Account: "1010", Fee: of("40.00", "DKK")})
				return err
			})
		}
		must(h, reject("T-002"))
		h.holds("6200 G1 35.08", "6200 UNR 59.39", "1300 G1 918000.00 NGN=4061.95", "6100 G1 114.05")
		must(h, h.given(partners(disbursements.ByPartner, "150000.00", "", "2026-12-02")))
		if err := reject("T-002"); !errors.Is(err, advances.ErrState) {
			t.Errorf("T-002 comes back twice: %v", err)
		}
		if err := reject("T-001"); !errors.Is(err, ledger.ErrLotExhausted) {
			t.Errorf("T-001 is drawn on and comes back: %v", err)
		}
	})
}

func TestRule8And50PaymentReturnedAndMadeAgain(t *testing.T) {
	onBoth(t, func(h *house) {
		worked(h)
		d := disbursements.Disbursement{Settlement: disbursements.ByPayment, Category: "emergency-aid", Account: "1010",
			Amount: of("1500.00", "DKK"), Date: "2026-04-20", Shares: shares("G1=100")}
		must(h, h.paid(d, "PMT-311", "2026-04-20"))
		h.holds("5400 G1 1500.00", "2100 G1 -18445.95", "1010 G1 14384.00")
		must(h, h.bank("PMT-311", of("1500.00", "DKK"), banking.ProvesReturn, "2026-04-23"))
		must(h, h.bank("PMT-311", of("-25.00", "DKK"), banking.ProvesFee, "2026-04-24"))
		h.holds("2200 G1 -1500.00", "5400 G1 1500.00", "6100 G1 79.05", "1010 G1 15859.00")
		again := func(who, number string) error {
			return h.try(who, func(ctx context.Context, tx *store.Tx) error {
				_, err := h.payments.Reissue(ctx, tx, "PMT-311", banking.Payment{Number: number, Date: "2026-04-27"})
				return err
			})
		}
		must(h, again("finance", "PMT-318"))
		if err := again("finance", "PMT-319"); !errors.Is(err, banking.ErrReissued) {
			t.Errorf("it is made again twice: %v", err)
		}
		dispatch := func(who string) error {
			return h.try(who, func(ctx context.Context, tx *store.Tx) error {
				_, err := h.payments.Dispatch(ctx, tx, "PMT-318")
				return err
			})
		}
		if err := dispatch("finance"); !errors.Is(err, access.ErrMakerCannotApprove) {
			t.Errorf("who makes it again releases it: %v", err)
		}
		must(h, dispatch("lead"))
		must(h, h.bank("PMT-318", of("-1500.00", "DKK"), banking.ProvesPayment, "2026-04-27"))
		h.holds("2200 G1 0.00", "5400 G1 1500.00", "1010 G1 14359.00")
	})
}

func TestRule41And49InvoiceIsSplitByItemAndFund(t *testing.T) {
	onBoth(t, func(h *house) {
		h.sign("G1", "DKK 60000.00 fees:grant fx:grant refuses:no-show")
		must(h, h.receive("G1", "2026-01-05", of("20000.00", "DKK"), "", "1010"))
		h.plan("P-101", "DKK", "G1=50 UNR=50", "900.00", make([]ledger.Date, 6)...)
		must(h, h.approveYear("lead", "P-101", 2026, "2026-01-10"))
		d, err := h.write(disbursements.Disbursement{Settlement: disbursements.ByInvoice, Date: "2026-04-30", Payee: "C-03", PaidBy: payees.ByCard,
			Items: []disbursements.Item{
				{Line: "stipend", Units: 3, UnitPrice: of("900.01", "DKK")},
				{Line: "stipend", Kind: "no-show", Units: 1, UnitPrice: of("450.00", "DKK")}}})
		must(h, err)
		must(h, h.authorised(d.Number))
		h.holds("5110 G1 1350.02", "5110 UNR 1575.01", "6900 UNR 225.00", "2010 G1 -1350.02", "2010 UNR -1800.01",
			"4100 G1 -1350.02", "9100 G1 1350.00")
		must(h, h.pay(d, "PMT-1", "2026-05-07"))
		h.holds("2010 G1 0.00", "2010 UNR 0.00", "1010 G1 18649.98", "4100 G1 -1350.02")
		h.do("finance", func(ctx context.Context, tx *store.Tx) error { // the bank's line was another's
			p, err := h.payments.Payment(ctx, tx, "PMT-1")
			if err != nil {
				return err
			}
			_, err = h.payments.Reverse(ctx, tx, ledger.Reversal{Entry: string(p.Entry), Reason: "the line is of another"})
			return err
		})
		h.holds("2010 G1 -1350.02", "2010 UNR -1800.01", "4100 G1 -1350.02", "9100 G1 1350.00")
		must(h, h.bank("PMT-1", d.Amount.Neg(), banking.ProvesPayment, "2026-05-08"))
		h.holds("2010 G1 0.00", "2010 UNR 0.00", "1010 G1 18649.98", "9100 G1 1350.00")
		h.verified()
	})
}

func (h *house) ahead(kind advances.PrepaymentKind, fund ledger.FundCode, number, amount string) error {
	if err := h.try("maker", func(ctx context.Context, tx *store.Tx) error {
		_, err := h.advances.RequestPrepayment(ctx, tx,
			advances.Prepayment{Kind: kind, Fund: fund, Number: number, Account: "1010", Date: "2026-03-10",
				Amount: of(amount, "DKK")})
		return err
	}); err != nil {
		return err
	}
	return h.try("finance", func(ctx context.Context, tx *store.Tx) error {
		_, err := h.advances.AuthorisePrepayment(ctx, tx, number)
		return err
	})
}

// from reads money paid ahead for a disbursement.
func (h *house) from(number string) (p advances.Prepayment) {
	must(h, h.db.View(h.ctx,
		func(tx *store.Tx) (err error) { p, err = h.advances.Prepayment(h.ctx, tx, number); return err }))
	return p
}

func TestRule51Retainer(t *testing.T) {
	onBoth(t, func(h *house) {
		worked(h)
		must(h, h.ahead(advances.Retainer, "G1", "RET-1", "10000.00"))
		h.holds("1310 G1 10000.00", "5300 G1 ", "1010 G1 5884.00")
		bill := func(net string, vat int64) disbursements.Disbursement {
			return disbursements.Disbursement{Settlement: disbursements.ByRetainer, Prepayment: h.from("RET-1"),
				Category: "legal-aid", Date: "2026-05-20", Amount: advances.WithVAT(of(net, "DKK"), decimal.NewFromInt(vat))}
		}
		must(h, h.given(bill("5000.00", 25)))
		must(h, h.given(bill("0.02", 25))) // half an øre of tax is rounded up, then added
		h.holds("1310 G1 3749.97", "5300 G1 6250.03")
		if err := h.given(bill("3749.98", 0)); !errors.Is(err, advances.ErrPrepaidExceeded) {
			t.Errorf("more is billed than is left: %v", err)
		}
		back := func(amount string) error {
			return h.try("finance", func(ctx context.Context, tx *store.Tx) error {
				_, err := h.advances.ReturnPrepayment(ctx, tx, "RET-1", of(amount, "DKK"), "2026-09-01")
				return err
			})
		}
		if err := back("3749.98"); !errors.Is(err, advances.ErrPrepaidExceeded) {
			t.Errorf("more comes back than is left: %v", err)
		}
		must(h, back("3749.97"))
		h.holds("1310 G1 0.00", "1010 G1 9633.97")
	})
}

func TestRule52PettyCash(t *testing.T) {
	onBoth(t, func(h *house) {
		worked(h)
		must(h, h.ahead(advances.PettyCash, "UNR", "PC-1", "2000.00"))
		must(h, h.given(disbursements.Disbursement{Settlement: disbursements.ByPettyCash, Prepayment: h.from("PC-1"),
			Date: "2026-06-28", Items: []disbursements.Item{
				{Fund: "G1", Category: "emergency-aid", Amount: of("1200.00", "DKK")},
				{Fund: "UNR", Category: "emergency-aid", Amount: of("440.50", "DKK")}}}))
		h.holds("1320 UNR 0.00", "5400 G1 1200.00", "5400 UNR 440.50", "1010 G1 14684.00", "1010 UNR 249493.50")
	})
}

func TestRule53SharedCostByTheKey(t *testing.T) {
	onBoth(t, func(h *house) {
		worked(h)
		must(h, h.paid(disbursements.Disbursement{Settlement: disbursements.ByPayment, Category: "staff", Account: "1010",
			Amount: of("100.01", "DKK"), Date: "2026-06-30", Shares: shares("G1=50 UNR=50")},
			"PMT-1", "2026-06-30"))
		h.holds("5600 G1 50.01", "5600 UNR 50.00")
	})
}

func TestRule57DeferredGrantPaysCurrencyAtWhatItCost(t *testing.T) {
	onBoth(t, func(h *house) {
		worked(h)
		must(h, h.paid(disbursements.Disbursement{Settlement: disbursements.ByPayment, Category: "legal-aid", Account: "1020",
			Amount: of("100.00", "EUR"), Spot: rate("7.9000 DKK/EUR"), Date: "2026-09-02",
			Shares: shares("G2=100")}, "PMT-1", "2026-09-02"))
		h.holds("5300 G2 100.00 EUR=746.00", "1020 G2 900.00 EUR=6714.00", "4900 G2 ", "4900 UNR ")
	})
}

func TestRule42CostBesideThePlanNeedsMoneyInTheGrant(t *testing.T) {
	onBoth(t, func(h *house) {
		worked(h) // 60,000 less 54.05 spent and 8,000 committed
		must(h, h.receive("G1", "2026-02-01", of("40000.00", "DKK"), "", "1010"))
		pay := func(amount string) error {
			d, err := h.write(disbursements.Disbursement{Settlement: disbursements.ByPayment, Category: "therapy",
				Account: "1010", Amount: of(amount, "DKK"), Date: "2026-03-01", Shares: shares("G1=100")})
			must(h, err)
			if err := h.step("maker", disbursements.Decisions.Submit, d.Number); err != nil {
				return err
			}
			return h.step("lead", disbursements.Decisions.Approve, d.Number)
		}
		must(h, pay("51000.00"))
		var over *grants.BudgetExceeded
		if err := pay("945.96"); !errors.As(err, &over) || over.Available.String() != "945.95" {
			t.Errorf("beyond the grant, with what waits: %v, %+v", err, over)
		}
		must(h, pay("945.95"))
	})
}

// Four people stand behind a payment, and only the bank confirms it.
func TestPaymentNeedsFourPeopleAndTheBank(t *testing.T) {
	onBoth(t, func(h *house) {
		worked(h)
		d, err := h.write(disbursements.Disbursement{Settlement: disbursements.ByPayment, Category: "therapy",
			Account: "1010", Amount: of("100.00", "DKK"), Date: "2026-03-01", Shares: shares("G1=100")})
		must(h, err)
		must(h, h.authorised(d.Number))
		for _, who := range []string{"maker", "lead", "finance"} {
			err := h.try(who, func(ctx context.Context, tx *store.Tx) error {
				_, err := h.payments.Release(ctx, tx, d.Number, banking.Payment{Account: "1010"})
				return err
			})
			if !errors.Is(err, access.ErrMakerCannotApprove) {
				t.Errorf("%s releases what they had part in: %v", who, err)
			}
		}
		must(h, h.try("chief", func(ctx context.Context, tx *store.Tx) error {
			_, err := h.payments.Release(ctx, tx, d.Number,
				banking.Payment{Number: "PMT-1", Account: "1010", Date: "2026-03-02"})
			return err
		}))
		if err := h.bank("PMT-1", of("-100.00", "DKK"), banking.ProvesPayment, "2026-03-02"); !errors.Is(err,
			advances.ErrState) {
			t.Errorf("what was not sent is confirmed: %v", err)
		}
		must(h, h.try("chief", func(ctx context.Context, tx *store.Tx) error {
			_, err := h.payments.Dispatch(ctx, tx, "PMT-1")
			return err
		}))
		for _, wrong := range []string{"-99.99", "100.00"} {
			if err := h.bank("PMT-1", of(wrong, "DKK"), banking.ProvesPayment, "2026-03-02"); !errors.Is(err,
				banking.ErrBankDifference) {
				t.Errorf("%s proves it: %v", wrong, err)
			}
		}
		for what, text := range map[string]string{"payment": "UPDATE payments SET state = 'confirmed'",
			"disbursement": "UPDATE disbursements SET state = 'paid'"} {
			err := h.try("", func(ctx context.Context, tx *store.Tx) error { _, err := tx.ExecContext(ctx, text); return err })
			if err == nil || !strings.Contains(fmt.Sprint(err), "bank_evidence_missing") &&
				!strings.Contains(fmt.Sprint(err), "refused") {
				t.Errorf("a stranger confirms a %s: %v", what, err)
			}
		}
		must(h, h.bank("PMT-1", of("-100.00", "DKK"), banking.ProvesPayment, "2026-03-02"))
		h.holds("5200 G1 100.00")
	})
}

// A reversal takes back what the bank was thought to say: line and payment wait for each other again.
func TestRule32ReversedPaymentWaitsForTheBankAgain(t *testing.T) {
	onBoth(t, func(h *house) {
		worked(h)
		must(h, h.paid(disbursements.Disbursement{Settlement: disbursements.ByPayment, Category: "therapy", Account: "1010",
			Amount: of("100.00", "DKK"), Date: "2026-03-01", Shares: shares("G1=100")},
			"PMT-1", "2026-03-01"))
		entry := h.last()
		must(h, h.try("finance", func(ctx context.Context, tx *store.Tx) error {
			_, err := h.payments.Reverse(ctx, tx, ledger.Reversal{Entry: string(entry.ID), Reason: "matched with another line"})
			return err
		}))
		h.holds("5200 G1 0.00", "4100 G1 -54.05")
		must(h, h.bank("PMT-1", of("-100.00", "DKK"), banking.ProvesPayment, "2026-03-03"))
		h.holds("5200 G1 100.00", "4100 G1 -154.05")
	})
}

// A condition of a grant holds back whatever is paid out of it, at every step at which somebody could let it go,
// until it is met.
func TestConditionHoldsBackWhatIsPaidOut(t *testing.T) {
	onBoth(t, func(h *house) {
		worked(h)
		approved, err := h.write(partners(disbursements.ByPartner, "150000.00", "", "2026-07-31"))
		must(h, err)
		must(h, h.step("maker", disbursements.Decisions.Submit, approved.Number))
		must(h, h.step("chief", disbursements.Decisions.Approve, approved.Number))
		waiting, err := h.write(partners(disbursements.ByPartner, "150000.00", "", "2026-07-31"))
		must(h, err)
		must(h, h.step("maker", disbursements.Decisions.Submit, waiting.Number))
		h.do("finance", func(ctx context.Context, tx *store.Tx) error {
			_, err := grants.AddCondition(ctx, tx, "G2",
				grants.Condition{Kind: "report", Text: "Interim report", Disbursements: true})
			return err
		})
		before := h.last().Number
		for what, err := range map[string]error{
			"approval":      h.step("chief", disbursements.Decisions.Approve, waiting.Number),
			"authorisation": h.step("finance", disbursements.Decisions.Authorise, approved.Number),
			"a transfer":    h.send("P-101", "NG-01", transfer("T-002", "", "2300.00 + 60.00 at 230 NGN/DKK less 0.00")),
			"a retainer":    h.ahead(advances.Retainer, "G2", "R-1", "100.00"),
		} {
			if !errors.Is(err, grants.ErrConditionOpen) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if after := h.last().Number; after != before {
			t.Errorf("entry %s was posted", after)
		}
		h.do("finance", func(ctx context.Context, tx *store.Tx) error {
			_, err := grants.DecideCondition(ctx, tx, "G2", "C1",
				grants.ConditionDecision{State: grants.ConditionMet, On: "2026-07-31", Reason: "The report was sent"})
			return err
		})
		must(h, h.step("chief", disbursements.Decisions.Approve, waiting.Number))
		must(h, h.step("finance", disbursements.Decisions.Authorise, approved.Number))
		must(h, h.ahead(advances.Retainer, "G2", "R-2", "100.00"))
	})
}
