package http

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/disbursements"
	"supportledger/ledger"
	"supportledger/store"
)

// Who decides on disbursements: which of them on which one, its policy says.
var (
	decides    = []access.Role{access.Caseworker, access.ProgrammeLead, access.FinanceOfficer, access.Treasurer}
	authorises = []access.Role{access.ProgrammeLead, access.FinanceOfficer, access.Treasurer}
)

// approvalRoutes registers what waits for whom, and the life of a disbursement beside its payment.
func approvalRoutes(api *API) {
	Route(api, Op{Method: get, Path: "/approvals", ID: "listApprovals", Tag: "approvals", Roles: staff,
		Summary: "What waits for a decision", Danish: "Hvad der venter på en afgørelse",
		About: "With mine=true what you may decide on; with requested=true what you asked for. Each with its amount, what is left on the line, its checks, " +
			"and who is still needed. A caseworker sees the own cases only."}, at(listApprovals))
	Route(api, Op{Method: get, Path: "/approval-reminders", ID: "listApprovalReminders", Tag: "approvals", Roles: staff,
		Summary: "How much waits for whom, and for how long", Danish: "Hvor meget der venter på hvem, og hvor længe",
		About: "Counts only, by role and step."}, at(listApprovalReminders))
	Route(api, Op{Method: get, Path: "/office-reminders", ID: "listOfficeReminders", Tag: "approvals", Roles: bookkeeper,
		Summary: "What is due: decisions, partners' reports, what partners owe back", Danish: "Hvad der er forfaldent: afgørelser, partneres afregninger, og hvad partnere skylder tilbage",
		About: "A decision is due by the days of its policy, and escalated after twice as many. A partner is reminded of an advance, and of what it owes back, " +
			"when it is three, six and nine months old. The daily job notes each once."}, at(listOfficeReminders))
	Route(api, Op{Method: get, Path: "/disbursements/:id/checks", ID: "listDisbursementChecks", Tag: "disbursements", Roles: staff,
		Summary: "What speaks for and against a disbursement", Danish: "Hvad der taler for og imod en udbetaling",
		About:   "A warning is for the eyes of who decides; only a stop stands in the way.",
		Refuses: []error{disbursements.ErrUnknownDisbursement}}, at(listChecks))
	Route(api, Op{Method: get, Path: "/disbursements/:id/history", ID: "listDisbursementHistory", Tag: "disbursements", Roles: staff,
		Summary: "What happened to a disbursement, oldest first", Danish: "Hvad der er sket med en udbetaling, ældste først",
		Refuses: []error{disbursements.ErrUnknownDisbursement}}, at(listHistory))
	Route(api, Op{Method: post, Path: "/disbursements/:id/comments", ID: "commentDisbursement", Tag: "disbursements", Roles: decides,
		Summary: "Say something about a disbursement", Danish: "Skriv en bemærkning til en udbetaling",
		Refuses: []error{disbursements.ErrUnknownDisbursement}, Example: `{"text":"The invoice of May is attached"}`}, at(commentDisbursement))
	Route(api, Op{Method: put, Path: "/disbursements/:id", ID: "rewriteDisbursement", Tag: "disbursements", Roles: casework,
		Summary: "Write a disbursement anew", Danish: "Skriv en udbetaling om",
		About:   "All of it, as when it is drafted. Once it was submitted it becomes a draft of the next round, and what was approved is void.",
		Refuses: slices.Concat(refusesDraft, []error{disbursements.ErrUnknownDisbursement, disbursements.ErrState, access.ErrForbidden, store.ErrStale})}, at(api.rewriteDisbursement))
	for _, m := range []struct {
		path, id, summary, danish, about string
		roles                            []access.Role
		refuses                          []error
		act                              func(disbursements.Office, context.Context, *store.Tx, string, string) (disbursements.Disbursement, error)
	}{
		{"/holds", "holdDisbursement", "Hold an authorised disbursement back", "Hold en bemyndiget udbetaling tilbage", "Until it is resumed; nothing is paid meanwhile.",
			authorises, nil, disbursements.Office.Hold},
		{"/resumptions", "resumeDisbursement", "Let a disbursement that was held go on", "Lad en tilbageholdt udbetaling gå videre", "", authorises, nil, disbursements.Office.Resume},
		{"/cancellations", "cancelDisbursement", "Cancel a disbursement before it is released", "Annullér en udbetaling, før den frigives",
			"By who wrote it or who leads. What was booked for it is reversed.", decides, []error{access.ErrForbidden, ledger.ErrPeriodClosed}, disbursements.Office.Cancel},
	} {
		Route(api, Op{Method: post, Path: "/disbursements/:id" + m.path, ID: m.id, Tag: "disbursements", Roles: m.roles, Status: http.StatusOK,
			Summary: m.summary, Danish: m.danish, About: m.about,
			Refuses: append([]error{disbursements.ErrUnknownDisbursement, disbursements.ErrState, disbursements.ErrReasonRequired}, m.refuses...),
			Example: `{"reason":"the clinic asked us to wait"}`},
			at(func(ctx context.Context, tx *store.Tx, d desk, in reasonedRequest) (disbursementView, error) {
				return d.shownNow(ctx, tx)(m.act(d.office, ctx, tx, string(in.ID), in.Reason))
			}))
	}
	Route(api, Op{Method: post, Path: "/disbursements/:id/disallowances", ID: "disallowDisbursement", Tag: "disbursements", Roles: []access.Role{access.Treasurer}, Status: http.StatusOK,
		Summary: "Mark what an auditor or grantor does not accept", Danish: "Markér, hvad en revisor eller bevillingsgiver ikke godkender",
		About:   "Names a finding of a grant that paid; the finding's own disallowance takes the money off the grant.",
		Refuses: []error{disbursements.ErrUnknownDisbursement, disbursements.ErrState, disbursements.ErrReasonRequired, disbursements.ErrFindingElsewhere},
		Example: `{"finding":"F-1","reason":"there is no receipt"}`}, at(disallowDisbursement))
	policyRoutes(api)
	standInRoutes(api)
}

