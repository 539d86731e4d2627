package http

import (
	"context"
	"net/http"
	"slices"

	"supportledger/access"
	"supportledger/access/vault"
	"supportledger/beneficiaries"
	"supportledger/ledger"
	"supportledger/store"
)

// Who may ask for what about people. The role opens the door; whom one may know of, the caseload decides.
var (
	privacy  = []access.Role{access.PrivacyOfficer}
	knowing  = []access.Role{access.Caseworker, access.ProgrammeLead, access.PrivacyOfficer}
	deciding = []access.Role{access.ProgrammeLead, access.PrivacyOfficer}
)

const put = http.MethodPut

// persons registers who somebody is, who works with whom, and who looked.
func persons(api *API) {
	Route(api, Op{Method: get, Path: "/beneficiaries", ID: "listBeneficiaries", Tag: "beneficiaries", Roles: knowing,
		Summary: "List the beneficiaries that you may know of", Danish: "Vis de modtagere, du må kende til",
		About: "A caseworker's own caseload; a programme lead and the privacy officer see all, by code."}, at(listBeneficiaries))
	Route(api, Op{Method: put, Path: "/beneficiaries/:id/identity", ID: "writeIdentity", Tag: "beneficiaries", Roles: casework, Personal: true,
		Summary: "Write down who somebody is", Danish: "Skriv ned, hvem nogen er",
		About: "Sealed before it is stored. Fields that are not sent stay. Names and birth date are compared with others on record when both are sent; " +
			"the answer does not say whether somebody is like them.",
		Refuses: personal(beneficiaries.ErrNotOnCase)}, at(writeIdentity))
	Route(api, Op{Method: post, Path: "/beneficiaries/:id/identity-openings", ID: "openIdentity", Tag: "beneficiaries", Roles: casework, Personal: true, Status: http.StatusOK,
		Summary: "Read who somebody is", Danish: "Læs, hvem nogen er",
		About:   "For someone on the case, with a reason, noted before it is answered. Forty on a day.",
		Refuses: personal(beneficiaries.ErrNotOnCase, beneficiaries.ErrReason, beneficiaries.ErrFields, beneficiaries.ErrOpeningBudget),
		Example: `{"fields":["contact"],"purpose":"plan","reason":"agree on the day of the next term"}`}, at(openIdentity))
	Route(api, Op{Method: post, Path: "/beneficiaries/:id/emergency-openings", ID: "openIdentityInEmergency", Tag: "beneficiaries", Roles: casework, Personal: true, Status: http.StatusOK,
		Summary: "Read who somebody is, without being on the case", Danish: "Læs, hvem nogen er, uden at være på sagen",
		About:   "When somebody is in danger. It takes a reason of twenty letters and lies before the privacy officer at once, who reviews it within 72 hours. Three in 24 hours.",
		Refuses: personal(beneficiaries.ErrReason, beneficiaries.ErrFields, beneficiaries.ErrOpeningBudget)}, at(openInEmergency))
	Route(api, Op{Method: get, Path: "/beneficiaries/:id/accesses", ID: "listAccesses", Tag: "beneficiaries", Roles: knowing,
		Summary: "Who saw or wrote a person's identity, when and why", Danish: "Hvem der har set eller skrevet en persons identitet, hvornår og hvorfor",
		Refuses: []error{beneficiaries.ErrUnknownBeneficiary}}, at(listAccesses))
	Route(api, Op{Method: get, Path: "/privacy-notices", ID: "listPrivacyNotices", Tag: "privacy-notices", Roles: privacy,
		Summary: "What the privacy officer has to look at", Danish: "Hvad databeskyttelsesrådgiveren skal se på"}, at(listNotices))
	Route(api, Op{Method: post, Path: "/privacy-notices/:id/reviews", ID: "reviewPrivacyNotice", Tag: "privacy-notices", Roles: privacy, Status: http.StatusOK,
		Summary: "Say whether an opening was justified", Danish: "Afgør, om en åbning var berettiget",
		Refuses: []error{beneficiaries.ErrUnknownNotice, access.ErrMakerCannotApprove}}, at(reviewNotice))
	caseloads(api)
	consents(api)
	erasures(api)
}

// personal are the refusals of everything that opens the vault.
func personal(more ...error) []error {
	return append(more, beneficiaries.ErrUnknownBeneficiary, vault.ErrNoVault, vault.ErrErased, vault.ErrUnsealed, vault.ErrTextTooBig)
}

type pagedRequest struct {
	ID Ref `path:"id" json:"-" description:"Its id or its number."`
	Page
}

func listBeneficiaries(ctx context.Context, tx *store.Tx, d desk, in struct{ Page }) (List[beneficiaryView], error) {
	all, err := d.people.Beneficiaries(ctx, tx)
	if err != nil {
		return List[beneficiaryView]{}, err
	}
	view := func(b beneficiaries.Beneficiary) beneficiaryView { return beneficiaryView{b.ID, b.Code, b.Status} }
	return pageOf(in.Page, all, view, func(b beneficiaries.Beneficiary) string { return b.Code })
}

