package people

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"supportledger/access"
	"supportledger/access/vault"
	"supportledger/beneficiaries"
	"supportledger/beneficiaries/casefile"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
)

// files registers what is known of a person beside identity and plan.
func files(api *resource.API) {
	unknown := []error{beneficiaries.ErrUnknownBeneficiary}
	onCase := func(more ...error) []error {
		return slices.Concat(unknown, []error{beneficiaries.ErrNotOnCase}, more)
	}
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/beneficiaries/:id/notes", ID: "listNotes", Tag: "beneficiaries",
		Roles:   resource.Knowing,
		Summary: "When notes were written on a person, and for what", Danish: "Hvornår der er skrevet notater, og til hvad",
		About: "Not what they say: file-openings opens that.", Refuses: unknown}, listNotes)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/beneficiaries/:id/notes", ID: "writeNote", Tag: "beneficiaries",
		NoMatch: rest.MakesNew,
		Roles:   resource.Casework, Personal: true,
		Summary: "Write a note on a person or a plan", Danish: "Skriv et notat om en person eller en støtteplan",
		About: "Dated, for a purpose, sealed. It is never changed; write another.",
		Refuses: onCase(beneficiaries.ErrDays, beneficiaries.ErrUnknownPlan, vault.ErrNoVault, vault.ErrErased,
			vault.ErrKeyMissing, vault.ErrTextTooBig),
		Example: `{"purpose":"plan","text":"What was agreed."}`}, writeNote)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/beneficiaries/:id/file-openings", ID: "openFile",
		NoMatch: rest.ReadsPerson,
		Tag:     "beneficiaries", Roles: resource.Casework, Personal: true, Status: http.StatusOK,
		Summary: "Read notes, what a referral told, who somebody close is",
		Danish:  "Læs notater, hvad en henvisning fortalte, og hvem en pårørende er",
		About:   "By id, with a reason, noted before it is answered.",
		Refuses: personal(beneficiaries.ErrNotOnCase, beneficiaries.ErrReason, casefile.ErrUnknown)}, openFile)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/beneficiaries/:id/referrals", ID: "listReferrals",
		Tag: "beneficiaries", Roles: resource.Knowing,
		Summary: "To whom a person was referred", Danish: "Hvem en person er henvist til", Refuses: unknown}, listReferrals)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/beneficiaries/:id/referrals/:referral", ID: "getReferral",
		Tag: "beneficiaries", Roles: resource.Knowing,
		Summary: "One referral", Danish: "Én henvisning",
		Refuses: append(slices.Clone(unknown), casefile.ErrUnknown)}, getReferral)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/beneficiaries/:id/referrals", ID: "referPerson",
		NoMatch: rest.MakesNew,
		Tag:     "beneficiaries", Roles: resource.Casework, Personal: true,
		Summary: "Refer a person to somebody who helps otherwise", Danish: "Henvis en person til andre, der kan hjælpe",
		About: "Under a consent to sharing that holds today; or with override, the reason why without one, which lies " +
			"before the privacy officer at once.",
		Refuses: onCase(casefile.ErrNoConsent, casefile.ErrOverride, vault.ErrNoVault, vault.ErrErased,
			vault.ErrKeyMissing, vault.ErrTextTooBig),
		Example: `{"to":"health","told":"What was passed on."}`}, referPerson)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/beneficiaries/:id/referrals/:referral/answers",
		ID: "answerReferral", Match: "getReferral",
		Tag: "beneficiaries", Roles: resource.Casework, Status: http.StatusOK,
		Summary: "Note what became of a referral", Danish: "Notér, hvad der blev af en henvisning",
		Refuses: onCase(casefile.ErrUnknown, casefile.ErrAnswered)}, answerReferral)
	closePeople(api, unknown, onCase)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/plans/:id/goal-reviews", ID: "listGoalReviews", Tag: "plans",
		Roles:   resource.Staff,
		Summary: "How the goals of a plan came on", Danish: "Hvordan det går med støtteplanens mål",
		Refuses: []error{beneficiaries.ErrUnknownPlan}}, listGoalReviews)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/plans/:id/goal-reviews", ID: "reviewGoal", Tag: "plans",
		NoMatch: rest.MakesNew,
		Roles:   resource.Casework,
		Summary: "Write down how a goal came on, and when it is looked at again",
		Danish:  "Skriv ned, hvordan det går med et mål, og hvornår der følges op",
		About:   "By somebody on the case, as a code. Until it is reached or given up there is a next day.",
		Refuses: []error{beneficiaries.ErrUnknownPlan, beneficiaries.ErrNotOnCase, beneficiaries.ErrUnknownBeneficiary,
			beneficiaries.ErrDays, casefile.ErrGoal},
		Example: `{"goal":"safe_housing","result":"on_track","next_on":"2026-12-31"}`}, reviewGoal)
}