type reasonedRequest struct {
	ID     Ref    `path:"id" json:"-" description:"Its id or its number."`
	Reason string `json:"reason" validate:"required,max=500" description:"At least ten letters; no person's name."`
}

type disallowRequest struct {
	ID      Ref    `path:"id" json:"-" description:"Its id or its number."`
	Finding string `json:"finding" validate:"required,max=40" description:"The auditor's number."`
	Reason  string `json:"reason" validate:"required,max=500" description:"At least ten letters; no person's name."`
}

func disallowDisbursement(ctx context.Context, tx *store.Tx, d desk, in disallowRequest) (disbursementView, error) {
	return d.shownNow(ctx, tx)(d.office.Disallow(ctx, tx, string(in.ID), in.Finding, in.Reason))
}

// approvalsView says how far the approvals of a disbursement are.
type approvalsView struct {
	Given       int            `json:"given"`
	Needed      int            `json:"needed"`
	StillNeeded []string       `json:"still_needed" description:"One for each person: the roles that would do."`
	Text        string         `json:"text" description:"1 of 2; still needed: treasurer"`
	By          []approvedView `json:"by"`
}

type approvedView struct {
	Step       access.Step `json:"step" enum:"approve,authorise,release"`
	User       string      `json:"user"`
	OnBehalfOf string      `json:"on_behalf_of,omitempty"`
	At         string      `json:"at"`
}

// roleWords are the roles as people say them.
var roleWords = map[access.Role]text{
	access.Caseworker: {"caseworker", "sagsbehandler"}, access.ProgrammeLead: {"programme lead", "programleder"},
	access.FinanceOfficer: {"finance officer", "økonomimedarbejder"}, access.Treasurer: {"treasurer", "kasserer"},
	access.Auditor: {"auditor", "revisor"}, access.PrivacyOfficer: {"privacy officer", "databeskyttelsesrådgiver"},
	access.DonorRole: {"donor", "bidragyder"}, access.Admin: {"administrator", "administrator"},
}

// anyOf words roles of which one does: "finance officer or treasurer".
func anyOf(roles []access.Role, l Lang) string {
	words := make([]string, len(roles))
	for i, r := range roles {
		words[i] = roleWords[r].in(l)
	}
	return strings.Join(words, text{" or ", " eller "}.in(l))
}

func viewApprovals(p disbursements.Progress, l Lang) approvalsView {
	v := approvalsView{StillNeeded: []string{}, By: []approvedView{}}
	for _, n := range p.StillNeeded {
		v.StillNeeded = append(v.StillNeeded, anyOf(n.Roles, l))
	}
	for _, a := range p.Given {
		v.By = append(v.By, approvedView{a.Step, a.Handle, a.BehalfHandle, instant(a.At)})
	}
	v.Needed, v.Given = p.Needed, p.Needed-len(p.StillNeeded)
	v.Text = say("%d of %d", "%d af %d", v.Given, v.Needed).in(l)
	if len(v.StillNeeded) > 0 {
		v.Text += text{"; still needed: ", "; mangler: "}.in(l) + strings.Join(v.StillNeeded, ", ")
	}
	return v
}

