package disbursements

import (
	"cmp"
	"context"
	"slices"

	"supportledger/ledger"
	"supportledger/ledger/reports"
	"supportledger/store"
)

// DueKind is what the office has to see to.
type DueKind string

// The kinds of what is due.
const (
	ApprovalOverdue   DueKind = "approval_overdue"   // somebody was to decide by a day
	ApprovalEscalated DueKind = "approval_escalated" // it waits for twice as long, or an emergency is not approved in time
	PartnerReportDue  DueKind = "partner_report_due" // an advance that the partner has not accounted for
	RecoverableDue    DueKind = "recoverable_due"    // what a partner was to give back, or to net
	ReceiptDue        DueKind = "receipt_due"        // paid by card or in cash, and no receipt came since
)

// Due is something that the office has to see to, by numbers alone. Kind, subject and day say which it is: it is
// noted once.
type Due struct {
	Kind DueKind
	// A disbursement's number, of an approval with the step, D-2026-0001/approve; a partner and its transfer, NG-01/T-001.
	Subject string
	On      ledger.Date // when it was due
}

// receiptDays is how many working days a receipt may take to come for what was paid by card or in cash.
const receiptDays = 10

// Dues lists what is due on a day, of the disbursements that the actor may know of, in order of days. Approvals are
// due by the policy of the day. A partner is reminded of an advance, or of what it owes back, when it is three, six
// and nine months old: with each age that the report on advances knows. It reads and writes nothing down.
func (dec Decisions) Dues(ctx context.Context, tx *store.Tx, on ledger.Date) ([]Due, error) {
	waiting, err := dec.waitingOn(ctx, tx, on)
	if err != nil {
		return nil, err
	}
	out := overdue(waiting, on)
	open, err := reports.PartnerAdvances(ctx, tx, dec.Book, ledger.Span{To: on})
	if err != nil {
		return nil, err
	}
	out = append(out, unaccounted(open.Rows)...)
	unproved, err := dec.unproved(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, d := range unproved {
		if due := d.Date.AddWorkingDays(receiptDays); on > due {
			out = append(out, Due{ReceiptDue, d.Number, due})
		}
	}
	slices.SortFunc(out, func(a, b Due) int {
		return cmp.Or(cmp.Compare(a.On, b.On), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Subject, b.Subject))
	})
	return slices.Compact(out), nil // a transfer of several funds is one
}

// overdue are the decisions that were due before a day.
func overdue(waiting []Waiting, on ledger.Date) []Due {
	var out []Due
	for _, w := range waiting {
		subject := w.Number + "/" + string(w.For)
		if w.For == "" || w.DueOn == "" {
			continue
		}
		if on > w.DueOn {
			out = append(out, Due{ApprovalOverdue, subject, w.DueOn})
		}
		if w.Escalated {
			out = append(out, Due{ApprovalEscalated, subject, w.DueOn})
		}
	}
	return out
}

// unaccounted are the advances, and what is owed back, that are older than the youngest age.
func unaccounted(rows []reports.OpenItem) []Due {
	var out []Due
	for _, r := range rows {
		since := r.Age.From(r.OpenedOn)
		if since == "" || r.Cost.Amount.IsZero() {
			continue
		}
		kind := PartnerReportDue
		if reports.IsRecoverable(r.Account) {
			kind = RecoverableDue
		}
		out = append(out, Due{kind, r.Holder + "/" + r.Name, since})
	}
	return out
}

// Remind writes down what is due on a day and was not written down before, and answers it: asked twice on a day, the
// second answer is empty. It is the system's act: the actor's caseload would narrow it.
func (dec Decisions) Remind(ctx context.Context, tx *store.Tx, on ledger.Date) ([]Due, error) {
	all, err := dec.Dues(ctx, tx, on)
	if err != nil {
		return nil, err
	}
	noted, err := readDues(ctx, tx)
	if err != nil {
		return nil, err
	}
	fresh := slices.DeleteFunc(all, func(d Due) bool { return noted[d] })
	return fresh, insertDues(ctx, tx, fresh)
}
