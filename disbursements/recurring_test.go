package disbursements_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"supportledger/beneficiaries"
	"supportledger/disbursements"
	"supportledger/disbursements/payees"
	"supportledger/disbursements/recurring"
	"supportledger/ledger"
	"supportledger/store"
)

// dueDrafts writes drafts for what is due by a day, as somebody, and tells what they are for and what was passed over.
func (h *house) dueDrafts(who string, to ledger.Date) (drafts, skipped string) {
	h.Helper()
	h.do(who, func(ctx context.Context, tx *store.Tx) error {
		made, left, err := recurring.Drafts(ctx, tx, h.requests, beneficiaries.DueFilter{To: to})
		var words, others []string
		for _, d := range made {
			words = append(words, fmt.Sprintf("%s %s %s %d×%s to %s, %s", d.Date, d.Plan.Number, d.Items[0].Line,
				d.Items[0].Units, d.Items[0].UnitPrice, d.Payee, d.State))
		}
		for _, s := range left {
			others = append(others, fmt.Sprintf("%s %s", s.Item.Plan.Number, s.Why))
		}
		drafts, skipped = strings.Join(words, " | "), strings.Join(others, " | ")
		return err
	})
	return drafts, skipped
}

// TestWhatIsDueBecomesDraftsOnce writes drafts for what plans say is due, beside a request that was typed: each unit
// once, however often it is asked, and again once a draft was cancelled. What stays says why, and a draft is submitted
// and approved as any other.
func TestWhatIsDueBecomesDraftsOnce(t *testing.T) {
	onBoth(t, func(h *house) {
		h.do("", func(ctx context.Context, tx *store.Tx) error {
			_, err := h.payees.Add(ctx, tx, payee("LAND-01"))
			return err
		})
		days := []ledger.Date{"2026-02-01", "2026-02-01", "2026-03-01", "2027-01-01"}
		h.planPaying("P-201", "LAND-01", days...)
		h.planPaying("P-202", "", days...)
		must(h, h.approveYear("lead", "P-201", 2026, "2026-01-10"))
		must(h, h.approveYear("lead", "P-202", 2026, "2026-01-10"))
		typed := h.typed("P-201")
		const passed = "P-201 asked_for | P-202 no_payee | P-202 no_payee"
		drafts, skipped := h.dueDrafts("maker", "2026-02-28")
		if drafts != "2026-02-01 P-201 stipend 1×100.00 to LAND-01, draft" || skipped != passed {
			h.Errorf("%s; passed over: %s", drafts, skipped)
		}
		if drafts, _ := h.dueDrafts("maker", "2026-02-28"); drafts != "" {
			h.Errorf("written twice: %s", drafts)
		}
		if drafts, _ := h.dueDrafts("lead", "2026-03-31"); drafts != "2026-03-01 P-201 stipend 1×100.00 to LAND-01, draft" {
			h.Errorf("by another, a month later: %s", drafts)
		}
		must(h, h.try("maker", func(ctx context.Context, tx *store.Tx) error {
			_, err := h.requests.Cancel(ctx, tx, typed.Number, "it is not needed after all")
			return err
		}))
		if drafts, _ := h.dueDrafts("maker", "2026-03-31"); drafts != "2026-03-01 P-201 stipend 1×100.00 to LAND-01, draft" {
			h.Errorf("after a cancellation: %s", drafts) // the earliest units are those of the two drafts
		}
		if drafts, skipped := h.dueDrafts("maker", "2027-01-01"); drafts != "" ||
			!strings.HasSuffix(skipped, "P-201 not_approved | P-202 not_approved") {
			h.Errorf("of a year that nobody approved: %s; passed over: %s", drafts, skipped)
		}
		first := h.found("D-2026-0002")
		if err := h.step("lead", disbursements.Decisions.Approve, first.Number); err == nil {
			h.Errorf("a draft was approved")
		}
		must(h, h.step("maker", disbursements.Decisions.Submit, first.Number))
		if err := h.step("maker", disbursements.Decisions.Approve, first.Number); err == nil {
			h.Errorf("who wrote it approved it")
		}
	})
}

// TestTwoWhoDraftWhatIsDueCountEachOther has two ask at once: each unit becomes one draft.
func TestTwoWhoDraftWhatIsDueCountEachOther(t *testing.T) {
	onBoth(t, func(h *house) {
		h.do("", func(ctx context.Context, tx *store.Tx) error {
			_, err := h.payees.Add(ctx, tx, payee("LAND-01"))
			return err
		})
		h.planPaying("P-201", "LAND-01", "2026-02-01", "2026-03-01", "2026-04-01")
		must(h, h.approveYear("lead", "P-201", 2026, "2026-01-10"))
		made, failed := make(chan int, 4), make(chan error, 4)
		for i := range 4 {
			go func() {
				n := 0
				err := h.try([]string{"maker", "lead"}[i%2], func(ctx context.Context, tx *store.Tx) error {
					drafts, _, err := recurring.Drafts(ctx, tx, h.requests, beneficiaries.DueFilter{To: "2026-12-31"})
					n = len(drafts)
					return err
				})
				made <- n
				failed <- err
			}()
		}
		all, errs := 0, []error(nil)
		for range 4 {
			all += <-made
			errs = append(errs, <-failed)
		}
		if err := errors.Join(errs...); err != nil || all != 3 {
			h.Errorf("%d drafts of 3 units: %v", all, err)
		}
	})
}

// payee is a clinic of a code.
func payee(code string) payees.Payee {
	return payees.Payee{Code: code, Kind: payees.PayeeClinic, Alias: "House " + code}
}

// planPaying writes a plan down whose one line names who is paid, and submits it.
func (h *house) planPaying(number, payee string, due ...ledger.Date) {
	h.Helper()
	h.do("maker", func(ctx context.Context, tx *store.Tx) error {
		b, err := h.requests.People.Admit(ctx, tx)
		if err != nil {
			return err
		}
		line := beneficiaries.PlanLine{Line: "stipend", Category: "therapy", UnitPrice: of("100.00", "DKK"), Payee: payee}
		for i, d := range due {
			line.Items = append(line.Items, beneficiaries.Item{Position: i, DueOn: d})
		}
		if _, err := h.requests.People.Draft(ctx, tx, beneficiaries.Plan{Number: number, Beneficiary: b.ID, Currency: "DKK",
			Current: beneficiaries.PlanVersion{StartsOn: "2026-01-01", Shares: shares("UNR=100"),
				Lines: []beneficiaries.PlanLine{line}}}); err != nil {
			return err
		}
		_, err = h.requests.People.Submit(ctx, tx, number)
		return err
	})
}

// typed asks for one unit of a plan by hand.
func (h *house) typed(plan string) (d disbursements.Disbursement) {
	h.Helper()
	h.do("maker", func(ctx context.Context, tx *store.Tx) error {
		p, err := h.requests.People.Plan(ctx, tx, plan)
		if err != nil {
			return err
		}
		d, err = h.requests.Draft(ctx, tx, disbursements.Disbursement{Settlement: disbursements.ByInvoice, Plan: p,
			Date: "2026-02-01", Text: "As agreed", Payee: "LAND-01",
			Items: []disbursements.Item{{Line: "stipend", Units: 1, UnitPrice: of("100.00", "DKK")}}})
		return err
	})
	return d
}
