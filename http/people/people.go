package people

import (
	"context"
	"net/http"

	"supportledger/access"
	"supportledger/access/vault"
	"supportledger/beneficiaries"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
)

// persons registers who somebody is, who works with whom, and who looked.
func persons(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/beneficiaries", ID: "listBeneficiaries", Tag: "beneficiaries",
		Roles:   resource.Knowing,
		Summary: "List the beneficiaries that you may know of", Danish: "Vis de modtagere, du må kende til",
		About: "A caseworker's own caseload; a programme lead and the privacy officer see all, by code."}, listBeneficiaries)
	resource.Route(api, rest.Op{Method: rest.Put, Path: "/beneficiaries/:id/identity", ID: "writeIdentity",
		Match: "getBeneficiary",
		Tag:   "beneficiaries", Roles: resource.Casework, Personal: true,
		Summary: "Write down who somebody is", Danish: "Skriv ned, hvem nogen er",
		About: "Sealed before it is stored. Fields that are not sent stay. Names and birth date are compared with others " +
			"on record when both are sent; " +
			"the answer does not say whether somebody is like them.",
		Refuses: personal(beneficiaries.ErrNotOnCase, beneficiaries.ErrFields)}, writeIdentity)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/beneficiaries/:id/identity-openings", ID: "openIdentity",
		NoMatch: rest.ReadsPerson,
		Tag:     "beneficiaries", Roles: resource.Casework, Personal: true, Status: http.StatusOK,
		Summary: "Read who somebody is", Danish: "Læs, hvem nogen er",
		About: "For someone on the case, with a reason, noted before it is answered. Forty on a day.",
		Refuses: personal(beneficiaries.ErrNotOnCase, beneficiaries.ErrReason, beneficiaries.ErrFields,
			beneficiaries.ErrOpeningBudget),
		Example: `{"fields":["contact"],"purpose":"plan","reason":"agree on the day of the next term"}`}, openIdentity)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/beneficiaries/:id/emergency-openings",
		ID: "openIdentityInEmergency", Tag: "beneficiaries", Roles: resource.Casework, Personal: true, Status: http.StatusOK,
		NoMatch: rest.ReadsPerson,
		Summary: "Read who somebody is, without being on the case", Danish: "Læs, hvem nogen er, uden at være på sagen",
		About: "When somebody is in danger. It takes a reason of twenty letters and lies before the privacy officer at " +
			"once, who reviews it within 72 hours. Three in 24 hours.",
		Refuses: personal(beneficiaries.ErrReason, beneficiaries.ErrFields, beneficiaries.ErrOpeningBudget)}, openInEmergency)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/beneficiaries/:id/accesses", ID: "listAccesses",
		Tag: "beneficiaries", Roles: resource.Knowing,
		Summary: "Who saw or wrote a person's identity, when and why",
		Danish:  "Hvem der har set eller skrevet en persons identitet, hvornår og hvorfor",
		Refuses: []error{beneficiaries.ErrUnknownBeneficiary}}, listAccesses)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/privacy-notices", ID: "listPrivacyNotices",
		Tag: "privacy-notices", Roles: resource.Privacy,
		Summary: "What the privacy officer has to look at", Danish: "Hvad databeskyttelsesrådgiveren skal se på"},
		listNotices)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/privacy-notices/:id", ID: "getPrivacyNotice",
		Tag: "privacy-notices", Roles: resource.Privacy,
		Summary: "One thing that the privacy officer has to look at, or has looked at",
		Danish:  "Én ting, som databeskyttelsesrådgiveren skal se på eller har set på",
		Refuses: []error{beneficiaries.ErrUnknownNotice}}, getNotice)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/privacy-notices/:id/reviews", ID: "reviewPrivacyNotice",
		Match: "getPrivacyNotice",
		Tag:   "privacy-notices", Roles: resource.Privacy, Status: http.StatusOK,
		Summary: "Say whether an opening was justified", Danish: "Afgør, om en åbning var berettiget",
		Refuses: []error{beneficiaries.ErrUnknownNotice, access.ErrMakerCannotApprove}}, reviewNotice)
	caseloads(api)
	consents(api)
	erasures(api)
}

// personal are the refusals of everything that opens the vault.
func personal(more ...error) []error {
	return append(more, beneficiaries.ErrUnknownBeneficiary, vault.ErrNoVault,
		vault.ErrErased, vault.ErrKeyMissing, vault.ErrUnsealed,
		vault.ErrTextTooBig)
}

// keyset is the page of a list whose key has so many parts: with one row more than is shown, which tells that it goes
// on.
func keyset(p rest.Page, parts int) (store.Keyset, error) {
	after, err := p.After(parts)
	return store.Keyset{After: after, Limit: p.Size() + 1}, err
}

type pagedRequest struct {
	ID rest.Ref `path:"id" json:"-" description:"Its id or its number."`
	rest.Page
}

