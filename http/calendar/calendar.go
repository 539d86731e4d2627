package calendar

import (
	"context"
	"net/http"

	"supportledger/access"
	"supportledger/disbursements/calendar"
	"supportledger/grants/gifts"
	"supportledger/http/books"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
)

// Register adds the operations.
func Register(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/calendar", ID: "listCalendar", Tag: "calendar",
		Roles:   resource.Staff,
		Summary: "What is due to us and from us, by day", Danish: "Hvad der skal ske, til os og fra os, efter dato",
		About: "Reports, conditions, instalments, pledges, consents, milestones, ends of plans, reports of partners, " +
			"receipts, decisions, bank details and changes of agreements that wait, by codes. People's are those of " +
			"the caller's caseload."}, listCalendar)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/calendar/notes", ID: "noteCalendar", Tag: "calendar",
		NoMatch: rest.MakesNew, Roles: resource.Staff[:4],
		Summary: "Note who sees to something that is due, or that it is done",
		Danish:  "Notér, hvem der tager sig af noget, eller at det er gjort",
		About:   "The newest note holds. What a decision of its own ends, such as a condition, is ended there.",
		Refuses: []error{calendar.ErrUnknownItem, access.ErrUnknownUser},
		Example: `{"kind":"report","subject":"G1","owner":"books"}`}, noteCalendar)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/calendar/leads", ID: "listCalendarLeads", Tag: "calendar",
		Roles:   resource.Staff,
		Summary: "How many days ahead each kind is shown", Danish: "Hvor mange dage i forvejen hver slags vises"}, listLeads)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/calendar/leads", ID: "setCalendarLead", Tag: "calendar",
		NoMatch: rest.NewVersion, Roles: resource.Leads, Status: http.StatusOK,
		Summary: "Say how many days ahead a kind is shown", Danish: "Bestem, hvor mange dage i forvejen en slags vises",
		Example: `{"kind":"report","days":90}`}, setLead)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/overview", ID: "getOverview", Tag: "calendar",
		Roles:   resource.Bookkeeper,
		Summary: "Cash per fund, budgets beside time, what waits, is due and is overdue, the month: in one call",
		Danish:  "Kontanter pr. formål, budgetter mod tid, hvad der venter og er forfaldent, måneden: i ét kald"},
		getOverview)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/search", ID: "search", Tag: "calendar",
		Roles:   resource.Staff,
		Summary: "Find by code, number, reference, amount or text",
		Danish:  "Find på kode, nummer, reference, beløb eller tekst",
		About: "Of each kind that the caller may list. A person is found by the whole code alone, where the caseload " +
			"allows it; names are not searched."}, search)
}

// open is the calendar on the domains of a call.
func open(d resource.Domain) calendar.Calendar {
	return calendar.Calendar{Grants: d.Grants, Gifts: gifts.Register{Grants: d.Grants}, People: d.People,
		Decisions: d.Decisions}
}

type itemRow struct {
	Kind    calendar.Kind `json:"kind" enum:"report,condition,instalment,pledge,agreement_change,bank_details,consent,milestone,plan_end,partner_report,recoverable,receipt,decision"`
	Subject string        `json:"subject" description:"Codes: G1/C1 is a condition of G1, G1/2 an instalment."`
	Grant   string        `json:"grant,omitempty"`
	DueOn   ledger.Date   `json:"due_on"`
	Amount  *ledger.Money `json:"amount,omitempty" description:"That is to come."`
	Held    string        `json:"held_by,omitempty" description:"Number of the condition that holds it back."`
	Towards string        `json:"towards" enum:"us,others" description:"Who has to do the next step for whom."`
	State   string        `json:"state" enum:"due,overdue,done"`
	Owner   access.UserID `json:"owner,omitempty"`
}

func viewItem(i calendar.Item) itemRow {
	v := itemRow{Kind: i.Kind, Subject: i.Subject, Grant: i.Grant, DueOn: i.DueOn, Amount: i.Amount, Held: i.Held,
		Towards: "others", State: "due", Owner: i.Owner}
	switch {
	case i.Done:
		v.State = "done"
	case i.Overdue:
		v.State = "overdue"
	}
	if i.ToUs {
		v.Towards = "us"
	}
	return v
}