// eligibilityView is one check of a disbursement.
type eligibilityView struct {
	Check   string                `json:"check" description:"Such as plan, period or budget."`
	Outcome disbursements.Outcome `json:"outcome" enum:"ok,warning,stop"`
	Hint    string                `json:"hint,omitempty" description:"In the language of the request."`
}

// checkHints words the hints of checks; {0} and {1} are what they are about.
var checkHints = map[string]text{
	"plan_changed":            {"Plan {0} was changed since this was asked for: return it, and ask anew.", "Støtteplan {0} er ændret, siden der blev spurgt: returnér den, og spørg igen."},
	"plan_not_in_force":       {"Plan {0} is not in force.", "Støtteplan {0} gælder ikke."},
	"line_unknown":            {"The plan has no line {0}.", "Støtteplanen har ingen linje {0}."},
	"units_settled":           {"Line {0} has fewer units left than this settles.", "Linje {0} har færre enheder tilbage, end her afregnes."},
	"above_cap":               {"Line {0} plans {1} for these units; this is more. The planned price is a ceiling for the eye, never the amount.", "Linje {0} har {1} til disse enheder; dette er mere. Den planlagte pris er et loft for øjet, aldrig beløbet."},
	"outside_agreement":       {"{0}.", "Aftalen siger nej: {0}."},
	"milestone_open":          {"A milestone of the plan is not met.", "En milepæl i støtteplanen er ikke nået."},
	"condition_open":          {"Condition {0} of {1} is not met.", "Betingelse {0} for {1} er ikke opfyldt."},
	"budget_exceeded":         {"{0} has {1} left.", "{0} har {1} tilbage."},
	"grant_not_active":        {"A grant that pays is not active.", "En bevilling, der betaler, er ikke aktiv."},
	"evidence_missing":        {"No document is attached.", "Der er ikke vedlagt bilag."},
	"evidence_used":           {"The same document was attached to {0}.", "Det samme bilag er vedlagt {0}."},
	"evidence_used_elsewhere": {"The same document was attached to another disbursement.", "Det samme bilag er vedlagt en anden udbetaling."},
	"split_seen":              {"With others within 30 days it comes to an amount that more people have to approve.", "Sammen med andre inden for 30 dage bliver det et beløb, som flere skal godkende."},
	"payee_unregistered":      {"{0} is not on record with an account: it goes into no batch.", "{0} er ikke registreret med en konto: den kommer ikke med i et bundt."},
	"payee_unverified":        {"The bank details of {0} are not verified by a second person.", "Kontooplysningerne for {0} er ikke bekræftet af en anden person."},
	"payee_cooling":           {"The bank details of {0} are new: money may leave from {1}.", "Kontooplysningerne for {0} er nye: der kan betales fra {1}."},
	"payee_changed":           {"The bank details of {0} were changed since this was asked for: return it, and ask anew.", "Kontooplysningerne for {0} er ændret, siden der blev spurgt: returnér den, og spørg igen."},
	"payee_new":               {"{0} was never paid before.", "{0} er aldrig blevet betalt før."},
	"split_below_band":        {"Within 30 days it comes to {0}, which more people have to approve.", "Inden for 30 dage bliver det {0}, som flere skal godkende."},
	"user_related":            {"Somebody here is related to the payee or the person ({0}) and does not decide.", "En medarbejder har en relation til modtageren af betalingen eller støtten ({0}) og afgør ikke."},
	"donor_related":           {"A donor who pays is related to the payee or the person ({0}).", "En bidragyder, der betaler, har en relation til modtageren ({0})."},
	"duty_taken":              {"You took a part in it already: somebody else decides.", "Du har allerede haft en del i den: en anden afgør."},
	"party_related":           {"You are related to the payee or the person: somebody else decides.", "Du har en relation til modtageren: en anden afgør."},
}

func viewEligibility(c disbursements.Check, l Lang) eligibilityView {
	hint := checkHints[c.Hint].in(l)
	for i, of := range c.Of {
		hint = strings.ReplaceAll(hint, "{"+string(rune('0'+i))+"}", of)
	}
	return eligibilityView{c.Name, c.Outcome, hint}
}

func (d desk) viewChecks(ctx context.Context, tx *store.Tx, of disbursements.Disbursement) ([]eligibilityView, error) {
	checks, err := d.office.Checks(ctx, tx, of)
	views := make([]eligibilityView, len(checks))
	for i, c := range checks {
		views[i] = viewEligibility(c, langFrom(ctx))
	}
	return views, err
}

