package payments

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/disbursements"
	"supportledger/disbursements/advances"
	"supportledger/disbursements/complaints"
	"supportledger/disbursements/documents"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
)

// Who decides on disbursements: which of them on which one, its policy says.
var (
	decides    = disbursements.ToApprove.Roles()
	authorises = disbursements.ToAuthorise.Roles()
)

// approvalRoutes registers what waits for whom, and how decisions are made.
func approvalRoutes(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/approvals", ID: "listApprovals", Tag: "approvals",
		Roles:   resource.Staff,
		Summary: "What waits for a decision", Danish: "Hvad der venter på en afgørelse",
		About: "With mine=true what you may decide on; with requested=true what you asked for. Each with its amount, what " +
			"is left on the line, its checks, " +
			"and who is still needed. A caseworker sees the own cases only."}, listApprovals)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/approval-reminders", ID: "listApprovalReminders",
		Tag: "approvals", Roles: resource.Staff,
		Summary: "How much waits for whom, and for how long", Danish: "Hvor meget der venter på hvem, og hvor længe",
		About: "Counts only, by role and step."}, listApprovalReminders)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/office-reminders", ID: "listOfficeReminders", Tag: "approvals",
		Roles:   resource.Bookkeeper,
		Summary: "What is due: decisions, partners' reports, what partners owe back",
		Danish:  "Hvad der er forfaldent: afgørelser, partneres afregninger, og hvad partnere skylder tilbage",
		About: "A decision is due by the days of its policy, and escalated after twice as many. A partner is reminded of " +
			"an advance, and of what it owes back, " +
			"when it is three, six and nine months old. The daily job notes each once."}, listOfficeReminders)
	disbursementLifeRoutes(api)
	policyRoutes(api)
	standInRoutes(api)
}