// closePeople registers who depends on a person, who may collect, how the person is reached, and the plans under all
// the person's codes.
func closePeople(api *resource.API, unknown []error, onCase func(...error) []error) {
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/beneficiaries/:id/close-people", ID: "listClosePeople",
		Tag: "beneficiaries", Roles: resource.Casework,
		Summary: "Who depends on a person, and who may collect", Danish: "Hvem en person forsørger, og hvem der må afhente",
		About: "Not who they are: file-openings opens that.", Refuses: unknown}, listClosePeople)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/beneficiaries/:id/close-people/:person", ID: "getClosePerson",
		Tag: "beneficiaries", Roles: resource.Casework,
		Summary: "One person who is close", Danish: "Én pårørende",
		Refuses: append(slices.Clone(unknown), casefile.ErrUnknown)}, getClosePerson)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/beneficiaries/:id/close-people", ID: "addClosePerson",
		NoMatch: rest.MakesNew,
		Tag:     "beneficiaries", Roles: resource.Casework, Personal: true,
		Summary: "Put a dependant or an alternate collector on record",
		Danish:  "Registrér en person, der forsørges, eller en, der må afhente",
		Refuses: onCase(vault.ErrNoVault, vault.ErrErased, vault.ErrKeyMissing, vault.ErrTextTooBig),
		Example: `{"kind":"dependant","relation":"child","age_band":"6-12"}`}, addClosePerson)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/beneficiaries/:id/close-people/:person/endings",
		ID: "endClosePerson", Match: "getClosePerson",
		Tag: "beneficiaries", Roles: resource.Casework, Status: http.StatusOK,
		Summary: "Say until when somebody depended or might collect", Danish: "Angiv, hvor længe det gjaldt",
		Refuses: onCase(casefile.ErrUnknown, casefile.ErrEnded, beneficiaries.ErrDays)}, endClosePerson)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/beneficiaries/:id/safe-contacts", ID: "listSafeContacts",
		Tag: "beneficiaries", Roles: resource.Knowing,
		Summary: "How a person may safely be reached, over time", Danish: "Hvordan en person sikkert kan kontaktes, over tid",
		Refuses: unknown}, listSafeContacts)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/beneficiaries/:id/safe-contacts", ID: "writeSafeContact",
		NoMatch: rest.NewVersion,
		Tag:     "beneficiaries", Roles: resource.Casework,
		Summary: "Write down how a person may safely be reached",
		Danish:  "Skriv ned, hvordan en person sikkert kan kontaktes",
		About:   "Payments warn of a way that is not safe, and of one that was to be asked about again.",
		Refuses: onCase(beneficiaries.ErrDays),
		Example: `{"way":"message","safe":false,"review_on":"2026-12-31"}`}, writeSafeContact)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/beneficiaries/:id/plan-history", ID: "listPlanHistory",
		Tag: "beneficiaries", Roles: resource.Knowing,
		Summary: "A person's plans under all codes that are theirs",
		Danish:  "En persons støtteplaner under alle de koder, der er deres",
		About:   "Two codes are one person's once somebody decided so of a likeness.", Refuses: unknown}, listPlanHistory)
}

type noteRequest struct {
	ID      rest.Ref       `path:"id" json:"-" description:"Id or code."`
	On      ledger.Date    `json:"on" validate:"omitempty" description:"Today where none is sent."`
	Purpose string         `json:"purpose" validate:"required,oneof=contact plan payment safety referral other"`
	Plan    rest.Ref       `json:"plan" validate:"omitempty" description:"Id or number of a plan of the person."`
	Text    vault.Personal `json:"text" validate:"required,max=8000"`
}