// shownNow shows a disbursement with how far its approvals are, and with its checks while somebody still decides.
func (d desk) shownNow(ctx context.Context, tx *store.Tx) func(disbursements.Disbursement, error) (disbursementView, error) {
	return func(of disbursements.Disbursement, err error) (disbursementView, error) {
		if err != nil {
			return disbursementView{}, err
		}
		v := viewDisbursement(of)
		far, err := d.office.Progress(ctx, tx, of)
		if err != nil {
			return disbursementView{}, err
		}
		if of.SubmittedOn != "" {
			approvals := viewApprovals(far, langFrom(ctx))
			v.Approvals = &approvals
		}
		if slices.Contains([]disbursements.State{disbursements.Draft, disbursements.InfoRequested, disbursements.Submitted}, of.State) {
			v.Checks, err = d.viewChecks(ctx, tx, of)
		}
		return v, err
	}
}

func listChecks(ctx context.Context, tx *store.Tx, d desk, in pagedRef) (List[eligibilityView], error) {
	of, err := d.office.Disbursement(ctx, tx, string(in.ID))
	if err != nil {
		return List[eligibilityView]{}, err
	}
	checks, err := d.viewChecks(ctx, tx, of)
	if err != nil {
		return List[eligibilityView]{}, err
	}
	return inOrder(in.Page, checks, func(c eligibilityView) eligibilityView { return c })
}

type momentView struct {
	At         string   `json:"at"`
	Action     string   `json:"action"`
	User       string   `json:"user,omitempty" description:"Work name; none is the system."`
	OnBehalfOf string   `json:"on_behalf_of,omitempty"`
	Fields     []string `json:"fields" description:"Names of what changed."`
	Reason     string   `json:"reason,omitempty"`
	Comment    string   `json:"comment,omitempty"`
}

func viewMoment(m disbursements.Moment) momentView {
	return momentView{instant(m.At), m.Action, m.Handle, m.BehalfHandle, append([]string{}, m.Fields...), m.Reason, m.Comment}
}

func listHistory(ctx context.Context, tx *store.Tx, d desk, in pagedRef) (List[momentView], error) {
	told, err := d.office.History(ctx, tx, string(in.ID))
	if err != nil {
		return List[momentView]{}, err
	}
	return inOrder(in.Page, told, viewMoment)
}

type commentRequest struct {
	ID   Ref    `path:"id" json:"-" description:"Its id or its number."`
	Text string `json:"text" validate:"required,max=1000" description:"No person's name."`
}

type commentView struct {
	ID   string `json:"id"`
	Text string `json:"text"`
	At   string `json:"at"`
}

func commentDisbursement(ctx context.Context, tx *store.Tx, d desk, in commentRequest) (commentView, error) {
	c, err := d.office.Comment(ctx, tx, string(in.ID), in.Text)
	return commentView{c.ID, c.Text, instant(c.At)}, err
}

type listApprovalsRequest struct {
	Page
	Mine      bool `query:"mine" json:"-" description:"What you may decide on."`
	Requested bool `query:"requested" json:"-" description:"What you asked for."`
}

// waitingView has all that somebody needs to know who decides, in one call.
type waitingView struct {
	ID          disbursements.DisbursementID `json:"id"`
	Number      string                       `json:"number"`
	State       disbursements.State          `json:"state"`
	Why         string                       `json:"why" enum:"approval,authorisation,release,after_payment,refused,question"`
	OnBehalfOf  access.UserID                `json:"on_behalf_of,omitempty" description:"Whom you would decide for."`
	Plan        string                       `json:"plan"`
	Beneficiary string                       `json:"beneficiary,omitempty" description:"Code; only for those who work with people."`
	Line        string                       `json:"line"`
	Payee       string                       `json:"payee"`
	Text        string                       `json:"text"`
	Date        ledger.Date                  `json:"date"`
	Amount      ledger.Money                 `json:"amount"`
	BaseAmount  ledger.Money                 `json:"base_amount" table:"base" description:"When it was asked for; zero where no rate was known."`
	Emergency   bool                         `json:"emergency"`
	RemainingOf string                       `json:"remaining_of,omitempty" description:"A line of the plan, or a fund."`
	Remaining   *ledger.Money                `json:"remaining,omitempty" description:"Before this one."`
	SubmittedOn ledger.Date                  `json:"submitted_on,omitempty"`
	DueOn       ledger.Date                  `json:"due_on,omitempty"`
	Escalated   bool                         `json:"escalated"`
	Version     int                          `json:"version"`
	Approvals   approvalsView                `json:"approvals"`
	Checks      []eligibilityView            `json:"checks"`
}

