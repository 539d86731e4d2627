package beneficiaries

import (
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
// 30 days; living plans whose last unit is due within 60 days or past. It reads and writes nothing down. The rows of a
// page have the key [Reminder.Key], and each kind is read as far as it can fill the page alone.
func (r Register) Reminders(ctx context.Context, tx *store.Tx, on ledger.Date, page store.Keyset) ([]Reminder, error) {
	var out []Reminder
	for _, read := range []func(context.Context, *store.Tx, ledger.Date, store.Keyset) ([]Reminder, error){
		readDueMilestones, readExpiringConsents, readEndingPlans,
	} {
		found, err := read(ctx, tx, on, page)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	slices.SortFunc(out, func(a, b Reminder) int { return slices.Compare(a.Key(), b.Key()) })
	if page.Limit > 0 {
		out = out[:min(page.Limit, len(out))]
	}
	return out, nil
}

// Remind writes down what is to be thought of on a day and was not written down before, and answers it: asked twice on
// a day, the second answer is empty. It is the system's act: the actor's caseload would narrow it.
func (r Register) Remind(ctx context.Context, tx *store.Tx, on ledger.Date) ([]Reminder, error) {
	all, err := r.Reminders(ctx, tx, on, store.Keyset{})
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

// Key is where a reminder stands in the list of all.
func (m Reminder) Key() []string { return []string{string(m.DueOn), string(m.Kind), m.Subject} }
