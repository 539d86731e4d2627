package people

import (
	"context"

	"supportledger/beneficiaries"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
)

// planReminders registers what somebody has to think of.
func planReminders(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/reminders", ID: "listReminders", Tag: "plans",
		Roles:   resource.Knowing,
		Summary: "What to think of: milestones, consents that expire, plans that end",
		Danish:  "Hvad der skal huskes: milepæle, samtykker der udløber, støtteplaner der slutter",
		About: "Of the people whose cases the caller is on; a programme lead and the privacy officer see all, by code. A " +
			"milestone is named 14 days before it is due, " +
			"a consent 30 days before it expires, the end of a plan 60 days before. What is past stays until somebody has " +
			"dealt with it."}, listReminders)
}

type reminderView struct {
	DueOn       ledger.Date                `json:"due_on"`
	Kind        beneficiaries.ReminderKind `json:"kind" description:"milestone_due, consent_expiring or plan_ending."`
	Beneficiary string                     `json:"beneficiary" description:"By code."`
	Subject     string                     `json:"subject" description:"The milestone as plan/code, the consent by id, the plan by number."`
}

func viewReminder(m beneficiaries.Reminder) reminderView {
	return reminderView{m.DueOn, m.Kind, m.Beneficiary.Code, m.Subject}
}

func listReminders(ctx context.Context, tx *store.Tx, d resource.Domain, in struct {
	rest.Page
	On ledger.Date `query:"on" json:"-" validate:"omitempty" description:"As seen on a day; today where none is given."`
}) (rest.List[reminderView], error) {
	page, err := in.Page.Keyset(3)
	if err != nil {
		return rest.List[reminderView]{}, err
	}
	found, err := d.People.Reminders(ctx, tx, resource.Today(tx, in.On), page)
	return rest.ListOf(in.Page, found, viewReminder, beneficiaries.Reminder.Key), err
}