type noteView struct {
	ID      string               `json:"id"`
	On      ledger.Date          `json:"on"`
	Purpose string               `json:"purpose"`
	Plan    beneficiaries.PlanID `json:"plan_id,omitempty"`
	By      access.UserID        `json:"written_by"`
	At      string               `json:"written_at"`
}

func viewNote(n casefile.Note) noteView {
	return noteView{ID: n.ID, On: n.On, Purpose: n.Purpose, Plan: n.Plan, By: n.By, At: rest.Instant(n.At)}
}

func listNotes(ctx context.Context, tx *store.Tx, d resource.Domain, in pagedRequest) (rest.List[noteView], error) {
	page, err := keyset(in.Page, 2)
	if err != nil {
		return rest.List[noteView]{}, err
	}
	found, err := d.File().Notes(ctx, tx, string(in.ID), page)
	return rest.ListOf(in.Page, found, viewNote, func(n casefile.Note) []string { return []string{string(n.On), n.ID} }),
		err
}

func writeNote(ctx context.Context, tx *store.Tx, d resource.Domain, in noteRequest) (noteView, error) {
	n, err := d.File().WriteNote(ctx, tx, string(in.ID),
		casefile.Note{Plan: beneficiaries.PlanID(in.Plan), Purpose: in.Purpose, On: in.On}, in.Text)
	return viewNote(n), err
}

type openFileRequest struct {
	ID     rest.Ref `path:"id" json:"-" description:"Id or code."`
	What   []string `json:"what" validate:"required,min=1,max=50,dive,max=40" description:"Ids of notes, referrals or people who are close."`
	Reason string   `json:"reason" validate:"required,max=500" description:"In ten letters or more; it names nobody."`
}

type sealedTextView struct {
	ID   string         `json:"id"`
	Text vault.Personal `json:"text"`
}

type fileView struct {
	Texts []sealedTextView `json:"texts"`
}

func openFile(ctx context.Context, tx *store.Tx, d resource.Domain, in openFileRequest) (fileView, error) {
	opened, err := d.File().Open(ctx, tx, string(in.ID), in.What, in.Reason)
	view := func(s casefile.Sealed) sealedTextView { return sealedTextView{s.ID, s.Text} }
	return fileView{rest.Views(opened, view)}, err
}

type referRequest struct {
	ID       rest.Ref       `path:"id" json:"-" description:"Id or code."`
	To       string         `json:"to" validate:"required,oneof=police health municipality shelter lawyer partner authority other"`
	Override string         `json:"override" validate:"max=500" description:"Why without a consent to sharing, in twenty letters or more; it names nobody."`
	Told     vault.Personal `json:"told" validate:"max=8000" description:"What was passed on; sealed."`
}

type referralView struct {
	ID       string        `json:"id"`
	To       string        `json:"to"`
	On       ledger.Date   `json:"on"`
	Consent  string        `json:"consent_id,omitempty"`
	Override string        `json:"override,omitempty"`
	Answer   string        `json:"answer,omitempty"`
	By       access.UserID `json:"made_by"`
}

func viewReferral(r casefile.Referral) referralView {
	return referralView{ID: r.ID, To: r.To, On: r.On, Consent: r.Consent, Override: r.Override, Answer: r.Answer, By: r.By}
}

func listReferrals(ctx context.Context, tx *store.Tx, d resource.Domain, in pagedRequest) (rest.List[referralView],
	error) {
	page, err := keyset(in.Page, 2)
	if err != nil {
		return rest.List[referralView]{}, err
	}
	found, err := d.File().Referrals(ctx, tx, string(in.ID), page)
	return rest.ListOf(in.Page, found, viewReferral,
		func(r casefile.Referral) []string { return []string{string(r.On), r.ID} }), err
}

type oneReferralRequest struct {
	ID       rest.Ref `path:"id" json:"-" description:"Id or code."`
	Referral rest.Ref `path:"referral" json:"-"`
}

func getReferral(ctx context.Context, tx *store.Tx, d resource.Domain, in oneReferralRequest) (referralView, error) {
	all, err := d.File().Referrals(ctx, tx, string(in.ID), store.Keyset{})
	r, err := resource.One(all, err, casefile.ErrUnknown,
		func(r casefile.Referral) bool { return r.ID == string(in.Referral) })
	return viewReferral(r), err
}

