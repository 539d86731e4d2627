package people

import (
	"context"
	"net/http"

	"supportledger/beneficiaries"
	"supportledger/http/payments"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
)

// erasures registers what ends: support, identities, the time for which things are kept; and what a person may take
// along.
func erasures(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/beneficiaries/:id/endings", ID: "endSupport",
		Match: "getBeneficiary",
		Tag:   "beneficiaries", Roles: resource.Casework, Status: http.StatusOK,
		Summary: "Record the last day of a person's support", Danish: "Registrér den sidste dag i en persons støtte",
		About:   "The clock of the identity runs from the end of that year, for three years.",
		Refuses: []error{beneficiaries.ErrUnknownBeneficiary, beneficiaries.ErrEnded}}, endSupport)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/beneficiaries/:id/erasures", ID: "eraseIdentity",
		Match: "getBeneficiary",
		Tag:   "beneficiaries", Roles: resource.Privacy,
		Summary: "Forget who a person is, for good", Danish: "Glem for altid, hvem en person er",
		About: "The person's key is destroyed in the database and in the file of halves. Plans, amounts and entries stay " +
			"under the code, with their proof.",
		Refuses: personal(beneficiaries.ErrReason)}, eraseIdentity)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/beneficiaries/:id/erasures", ID: "getErasure",
		Tag: "beneficiaries", Roles: resource.Privacy,
		Summary: "How far an erasure has come", Danish: "Hvor langt en sletning er nået",
		Refuses: personal(beneficiaries.ErrNotErased)}, getErasure)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/beneficiaries/:id/exports", ID: "exportPerson",
		NoMatch: rest.ReadsPerson,
		Tag:     "beneficiaries", Roles: resource.Privacy, Personal: true, Status: http.StatusOK,
		Summary: "Everything kept about a person, to be handed to them",
		Danish:  "Alt, der opbevares om en person, til udlevering",
		Refuses: personal(beneficiaries.ErrReason, beneficiaries.ErrFields, beneficiaries.ErrOpeningBudget)}, exportPerson)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/retention", ID: "listRetention", Tag: "retention",
		Roles:   resource.Privacy,
		Summary: "What has been kept as long as it may", Danish: "Hvad der er opbevaret, så længe det må",
		About: "Identities three years from the end of the year in which support ended; evidence five years from that of " +
			"its entries. Each by its own clock."}, listRetention)
}

type endSupportRequest struct {
	ID rest.Ref    `path:"id" json:"-" description:"Id or code."`
	On ledger.Date `json:"on" validate:"required" description:"The last day."`
}

func endSupport(ctx context.Context, tx *store.Tx, d resource.Domain, in endSupportRequest) (personView, error) {
	b, err := d.People.End(ctx, tx, string(in.ID), in.On)
	return viewPerson(ctx, tx, b, err)
}

type reasonRequest struct {
	ID     rest.Ref `path:"id" json:"-" description:"Id or code."`
	Reason string   `json:"reason" validate:"required,max=500" description:"In ten letters or more; it names nobody."`
}

type erasureView struct {
	ID       beneficiaries.BeneficiaryID `json:"id"`
	Code     string                      `json:"code"`
	Status   string                      `json:"status"`
	Complete bool                        `json:"complete" description:"The key is gone from the file of halves too; that happens right after the answer."`
}

func viewErasure(e beneficiaries.Erasure) erasureView {
	return erasureView{e.Beneficiary.ID, e.Beneficiary.Code, e.Beneficiary.Status, e.Settled}
}

func eraseIdentity(ctx context.Context, tx *store.Tx, d resource.Domain, in reasonRequest) (erasureView, error) {
	e, err := d.People.Erase(ctx, tx, string(in.ID), in.Reason)
	return viewErasure(e), err
}

func getErasure(ctx context.Context, tx *store.Tx, d resource.Domain, in rest.ByRef) (erasureView, error) {
	e, err := d.People.Erasure(ctx, tx, string(in.ID))
	return viewErasure(e), err
}

type personExportView struct {
	Beneficiary beneficiaryView             `json:"beneficiary"`
	Identity    identityView                `json:"identity"`
	Caseload    []assignmentView            `json:"caseload"`
	Consents    []consentView               `json:"consents"`
	Household   []householdView             `json:"households"`
	Plans       []planStoryView             `json:"plans"`
	Paid        []payments.DisbursementView `json:"disbursements" description:"What was asked for under the plans, and what became of it."`
	Accesses    []accessView                `json:"accesses"`
}

// planStoryView is a plan with what became of it.
type planStoryView struct {
	planView
	Turns []turnView `json:"timeline"`
}

func exportPerson(ctx context.Context, tx *store.Tx, d resource.Domain, in reasonRequest) (personExportView, error) {
	x, err := d.People.ExportPerson(ctx, tx, string(in.ID), in.Reason)
	if err != nil {
		return personExportView{}, err
	}
	var plans []beneficiaries.PlanID
	for _, p := range x.Plans {
		plans = append(plans, p.Plan.ID)
	}
	paid, err := d.Requests.UnderPlans(ctx, tx, plans)
	b := x.Beneficiary
	story := func(p beneficiaries.PlanStory) planStoryView {
		return planStoryView{viewPlan(p.Plan), rest.Views(p.Turns, viewTurn)}
	}
	consent := func(c beneficiaries.Consent) consentView { return viewConsent(c, ledger.DateOf(tx.At)) }
	return personExportView{Beneficiary: viewBeneficiary(b), Identity: viewIdentity(b.Code, x.Identity),
		Caseload: rest.Views(x.Caseload, viewAssignment), Consents: rest.Views(x.Consents, consent),
		Household: rest.Views(x.Household, viewHousehold), Plans: rest.Views(x.Plans, story),
		Paid: rest.Views(paid, payments.ViewDisbursement), Accesses: rest.Views(x.Accesses, viewAccess)}, err
}

type listRetentionRequest struct {
	rest.Page
	On ledger.Date `query:"on" json:"-" validate:"omitempty" description:"As of a day; today where none is sent."`
}

type keptView struct {
	Kind      string      `json:"kind" enum:"identity,evidence"`
	ID        string      `json:"id"`
	Code      string      `json:"code,omitempty"`
	KeepUntil ledger.Date `json:"keep_until"`
}

func listRetention(ctx context.Context, tx *store.Tx, d resource.Domain,
	in listRetentionRequest) (rest.List[keptView], error) {
	page, err := in.Page.Keyset(2)
	if err != nil {
		return rest.List[keptView]{}, err
	}
	due, err := d.People.Due(ctx, tx, resource.Today(tx, in.On), page)
	view := func(k beneficiaries.Kept) keptView { return keptView{k.Kind, k.ID, k.Code, k.KeepUntil} }
	return rest.ListOf(in.Page, due, view, beneficiaries.Kept.Key), err
}