// disbursementLifeRoutes registers the routes that read and decide on one disbursement, except its payment.
func disbursementLifeRoutes(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/disbursements/:id/checks", ID: "listDisbursementChecks",
		Tag: "disbursements", Roles: resource.Staff,
		Summary: "What speaks for and against a disbursement", Danish: "Hvad der taler for og imod en udbetaling",
		About:   "A warning is for the eyes of who decides; only a stop stands in the way.",
		Refuses: []error{disbursements.ErrUnknownDisbursement}}, listChecks)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/disbursements/:id/history", ID: "listDisbursementHistory",
		Tag: "disbursements", Roles: resource.Staff,
		Summary: "What happened to a disbursement, oldest first", Danish: "Hvad der er sket med en udbetaling, ældste først",
		Refuses: []error{disbursements.ErrUnknownDisbursement}}, listHistory)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/disbursements/:id/comments", ID: "commentDisbursement",
		NoMatch: rest.MakesNew,
		Tag:     "disbursements", Roles: decides,
		Summary: "Say something about a disbursement", Danish: "Skriv en bemærkning til en udbetaling",
		Refuses: []error{disbursements.ErrUnknownDisbursement}, Example: `{"text":"The invoice of May is attached"}`},
		commentDisbursement)
	resource.Route(api, rest.Op{Method: rest.Put, Path: "/disbursements/:id", ID: "rewriteDisbursement",
		Match: "getDisbursement",
		Tag:   "disbursements", Roles: disbursements.ToRewrite.Roles(),
		Summary: "Write a disbursement anew", Danish: "Skriv en udbetaling om",
		About: "All of it, as when it is drafted. Once it was submitted it becomes a draft of the next round, and what " +
			"was approved is void.",
		Refuses: slices.Concat(refusesDraft,
			[]error{disbursements.ErrUnknownDisbursement, advances.ErrState, access.ErrForbidden, store.ErrStale})},
		rewriteDisbursement)
	documentRoutes(api)
	for _, m := range []struct {
		path, id, summary, danish, about string
		roles                            []access.Role
		refuses                          []error
		act                              func(disbursements.Decisions, context.Context, *store.Tx, string,
			string) (disbursements.Disbursement, error)
	}{
		{path: "/holds", id: "holdDisbursement", summary: "Hold an authorised disbursement back",
			danish: "Hold en bemyndiget udbetaling tilbage", about: "Until it is resumed; nothing is paid meanwhile.",
			roles: authorises, refuses: nil, act: disbursements.Decisions.Hold},
		{path: "/resumptions", id: "resumeDisbursement", summary: "Let a disbursement that was held go on",
			danish: "Lad en tilbageholdt udbetaling gå videre", about: "", roles: authorises,
			refuses: []error{complaints.ErrHeld, documents.ErrUsed}, act: disbursements.Decisions.Resume},
		{path: "/cancellations", id: "cancelDisbursement", summary: "Cancel a disbursement before it is released",
			danish: "Annullér en udbetaling, før den frigives",
			about:  "By who wrote it or who leads. What was booked for it is reversed.", roles: decides,
			refuses: []error{access.ErrForbidden, ledger.ErrPeriodClosed}, act: disbursements.Decisions.Cancel},
	} {
		resource.Route(api, rest.Op{Method: rest.Post, Path: "/disbursements/:id" + m.path, ID: m.id, Tag: "disbursements",
			Roles: m.roles, Match: "getDisbursement", Status: http.StatusOK,
			Summary: m.summary, Danish: m.danish, About: m.about,
			Refuses: append([]error{disbursements.ErrUnknownDisbursement, advances.ErrState, ledger.ErrReasonRequired},
				m.refuses...),
			Example: `{"reason":"the clinic asked us to wait"}`},
			func(ctx context.Context, tx *store.Tx, d resource.Domain, in reasonedRequest) (DisbursementView, error) {
				of, err := m.act(d.Decisions, ctx, tx, string(in.ID), in.Reason)
				if err != nil {
					return DisbursementView{}, err
				}
				return viewNow(ctx, tx, d, of)
			})
	}
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/disbursements/:id/disallowances", ID: "disallowDisbursement",
		Match: "getDisbursement",
		Tag:   "disbursements", Roles: disbursements.ToDisallow.Roles(), Status: http.StatusOK,
		Summary: "Mark what an auditor or grantor does not accept",
		Danish:  "Markér, hvad en revisor eller bevillingsgiver ikke godkender",
		About:   "Names a finding of a grant that paid; the finding's own disallowance takes the money off the grant.",
		Refuses: []error{disbursements.ErrUnknownDisbursement, advances.ErrState, ledger.ErrReasonRequired,
			disbursements.ErrFindingElsewhere},
		Example: `{"finding":"F-1","reason":"there is no receipt"}`}, disallowDisbursement)
}

type reasonedRequest struct {
	ID     rest.Ref `path:"id" json:"-" description:"Its id or its number."`
	Reason string   `json:"reason" validate:"required,max=500" description:"At least ten letters; no person's name."`
}

type disallowRequest struct {
	ID      rest.Ref `path:"id" json:"-" description:"Its id or its number."`
	Finding string   `json:"finding" validate:"required,max=40,printed" description:"The auditor's number."`
	Reason  string   `json:"reason" validate:"required,max=500" description:"At least ten letters; no person's name."`
}

