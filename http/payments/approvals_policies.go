package payments

import (
	"context"
	"net/http"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/disbursements"
	"supportledger/disbursements/advances"
	"supportledger/disbursements/delegations"
	"supportledger/disbursements/relations"
	"supportledger/grants/donors"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
)

// policyRoutes registers how many people of which roles a disbursement needs.
func policyRoutes(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/approval-policies", ID: "listApprovalPolicies",
		Tag: "approval-policies", Roles: resource.Staff,
		Summary: "List the approval policies by their first day", Danish: "Vis godkendelsesreglerne efter første dag"},
		listApprovalPolicies)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/approval-policies/:id", ID: "getApprovalPolicy",
		Tag: "approval-policies", Roles: resource.Staff,
		Summary: "One approval policy", Danish: "Ét sæt godkendelsesregler",
		Refuses: []error{disbursements.ErrUnknownPolicy}}, getApprovalPolicy)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/approval-policies", ID: "proposeApprovalPolicy",
		NoMatch: rest.MakesNew,
		Tag:     "approval-policies", Roles: resource.Leads,
		Location: "/approval-policies/{id}", Summary: "Propose how many people a disbursement needs",
		Danish: "Foreslå, hvor mange personer en udbetaling kræver",
		About: "In force from its day, once another person confirmed it. All bands that fit a disbursement hold for it; " +
			"one of each step must fit every one.",
		Refuses: []error{disbursements.ErrPolicyShape, ledger.ErrReasonRequired, ledger.ErrUnknownFund},
		Example: `{"from_on":"2027-01-01","bands":[{"step":"approve","roles":["programme_lead"],"people":1},` +
			`{"step":"authorise","roles":["treasurer"],"people":1},` +
			`{"above":"25000.00","step":"approve","roles":["programme_lead"],"people":2}],"emergency_limit":"1500.00",` +
			`"emergency_per_quarter":2,"emergency_days":5,"remind_days":3,"reason":"the board decided on two approvals"}`,
	}, proposePolicy)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/approval-policies/:id/decisions", ID: "decideApprovalPolicy",
		Match: "getApprovalPolicy",
		Tag:   "approval-policies", Roles: resource.Leads, Status: http.StatusOK,
		Summary: "Confirm or reject what somebody else proposed", Danish: "Bekræft eller afvis, hvad en anden har foreslået",
		Refuses: []error{disbursements.ErrUnknownPolicy, advances.ErrState, ledger.ErrReasonRequired,
			access.ErrMakerCannotApprove},
		Example: `{"decision":"confirm"}`}, decidePolicy)
}

// bandBody is one row of a policy.
type bandBody struct {
	Above    rest.Decimal    `json:"above,omitempty" validate:"omitempty,nonnegative" description:"Base currency: holds for more than this; 0 where none is sent."`
	Fund     ledger.FundCode `json:"fund,omitempty" validate:"omitempty" description:"Holds where this fund pays a part; every fund where none is sent."`
	NewPayee bool            `json:"new_payee,omitempty" description:"Holds for a payee who was never paid."`
	Cash     bool            `json:"cash,omitempty" description:"Holds for petty cash."`
	Step     access.Step     `json:"step" validate:"required,oneof=approve authorise" enum:"approve,authorise"`
	Roles    []access.Role   `json:"roles" validate:"required,min=1,max=4,dive,oneof=caseworker programme_lead finance_officer treasurer" description:"One of them each: caseworker and programme_lead approve, finance_officer and treasurer authorise."`
	People   int             `json:"people" validate:"min=1,max=9" description:"How many different people."`
}