func referPerson(ctx context.Context, tx *store.Tx, d resource.Domain, in referRequest) (referralView, error) {
	r, err := d.File().Refer(ctx, tx, string(in.ID), casefile.Referral{To: in.To, Override: in.Override}, in.Told)
	return viewReferral(r), err
}

type answerRequest struct {
	ID       rest.Ref `path:"id" json:"-" description:"Id or code."`
	Referral rest.Ref `path:"referral" json:"-"`
	Answer   string   `json:"answer" validate:"required,oneof=accepted declined done"`
}

func answerReferral(ctx context.Context, tx *store.Tx, d resource.Domain, in answerRequest) (referralView, error) {
	r, err := d.File().Answer(ctx, tx, string(in.ID), string(in.Referral), in.Answer)
	return viewReferral(r), err
}

type closePersonRequest struct {
	ID       rest.Ref       `path:"id" json:"-" description:"Id or code."`
	Kind     string         `json:"kind" validate:"required,oneof=dependant collector"`
	Relation string         `json:"relation" validate:"required,oneof=child parent sibling partner friend other"`
	AgeBand  string         `json:"age_band" validate:"omitempty,oneof=0-5 6-12 13-17 18+"`
	From     ledger.Date    `json:"from" validate:"omitempty" description:"Today where none is sent."`
	Who      vault.Personal `json:"who" validate:"max=1000" description:"Who it is, and how they are known; sealed."`
}

type closePersonView struct {
	ID       string      `json:"id"`
	Kind     string      `json:"kind"`
	Relation string      `json:"relation"`
	AgeBand  string      `json:"age_band,omitempty"`
	From     ledger.Date `json:"from"`
	To       ledger.Date `json:"to,omitempty" description:"The last day; none goes on."`
}

func viewClosePerson(c casefile.ClosePerson) closePersonView {
	return closePersonView{ID: c.ID, Kind: c.Kind, Relation: c.Relation, AgeBand: c.AgeBand, From: c.From, To: c.To}
}

func listClosePeople(ctx context.Context, tx *store.Tx, d resource.Domain, in pagedRequest) (
	rest.List[closePersonView], error) {
	page, err := keyset(in.Page, 2)
	if err != nil {
		return rest.List[closePersonView]{}, err
	}
	found, err := d.File().Close(ctx, tx, string(in.ID), page)
	return rest.ListOf(in.Page, found, viewClosePerson,
		func(c casefile.ClosePerson) []string { return []string{string(c.From), c.ID} }), err
}

type onePersonRequest struct {
	ID     rest.Ref `path:"id" json:"-" description:"Id or code."`
	Person rest.Ref `path:"person" json:"-"`
}

func getClosePerson(ctx context.Context, tx *store.Tx, d resource.Domain, in onePersonRequest) (closePersonView,
	error) {
	all, err := d.File().Close(ctx, tx, string(in.ID), store.Keyset{})
	c, err := resource.One(all, err, casefile.ErrUnknown,
		func(c casefile.ClosePerson) bool { return c.ID == string(in.Person) })
	return viewClosePerson(c), err
}

func addClosePerson(ctx context.Context, tx *store.Tx, d resource.Domain, in closePersonRequest) (closePersonView,
	error) {
	c, err := d.File().AddClose(ctx, tx, string(in.ID), casefile.ClosePerson{Kind: in.Kind, Relation: in.Relation,
		AgeBand: in.AgeBand, From: in.From}, in.Who)
	return viewClosePerson(c), err
}

type endClosePersonRequest struct {
	ID     rest.Ref    `path:"id" json:"-" description:"Id or code."`
	Person rest.Ref    `path:"person" json:"-"`
	On     ledger.Date `json:"on" validate:"required" description:"The last day."`
}

func endClosePerson(ctx context.Context, tx *store.Tx, d resource.Domain, in endClosePersonRequest) (closePersonView,
	error) {
	c, err := d.File().EndClose(ctx, tx, string(in.ID), string(in.Person), in.On)
	return viewClosePerson(c), err
}

type safeContactRequest struct {
	ID       rest.Ref    `path:"id" json:"-" description:"Id or code."`
	Way      string      `json:"way" validate:"required,oneof=telephone message mail in_person through_other none"`
	Safe     bool        `json:"safe"`
	ReviewOn ledger.Date `json:"review_on" validate:"required" description:"When the person is asked again."`
}