func listBeneficiaries(ctx context.Context, tx *store.Tx, d resource.Domain,
	in struct{ rest.Page }) (rest.List[beneficiaryView], error) {
	page, err := keyset(in.Page, 1)
	if err != nil {
		return rest.List[beneficiaryView]{}, err
	}
	found, err := d.People.Beneficiaries(ctx, tx, page)
	return rest.ListOf(in.Page, found, viewBeneficiary,
		func(b beneficiaries.Beneficiary) []string { return []string{b.Code} }), err
}

// identityRequest holds personal data: it is decoded, sealed and forgotten.
type identityRequest struct {
	ID        rest.Ref        `path:"id" json:"-" description:"Id or code."`
	Names     *vault.Personal `json:"names,omitempty" validate:"omitempty,max=200" description:"All names that the person uses."`
	BirthDate *vault.Personal `json:"birth_date,omitempty" validate:"omitempty,max=10" description:"As known: 2001-03-04, 2001-03 or 2001."`
	Contact   *vault.Personal `json:"contact,omitempty" validate:"omitempty,max=1000"`
	Bank      *vault.Personal `json:"bank,omitempty" validate:"omitempty,max=200"`
	Notes     *vault.Personal `json:"notes,omitempty" validate:"omitempty,max=8000"`
}

func writeIdentity(ctx context.Context, tx *store.Tx, d resource.Domain, in identityRequest) (rest.None, error) {
	identity := beneficiaries.Identity{}
	for f, text := range map[beneficiaries.Field]*vault.Personal{beneficiaries.Names: in.Names,
		beneficiaries.BirthDate: in.BirthDate,
		beneficiaries.Contact:   in.Contact, beneficiaries.Bank: in.Bank, beneficiaries.Notes: in.Notes} {
		if text != nil {
			identity[f] = *text
		}
	}
	if len(identity) == 0 {
		return rest.None{}, beneficiaries.ErrFields
	}
	return rest.None{}, d.People.WriteIdentity(ctx, tx, string(in.ID), identity)
}

type openingRequest struct {
	ID      rest.Ref              `path:"id" json:"-" description:"Id or code."`
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
	return identityView{Beneficiary: key, Names: i[beneficiaries.Names], BirthDate: i[beneficiaries.BirthDate],
		Contact: i[beneficiaries.Contact], Bank: i[beneficiaries.Bank], Notes: i[beneficiaries.Notes]}
}

func openIdentity(ctx context.Context, tx *store.Tx, d resource.Domain, in openingRequest) (identityView, error) {
	i, err := d.People.OpenIdentity(ctx, tx, string(in.ID), in.opening())
	return viewIdentity(string(in.ID), i), err
}

func openInEmergency(ctx context.Context, tx *store.Tx, d resource.Domain, in openingRequest) (identityView, error) {
	i, err := d.People.OpenInEmergency(ctx, tx, string(in.ID), in.opening())
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
	return accessView{At: rest.Instant(a.At), Handle: a.Handle, Action: a.Action, Purpose: a.Purpose,
		Fields: append([]string{}, a.Fields...), Reason: a.Reason}
}

func listAccesses(ctx context.Context, tx *store.Tx, d resource.Domain,
	in pagedRequest) (rest.List[accessView], error) {
	page, err := keyset(in.Page, 2)
	if err != nil {
		return rest.List[accessView]{}, err
	}
	found, err := d.People.Accesses(ctx, tx, string(in.ID), page)
	return rest.ListOf(in.Page, found, viewAccess,
		func(a beneficiaries.Access) []string { return []string{store.FormatTime(a.At), a.ID} }), err
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
	return noticeView{ID: n.ID, Kind: n.Kind, Beneficiary: n.Beneficiary, User: n.User, Reason: n.Reason,
		At: rest.Instant(n.At), ReviewBy: rest.Instant(n.ReviewBy), Outcome: n.Outcome, ReviewedBy: n.ReviewedBy}
}

type listNoticesRequest struct {
	rest.Page
	Outcome string `query:"outcome" json:"-" validate:"omitempty,oneof=justified unjustified" description:"Those that wait where none is asked for."`
}

func listNotices(ctx context.Context, tx *store.Tx, d resource.Domain,
	in listNoticesRequest) (rest.List[noticeView], error) {
	page, err := keyset(in.Page, 2)
	if err != nil {
		return rest.List[noticeView]{}, err
	}
	found, err := d.People.Notices(ctx, tx, beneficiaries.NoticeFilter{Outcome: in.Outcome, Page: page})
	return rest.ListOf(in.Page, found, viewNotice,
		func(n beneficiaries.Notice) []string { return []string{store.FormatTime(n.ReviewBy), n.ID} }), err
}

type reviewRequest struct {
	ID      rest.Ref `path:"id" json:"-"`
	Outcome string   `json:"outcome" validate:"required,oneof=justified unjustified"`
}

func reviewNotice(ctx context.Context, tx *store.Tx, d resource.Domain, in reviewRequest) (noticeView, error) {
	n, err := d.People.Review(ctx, tx, string(in.ID), in.Outcome)
	return viewNotice(n), err
}

