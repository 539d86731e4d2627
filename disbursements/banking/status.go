package banking

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"supportledger/access"
	"supportledger/disbursements/iso20022"
	"supportledger/ledger"
	"supportledger/store"
)

// Reported is what a bank's report said of payments of ours, and what came of it.
type Reported struct {
	Accepted, Pending int
	Failed            []ReportedPayment // noted as failed or recalled now
	Unchanged         []ReportedPayment // refused by the bank, and of another state here, or named on a statement
	Unknown           int               // that we have no payment for
}

// ReportedPayment is a payment with the bank's code.
type ReportedPayment struct {
	Payment Payment
	Reason  string // code, such as AC01
}

// Report takes the bank's word on a file of payments before it books them (pain.002), or on a recall (camt.029): what
// it rejected is FAILED, what it took back RECALLED. What it accepted is as it was: only a line of its statement proves
// a payment. A report that is read again changes nothing. [*iso20022.Fault].
func (pay Payments) Report(ctx context.Context, tx *store.Tx, content []byte) (Reported, error) {
	var out Reported
	read, err := iso20022.ReadStatus(bytes.NewReader(content))
	if err != nil {
		return out, err
	}
	if err := ledger.LockFunds(ctx, tx, pay.Requests.Book.General); err != nil { // one report after the other
		return out, err
	}
	said, err := pay.spokenOf(ctx, tx, read)
	if err != nil {
		return out, err
	}
	for _, s := range said {
		if err := pay.takeStatus(ctx, tx, s, &out); err != nil {
			return out, err
		}
	}
	return out, access.Record(ctx, tx, access.Event{Action: "payments.reported", Subject: reference(read.File)})
}

// spoken is a status of one payment.
type spoken struct {
	id     PaymentID // "" where the bank speaks of one that is none of ours
	status iso20022.Status
	reason string
}

// spokenOf is what a report says of each payment: its own status, or else that of its part or of the whole file.
func (pay Payments) spokenOf(ctx context.Context, tx *store.Tx, r iso20022.StatusReport) ([]spoken, error) {
	numbers := make([]string, len(r.Payments))
	for i, p := range r.Payments {
		numbers[i] = strings.ToUpper(p.EndToEndID)
	}
	ours, err := paymentsNumbered(ctx, tx, "", slices.Clone(numbers))
	if err != nil {
		return nil, err
	}
	var out []spoken
	seen := map[PaymentID]bool{}
	add := func(id PaymentID, status iso20022.Status, reason string) {
		if id == "" || !seen[id] {
			out, seen[id] = append(out, spoken{id: id, status: status, reason: reason}), true
		}
	}
	for i, p := range r.Payments {
		add(ours[numbers[i]], p.Status, p.Reason)
	}
	parts := r.Parts
	if r.Group != "" && r.Group != iso20022.Partly && r.File != "" {
		parts = append(parts, iso20022.PartStatus{Part: r.File, Status: r.Group, Reason: r.Reason})
	}
	for _, p := range parts {
		found, err := paymentsOfBatches(ctx, tx, "", []string{p.Part})
		if err != nil {
			return nil, err
		}
		if len(found[strings.ToUpper(p.Part)]) == 0 {
			add("", p.Status, p.Reason)
		}
		for _, id := range found[strings.ToUpper(p.Part)] {
			add(id, p.Status, p.Reason)
		}
	}
	return out, nil
}

// aCode is what a bank's code of a reason looks like; other words may name people.
var aCode = regexp.MustCompile(`^[A-Z0-9]{2,8}$`)

// takeStatus moves one payment on.
func (pay Payments) takeStatus(ctx context.Context, tx *store.Tx, s spoken, out *Reported) error {
	to := map[iso20022.Status]PaymentState{iso20022.Rejected: PaymentFailed, iso20022.Recalled: PaymentRecalled}[s.status]
	switch {
	case s.id == "":
		out.Unknown++
		return nil
	case to == "" && (s.status == iso20022.Accepted || s.status == iso20022.Kept):
		out.Accepted++
		return nil
	case to == "":
		out.Pending++
		return nil
	}
	p, err := pay.Payment(ctx, tx, string(s.id))
	if err != nil {
		return err
	}
	if !aCode.MatchString(s.reason) {
		s.reason = ""
	}
	named, err := unexplained(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	if named != "" || !p.left() {
		if p.State != to {
			out.Unchanged = append(out.Unchanged, ReportedPayment{p, s.reason})
		}
		return nil
	}
	p, err = movePayment(ctx, tx, p, to, fmt.Sprintf("the bank's report says %s %s", s.status, s.reason))
	out.Failed = append(out.Failed, ReportedPayment{p, s.reason})
	return err
}