type safeContactView struct {
	Number   int         `json:"number"`
	Way      string      `json:"way"`
	Safe     bool        `json:"safe"`
	ReviewOn ledger.Date `json:"review_on"`
	At       string      `json:"written_at"`
}

func viewSafeContact(c casefile.SafeContact) safeContactView {
	return safeContactView{Number: c.Version, Way: c.Way, Safe: c.Safe, ReviewOn: c.ReviewOn, At: rest.Instant(c.At)}
}

func listSafeContacts(ctx context.Context, tx *store.Tx, d resource.Domain, in pagedRequest) (
	rest.List[safeContactView], error) {
	page, err := keyset(in.Page, 1)
	if err != nil {
		return rest.List[safeContactView]{}, err
	}
	found, err := d.File().SafeContacts(ctx, tx, string(in.ID), page)
	return rest.ListOf(in.Page, found, viewSafeContact,
		func(c casefile.SafeContact) []string { return []string{strconv.Itoa(c.Version)} }), err
}

func writeSafeContact(ctx context.Context, tx *store.Tx, d resource.Domain, in safeContactRequest) (safeContactView,
	error) {
	c, err := d.File().WriteSafeContact(ctx, tx, string(in.ID),
		casefile.SafeContact{Way: in.Way, Safe: in.Safe, ReviewOn: in.ReviewOn})
	return viewSafeContact(c), err
}

type goalReviewRequest struct {
	ID     rest.Ref    `path:"id" json:"-" description:"Id or number."`
	Goal   string      `json:"goal" validate:"required,max=40" description:"A goal of the plan."`
	Result string      `json:"result" validate:"required,oneof=set on_track behind reached given_up"`
	NextOn ledger.Date `json:"next_on" validate:"omitempty" description:"Unless it is reached or given up."`
}

type goalReviewView struct {
	ID     string        `json:"id"`
	Goal   string        `json:"goal"`
	On     ledger.Date   `json:"on"`
	Result string        `json:"result"`
	NextOn ledger.Date   `json:"next_on,omitempty"`
	By     access.UserID `json:"reviewed_by"`
}

func viewGoalReview(r casefile.GoalReview) goalReviewView {
	return goalReviewView{ID: r.ID, Goal: r.Goal, On: r.On, Result: r.Result, NextOn: r.NextOn, By: r.By}
}

func listGoalReviews(ctx context.Context, tx *store.Tx, d resource.Domain, in pagedRequest) (
	rest.List[goalReviewView], error) {
	page, err := keyset(in.Page, 2)
	if err != nil {
		return rest.List[goalReviewView]{}, err
	}
	found, err := d.File().GoalReviews(ctx, tx, string(in.ID), page)
	return rest.ListOf(in.Page, found, viewGoalReview,
		func(r casefile.GoalReview) []string { return []string{string(r.On), r.ID} }), err
}

func reviewGoal(ctx context.Context, tx *store.Tx, d resource.Domain, in goalReviewRequest) (goalReviewView, error) {
	r, err := d.File().ReviewGoal(ctx, tx, string(in.ID),
		casefile.GoalReview{Goal: in.Goal, Result: in.Result, NextOn: in.NextOn})
	return viewGoalReview(r), err
}

type joinedPlanView struct {
	ID     beneficiaries.PlanID    `json:"id"`
	Number string                  `json:"number"`
	Code   string                  `json:"beneficiary" description:"The code that it stands under."`
	State  beneficiaries.PlanState `json:"state"`
}

func listPlanHistory(ctx context.Context, tx *store.Tx, d resource.Domain, in pagedRequest) (
	rest.List[joinedPlanView], error) {
	page, err := keyset(in.Page, 1)
	if err != nil {
		return rest.List[joinedPlanView]{}, err
	}
	found, err := d.File().PlanHistory(ctx, tx, string(in.ID), page)
	return rest.ListOf(in.Page, found, func(p casefile.JoinedPlan) joinedPlanView {
		return joinedPlanView{ID: p.Plan, Number: p.Number, Code: p.Code, State: p.State}
	}, func(p casefile.JoinedPlan) []string { return []string{p.Number} }), err
}
