package people

import (
	"context"
	"net/http"
	"strconv"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/grants/donors"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/ledger/evidence"
	"supportledger/store"
)

// consents registers what people agree to, who lives with them in bands, and who may be one and the same.
func consents(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/beneficiaries/:id/consents", ID: "listConsents",
		Tag: "beneficiaries", Roles: resource.Knowing,
		Summary: "What a person agreed to", Danish: "Hvad en person har samtykket til",
		Refuses: []error{beneficiaries.ErrUnknownBeneficiary}}, listConsents)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/beneficiaries/:id/consents/:consent", ID: "getConsent",
		Tag: "beneficiaries", Roles: resource.Knowing,
		Summary: "One thing that a person agreed to", Danish: "Ét samtykke fra en person",
		Refuses: []error{beneficiaries.ErrUnknownBeneficiary, beneficiaries.ErrUnknownConsent}}, getConsent)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/beneficiaries/:id/consents", ID: "recordConsent",
		NoMatch: rest.MakesNew,
		Tag:     "beneficiaries", Roles: resource.Casework,
		Summary: "Put a consent on record", Danish: "Registrér et samtykke", About: "For one purpose, towards one donor or " +
			"all, until a day, with the document that shows it. Refusing stops no support.",
		Refuses: []error{beneficiaries.ErrUnknownBeneficiary, beneficiaries.ErrNotOnCase, beneficiaries.ErrDays,
			evidence.ErrUnknown, donors.ErrUnknownDonor}}, recordConsent)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/beneficiaries/:id/consents/:consent/revocations",
		ID: "revokeConsent", Tag: "beneficiaries", Roles: resource.Knowing, Status: http.StatusOK,
		Match:   "getConsent",
		Summary: "Take a consent back", Danish: "Træk et samtykke tilbage",
		Refuses: []error{beneficiaries.ErrUnknownBeneficiary, beneficiaries.ErrUnknownConsent, beneficiaries.ErrRevoked,
			beneficiaries.ErrDays}}, revokeConsent)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/beneficiaries/:id/households", ID: "listHouseholds",
		Tag: "beneficiaries", Roles: resource.Casework,
		Summary: "Who lives with a person, in bands, over time", Danish: "Hvem der bor med en person, i bånd, over tid",
		Refuses: []error{beneficiaries.ErrUnknownBeneficiary}}, listHouseholds)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/beneficiaries/:id/households", ID: "writeHousehold",
		NoMatch: rest.NewVersion,
		Tag:     "beneficiaries", Roles: resource.Casework,
		Summary: "Write down who lives with a person, in bands", Danish: "Skriv ned, hvem der bor med en person, i bånd",
		Refuses: []error{beneficiaries.ErrUnknownBeneficiary, beneficiaries.ErrNotOnCase, beneficiaries.ErrHousehold},
		Example: `{"size":"2","children":"1","youngest":"0-5"}`}, writeHousehold)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/duplicates", ID: "listDuplicates", Tag: "duplicates",
		Roles:   resource.Deciding,
		Summary: "Codes that may be one person", Danish: "Koder, der kan være én person"}, listDuplicates)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/duplicates/:id", ID: "getDuplicate", Tag: "duplicates",
		Roles:   resource.Deciding,
		Summary: "Two codes that may be one person", Danish: "To koder, der kan være én person",
		Refuses: []error{beneficiaries.ErrUnknownDuplicate}}, getDuplicate)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/duplicates/:id/decisions", ID: "decideDuplicate",
		Match: "getDuplicate",
		Tag:   "duplicates", Roles: resource.Deciding, Status: http.StatusOK,
		Summary: "Say whether two codes are one person", Danish: "Afgør, om to koder er én person",
		About:   "Who wrote what made them alike does not decide.",
		Refuses: []error{beneficiaries.ErrUnknownDuplicate, access.ErrMakerCannotApprove}}, decideDuplicate)
}

