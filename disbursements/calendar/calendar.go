package calendar

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/disbursements"
	"supportledger/grants"
	"supportledger/grants/gifts"
	"supportledger/ledger"
	"supportledger/store"
)

// Kind is what something in the calendar is about.
type Kind string

// The kinds, and what is due by each: from us, or to us.
const (
	Report      Kind = "report"           // of a grant, to its funder
	Condition   Kind = "condition"        // that an agreement asks us to meet
	Instalment  Kind = "instalment"       // that a funder promised
	Pledged     Kind = "pledge"           // that a donor promised
	Agreement   Kind = "agreement_change" // of a grant, that waits for a second person
	BankDetails Kind = "bank_details"     // of a payee, that wait for a second person
	Consent     Kind = "consent"          // that ends
	Milestone   Kind = "milestone"        // of a plan
	PlanEnd     Kind = "plan_end"
	Partner     Kind = "partner_report" // of an advance
	Receivable  Kind = "recoverable"    // what a partner is to give back
	Receipt     Kind = "receipt"        // of what was paid by card or in cash
	Decision    Kind = "decision"       // on a disbursement
)

// Kinds are all kinds.
var Kinds = []Kind{Report, Condition, Instalment, Pledged, Agreement, BankDetails, Consent, Milestone, PlanEnd, Partner,
	Receivable, Receipt, Decision}

// leads are how many days ahead something is shown where nothing else was set.
var leads = map[Kind]int{Report: 60, Condition: 30, Instalment: 30, Pledged: 30, Consent: 30, Milestone: 14,
	PlanEnd:   60,
	Agreement: 366, BankDetails: 7}

// toUs are the kinds of which somebody else has to do the first step.
var toUs = []Kind{Instalment, Pledged, Partner, Receivable, Receipt}

// ErrUnknownItem is that nothing of the kind is due.
var ErrUnknownItem = errors.New("calendar: nothing of the kind is due")

// Item is something that is due, by codes alone. Kind, subject and day say which it is.
type Item struct {
	Kind    Kind
	Subject string // G1, G1/C1, G1/2, PL-1/3, C-09, P-101, NG-01/T-001
	Grant   string // code of the grant; "" where there is none
	DueOn   ledger.Date
	Amount  *ledger.Money // that is to come
	Held    string        // number of the condition that holds it back
	ToUs    bool
	Overdue bool
	Owner   access.UserID // who sees to it; "" for nobody by name
	Done    bool
}

func (i Item) key() mark { return mark{Kind: i.Kind, Subject: i.Subject, DueOn: i.DueOn} }

// Calendar reads what is due out of the books, and keeps what people note of it.
type Calendar struct {
	Grants    grants.Register
	Gifts     gifts.Register
	People    beneficiaries.Register
	Decisions disbursements.Decisions
}

// Items lists what is due by a day with the lead of its kind, and what is past, of what the actor may know, in order of
// days. What somebody noted as done is marked. It costs a number of queries that does not grow with the grants.
func (c Calendar) Items(ctx context.Context, tx *store.Tx, on ledger.Date) ([]Item, error) {
	ahead, err := Leads(ctx, tx)
	if err != nil {
		return nil, err
	}
	var all []Item
	for _, read := range []func(context.Context, *store.Tx, ledger.Date) ([]Item, error){
		c.ofGrants, c.ofPledges, c.ofPeople, c.ofOffice, ofDetails,
	} {
		found, err := read(ctx, tx, on)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	all = slices.DeleteFunc(all, func(i Item) bool { return i.DueOn > on.AddDays(ahead[i.Kind]) })
	marks, err := readMarks(ctx, tx)
	if err != nil {
		return nil, err
	}
	for n := range all {
		i := &all[n]
		said := marks[i.key()]
		i.ToUs, i.Owner, i.Done = slices.Contains(toUs, i.Kind), said.Owner, said.Done
		i.Overdue = i.DueOn < on && !i.Done
	}
	slices.SortFunc(all, func(a, b Item) int {
		return cmp.Or(cmp.Compare(a.DueOn, b.DueOn), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Subject, b.Subject))
	})
	return all, nil
}

// ofGrants are the reports, conditions, instalments and changes of grants that run or whose report is not made.
func (c Calendar) ofGrants(ctx context.Context, tx *store.Tx, on ledger.Date) ([]Item, error) {
	all, err := c.Grants.Grants(ctx, tx, grants.Filter{})
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(g grants.Grant) bool {
		return g.State == grants.GrantClosed || g.State == grants.GrantFinalReported
	})
	standings, err := c.Grants.Standings(ctx, tx, all, on)
	if err != nil {
		return nil, err
	}
	conditions, err := grants.ConditionsOf(ctx, tx, all)
	if err != nil {
		return nil, err
	}
	waiting, err := readWaitingChanges(ctx, tx)
	if err != nil {
		return nil, err
	}
	var out []Item
	for n, g := range all {
		if g.ReportDueOn != "" && g.State != grants.GrantDraft {
			out = append(out, Item{Kind: Report, Subject: g.Code, Grant: g.Code, DueOn: g.ReportDueOn})
		}
		for _, at := range conditions[g.ID] {
			if at.State == grants.ConditionOpen && at.DueOn != "" {
				out = append(out, Item{Kind: Condition, Subject: g.Code + "/" + at.Number, Grant: g.Code, DueOn: at.DueOn})
			}
		}
		for _, in := range standings[n].Instalments {
			if in.Open.Sign() > 0 {
				out = append(out, Item{Kind: Instalment, Subject: fmt.Sprintf("%s/%d", g.Code, in.No), Grant: g.Code,
					DueOn: in.DueOn, Amount: &in.Open, Held: in.Condition})
			}
		}
		for _, change := range waiting[g.ID] {
			out = append(out, Item{Kind: Agreement, Subject: fmt.Sprintf("%s/%d", g.Code, change.Version), Grant: g.Code,
				DueOn: change.On})
		}
	}
	return out, nil
}

