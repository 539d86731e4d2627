package disbursements_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"supportledger/access"
	"supportledger/disbursements"
	"supportledger/disbursements/advances"
	"supportledger/disbursements/banking"
	"supportledger/disbursements/payees"
	"supportledger/ledger"
	"supportledger/store"
)

// nobody are the ways in which a transfer names no payee on record: neither is a way around the verification.
var nobody = map[string]func(d *disbursements.Disbursement){
	"a code that is nobody's": func(d *disbursements.Disbursement) { d.Payee = "NOB-01" },
	"no payee":                func(d *disbursements.Disbursement) { d.Payee = "" },
}

// TestATransferGoesToAPayeeOnRecord asks for transfers to nobody, in every way of settling that leaves the bank: each
// is refused when it is submitted, and the database releases none. A payment that is made again, and a retainer, are
// no way around it.
func TestATransferGoesToAPayeeOnRecord(t *testing.T) {
	onVault(t, func(_ *testing.T, h *house) {
		worked(h)
		h.plan("P-102", "DKK", "UNR=100", "100.00", make([]ledger.Date, 3)...)
		must(h, h.approveYear("lead", "P-102", 2026, "2026-01-10"))
		for name, to := range nobody {
			for _, d := range []disbursements.Disbursement{payment("UNR", "", "10.00"),
				{Settlement: disbursements.ByInvoice, Date: "2026-03-02", Text: "As agreed",
					Items: []disbursements.Item{{Line: "stipend", Units: 1, UnitPrice: of("100.00", "DKK")}}}} {
				h.do("maker", func(ctx context.Context, tx *store.Tx) (err error) {
					if to(&d); d.Settlement == disbursements.ByInvoice {
						d.Plan, err = h.requests.People.Plan(ctx, tx, "P-102")
					}
					if d.PaidBy = payees.ByTransfer; err == nil {
						d, err = h.requests.Draft(ctx, tx, d)
					}
					return err
				})
				err := h.step("maker", disbursements.Decisions.Submit, d.Number)
				refused(h, string(d.Settlement)+" to "+name, err, payees.ErrUnregistered)
				if got := h.found(d.Number).State; got != disbursements.Draft {
					h.Errorf("%s to %s is %s", d.Settlement, name, got)
				}
			}
			p := disbursements.Disbursement{}
			to(&p)
			refused(h, "a retainer to "+name, h.retains(p.Payee, payees.ByTransfer), payees.ErrUnregistered)
		}
		h.payable("CLI-01", danishAccount)
		must(h, h.paid(disbursements.Disbursement{Settlement: disbursements.ByPayment, Category: "emergency-aid",
			Account: "1010", Payee: "CLI-01", Amount: of("1.00", "DKK"), Date: "2026-03-02", Shares: shares("UNR=100")},
			"PMT-900", "2026-03-02"))
		must(h, h.bank("PMT-900", of("1.00", "DKK"), banking.ProvesReturn, "2026-03-03"))
		refused(h, "made again to nobody", h.try("finance", func(ctx context.Context, tx *store.Tx) error {
			_, err := h.payments.Reissue(ctx, tx, "PMT-900", banking.Payment{Payee: "NOB-01", Date: "2026-03-04"})
			return err
		}), payees.ErrUnregistered)
		h.registered("CLI-02")
		refused(h, "a retainer to nobody verified", h.retains("CLI-02", ""), payees.ErrUnverified)
		must(h, h.enters("clerk", "CLI-02", danishAccount))
		must(h, h.verifies("signer", "CLI-02", 1))
		refused(h, "a retainer at once", h.retains("CLI-02", ""), payees.ErrCooling)
		h.wait(payees.CoolOff)
		must(h, h.retains("CLI-02", ""))
		h.releasesBehind()
	})
}

// releasesBehind has the database asked to release a transfer that is bound to no bank details, and to pay a retainer
// to bank details that nobody verified.
func (h *house) releasesBehind() {
	h.Helper()
	d := h.owed("NOB-01", "2.00")
	duty := access.Duty{Subject: string(d.ID), Round: 1, Step: access.Request, Payload: d.Payload()}
	h.do("maker", func(ctx context.Context, tx *store.Tx) error { return access.Take(ctx, tx, duty) })
	duty.Step = access.Release
	h.registered("CLI-03")
	var p advances.Prepayment
	h.do("maker", func(ctx context.Context, tx *store.Tx) (err error) {
		p, err = h.advances.RequestPrepayment(ctx, tx, advances.Prepayment{Kind: advances.Retainer, Fund: "UNR",
			Payee: "CLI-03", Account: "1010", Date: "2026-03-10", Amount: of("10.00", "DKK")})
		return err
	})
	for text, err := range map[string]error{
		"a release": h.try("chief", func(ctx context.Context, tx *store.Tx) error {
			return access.Take(ctx, tx, duty)
		}),
		"a retainer": h.try("finance", func(ctx context.Context, tx *store.Tx) error {
			if err := access.Take(ctx, tx, access.Duty{Subject: string(p.ID), Round: 1, Step: access.Authorise,
				Payload: p.Payload()}); err != nil {
				return err
			}
			_, err := tx.NewRaw("UPDATE prepayments SET state = 'authorised' WHERE id = ?", p.ID).Exec(ctx)
			return err
		}),
	} {
		if got := codeOf(err); got != "payee_unverified" {
			h.Errorf("%s behind the rules: %q, %v", text, got, err)
		}
	}
}