// identityRequest holds personal data: it is decoded, sealed and forgotten.
type identityRequest struct {
	ID        Ref             `path:"id" json:"-" description:"Id or code."`
	Names     *vault.Personal `json:"names,omitempty" validate:"omitempty,max=200" description:"All names that the person uses."`
	BirthDate *vault.Personal `json:"birth_date,omitempty" validate:"omitempty,max=10" description:"As known: 2001-03-04, 2001-03 or 2001."`
	Contact   *vault.Personal `json:"contact,omitempty" validate:"omitempty,max=1000"`
	Bank      *vault.Personal `json:"bank,omitempty" validate:"omitempty,max=200"`
	Notes     *vault.Personal `json:"notes,omitempty" validate:"omitempty,max=8000"`
}

func writeIdentity(ctx context.Context, tx *store.Tx, d desk, in identityRequest) (None, error) {
	identity := beneficiaries.Identity{}
	for f, text := range map[beneficiaries.Field]*vault.Personal{beneficiaries.Names: in.Names, beneficiaries.BirthDate: in.BirthDate,
		beneficiaries.Contact: in.Contact, beneficiaries.Bank: in.Bank, beneficiaries.Notes: in.Notes} {
		if text != nil {
			identity[f] = *text
		}
	}
	if len(identity) == 0 {
		return None{}, beneficiaries.ErrFields
	}
	return None{}, d.people.WriteIdentity(ctx, tx, string(in.ID), identity)
}

type openingRequest struct {
	ID      Ref                   `path:"id" json:"-" description:"Id or code."`
	Fields  []beneficiaries.Field `json:"fields" validate:"required,min=1,max=5,dive,oneof=names birth_date contact bank notes" description:"Only those that are needed."`
	Purpose beneficiaries.Purpose `json:"purpose" validate:"required,oneof=contact payment plan correction safety request_of_the_person"`
	Reason  string                `json:"reason" validate:"required,max=500" description:"In ten letters or more, twenty in an emergency. The person may read it; it names nobody."`
}

func (r openingRequest) opening() beneficiaries.Opening {
	return beneficiaries.Opening{Fields: r.Fields, Purpose: r.Purpose, Reason: r.Reason}
}

type identityView struct {
	Beneficiary string         `json:"beneficiary"`
	Names       vault.Personal `json:"names,omitempty"`
	BirthDate   vault.Personal `json:"birth_date,omitempty"`
	Contact     vault.Personal `json:"contact,omitempty"`
	Bank        vault.Personal `json:"bank,omitempty"`
	Notes       vault.Personal `json:"notes,omitempty"`
}

func viewIdentity(key string, i beneficiaries.Identity) identityView {
	return identityView{key, i[beneficiaries.Names], i[beneficiaries.BirthDate], i[beneficiaries.Contact], i[beneficiaries.Bank], i[beneficiaries.Notes]}
}

func openIdentity(ctx context.Context, tx *store.Tx, d desk, in openingRequest) (identityView, error) {
	i, err := d.people.OpenIdentity(ctx, tx, string(in.ID), in.opening())
	return viewIdentity(string(in.ID), i), err
}

func openInEmergency(ctx context.Context, tx *store.Tx, d desk, in openingRequest) (identityView, error) {
	i, err := d.people.OpenInEmergency(ctx, tx, string(in.ID), in.opening())
	return viewIdentity(string(in.ID), i), err
}

type accessView struct {
	At      string   `json:"at"`
	Handle  string   `json:"user,omitempty" description:"Work name; none is the system."`
	Action  string   `json:"action"`
	Purpose string   `json:"purpose,omitempty"`
	Fields  []string `json:"fields" description:"Which were seen or written; never what stands in them."`
	Reason  string   `json:"reason,omitempty"`
}

func viewAccess(a beneficiaries.Access) accessView {
	return accessView{instant(a.At), a.Handle, a.Action, a.Purpose, append([]string{}, a.Fields...), a.Reason}
}

func listAccesses(ctx context.Context, tx *store.Tx, d desk, in pagedRequest) (List[accessView], error) {
	all, err := d.people.Accesses(ctx, tx, string(in.ID))
	if err != nil {
		return List[accessView]{}, err
	}
	slices.Reverse(all) // pages go forwards in time
	return pageOf(in.Page, all, viewAccess, func(a beneficiaries.Access) string { return store.FormatTime(a.At) })
}

type noticeView struct {
	ID          string                      `json:"id"`
	Kind        beneficiaries.NoticeKind    `json:"kind"`
	Beneficiary beneficiaries.BeneficiaryID `json:"beneficiary_id"`
	User        string                      `json:"user_id"`
	Reason      string                      `json:"reason"`
	At          string                      `json:"at"`
	ReviewBy    string                      `json:"review_by"`
	Outcome     string                      `json:"outcome,omitempty"`
	ReviewedBy  string                      `json:"reviewed_by,omitempty"`
}