type proposePolicyRequest struct {
	FromOn              ledger.Date  `json:"from_on" validate:"omitempty" description:"First day; today at the earliest, and where none is sent."`
	Bands               []bandBody   `json:"bands" validate:"required,min=2,max=50,dive"`
	EmergencyLimit      rest.Decimal `json:"emergency_limit" validate:"required,nonnegative" description:"Base currency; 0 closes the emergency path."`
	EmergencyPerQuarter int          `json:"emergency_per_quarter" validate:"min=0,max=9" description:"Of one plan."`
	EmergencyDays       int          `json:"emergency_days" validate:"min=1,max=30" description:"Working days until the approval has to be there."`
	CardLimit           rest.Decimal `json:"card_limit" validate:"omitempty,nonnegative" description:"Base currency; the most that leaves by card or in cash, without verified bank details: one payment, with what went to the same payee, or for the same plan to none, within 30 days. That of the policy in force where none is sent; 0 closes it."`
	RemindDays          int          `json:"remind_days" validate:"min=1,max=90" description:"Working days until somebody is reminded; after twice that it is escalated."`
	Reason              string       `json:"reason" validate:"required,max=500" description:"At least ten letters."`
}

type approvalBandView struct {
	Above    string          `json:"above"`
	Fund     ledger.FundCode `json:"fund,omitempty"`
	NewPayee bool            `json:"new_payee"`
	Cash     bool            `json:"cash"`
	Step     access.Step     `json:"step" enum:"approve,authorise"`
	Roles    []access.Role   `json:"roles"`
	People   int             `json:"people"`
}

type approvalPolicyView struct {
	ID                  disbursements.PolicyID    `json:"id"`
	FromOn              ledger.Date               `json:"from_on"`
	State               disbursements.PolicyState `json:"state" enum:"proposed,confirmed,rejected"`
	Bands               []approvalBandView        `json:"bands"`
	EmergencyLimit      ledger.Money              `json:"emergency_limit"`
	EmergencyPerQuarter int                       `json:"emergency_per_quarter"`
	EmergencyDays       int                       `json:"emergency_days"`
	CardLimit           ledger.Money              `json:"card_limit"`
	RemindDays          int                       `json:"remind_days"`
	Reason              string                    `json:"reason"`
	ProposedBy          access.UserID             `json:"proposed_by,omitempty" description:"None came with the program."`
	ProposedAt          string                    `json:"proposed_at"`
}

func viewApprovalPolicy(p disbursements.Policy) approvalPolicyView {
	v := approvalPolicyView{ID: p.ID, FromOn: p.FromOn, State: p.State, Bands: []approvalBandView{},
		EmergencyLimit: p.EmergencyLimit, EmergencyPerQuarter: p.EmergencyPerQuarter, EmergencyDays: p.EmergencyDays,
		CardLimit: p.CardLimit, RemindDays: p.RemindDays, Reason: p.Reason, ProposedBy: p.ProposedBy,
		ProposedAt: rest.Instant(p.ProposedAt)}
	for _, b := range p.Bands {
		v.Bands = append(v.Bands,
			approvalBandView{Above: b.Above.String(), Fund: b.Fund, NewPayee: b.NewPayee, Cash: b.Cash, Step: b.Need.Step,
				Roles: b.Need.Roles, People: b.Need.People})
	}
	return v
}

func listApprovalPolicies(ctx context.Context, tx *store.Tx, d resource.Domain,
	in struct{ rest.Page }) (rest.List[approvalPolicyView], error) {
	page, err := in.Page.Keyset(3)
	if err != nil {
		return rest.List[approvalPolicyView]{}, err
	}
	found, err := d.Policies.Policies(ctx, tx, page)
	return rest.ListOf(in.Page, found, viewApprovalPolicy, disbursements.Policy.Key), err
}

func getApprovalPolicy(ctx context.Context, tx *store.Tx, d resource.Domain, in rest.ByRef) (approvalPolicyView,
	error) {
	p, err := d.Policies.Policy(ctx, tx, disbursements.PolicyID(in.ID))
	if err != nil {
		return approvalPolicyView{}, err
	}
	return viewApprovalPolicy(p), nil
}