// caseloads registers who is on whose case.
func caseloads(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/beneficiaries/:id/caseload", ID: "listCaseload",
		Tag: "beneficiaries", Roles: resource.Knowing,
		Summary: "Who is and was on a case", Danish: "Hvem der er og var på en sag",
		Refuses: []error{beneficiaries.ErrUnknownBeneficiary}}, listCaseload)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/beneficiaries/:id/caseload/:assignment", ID: "getAssignment",
		Tag: "beneficiaries", Roles: resource.Knowing,
		Summary: "One place on a case", Danish: "Én plads på en sag",
		Refuses: []error{beneficiaries.ErrUnknownBeneficiary, beneficiaries.ErrUnknownAssignment}}, getAssignment)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/beneficiaries/:id/caseload", ID: "assignCase",
		NoMatch: rest.MakesNew,
		Tag:     "beneficiaries", Roles: []access.Role{access.ProgrammeLead},
		Summary: "Put somebody on a case", Danish: "Sæt nogen på en sag", About: "Nobody puts themselves on one.",
		Refuses: []error{beneficiaries.ErrUnknownBeneficiary, access.ErrUnknownUser, access.ErrMakerCannotApprove,
			beneficiaries.ErrAssigned, beneficiaries.ErrDays},
		Example: `{"user":"caseworker","from":"2026-03-01"}`}, assignCase)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/beneficiaries/:id/caseload/:assignment/endings",
		ID: "endAssignment", Tag: "beneficiaries", Roles: []access.Role{access.ProgrammeLead}, Status: http.StatusOK,
		Match:   "getAssignment",
		Summary: "End somebody's place on a case", Danish: "Afslut nogens plads på en sag",
		Refuses: []error{beneficiaries.ErrUnknownBeneficiary, beneficiaries.ErrUnknownAssignment, beneficiaries.ErrDays}},
		endAssignment)
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
	return assignmentView{ID: a.ID, User: a.User, Handle: a.Handle, From: a.From, To: a.To, By: a.AssignedBy}
}

func listCaseload(ctx context.Context, tx *store.Tx, d resource.Domain,
	in pagedRequest) (rest.List[assignmentView], error) {
	page, err := keyset(in.Page, 2)
	if err != nil {
		return rest.List[assignmentView]{}, err
	}
	found, err := d.People.Caseload(ctx, tx, string(in.ID), page)
	return rest.ListOf(in.Page, found, viewAssignment,
		func(a beneficiaries.Assignment) []string { return []string{string(a.From), a.ID} }), err
}

type assignRequest struct {
	ID   rest.Ref    `path:"id" json:"-" description:"Id or code."`
	User rest.Ref    `json:"user" validate:"required" description:"Id or work name."`
	From ledger.Date `json:"from" validate:"required"`
	To   ledger.Date `json:"to,omitempty" validate:"omitempty"`
}

func assignCase(ctx context.Context, tx *store.Tx, d resource.Domain, in assignRequest) (assignmentView, error) {
	a, err := d.People.Assign(ctx, tx, string(in.ID), string(in.User), beneficiaries.Days{From: in.From, To: in.To})
	return viewAssignment(a), err
}

type endAssignmentRequest struct {
	ID         rest.Ref    `path:"id" json:"-" description:"Id or code."`
	Assignment rest.Ref    `path:"assignment" json:"-"`
	On         ledger.Date `json:"on" validate:"required" description:"The last day."`
}

func endAssignment(ctx context.Context, tx *store.Tx, d resource.Domain,
	in endAssignmentRequest) (assignmentView, error) {
	a, err := d.People.EndAssignment(ctx, tx, string(in.ID), string(in.Assignment), in.On)
	return viewAssignment(a), err
}

// Register registers plans and the people that they support.
func Register(api *resource.API) {
	people(api)
	persons(api)
	files(api)
	times(api)
	complaining(api)
}

func getNotice(ctx context.Context, tx *store.Tx, d resource.Domain, in rest.ByRef) (noticeView, error) {
	var all []beneficiaries.Notice
	for _, outcome := range []string{"", "justified", "unjustified"} {
		some, err := d.People.Notices(ctx, tx, beneficiaries.NoticeFilter{Outcome: outcome})
		if err != nil {
			return noticeView{}, err
		}
		all = append(all, some...)
	}
	n, err := resource.One(all, nil, beneficiaries.ErrUnknownNotice,
		func(n beneficiaries.Notice) bool { return n.ID == string(in.ID) })
	return viewNotice(n), err
}

func getAssignment(ctx context.Context, tx *store.Tx, d resource.Domain, in struct {
	ID         rest.Ref `path:"id" json:"-" description:"Id or code."`
	Assignment rest.Ref `path:"assignment" json:"-"`
}) (assignmentView, error) {
	all, err := d.People.Caseload(ctx, tx, string(in.ID), store.Keyset{})
	a, err := resource.One(all, err, beneficiaries.ErrUnknownAssignment,
		func(a beneficiaries.Assignment) bool { return a.ID == string(in.Assignment) })
	return viewAssignment(a), err
}