func viewNotice(n beneficiaries.Notice) noticeView {
	return noticeView{n.ID, n.Kind, n.Beneficiary, n.User, n.Reason, instant(n.At), instant(n.ReviewBy), n.Outcome, n.ReviewedBy}
}

type listNoticesRequest struct {
	Page
	Outcome string `query:"outcome" json:"-" validate:"omitempty,oneof=justified unjustified" description:"Those that wait where none is asked for."`
}

func listNotices(ctx context.Context, tx *store.Tx, d desk, in listNoticesRequest) (List[noticeView], error) {
	all, err := d.people.Notices(ctx, tx, in.Outcome)
	if err != nil {
		return List[noticeView]{}, err
	}
	return pageOf(in.Page, all, viewNotice, func(n beneficiaries.Notice) string { return store.FormatTime(n.ReviewBy) + n.ID })
}

type reviewRequest struct {
	ID      Ref    `path:"id" json:"-"`
	Outcome string `json:"outcome" validate:"required,oneof=justified unjustified"`
}

func reviewNotice(ctx context.Context, tx *store.Tx, d desk, in reviewRequest) (noticeView, error) {
	n, err := d.people.Review(ctx, tx, string(in.ID), in.Outcome)
	return viewNotice(n), err
}

// caseloads registers who is on whose case.
func caseloads(api *API) {
	Route(api, Op{Method: get, Path: "/beneficiaries/:id/caseload", ID: "listCaseload", Tag: "beneficiaries", Roles: knowing,
		Summary: "Who is and was on a case", Danish: "Hvem der er og var på en sag", Refuses: []error{beneficiaries.ErrUnknownBeneficiary}}, at(listCaseload))
	Route(api, Op{Method: post, Path: "/beneficiaries/:id/caseload", ID: "assignCase", Tag: "beneficiaries", Roles: []access.Role{access.ProgrammeLead},
		Summary: "Put somebody on a case", Danish: "Sæt nogen på en sag", About: "Nobody puts themselves on one.",
		Refuses: []error{beneficiaries.ErrUnknownBeneficiary, access.ErrUnknownUser, access.ErrMakerCannotApprove, beneficiaries.ErrAssigned, beneficiaries.ErrDays},
		Example: `{"user":"caseworker","from":"2026-03-01"}`}, at(assignCase))
	Route(api, Op{Method: post, Path: "/beneficiaries/:id/caseload/:assignment/endings", ID: "endAssignment", Tag: "beneficiaries", Roles: []access.Role{access.ProgrammeLead}, Status: http.StatusOK,
		Summary: "End somebody's place on a case", Danish: "Afslut nogens plads på en sag",
		Refuses: []error{beneficiaries.ErrUnknownBeneficiary, beneficiaries.ErrUnknownAssignment, beneficiaries.ErrDays}}, at(endAssignment))
}

type assignmentView struct {
	ID     string        `json:"id"`
	User   access.UserID `json:"user_id"`
	Handle string        `json:"user"`
	From   ledger.Date   `json:"from"`
	To     ledger.Date   `json:"to,omitempty" description:"The last day; none goes on."`
	By     string        `json:"assigned_by,omitempty"`
}

func viewAssignment(a beneficiaries.Assignment) assignmentView {
	return assignmentView{a.ID, a.User, a.Handle, a.From, a.To, a.AssignedBy}
}

func listCaseload(ctx context.Context, tx *store.Tx, d desk, in pagedRequest) (List[assignmentView], error) {
	all, err := d.people.Caseload(ctx, tx, string(in.ID))
	if err != nil {
		return List[assignmentView]{}, err
	}
	return pageOf(in.Page, all, viewAssignment, func(a beneficiaries.Assignment) string { return string(a.From) + a.ID })
}

type assignRequest struct {
	ID   Ref         `path:"id" json:"-" description:"Id or code."`
	User Ref         `json:"user" validate:"required" description:"Id or work name."`
	From ledger.Date `json:"from" validate:"required"`
	To   ledger.Date `json:"to,omitempty" validate:"omitempty"`
}

func assignCase(ctx context.Context, tx *store.Tx, d desk, in assignRequest) (assignmentView, error) {
	a, err := d.people.Assign(ctx, tx, string(in.ID), string(in.User), in.From, in.To)
	return viewAssignment(a), err
}

type endAssignmentRequest struct {
	ID         Ref         `path:"id" json:"-" description:"Id or code."`
	Assignment Ref         `path:"assignment" json:"-"`
	On         ledger.Date `json:"on" validate:"required" description:"The last day."`
}

func endAssignment(ctx context.Context, tx *store.Tx, d desk, in endAssignmentRequest) (assignmentView, error) {
	a, err := d.people.EndAssignment(ctx, tx, string(in.ID), string(in.Assignment), in.On)
	return viewAssignment(a), err
}
