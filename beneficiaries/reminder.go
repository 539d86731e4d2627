package beneficiaries

import (
	"cmp"
	"context"
	"slices"

	"supportledger/ledger"
	"supportledger/store"
)

// ReminderKind is what somebody has to think of.
type ReminderKind string

// The kinds of reminders.
const (
	MilestoneDue    ReminderKind = "milestone_due"
	ConsentExpiring ReminderKind = "consent_expiring"
	PlanEnding      ReminderKind = "plan_ending"
)

// How many days before they are due things are brought to mind: a milestone takes a document, a consent a meeting, the
// end of a plan a decision on what follows.
const (
	milestoneDays = 14
	consentDays   = 30
	planDays      = 60
)

// Reminder is what somebody has to think of, by codes alone. Kind, subject and day say which it is: it is noted once.
type Reminder struct {
	Kind        ReminderKind
	Subject     string // of a milestone its plan and code, P-101/term_1_passed; of a plan its number; of a consent its id
	DueOn       ledger.Date
	Beneficiary Beneficiary
}

// Reminders lists what is to be thought of on a day, of the people whom the actor may know of, in order of days:
// milestones of living plans that nobody found met, due within 14 days or past; consents that stand and expire within
// 30 days; living plans whose last unit is due within 60 days or past. It reads and writes nothing down, and asks the
// database the same few questions however many plans there are.
func (r Register) Reminders(ctx context.Context, tx *store.Tx, on ledger.Date) ([]Reminder, error) {
	people, err := readBeneficiaries(ctx, tx, store.Keyset{})
	if err != nil {
		return nil, err
	}
	known := map[BeneficiaryID]Beneficiary{}
	for _, b := range people {
		known[b.ID] = b
	}
	out, err := expiring(ctx, tx, on, known)
	if err != nil {
		return nil, err
	}
	milestones, err := readDueMilestones(ctx, tx, on.AddDays(milestoneDays), known)
	if err != nil {
		return nil, err
	}
	ending, err := readEndingPlans(ctx, tx, on.AddDays(planDays), known)
	if err != nil {
		return nil, err
	}
	out = slices.Concat(out, milestones, ending)
	slices.SortFunc(out, func(a, b Reminder) int {
		return cmp.Or(cmp.Compare(a.DueOn, b.DueOn), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Subject, b.Subject))
	})
	return out, nil
}

// expiring are the consents that stand and soon expire, unless a later one takes over.
func expiring(ctx context.Context, tx *store.Tx, on ledger.Date,
	known map[BeneficiaryID]Beneficiary) ([]Reminder, error) {
	consents, err := readConsentsUntil(ctx, tx, on)
	if err != nil {
		return nil, err
	}
	of := map[BeneficiaryID][]Consent{}
	for _, c := range consents {
		of[c.Beneficiary] = append(of[c.Beneficiary], c)
	}
	var out []Reminder
	for _, c := range consents {
		b, visible := known[c.Beneficiary]
		followed := slices.ContainsFunc(of[c.Beneficiary], func(o Consent) bool {
			return o.ExpiresOn > c.ExpiresOn && o.RevokedOn == "" && o.covers(c.Purpose, c.Donor, c.ExpiresOn)
		})
		if visible && !followed && c.RevokedOn == "" && c.ExpiresOn <= on.AddDays(consentDays) {
			out = append(out, Reminder{ConsentExpiring, c.ID, c.ExpiresOn, b})
		}
	}
	return out, nil
}

// Remind writes down what is to be thought of on a day and was not written down before, and answers it: asked twice on
// a day, the second answer is empty. It is the system's act: the actor's caseload would narrow it.
func (r Register) Remind(ctx context.Context, tx *store.Tx, on ledger.Date) ([]Reminder, error) {
	all, err := r.Reminders(ctx, tx, on)
	if err != nil {
		return nil, err
	}
	noted, err := readReminders(ctx, tx)
	if err != nil {
		return nil, err
	}
	fresh := slices.DeleteFunc(all, func(m Reminder) bool { return noted[m.key()] })
	return fresh, insertReminders(ctx, tx, fresh)
}

// key says which reminder it is.
func (m Reminder) key() [3]string { return [3]string{string(m.Kind), m.Subject, string(m.DueOn)} }