type consentRequest struct {
	ID        rest.Ref                     `path:"id" json:"-" description:"Id or code."`
	Purpose   beneficiaries.ConsentPurpose `json:"purpose" validate:"required,oneof=support payment statement_text photo research sharing"`
	Donor     rest.Ref                     `json:"donor,omitempty" validate:"omitempty" description:"Id or code; none is for every donor."`
	GivenOn   ledger.Date                  `json:"given_on" validate:"required"`
	ExpiresOn ledger.Date                  `json:"expires_on" validate:"required" description:"The last day."`
	Evidence  rest.Ref                     `json:"evidence_id" validate:"required" description:"The document that shows it."`
}

type consentView struct {
	ID        string                       `json:"id"`
	Purpose   beneficiaries.ConsentPurpose `json:"purpose"`
	Donor     string                       `json:"donor,omitempty"`
	GivenOn   ledger.Date                  `json:"given_on"`
	ExpiresOn ledger.Date                  `json:"expires_on"`
	RevokedOn ledger.Date                  `json:"revoked_on,omitempty" description:"The first day without it."`
	Evidence  evidence.ID                  `json:"evidence_id"`
	Live      bool                         `json:"live" description:"Holds today."`
}

// viewConsent shows a consent as it stands on a day.
func viewConsent(c beneficiaries.Consent, today ledger.Date) consentView {
	return consentView{ID: c.ID, Purpose: c.Purpose, Donor: c.Donor, GivenOn: c.GivenOn, ExpiresOn: c.ExpiresOn,
		RevokedOn: c.RevokedOn, Evidence: c.Evidence,
		Live: beneficiaries.ConsentLive([]beneficiaries.Consent{c}, c.Purpose, c.Donor, today)}
}

func listConsents(ctx context.Context, tx *store.Tx, d resource.Domain,
	in pagedRequest) (rest.List[consentView], error) {
	page, err := keyset(in.Page, 2)
	if err != nil {
		return rest.List[consentView]{}, err
	}
	found, err := d.People.Consents(ctx, tx, string(in.ID), page)
	view := func(c beneficiaries.Consent) consentView { return viewConsent(c, ledger.DateOf(tx.At)) }
	return rest.ListOf(in.Page, found, view,
		func(c beneficiaries.Consent) []string { return []string{string(c.GivenOn), c.ID} }), err
}

func recordConsent(ctx context.Context, tx *store.Tx, d resource.Domain, in consentRequest) (consentView, error) {
	c, err := d.People.RecordConsent(ctx, tx, string(in.ID),
		beneficiaries.Consent{Purpose: in.Purpose, Donor: string(in.Donor), GivenOn: in.GivenOn,
			ExpiresOn: in.ExpiresOn, Evidence: evidence.ID(in.Evidence)})
	return viewConsent(c, ledger.DateOf(tx.At)), err
}

type revocationRequest struct {
	ID      rest.Ref    `path:"id" json:"-" description:"Id or code."`
	Consent rest.Ref    `path:"consent" json:"-"`
	From    ledger.Date `json:"from,omitempty" validate:"omitempty" description:"The first day without it; today where none is sent."`
}

func revokeConsent(ctx context.Context, tx *store.Tx, d resource.Domain, in revocationRequest) (consentView, error) {
	c, err := d.People.RevokeConsent(ctx, tx, string(in.ID), string(in.Consent), in.From)
	return viewConsent(c, ledger.DateOf(tx.At)), err
}

type householdBody struct {
	Size     string `json:"size" validate:"required,oneof=1 2 3-4 5+" description:"People, the person too."`
	Children string `json:"children" validate:"required,oneof=0 1 2-3 4+"`
	Youngest string `json:"youngest,omitempty" validate:"omitempty,oneof=0-5 6-12 13-17" description:"Age in years; none without children."`
}

type householdRequest struct {
	ID rest.Ref `path:"id" json:"-" description:"Id or code."`
	householdBody
}

type householdView struct {
	Version int         `json:"version"`
	Since   ledger.Date `json:"since"`
	householdBody
}