// ofPledges are what donors promised and what has not come.
func (c Calendar) ofPledges(ctx context.Context, tx *store.Tx, on ledger.Date) ([]Item, error) {
	pledges, err := c.Gifts.Pledges(ctx, tx, gifts.PledgeFilter{})
	if err != nil || len(pledges) == 0 {
		return nil, err
	}
	standings, err := c.Gifts.Standings(ctx, tx, pledges, on)
	var out []Item
	for n, s := range standings {
		for _, in := range s.Instalments {
			if in.Open.Sign() > 0 {
				out = append(out, Item{Kind: Pledged, Subject: fmt.Sprintf("%s/%d", pledges[n].Number, in.No),
					DueOn: in.DueOn, Amount: &in.Open})
			}
		}
	}
	return out, err
}

// ofPeople are milestones, consents and ends of plans, of people whom the actor may know of.
func (c Calendar) ofPeople(ctx context.Context, tx *store.Tx, on ledger.Date) ([]Item, error) {
	found, err := c.People.Reminders(ctx, tx, on, store.Keyset{})
	kinds := map[beneficiaries.ReminderKind]Kind{beneficiaries.MilestoneDue: Milestone,
		beneficiaries.ConsentExpiring: Consent, beneficiaries.PlanEnding: PlanEnd}
	out := make([]Item, len(found))
	for n, r := range found {
		out[n] = Item{Kind: kinds[r.Kind], Subject: r.Subject, DueOn: r.DueOn}
		if r.Kind == beneficiaries.ConsentExpiring {
			out[n].Subject = r.Beneficiary.Code + "/" + r.Subject
		}
	}
	return out, err
}

// ofOffice are decisions, reports of partners, what they owe and receipts.
func (c Calendar) ofOffice(ctx context.Context, tx *store.Tx, on ledger.Date) ([]Item, error) {
	found, err := c.Decisions.Dues(ctx, tx, on)
	kinds := map[disbursements.DueKind]Kind{disbursements.ApprovalOverdue: Decision,
		disbursements.PartnerReportDue: Partner, disbursements.RecoverableDue: Receivable,
		disbursements.ReceiptDue: Receipt}
	var out []Item
	for _, d := range found {
		if kind, shown := kinds[d.Kind]; shown { // what is escalated is overdue already
			out = append(out, Item{Kind: kind, Subject: d.Subject, DueOn: d.On})
		}
	}
	return out, err
}

// ofDetails are bank details that nobody verified yet, due the day after they were entered.
func ofDetails(ctx context.Context, tx *store.Tx, _ ledger.Date) ([]Item, error) {
	found, err := readUnverified(ctx, tx)
	out := make([]Item, len(found))
	for n, d := range found {
		at, err := store.ParseTime(d.EnteredAt)
		if err != nil {
			return nil, err
		}
		out[n] = Item{Kind: BankDetails, Subject: d.Code, DueOn: ledger.DateOf(at).AddWorkingDays(1)}
	}
	return out, err
}

// Note is what somebody notes of something that is due: who sees to it, and whether it is done.
type Note struct {
	Kind    Kind
	Subject string
	DueOn   ledger.Date
	Owner   access.UserID
	Done    bool
	Reason  string // no person's name
}

// Mark notes who sees to something, or that it is done; the newest note holds. [ErrUnknownItem].
func (c Calendar) Mark(ctx context.Context, tx *store.Tx, n Note) (Item, error) {
	all, err := c.Items(ctx, tx, ledger.DateOf(tx.At))
	if err != nil {
		return Item{}, err
	}
	i := slices.IndexFunc(all, func(i Item) bool {
		return i.Kind == n.Kind && i.Subject == n.Subject && (n.DueOn == "" || i.DueOn == n.DueOn)
	})
	if i < 0 {
		return Item{}, ErrUnknownItem
	}
	item := all[i]
	n.DueOn = item.DueOn
	if err := insertMark(ctx, tx, n); err != nil {
		return Item{}, err
	}
	item.Owner, item.Done, item.Overdue = n.Owner, n.Done, item.Overdue && !n.Done
	return item, access.Record(ctx, tx, access.Event{Action: "calendar.noted", Subject: string(n.Kind) + "/" + n.Subject,
		Reason: n.Reason})
}

// Leads are how many days ahead each kind is shown.
func Leads(ctx context.Context, tx *store.Tx) (map[Kind]int, error) {
	set, err := readLeads(ctx, tx)
	out := map[Kind]int{}
	for _, kind := range Kinds {
		out[kind] = leads[kind]
		if days, known := set[kind]; known {
			out[kind] = days
		}
	}
	return out, err
}

// SetLead says how many days ahead a kind is shown from now on.
func SetLead(ctx context.Context, tx *store.Tx, kind Kind, days int) error {
	if err := saveLead(ctx, tx, kind, days); err != nil {
		return err
	}
	return access.Record(ctx, tx, access.Event{Action: "calendar.lead_set", Subject: string(kind)})
}