func proposePolicy(ctx context.Context, tx *store.Tx, d resource.Domain, in proposePolicyRequest) (approvalPolicyView,
	error) {
	p := disbursements.Policy{FromOn: resource.Today(tx, in.FromOn), EmergencyPerQuarter: in.EmergencyPerQuarter,
		EmergencyDays: in.EmergencyDays, RemindDays: in.RemindDays, Reason: in.Reason}
	var err error
	if p.EmergencyLimit, err = in.EmergencyLimit.In("/emergency_limit", d.Book.Base); err != nil {
		return approvalPolicyView{}, err
	}
	if p.CardLimit, err = d.Policies.CardLimit(ctx, tx); err == nil && in.CardLimit != "" {
		p.CardLimit, err = in.CardLimit.In("/card_limit", d.Book.Base)
	}
	if err != nil {
		return approvalPolicyView{}, err
	}
	for _, b := range in.Bands {
		band := disbursements.Band{Fund: b.Fund, NewPayee: b.NewPayee, Cash: b.Cash,
			Need: disbursements.Need{Step: b.Step, People: b.People, Roles: b.Roles}}
		if band.Above, err = rest.OrZero(b.Above).In("/bands", d.Book.Base); err != nil {
			return approvalPolicyView{}, err
		}
		if b.Fund != "" {
			if _, err := d.Book.Fund(ctx, tx, b.Fund); err != nil {
				return approvalPolicyView{}, rest.At("/bands", err)
			}
		}
		p.Bands = append(p.Bands, band)
	}
	if p, err = d.Policies.ProposePolicy(ctx, tx, p); err != nil {
		return approvalPolicyView{}, err
	}
	return viewApprovalPolicy(p), nil
}

type policyDecisionRequest struct {
	ID       rest.Ref `path:"id" json:"-"`
	Decision string   `json:"decision" validate:"required,oneof=confirm reject"`
	Reason   string   `json:"reason" validate:"max=500" description:"Needed to reject."`
}

func decidePolicy(ctx context.Context, tx *store.Tx, d resource.Domain, in policyDecisionRequest) (approvalPolicyView,
	error) {
	p, err := d.Policies.DecidePolicy(ctx, tx, disbursements.PolicyID(in.ID), in.Decision == "confirm", in.Reason)
	if err != nil {
		return approvalPolicyView{}, err
	}
	return viewApprovalPolicy(p), nil
}