// retains has a retainer asked for by one and authorised by another, in a transaction that is not kept where it is
// refused.
func (h *house) retains(payee string, by payees.Means) error {
	var p advances.Prepayment
	if err := h.try("maker", func(ctx context.Context, tx *store.Tx) (err error) {
		p, err = h.advances.RequestPrepayment(ctx, tx, advances.Prepayment{Kind: advances.Retainer, Fund: "UNR",
			Payee: payee, PaidBy: by, Account: "1010", Date: "2026-03-10", Amount: of("10.00", "DKK")})
		return err
	}); err != nil {
		return err
	}
	return h.try("finance", func(ctx context.Context, tx *store.Tx) error {
		_, err := h.advances.AuthorisePrepayment(ctx, tx, string(p.ID))
		return err
	})
}

// TestWhatNeedsNoAccountHasALimit pays by card and in cash up to the limit of the policy and an øre more: the limit
// holds one payment, those that were split, and a retainer. Two people change it, for what is asked for from then on;
// and a receipt is owed.
func TestWhatNeedsNoAccountHasALimit(t *testing.T) {
	onBoth(t, func(h *house) {
		h.cards("500.00")
		limit := "500.00"
		pays := func(payee, amount string, on ledger.Date, by payees.Means) (disbursements.Disbursement, error) {
			d := h.aPayment("UNR", payee, amount, func(d *disbursements.Disbursement) { d.PaidBy, d.Date = by, on })
			err := h.step("maker", disbursements.Decisions.Submit, d.Number)
			var over *payees.OverCardLimit
			if errors.As(err, &over) && over.Limit.String() != limit {
				h.Errorf("the limit is told as %s", over.Limit)
			}
			return h.found(d.Number), err
		}
		for _, by := range []payees.Means{payees.ByCard, payees.InCash} {
			_, err := pays("", "500.01", "2026-02-01", by)
			refused(h, "above the limit by "+string(by), err, payees.ErrOverCardLimit)
			_, err = pays("", "500.00", "2026-02-01", by)
			must(h, err)
		}
		first, err := pays("KIOSK", "300.00", "2026-02-01", payees.ByCard)
		must(h, err)
		_, err = pays("KIOSK", "200.01", "2026-03-02", payees.InCash)
		refused(h, "split over 30 days", err, payees.ErrOverCardLimit)
		_, err = pays("KIOSK", "200.01", "2026-03-03", payees.InCash)
		must(h, err)
		refused(h, "a retainer above it", h.try("maker", func(ctx context.Context, tx *store.Tx) error {
			_, err := h.advances.RequestPrepayment(ctx, tx, advances.Prepayment{Kind: advances.Retainer, Fund: "UNR",
				PaidBy: payees.ByCard, Account: "1010", Date: "2026-03-10", Amount: of("500.01", "DKK")})
			return err
		}), payees.ErrOverCardLimit)
		limit = "0.00"
		h.cards(limit) // what was asked for before goes on under its own policy
		_, err = pays("", "0.01", "2026-02-01", "")
		if !errors.Is(err, payees.ErrOverCardLimit) {
			h.Errorf("closed, and paid by card without a word: %v", err)
		}
		must(h, h.step("lead", disbursements.Decisions.Approve, first.Number))
		must(h, h.step("finance", disbursements.Decisions.Authorise, first.Number))
		must(h, h.pay(first, "PMT-1", "2026-02-02"))
		owed := "receipt_due " + first.Number + " 2026-02-13"
		if got := h.reminds("2026-02-13"); strings.Contains(got, "receipt_due") {
			h.Errorf("reminded on the tenth working day: %q", got)
		}
		if got := h.reminds("2026-02-14"); got != owed {
			h.Errorf("after ten working days: %q", got)
		}
	})
}

// TestSplittingOfAPlanIsSeen holds that what is paid by card for one plan to no payee counts together.
func TestSplittingOfAPlanIsSeen(t *testing.T) {
	onBoth(t, func(h *house) {
		h.cards("500.00")
		h.plan("P-102", "DKK", "UNR=100", "100.00", make([]ledger.Date, 3)...)
		must(h, h.approveYear("lead", "P-102", 2026, "2026-01-10"))
		asks := func(amount string) error {
			d := payment("UNR", "", amount)
			return h.try("maker", func(ctx context.Context, tx *store.Tx) (err error) {
				if d.Plan, err = h.requests.People.Plan(ctx, tx, "P-102"); err == nil {
					d, err = h.requests.Draft(ctx, tx, d)
				}
				if err == nil {
					_, err = h.requests.Submit(ctx, tx, d.Number)
				}
				return err
			})
		}
		must(h, asks("300.00"))
		refused(h, "more of the same plan", asks("200.01"), payees.ErrOverCardLimit)
		must(h, asks("200.00"))
	})
}
