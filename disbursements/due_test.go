package disbursements_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"supportledger/disbursements"
	"supportledger/ledger"
	"supportledger/store"
)

// reminds writes what is newly due on a day, "kind subject day | …".
func (h *house) reminds(on ledger.Date) string {
	h.Helper()
	var words []string
	h.do("", func(ctx context.Context, tx *store.Tx) error {
		due, err := h.decisions.Remind(ctx, tx, on)
		for _, d := range due {
			words = append(words, fmt.Sprintf("%s %s %s", d.Kind, d.Subject, d.On))
		}
		return err
	})
	return strings.Join(words, " | ")
}

// What waits too long, and what partners have not accounted for or owe back, is noted once with each age, and never
// again.
func TestTheOfficeIsReminded(t *testing.T) {
	onBoth(t, func(h *house) {
		worked(h) // T-001 of 12 January 2026, on two funds
		must(h, h.given(partners(disbursements.ByPartner, "150000.00", "30000.00", "2026-02-01")))
		owed := h.found("D-2026-0001")
		if owed.State != disbursements.Evidenced {
			h.Fatalf("%s is %s", owed.Number, owed.State)
		}
		asked := h.asked("UNR", "", "100.00") // on 15 January
		transfer, owes, waits := "partner_report_due NG-01/T-001 ", "recoverable_due NG-01/"+owed.Number+" ",
			asked.Number+"/approve 2026-01-20"
		for _, day := range []struct {
			on   ledger.Date
			want string
		}{
			{"2026-01-20", ""},
			{"2026-01-21", "approval_overdue " + waits},
			{"2026-01-24", "approval_escalated " + waits},
			{"2026-04-12", ""},
			{"2026-04-13", transfer + "2026-04-12"},
			{"2026-05-01", ""},
			{"2026-05-02", owes + "2026-05-01"},
			{"2026-10-13", owes + "2026-08-01 | " + transfer + "2026-10-12"},
			{"2026-10-13", ""},
		} {
			if got := h.reminds(day.on); got != day.want {
				t.Errorf("on %s: %q, want %q", day.on, got, day.want)
			}
		}
	})
}