func disallowDisbursement(ctx context.Context, tx *store.Tx, d resource.Domain, in disallowRequest) (DisbursementView,
	error) {
	of, err := d.Settlements.Disallow(ctx, tx, string(in.ID), in.Finding, in.Reason)
	if err != nil {
		return DisbursementView{}, err
	}
	return viewNow(ctx, tx, d, of)
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
var roleWords = map[access.Role]rest.Text{
	access.Caseworker:     {EN: "caseworker", DA: "sagsbehandler"},
	access.ProgrammeLead:  {EN: "programme lead", DA: "programleder"},
	access.FinanceOfficer: {EN: "finance officer", DA: "økonomimedarbejder"},
	access.Treasurer:      {EN: "treasurer", DA: "kasserer"},
	access.Auditor:        {EN: "auditor", DA: "revisor"},
	access.PrivacyOfficer: {EN: "privacy officer", DA: "databeskyttelsesrådgiver"},
	access.DonorRole:      {EN: "donor", DA: "donor"}, access.Admin: {EN: "administrator", DA: "administrator"},
}

// anyOf words roles of which one does: "finance officer or treasurer".
func anyOf(roles []access.Role, l rest.Lang) string {
	words := make([]string, len(roles))
	for i, r := range roles {
		words[i] = roleWords[r].In(l)
	}
	return strings.Join(words, rest.Text{EN: " or ", DA: " eller "}.In(l))
}

func viewApprovals(p disbursements.Progress, l rest.Lang) approvalsView {
	v := approvalsView{StillNeeded: []string{}, By: []approvedView{}}
	for _, n := range p.StillNeeded {
		v.StillNeeded = append(v.StillNeeded, anyOf(n.Roles, l))
	}
	for _, a := range p.Given {
		v.By = append(v.By, approvedView{a.Step, a.Handle, a.BehalfHandle, rest.Instant(a.At)})
	}
	v.Needed, v.Given = p.Needed, p.Needed-len(p.StillNeeded)
	v.Text = rest.Textf("%d of %d", "%d af %d", v.Given, v.Needed).In(l)
	if len(v.StillNeeded) > 0 {
		v.Text += rest.Text{EN: "; still needed: ", DA: "; mangler: "}.In(l) + strings.Join(v.StillNeeded, ", ")
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
var checkHints = map[string]rest.Text{
	"plan_changed": {EN: "Plan {0} was changed since this was asked for: return it, and ask anew.",
		DA: "Støtteplan {0} er ændret, siden der blev spurgt: returnér den, og spørg igen."},
	"plan_not_in_force": {EN: "Plan {0} is not in force.", DA: "Støtteplan {0} gælder ikke."},
	"line_unknown":      {EN: "The plan has no line {0}.", DA: "Støtteplanen har ingen linje {0}."},
	"units_settled": {EN: "Line {0} has fewer units left than this settles.",
		DA: "Linje {0} har færre enheder tilbage, end her afregnes."},
	"above_cap": {EN: "Line {0} plans {1} for these units; this is more. The planned price is a ceiling " +
		"for the eye, never the amount.",
		DA: "Linje {0} har {1} til disse enheder; dette er mere. Den planlagte pris er et loft for øjet, aldrig beløbet."},
	"outside_agreement": {EN: "{0}.", DA: "Aftalen siger nej: {0}."},
	"milestone_open":    {EN: "A milestone of the plan is not met.", DA: "En milepæl i støtteplanen er ikke nået."},
	"condition_open":    {EN: "Condition {0} of {1} is not met.", DA: "Betingelse {0} for {1} er ikke opfyldt."},
	"budget_exceeded":   {EN: "{0} has {1} left.", DA: "{0} har {1} tilbage."},
	"grant_not_active":  {EN: "A grant that pays is not active.", DA: "En bevilling, der betaler, er ikke aktiv."},
	"evidence_missing":  {EN: "No document is attached.", DA: "Der er ikke vedlagt bilag."},
	"document_used":     {EN: "{0} claims the same document.", DA: "{0} gør brug af det samme bilag."},
	"document_used_elsewhere": {EN: "Another disbursement claims the same document.",
		DA: "En anden udbetaling gør brug af det samme bilag."},
	"bill_used": {EN: "{0} pays a bill of the same payee, number, amount and day.",
		DA: "{0} betaler en regning med samme modtager, nummer, beløb og dato."},
	"bill_used_elsewhere": {EN: "Another disbursement pays a bill of the same payee, number, amount and day.",
		DA: "En anden udbetaling betaler en regning med samme modtager, nummer, beløb og dato."},
	"split_seen": {EN: "With others within 30 days it comes to an amount that more people have to approve.",
		DA: "Sammen med andre inden for 30 dage bliver det et beløb, som flere skal godkende."},
	"payee_unregistered": {EN: "{0} is not on record: nothing is transferred to it.",
		DA: "{0} er ikke registreret: der kan ikke overføres til den."},
	"paid_unverified": {EN: "It is paid by card or in cash, to nobody whose account was verified: a receipt is owed.",
		DA: "Den betales med kort eller kontant, uden en bekræftet konto: der skal komme en kvittering."},
	"payee_unverified": {EN: "The bank details of {0} are not verified by a second person.",
		DA: "Kontooplysningerne for {0} er ikke bekræftet af en anden person."},
	"payee_cooling": {EN: "The bank details of {0} are new: money may leave from {1}.",
		DA: "Kontooplysningerne for {0} er nye: der kan betales fra {1}."},
	"payee_changed": {EN: "The bank details of {0} were changed since this was asked for: return it, and " +
		"ask anew.", DA: "Kontooplysningerne for {0} er ændret, siden der blev spurgt: returnér den, og spørg igen."},
	"payee_new": {EN: "{0} was never paid before.", DA: "{0} er aldrig blevet betalt før."},
	"split_below_band": {EN: "Within 30 days it comes to {0}, which more people have to approve.",
		DA: "Inden for 30 dage bliver det {0}, som flere skal godkende."},
	"user_related": {EN: "Somebody here is related to the payee or the person ({0}) and does not decide.",
		DA: "En medarbejder har en relation til modtageren af betalingen eller støtten ({0}) og afgør ikke."},
	"donor_related": {EN: "A donor who pays is related to the payee or the person ({0}).",
		DA: "En donor, der betaler, har en relation til modtageren ({0})."},
	"duty_taken": {EN: "You took a part in it already: somebody else decides.",
		DA: "Du har allerede haft en del i den: en anden afgør."},
	"held_for_review": {EN: "It is held until somebody has looked into it; the privacy officer knows why.",
		DA: "Den holdes tilbage, indtil nogen har set på den; databeskyttelsesrådgiveren ved hvorfor."},
	"consent_ended": {EN: "The person's consent to payment ended on {0}; ask, or say why it is paid all the same.",
		DA: "Personens samtykke til betaling ophørte den {0}; spørg, eller skriv, hvorfor der alligevel betales."},
	"contact_unsafe": {EN: "The person cannot safely be reached: tell nobody of the payment before somebody has asked.",
		DA: "Personen kan ikke kontaktes sikkert: fortæl ingen om betalingen, før nogen har spurgt."},
	"contact_review": {EN: "How the person can safely be reached was to be asked about again on {0}.",
		DA: "Hvordan personen sikkert kan kontaktes, skulle være afklaret igen den {0}."},
	"party_related": {EN: "You are related to the payee or the person: somebody else decides.",
		DA: "Du har en relation til modtageren: en anden afgør."},
}

func viewEligibility(c disbursements.Check, l rest.Lang) eligibilityView {
	hint := checkHints[c.Hint].In(l)
	for i, of := range c.Of {
		hint = strings.ReplaceAll(hint, "{"+string(rune('0'+i))+"}", of)
	}
	return eligibilityView{c.Name, c.Outcome, hint}
}

func viewChecks(ctx context.Context, checks []disbursements.Check) []eligibilityView {
	views := make([]eligibilityView, len(checks))
	for i, c := range checks {
		views[i] = viewEligibility(c, rest.LangFrom(ctx))
	}
	return views
}

// viewNow shows a disbursement with how far its approvals are, and with its checks while somebody still decides.
func viewNow(ctx context.Context, tx *store.Tx, d resource.Domain, of disbursements.Disbursement) (DisbursementView,
	error) {
	v := ViewDisbursement(of)
	if rest.Matching(ctx) {
		return v, nil
	}
	far, err := d.Requests.Progress(ctx, tx, of)
	if err != nil {
		return DisbursementView{}, err
	}
	if of.SubmittedOn != "" {
		approvals := viewApprovals(far, rest.LangFrom(ctx))
		v.Approvals = &approvals
	}
	if slices.Contains([]disbursements.State{disbursements.Draft, disbursements.InfoRequested, disbursements.Submitted},
		of.State) {
		checks, err := d.Requests.Checks(ctx, tx, of)
		if err != nil {
			return DisbursementView{}, err
		}
		v.Checks = viewChecks(ctx, checks)
	}
	v.Actions, err = viewActions(ctx, tx, d, of)
	return v, err
}

func listChecks(ctx context.Context, tx *store.Tx, d resource.Domain, in rest.PagedRef) (rest.List[eligibilityView],
	error) {
	of, err := d.Requests.Disbursement(ctx, tx, string(in.ID))
	if err != nil {
		return rest.List[eligibilityView]{}, err
	}
	checks, err := d.Requests.Checks(ctx, tx, of)
	if err != nil {
		return rest.List[eligibilityView]{}, err
	}
	return rest.InOrder(in.Page, viewChecks(ctx, checks), func(c eligibilityView) eligibilityView { return c })
}

// documentRoutes registers what is done about a document that several disbursements claim.
func documentRoutes(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/disbursements/:id/document-liftings",
		ID: "liftDocumentStop", Match: "getDisbursement",
		Tag: "disbursements", Roles: authorises,
		Summary: "Say that it is another cost, although another disbursement claims the document",
		Danish:  "Afgør, at det er en anden udgift, selv om en anden udbetaling gør brug af bilaget",
		About:   "By somebody who neither wrote it nor asked for it, with a reason.",
		Refuses: []error{disbursements.ErrUnknownDisbursement, documents.ErrNotUsed, access.ErrMakerCannotApprove,
			ledger.ErrReasonRequired}}, liftDocumentStop)
}

type liftRequest struct {
	ID     rest.Ref `path:"id" json:"-"`
	Reason string   `json:"reason" validate:"required,max=500" description:"In ten letters or more; it names nobody."`
}

func liftDocumentStop(ctx context.Context, tx *store.Tx, d resource.Domain, in liftRequest) (rest.None, error) {
	of, err := d.Requests.Disbursement(ctx, tx, string(in.ID))
	if err != nil {
		return rest.None{}, err
	}
	return rest.None{}, resource.AtReason(documents.Lift(ctx, tx, string(of.ID), in.Reason))
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
	return momentView{At: rest.Instant(m.At), Action: m.Action, User: m.Handle, OnBehalfOf: m.BehalfHandle,
		Fields: append([]string{}, m.Fields...), Reason: m.Reason, Comment: m.Comment}
}

func listHistory(ctx context.Context, tx *store.Tx, d resource.Domain, in rest.PagedRef) (rest.List[momentView],
	error) {
	page, err := in.Page.Keyset(1)
	if err != nil {
		return rest.List[momentView]{}, err
	}
	told, err := d.Requests.History(ctx, tx, string(in.ID), page)
	return rest.ListOf(in.Page, told, viewMoment, func(m disbursements.Moment) []string { return []string{m.Event} }), err
}

type commentRequest struct {
	ID   rest.Ref `path:"id" json:"-" description:"Its id or its number."`
	Text string   `json:"text" validate:"required,max=1000" description:"No person's name."`
}

type commentView struct {
	ID   string `json:"id"`
	Text string `json:"text"`
	At   string `json:"at"`
}

func commentDisbursement(ctx context.Context, tx *store.Tx, d resource.Domain, in commentRequest) (commentView, error) {
	c, err := d.Requests.Comment(ctx, tx, string(in.ID), in.Text)
	return commentView{c.ID, c.Text, rest.Instant(c.At)}, err
}

type listApprovalsRequest struct {
	rest.Page
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

func listApprovals(ctx context.Context, tx *store.Tx, d resource.Domain,
	in listApprovalsRequest) (rest.List[waitingView], error) {
	page, err := in.Page.Keyset(1)
	if err != nil {
		return rest.List[waitingView]{}, err
	}
	found, err := d.Decisions.Inbox(ctx, tx, disbursements.InboxOf{Mine: in.Mine, Requested: in.Requested, Page: page})
	if err != nil {
		return rest.List[waitingView]{}, err
	}
	views, err := viewAllWaiting(ctx, tx, d, found)
	if err != nil {
		return rest.List[waitingView]{}, err
	}
	return rest.ListOf(in.Page, views, func(v waitingView) waitingView { return v },
		func(v waitingView) []string { return []string{v.Number} }), nil
}

// viewAllWaiting shows what waits, in a number of queries that does not grow with it.
func viewAllWaiting(ctx context.Context, tx *store.Tx, d resource.Domain, all []disbursements.Waiting) ([]waitingView,
	error) {
	of := make([]disbursements.Disbursement, len(all))
	var persons []beneficiaries.BeneficiaryID
	for i, w := range all {
		of[i] = w.Disbursement
		if w.Plan.Beneficiary != "" && worksWithPeople(tx.By) {
			persons = append(persons, w.Plan.Beneficiary)
		}
	}
	considered, err := d.Requests.Consider(ctx, tx, of)
	if err != nil {
		return nil, err
	}
	codes, err := beneficiaries.Codes(ctx, tx, persons)
	if err != nil {
		return nil, err
	}
	views := make([]waitingView, len(all))
	for i, w := range all {
		c := considered[i]
		views[i] = waitingView{ID: w.ID, Number: w.Number, State: w.State, Why: w.Why, OnBehalfOf: w.Behalf,
			Plan: w.Plan.Number, Beneficiary: codes[w.Plan.Beneficiary], Line: w.Line, Payee: w.Payee, Text: w.Text,
			Date: w.Date, Amount: w.Amount, BaseAmount: w.Base, Emergency: w.Emergency, RemainingOf: c.RemainingOf,
			Remaining: c.Remaining, SubmittedOn: w.Since, DueOn: w.DueOn, Escalated: w.Escalated, Version: w.Version,
			Approvals: viewApprovals(w.Progress, rest.LangFrom(ctx)), Checks: viewChecks(ctx, c.Checks)}
	}
	return views, nil
}

// worksWithPeople reports whether an actor needs to know for whom something is: finance pays by number of plan and
// payee.
func worksWithPeople(by store.Actor) bool {
	return slices.ContainsFunc(resource.Knowing, func(r access.Role) bool { return slices.Contains(by.Roles, string(r)) })
}

type waitingRoleView struct {
	Role      access.Role `json:"role"`
	Step      access.Step `json:"step" enum:"approve,authorise,release"`
	Waiting   int         `json:"waiting"`
	Overdue   int         `json:"overdue"`
	Escalated int         `json:"escalated"`
	Oldest    ledger.Date `json:"oldest,omitempty"`
}

func listApprovalReminders(ctx context.Context, tx *store.Tx, d resource.Domain,
	in struct{ rest.Page }) (rest.List[waitingRoleView], error) {
	all, err := d.Decisions.Reminders(ctx, tx, ledger.DateOf(tx.At))
	if err != nil {
		return rest.List[waitingRoleView]{}, err
	}
	return rest.InOrder(in.Page, all, func(r disbursements.Reminder) waitingRoleView {
		return waitingRoleView{Role: r.Role, Step: r.Step, Waiting: r.Waiting, Overdue: r.Overdue, Escalated: r.Escalated,
			Oldest: r.Oldest}
	})
}

type dueView struct {
	DueOn   ledger.Date           `json:"due_on"`
	Kind    disbursements.DueKind `json:"kind" enum:"approval_overdue,approval_escalated,partner_report_due,recoverable_due,receipt_due"`
	Subject string                `json:"subject" description:"A disbursement and the step, D-2026-0001/approve; a partner and its transfer, NG-01/T-001."`
}

func listOfficeReminders(ctx context.Context, tx *store.Tx, d resource.Domain, in struct {
	rest.Page
	On ledger.Date `query:"on" json:"-" validate:"omitempty" description:"As seen on a day; today where none is given."`
}) (rest.List[dueView], error) {
	all, err := d.Decisions.Dues(ctx, tx, resource.Today(tx, in.On))
	if err != nil {
		return rest.List[dueView]{}, err
	}
	return rest.InOrder(in.Page, all,
		func(due disbursements.Due) dueView { return dueView{due.On, due.Kind, due.Subject} })
}

type rewriteRequest struct {
	ID rest.Ref `path:"id" json:"-" description:"Its id or its number."`
	draftDisbursementRequest
}

func rewriteDisbursement(ctx context.Context, tx *store.Tx, d resource.Domain, in rewriteRequest) (DisbursementView,
	error) {
	content, err := readWithDocuments(ctx, tx, d, in.draftDisbursementRequest)
	if err != nil {
		return DisbursementView{}, err
	}
	of, err := d.Requests.Rewrite(ctx, tx, string(in.ID), content)
	if err != nil {
		return DisbursementView{}, atMissing(err)
	}
	return viewNow(ctx, tx, d, of)
}