func viewHousehold(h beneficiaries.Household) householdView {
	return householdView{h.Version, h.Since, householdBody{h.Size, h.Children, h.Youngest}}
}

func listHouseholds(ctx context.Context, tx *store.Tx, d resource.Domain,
	in pagedRequest) (rest.List[householdView], error) {
	page, err := keyset(in.Page, 1)
	if err != nil {
		return rest.List[householdView]{}, err
	}
	found, err := d.People.Households(ctx, tx, string(in.ID), page)
	return rest.ListOf(in.Page, found, viewHousehold,
		func(h beneficiaries.Household) []string { return []string{strconv.Itoa(h.Version)} }), err
}

func writeHousehold(ctx context.Context, tx *store.Tx, d resource.Domain, in householdRequest) (householdView, error) {
	h, err := d.People.WriteHousehold(ctx, tx, string(in.ID),
		beneficiaries.Household{Size: in.Size, Children: in.Children, Youngest: in.Youngest})
	return viewHousehold(h), err
}

type duplicateView struct {
	ID      string                      `json:"id"`
	One     beneficiaries.BeneficiaryID `json:"beneficiary_id" description:"Whose identity was written."`
	Other   beneficiaries.BeneficiaryID `json:"other_id" description:"Who was on record."`
	Kind    string                      `json:"kind" description:"What is equal: person (names and birth date), contact or bank."`
	FoundAt string                      `json:"found_at"`
	Verdict string                      `json:"verdict,omitempty"`
}

func viewDuplicate(d beneficiaries.Duplicate) duplicateView {
	return duplicateView{ID: d.ID, One: d.One, Other: d.Other, Kind: d.Kind, FoundAt: rest.Instant(d.FoundAt),
		Verdict: d.Verdict}
}

type listDuplicatesRequest struct {
	rest.Page
	All bool `query:"all" json:"-" description:"Those that are decided, too."`
}

func listDuplicates(ctx context.Context, tx *store.Tx, d resource.Domain,
	in listDuplicatesRequest) (rest.List[duplicateView], error) {
	page, err := keyset(in.Page, 1)
	if err != nil {
		return rest.List[duplicateView]{}, err
	}
	found, err := d.People.Duplicates(ctx, tx, beneficiaries.DuplicateFilter{All: in.All, Page: page})
	return rest.ListOf(in.Page, found, viewDuplicate,
		func(d beneficiaries.Duplicate) []string { return []string{d.ID} }), err
}

type verdictRequest struct {
	ID      rest.Ref `path:"id" json:"-"`
	Verdict string   `json:"verdict" validate:"required,oneof=same different"`
}

func decideDuplicate(ctx context.Context, tx *store.Tx, d resource.Domain, in verdictRequest) (duplicateView, error) {
	found, err := d.People.Adjudicate(ctx, tx, string(in.ID), in.Verdict)
	return viewDuplicate(found), err
}

func getConsent(ctx context.Context, tx *store.Tx, d resource.Domain, in struct {
	ID      rest.Ref `path:"id" json:"-" description:"Id or code."`
	Consent rest.Ref `path:"consent" json:"-"`
}) (consentView, error) {
	all, err := d.People.Consents(ctx, tx, string(in.ID), store.Keyset{})
	c, err := resource.One(all, err, beneficiaries.ErrUnknownConsent,
		func(c beneficiaries.Consent) bool { return c.ID == string(in.Consent) })
	return viewConsent(c, ledger.DateOf(tx.At)), err
}

func getDuplicate(ctx context.Context, tx *store.Tx, d resource.Domain, in rest.ByRef) (duplicateView, error) {
	all, err := d.People.Duplicates(ctx, tx, beneficiaries.DuplicateFilter{All: true})
	found, err := resource.One(all, err, beneficiaries.ErrUnknownDuplicate,
		func(l beneficiaries.Duplicate) bool { return l.ID == string(in.ID) })
	return viewDuplicate(found), err
}