func listApprovals(ctx context.Context, tx *store.Tx, d desk, in listApprovalsRequest) (List[waitingView], error) {
	found, err := d.office.Inbox(ctx, tx, disbursements.InboxOf{Mine: in.Mine, Requested: in.Requested})
	if err != nil {
		return List[waitingView]{}, err
	}
	view := func(w disbursements.Waiting) waitingView {
		v, viewErr := d.viewWaiting(ctx, tx, w)
		if err == nil {
			err = viewErr
		}
		return v
	}
	list, pageErr := pageOf(in.Page, found, view, func(w disbursements.Waiting) string { return w.Number })
	if err == nil {
		err = pageErr
	}
	return list, err
}

func (d desk) viewWaiting(ctx context.Context, tx *store.Tx, w disbursements.Waiting) (waitingView, error) {
	v := waitingView{ID: w.ID, Number: w.Number, State: w.State, Why: w.Why, OnBehalfOf: w.Behalf, Plan: w.Plan.Number, Line: w.Line, Payee: w.Payee,
		Text: w.Text, Date: w.Date, Amount: w.Amount, BaseAmount: w.Base, Emergency: w.Emergency, SubmittedOn: w.Since, DueOn: w.DueOn,
		Escalated: w.Escalated, Version: w.Version, Approvals: viewApprovals(w.Progress, langFrom(ctx))}
	of, left, known, err := d.office.Remaining(ctx, tx, w.Disbursement)
	if err != nil {
		return v, err
	}
	if v.RemainingOf = of; known {
		v.Remaining = &left
	}
	if w.Plan.Beneficiary != "" && worksWithPeople(tx.By) {
		var b beneficiaries.Beneficiary
		if b, err = d.people.Beneficiary(ctx, tx, string(w.Plan.Beneficiary)); err != nil {
			return v, err
		}
		v.Beneficiary = b.Code
	}
	v.Checks, err = d.viewChecks(ctx, tx, w.Disbursement)
	return v, err
}

// worksWithPeople reports whether an actor needs to know for whom something is: finance pays by number of plan and payee.
func worksWithPeople(by store.Actor) bool {
	return slices.ContainsFunc(knowing, func(r access.Role) bool { return slices.Contains(by.Roles, string(r)) })
}

type waitingRoleView struct {
	Role      access.Role `json:"role"`
	Step      access.Step `json:"step" enum:"approve,authorise,release"`
	Waiting   int         `json:"waiting"`
	Overdue   int         `json:"overdue"`
	Escalated int         `json:"escalated"`
	Oldest    ledger.Date `json:"oldest,omitempty"`
}

func listApprovalReminders(ctx context.Context, tx *store.Tx, d desk, in struct{ Page }) (List[waitingRoleView], error) {
	all, err := d.office.Reminders(ctx, tx, ledger.DateOf(tx.At))
	if err != nil {
		return List[waitingRoleView]{}, err
	}
	return inOrder(in.Page, all, func(r disbursements.Reminder) waitingRoleView {
		return waitingRoleView{r.Role, r.Step, r.Waiting, r.Overdue, r.Escalated, r.Oldest}
	})
}

type dueView struct {
	DueOn   ledger.Date           `json:"due_on"`
	Kind    disbursements.DueKind `json:"kind" enum:"approval_overdue,approval_escalated,partner_report_due,recoverable_due"`
	Subject string                `json:"subject" description:"A disbursement and the step, D-2026-0001/approve; a partner and its transfer, NG-01/T-001."`
}

func listOfficeReminders(ctx context.Context, tx *store.Tx, d desk, in struct {
	Page
	On ledger.Date `query:"on" json:"-" validate:"omitempty" description:"As seen on a day; today where none is given."`
}) (List[dueView], error) {
	all, err := d.office.Dues(ctx, tx, today(tx, in.On))
	if err != nil {
		return List[dueView]{}, err
	}
	return inOrder(in.Page, all, func(due disbursements.Due) dueView { return dueView{due.On, due.Kind, due.Subject} })
}

type rewriteRequest struct {
	ID Ref `path:"id" json:"-" description:"Its id or its number."`
	draftDisbursementRequest
}

func (a *API) rewriteDisbursement(ctx context.Context, tx *store.Tx, d desk, in rewriteRequest) (disbursementView, error) {
	content, err := a.readWithDocuments(ctx, tx, d, in.draftDisbursementRequest)
	if err != nil {
		return disbursementView{}, err
	}
	return d.shownNow(ctx, tx)(atMissing(d.office.Rewrite(ctx, tx, string(in.ID), content)))
}