// standInRoutes registers who decides for whom, and who does not for whom.
func standInRoutes(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/delegations", ID: "listDelegations", Tag: "delegations",
		Roles:   resource.Staff,
		Summary: "List who decides for somebody who is away", Danish: "Vis, hvem der afgør for en, der er fraværende"},
		listDelegations)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/delegations/:id", ID: "getDelegation", Tag: "delegations",
		Roles:   resource.Staff,
		Summary: "One delegation", Danish: "Én fuldmagt til en stedfortræder",
		Refuses: []error{delegations.ErrUnknown}}, getDelegation)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/delegations", ID: "delegate", Tag: "delegations",
		NoMatch: rest.MakesNew,
		Roles:   decides,
		Summary: "Name a deputy for the days you are away", Danish: "Udpeg en stedfortræder for de dage, du er væk",
		About: "Lends your roles for decisions on disbursements, and widens no duty: on one disbursement the two of you " +
			"count as one.",
		Refuses: []error{access.ErrUnknownUser, access.ErrIncompatibleRoles, access.ErrAccountEnded,
			delegations.ErrDays, delegations.ErrOwnDeputy,
			ledger.ErrReasonRequired},
		Example: `{"deputy":"treasurer-2","from_on":"2026-12-21","to_on":"2027-01-03","reason":"away over the holidays"}`},
		delegate)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/delegations/:id/revocations", ID: "revokeDelegation",
		Match: "getDelegation",
		Tag:   "delegations", Roles: decides, Status: http.StatusOK,
		Summary: "End a delegation at once", Danish: "Ophæv en stedfortræders fuldmagt straks",
		Refuses: []error{delegations.ErrUnknown}}, revokeDelegation)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/relations", ID: "listRelations", Tag: "relations",
		Roles:   resource.Staff,
		Summary: "List declared relations", Danish: "Vis oplyste relationer",
		About: "A caseworker sees those to payees and to people of the own cases."}, listRelations)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/relations/:id", ID: "getRelation", Tag: "relations",
		Roles:   resource.Staff,
		Summary: "One declared relation", Danish: "Én oplyst relation",
		Refuses: []error{relations.ErrUnknown}}, getRelation)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/relations", ID: "declareRelation", Tag: "relations",
		NoMatch: rest.MakesNew,
		Roles:   decides,
		Summary: "Declare what a user or donor has to do with a payee or a person",
		Danish:  "Oplys, hvad en bruger eller donor har at gøre med en betalingsmodtager eller en person",
		About: "Such a user decides on nothing for them; such a donor shows among the checks. Your own without user and " +
			"donor; those of others by who leads.",
		Refuses: []error{access.ErrUnknownUser, access.ErrForbidden, donors.ErrUnknownDonor,
			beneficiaries.ErrUnknownBeneficiary, relations.ErrShape},
		Example: `{"payee":"C-03","nature":"employment"}`}, declareRelation)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/relations/:id/endings", ID: "endRelation", Tag: "relations",
		Match: "getRelation",
		Roles: resource.Leads, Status: http.StatusOK,
		Summary: "Say on which day a relation ended", Danish: "Oplys, hvilken dag en relation ophørte",
		About:   "Nobody ends their own.",
		Refuses: []error{relations.ErrUnknown, access.ErrMakerCannotApprove}}, endRelation)
}

type delegationView struct {
	ID        delegations.ID `json:"id"`
	For       string         `json:"for" description:"Who is away."`
	Deputy    string         `json:"deputy"`
	FromOn    ledger.Date    `json:"from_on"`
	ToOn      ledger.Date    `json:"to_on"`
	Reason    string         `json:"reason"`
	CreatedAt string         `json:"created_at"`
	RevokedAt string         `json:"revoked_at,omitempty"`
}

func viewDelegation(d delegations.Delegation) delegationView {
	return delegationView{ID: d.ID, For: d.FromName, Deputy: d.ToName, FromOn: d.FromOn, ToOn: d.ToOn, Reason: d.Reason,
		CreatedAt: rest.Instant(d.CreatedAt), RevokedAt: rest.Instant(d.RevokedAt)}
}

func listDelegations(ctx context.Context, tx *store.Tx, d resource.Domain,
	in struct{ rest.Page }) (rest.List[delegationView], error) {
	page, err := in.Page.Keyset(1)
	if err != nil {
		return rest.List[delegationView]{}, err
	}
	found, err := delegations.List(ctx, tx, page)
	if err != nil {
		return rest.List[delegationView]{}, err
	}
	return rest.ListOf(in.Page, found, viewDelegation,
		func(g delegations.Delegation) []string { return []string{string(g.ID)} }), nil
}

type delegateRequest struct {
	Deputy rest.Ref    `json:"deputy" validate:"required" description:"Id or work name."`
	FromOn ledger.Date `json:"from_on" validate:"required"`
	ToOn   ledger.Date `json:"to_on" validate:"required" description:"The last day, at most 92 after the first."`
	Reason string      `json:"reason" validate:"required,max=200" description:"At least ten letters; nothing about health."`
}

func delegate(ctx context.Context, tx *store.Tx, d resource.Domain, in delegateRequest) (delegationView, error) {
	made, err := delegations.Make(ctx, tx,
		delegations.Delegation{To: access.UserID(in.Deputy), FromOn: in.FromOn, ToOn: in.ToOn, Reason: in.Reason})
	return viewDelegation(made), err
}