type listCalendarRequest struct {
	books.AsOfRequest
	Kind  string        `query:"kind" json:"-" validate:"omitempty,oneof=report condition instalment pledge agreement_change bank_details consent milestone plan_end partner_report recoverable receipt decision"`
	State string        `query:"state" json:"-" validate:"omitempty,oneof=due overdue done"`
	Grant string        `query:"grant" json:"-" validate:"max=40" description:"Code of a grant."`
	Owner access.UserID `query:"owner" json:"-" validate:"max=40"`
}

func listCalendar(ctx context.Context, tx *store.Tx, d resource.Domain, in listCalendarRequest) (
	books.Report[itemRow], error,
) {
	r, span, err := books.NewReport[itemRow](ctx, tx, d, in)
	if err != nil {
		return r, err
	}
	all, err := open(d).Items(ctx, tx, span.To)
	for _, i := range all {
		v := viewItem(i)
		if in.Kind != "" && in.Kind != string(v.Kind) || in.State != "" && in.State != v.State ||
			in.Grant != "" && in.Grant != v.Grant || in.Owner != "" && in.Owner != v.Owner {
			continue
		}
		r.Rows = append(r.Rows, v)
	}
	return r, err
}

type noteRequest struct {
	Kind    calendar.Kind `json:"kind" validate:"required,oneof=report condition instalment pledge agreement_change bank_details consent milestone plan_end partner_report recoverable receipt decision"`
	Subject string        `json:"subject" validate:"required,max=80"`
	DueOn   ledger.Date   `json:"due_on" validate:"omitempty" description:"Where the subject is due on several days."`
	Owner   string        `json:"owner" validate:"max=40" description:"Id or handle of a user; nobody where none is sent."`
	Done    bool          `json:"done"`
	Reason  string        `json:"reason" validate:"max=500" description:"No person's name."`
}

func noteCalendar(ctx context.Context, tx *store.Tx, d resource.Domain, in noteRequest) (itemRow, error) {
	note := calendar.Note{Kind: in.Kind, Subject: in.Subject, DueOn: in.DueOn, Done: in.Done, Reason: in.Reason}
	if in.Owner != "" {
		owner, err := access.FindUser(ctx, tx, in.Owner)
		if err != nil {
			return itemRow{}, rest.At("/owner", err)
		}
		note.Owner = owner.ID
	}
	i, err := open(d).Mark(ctx, tx, note)
	if err != nil {
		return itemRow{}, err
	}
	return viewItem(i), nil
}

type leadRow struct {
	Kind calendar.Kind `json:"kind" enum:"report,condition,instalment,pledge,agreement_change,bank_details,consent,milestone,plan_end,partner_report,recoverable,receipt,decision"`
	Days int           `json:"days"`
}

type leadsView struct {
	Leads []leadRow `json:"leads"`
}

func listLeads(ctx context.Context, tx *store.Tx, _ resource.Domain, _ rest.None) (leadsView, error) {
	found, err := calendar.Leads(ctx, tx)
	v := leadsView{Leads: []leadRow{}}
	for _, kind := range calendar.Kinds {
		v.Leads = append(v.Leads, leadRow{kind, found[kind]})
	}
	return v, err
}

type setLeadRequest struct {
	Kind calendar.Kind `json:"kind" validate:"required,oneof=report condition instalment pledge agreement_change bank_details consent milestone plan_end partner_report recoverable receipt decision"`
	Days int           `json:"days" validate:"min=1,max=366"`
}

func setLead(ctx context.Context, tx *store.Tx, d resource.Domain, in setLeadRequest) (leadsView, error) {
	if err := calendar.SetLead(ctx, tx, in.Kind, in.Days); err != nil {
		return leadsView{}, err
	}
	return listLeads(ctx, tx, d, rest.None{})
}
