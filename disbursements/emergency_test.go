package disbursements_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/disbursements"
	"supportledger/disbursements/banking"
	"supportledger/ledger"
	"supportledger/store"
)

// TestEmergencyPath holds the limits of what is paid before it is approved, that it is approved after by somebody
// else, and that it is escalated when it is not.
func TestEmergencyPath(t *testing.T) {
	onBoth(t, func(h *house) {
		h.sign("G1", "DKK 60000.00")
		h.plan("P-7", "DKK", "G1=100", "900.00", "2026-03-01")
		must(h, h.approveYear("lead", "P-7", 2026, "2026-01-10"))
		emergency := func(d *disbursements.Disbursement) { d.Emergency = true }
		var plan beneficiaries.Plan
		h.do("", func(ctx context.Context, tx *store.Tx) (err error) {
			plan, err = h.requests.People.Plan(ctx, tx, "P-7")
			return err
		})
		onPlan := func(d *disbursements.Disbursement) { d.Emergency, d.Plan = true, plan }
		for _, c := range []struct {
			amount string
			change func(*disbursements.Disbursement)
		}{{"100.00", emergency}, {"1500.01", onPlan}} {
			d := h.aPayment("UNR", "", c.amount, c.change)
			if err := h.step("maker", disbursements.Decisions.Submit, d.Number); !errors.Is(err, disbursements.ErrEmergency) {
				h.Errorf("%s: %v", c.amount, err)
			}
		}
		first := h.asked("UNR", "", "1500.00", onPlan)
		second := h.asked("UNR", "", "10.00", onPlan)
		third := h.aPayment("UNR", "", "10.00", onPlan)
		if err := h.step("maker", disbursements.Decisions.Submit, third.Number); !errors.Is(err, disbursements.ErrEmergency) {
			h.Errorf("a third one in the quarter: %v", err)
		}
		h.asked("UNR", "", "10.00", onPlan, func(d *disbursements.Disbursement) { d.Date = "2026-04-01" })
		must(h, h.try("chief", func(ctx context.Context, tx *store.Tx) error {
			_, err := h.requests.Cancel(ctx, tx, second.Number, "it was not needed")
			return err
		}))
		must(h, h.step("maker", disbursements.Decisions.Submit, third.Number)) // a place came free

		must(h, h.step("finance", disbursements.Decisions.Authorise, first.Number))
		h.do("lead", func(ctx context.Context, tx *store.Tx) error {
			p, err := h.policies.On(ctx, tx, ledger.DateOf(tx.At))
			if err != nil {
				return err
			}
			d, err := h.requests.Disbursement(ctx, tx, first.Number)
			if err != nil {
				return err
			}
			far, err := h.requests.Progress(ctx, tx, d)
			last := d.ApproveBy(p)
			if on, late := p.Waits(d, far, last),
				p.Waits(d, far, last.AddDays(1)); on.Why != "after_payment" || on.Escalated || !late.Escalated {
				h.Errorf("it waits as %+v, the day after as %+v", on, late)
			}
			return err
		})
		must(h, h.try("chief", func(ctx context.Context, tx *store.Tx) error {
			_, err := h.payments.Release(ctx, tx, first.Number, banking.Payment{Date: "2026-02-02"})
			return err
		}))
		if err := h.step("finance", disbursements.Decisions.Approve, first.Number); !errors.Is(err,
			access.ErrMakerCannotApprove) {
			h.Errorf("approved after by who authorised: %v", err)
		}
		must(h, h.step("lead", disbursements.Decisions.Approve, first.Number))
		if d := h.found(first.Number); d.State != disbursements.Released {
			h.Errorf("approved after, it is %s", d.State)
		}
		if got := codeOf(h.try("", func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.NewRaw("UPDATE disbursements SET state = 'authorised' WHERE number = ?", third.Number).Exec(ctx)
			return err
		})); got != "authorisation_missing" {
			h.Errorf("an emergency that nobody authorised: %q", got)
		}
	})
}

// TestEmergencyRefusedAfter holds that somebody who could have approved an emergency may refuse it after it was
// authorised: what has not left is called off, what has stands and is escalated at once, and who refused does not
// approve it later.
func TestEmergencyRefusedAfter(t *testing.T) {
	onBoth(t, func(h *house) {
		h.sign("G1", "DKK 60000.00")
		h.plan("P-7", "DKK", "G1=100", "900.00", "2026-03-01")
		must(h, h.approveYear("lead", "P-7", 2026, "2026-01-10"))
		people(h)
		var plan beneficiaries.Plan
		h.do("", func(ctx context.Context, tx *store.Tx) (err error) {
			plan, err = h.requests.People.Plan(ctx, tx, "P-7")
			return err
		})
		onPlan := func(d *disbursements.Disbursement) { d.Emergency, d.Plan = true, plan }
		refuse := func(who, number, reason string) error {
			return h.try(who, func(ctx context.Context, tx *store.Tx) error {
				_, err := h.decisions.Reject(ctx, tx, number, reason)
				return err
			})
		}
		early, late := h.asked("UNR", "", "10.00", onPlan), h.asked("UNR", "", "1500.00", onPlan)
		for _, d := range []disbursements.Disbursement{early, late} {
			must(h, h.step("finance", disbursements.Decisions.Authorise, d.Number))
		}
		must(h, refuse("lead", early.Number, "nobody knew of it"))
		if got := h.found(early.Number); got.State != disbursements.Cancelled || got.EmergencySlot != "" {
			h.Errorf("refused before the money left, it is %s in %q", got.State, got.EmergencySlot)
		}
		must(h, h.pay(late, "PMT-1", "2026-02-02"))
		for who, want := range map[string]error{"maker": access.ErrMakerCannotApprove,
			"finance": access.ErrMakerCannotApprove, "chief": access.ErrMakerCannotApprove} {
			if err := refuse(who, late.Number, "nobody knew of it"); !errors.Is(err, want) {
				h.Errorf("refused by %s: %v", who, err)
			}
		}
		if err := refuse("lead", late.Number, "no"); !errors.Is(err, ledger.ErrReasonRequired) {
			h.Errorf("refused without a reason: %v", err)
		}
		waiting := func() (words string) {
			h.do("lead", func(ctx context.Context, tx *store.Tx) error {
				list, err := h.decisions.Inbox(ctx, tx, disbursements.InboxOf{})
				for _, w := range list {
					words += fmt.Sprint(w.Number, " ", w.Why, " ", w.Escalated)
				}
				return err
			})
			return words
		}
		if got := waiting(); got != late.Number+" after_payment false" {
			h.Errorf("before it waits as %q", got)
		}
		must(h, refuse("lead", late.Number, "nobody knew of it"))
		if got := waiting(); got != late.Number+" refused true" || h.found(late.Number).State != disbursements.Paid {
			h.Errorf("refused it waits as %q and is %s", got, h.found(late.Number).State)
		}
		if err := h.step("lead", disbursements.Decisions.Approve, late.Number); !errors.Is(err, access.ErrMakerCannotApprove) {
			h.Errorf("approved by who refused: %v", err)
		}
		must(h, h.step("person-1", disbursements.Decisions.Approve, late.Number))
		if got := waiting(); got != "" {
			h.Errorf("approved after all, it waits as %q", got)
		}
		if err := refuse("person-2", late.Number, "nobody knew of it"); !errors.Is(err, disbursements.ErrNotAsked) {
			h.Errorf("refused once it was approved: %v", err)
		}
	})
}