func revokeDelegation(ctx context.Context, tx *store.Tx, d resource.Domain, in rest.ByRef) (delegationView, error) {
	ended, err := delegations.Revoke(ctx, tx, delegations.ID(in.ID))
	return viewDelegation(ended), err
}

type relationRequest struct {
	User        rest.Ref `json:"user" description:"Id or work name; you where neither user nor donor is sent."`
	Donor       rest.Ref `json:"donor" description:"Id or code."`
	Payee       string   `json:"payee" validate:"max=20" description:"Code, or a beneficiary."`
	Beneficiary rest.Ref `json:"beneficiary" description:"Id or code."`
	Nature      string   `json:"nature" validate:"required,oneof=family household employment ownership other"`
}

type relationView struct {
	ID          relations.ID                `json:"id"`
	User        access.UserID               `json:"user_id,omitempty"`
	Donor       donors.ID                   `json:"donor_id,omitempty"`
	Payee       string                      `json:"payee,omitempty"`
	Beneficiary beneficiaries.BeneficiaryID `json:"beneficiary_id,omitempty"`
	Nature      string                      `json:"nature"`
	DeclaredBy  access.UserID               `json:"declared_by"`
	DeclaredAt  string                      `json:"declared_at"`
	EndedOn     ledger.Date                 `json:"ended_on,omitempty"`
}

func viewRelation(r relations.Relation) relationView {
	return relationView{ID: r.ID, User: r.User, Donor: r.Donor, Payee: r.Payee, Beneficiary: r.Beneficiary,
		Nature: r.Nature, DeclaredBy: r.DeclaredBy, DeclaredAt: rest.Instant(r.DeclaredAt), EndedOn: r.EndedOn}
}

func listRelations(ctx context.Context, tx *store.Tx, d resource.Domain,
	in struct{ rest.Page }) (rest.List[relationView], error) {
	page, err := in.Page.Keyset(1)
	if err != nil {
		return rest.List[relationView]{}, err
	}
	found, err := relations.List(ctx, tx, page)
	if err != nil {
		return rest.List[relationView]{}, err
	}
	return rest.ListOf(in.Page, found, viewRelation,
		func(r relations.Relation) []string { return []string{string(r.ID)} }), nil
}

func declareRelation(ctx context.Context, tx *store.Tx, d resource.Domain, in relationRequest) (relationView, error) {
	r := relations.Relation{User: access.UserID(in.User), Donor: donors.ID(in.Donor), Payee: in.Payee,
		Beneficiary: beneficiaries.BeneficiaryID(in.Beneficiary), Nature: in.Nature}
	if in.User == "" && in.Donor == "" {
		r.User = access.UserID(tx.By.User)
	}
	made, err := relations.Declare(ctx, tx, d.People, r)
	return viewRelation(made), err
}

type endRelationRequest struct {
	ID rest.Ref    `path:"id" json:"-"`
	On ledger.Date `json:"on" validate:"required" description:"The last day."`
}

func endRelation(ctx context.Context, tx *store.Tx, d resource.Domain, in endRelationRequest) (relationView, error) {
	ended, err := relations.End(ctx, tx, relations.ID(in.ID), in.On)
	return viewRelation(ended), err
}

func getDelegation(ctx context.Context, tx *store.Tx, d resource.Domain, in rest.ByRef) (delegationView, error) {
	all, err := delegations.List(ctx, tx, store.Keyset{})
	g, err := resource.One(all, err, delegations.ErrUnknown,
		func(g delegations.Delegation) bool { return g.ID == delegations.ID(in.ID) })
	return viewDelegation(g), err
}

func getRelation(ctx context.Context, tx *store.Tx, d resource.Domain, in rest.ByRef) (relationView, error) {
	all, err := relations.List(ctx, tx, store.Keyset{})
	r, err := resource.One(all, err, relations.ErrUnknown,
		func(r relations.Relation) bool { return r.ID == relations.ID(in.ID) })
	return viewRelation(r), err
}
