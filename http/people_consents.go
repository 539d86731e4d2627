package http

import (
	"context"
	"net/http"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/grants"
	"supportledger/ledger"
	"supportledger/store"
)

// consents registers what people agree to, who lives with them in bands, and who may be one and the same.
func consents(api *API) {
	Route(api, Op{Method: get, Path: "/beneficiaries/:id/consents", ID: "listConsents", Tag: "beneficiaries", Roles: knowing,
		Summary: "What a person agreed to", Danish: "Hvad en person har samtykket til", Refuses: []error{beneficiaries.ErrUnknownBeneficiary}}, at(listConsents))
	Route(api, Op{Method: post, Path: "/beneficiaries/:id/consents", ID: "recordConsent", Tag: "beneficiaries", Roles: casework,
		Summary: "Put a consent on record", Danish: "Registrér et samtykke", About: "For one purpose, towards one donor or all, until a day, with the document that shows it. Refusing stops no support.",
		Refuses: []error{beneficiaries.ErrUnknownBeneficiary, beneficiaries.ErrNotOnCase, beneficiaries.ErrDays, ledger.ErrUnknownEvidence, grants.ErrUnknownDonor}}, at(recordConsent))
	Route(api, Op{Method: post, Path: "/beneficiaries/:id/consents/:consent/revocations", ID: "revokeConsent", Tag: "beneficiaries", Roles: knowing, Status: http.StatusOK,
		Summary: "Take a consent back", Danish: "Træk et samtykke tilbage",
		Refuses: []error{beneficiaries.ErrUnknownBeneficiary, beneficiaries.ErrUnknownConsent, beneficiaries.ErrRevoked, beneficiaries.ErrDays}}, at(revokeConsent))
	Route(api, Op{Method: get, Path: "/beneficiaries/:id/households", ID: "listHouseholds", Tag: "beneficiaries", Roles: casework,
		Summary: "Who lives with a person, in bands, over time", Danish: "Hvem der bor med en person, i bånd, over tid", Refuses: []error{beneficiaries.ErrUnknownBeneficiary}}, at(listHouseholds))
	Route(api, Op{Method: post, Path: "/beneficiaries/:id/households", ID: "writeHousehold", Tag: "beneficiaries", Roles: casework,
		Summary: "Write down who lives with a person, in bands", Danish: "Skriv ned, hvem der bor med en person, i bånd",
		Refuses: []error{beneficiaries.ErrUnknownBeneficiary, beneficiaries.ErrNotOnCase, beneficiaries.ErrHousehold},
		Example: `{"size":"2","children":"1","youngest":"0-5"}`}, at(writeHousehold))
	Route(api, Op{Method: get, Path: "/duplicates", ID: "listDuplicates", Tag: "duplicates", Roles: deciding,
		Summary: "Codes that may be one person", Danish: "Koder, der kan være én person"}, at(listDuplicates))
	Route(api, Op{Method: post, Path: "/duplicates/:id/decisions", ID: "decideDuplicate", Tag: "duplicates", Roles: deciding, Status: http.StatusOK,
		Summary: "Say whether two codes are one person", Danish: "Afgør, om to koder er én person", About: "Who wrote what made them alike does not decide.",
		Refuses: []error{beneficiaries.ErrUnknownDuplicate, access.ErrMakerCannotApprove}}, at(decideDuplicate))
}

type consentRequest struct {
	ID        Ref                          `path:"id" json:"-" description:"Id or code."`
	Purpose   beneficiaries.ConsentPurpose `json:"purpose" validate:"required,oneof=support payment statement_text photo research sharing"`
	Donor     Ref                          `json:"donor,omitempty" validate:"omitempty" description:"Id or code; none is for every donor."`
	GivenOn   ledger.Date                  `json:"given_on" validate:"required"`
	ExpiresOn ledger.Date                  `json:"expires_on" validate:"required" description:"The last day."`
	Evidence  Ref                          `json:"evidence_id" validate:"required" description:"The document that shows it."`
}

type consentView struct {
	ID        string                       `json:"id"`
	Purpose   beneficiaries.ConsentPurpose `json:"purpose"`
	Donor     string                       `json:"donor,omitempty"`
	GivenOn   ledger.Date                  `json:"given_on"`
	ExpiresOn ledger.Date                  `json:"expires_on"`
	RevokedOn ledger.Date                  `json:"revoked_on,omitempty" description:"The first day without it."`
	Evidence  ledger.EvidenceID            `json:"evidence_id"`
	Live      bool                         `json:"live" description:"Holds today."`
}

func viewConsent(tx *store.Tx) func(beneficiaries.Consent) consentView {
	return func(c beneficiaries.Consent) consentView {
		live := beneficiaries.ConsentLive([]beneficiaries.Consent{c}, c.Purpose, c.Donor, ledger.DateOf(tx.At))
		return consentView{c.ID, c.Purpose, c.Donor, c.GivenOn, c.ExpiresOn, c.RevokedOn, c.Evidence, live}
	}
}

func listConsents(ctx context.Context, tx *store.Tx, d desk, in pagedRequest) (List[consentView], error) {
	all, err := d.people.Consents(ctx, tx, string(in.ID))
	if err != nil {
		return List[consentView]{}, err
	}
	return pageOf(in.Page, all, viewConsent(tx), func(c beneficiaries.Consent) string { return string(c.GivenOn) + c.ID })
}

func recordConsent(ctx context.Context, tx *store.Tx, d desk, in consentRequest) (consentView, error) {
	c, err := d.people.RecordConsent(ctx, tx, string(in.ID), beneficiaries.Consent{Purpose: in.Purpose, Donor: string(in.Donor), GivenOn: in.GivenOn,
		ExpiresOn: in.ExpiresOn, Evidence: ledger.EvidenceID(in.Evidence)})
	return viewConsent(tx)(c), err
}

type revocationRequest struct {
	ID      Ref         `path:"id" json:"-" description:"Id or code."`
	Consent Ref         `path:"consent" json:"-"`
	From    ledger.Date `json:"from,omitempty" validate:"omitempty" description:"The first day without it; today where none is sent."`
}

func revokeConsent(ctx context.Context, tx *store.Tx, d desk, in revocationRequest) (consentView, error) {
	c, err := d.people.RevokeConsent(ctx, tx, string(in.ID), string(in.Consent), in.From)
	return viewConsent(tx)(c), err
}

type householdBody struct {
	Size     string `json:"size" validate:"required,oneof=1 2 3-4 5+" description:"People, the person too."`
	Children string `json:"children" validate:"required,oneof=0 1 2-3 4+"`
	Youngest string `json:"youngest,omitempty" validate:"omitempty,oneof=0-5 6-12 13-17" description:"Age in years; none without children."`
}

type householdRequest struct {
	ID Ref `path:"id" json:"-" description:"Id or code."`
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

func listHouseholds(ctx context.Context, tx *store.Tx, d desk, in pagedRequest) (List[householdView], error) {
	all, err := d.people.Households(ctx, tx, string(in.ID))
	if err != nil {
		return List[householdView]{}, err
	}
	return pageOf(in.Page, all, viewHousehold, func(h beneficiaries.Household) string { return string(h.Since) + string(rune('0'+h.Version)) })
}

func writeHousehold(ctx context.Context, tx *store.Tx, d desk, in householdRequest) (householdView, error) {
	h, err := d.people.WriteHousehold(ctx, tx, string(in.ID), beneficiaries.Household{Size: in.Size, Children: in.Children, Youngest: in.Youngest})
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
	return duplicateView{d.ID, d.One, d.Other, d.Kind, instant(d.FoundAt), d.Verdict}
}

type listDuplicatesRequest struct {
	Page
	All bool `query:"all" json:"-" description:"Those that are decided, too."`
}

func listDuplicates(ctx context.Context, tx *store.Tx, d desk, in listDuplicatesRequest) (List[duplicateView], error) {
	found, err := d.people.Duplicates(ctx, tx, in.All)
	if err != nil {
		return List[duplicateView]{}, err
	}
	return pageOf(in.Page, found, viewDuplicate, func(d beneficiaries.Duplicate) string { return d.ID })
}

type verdictRequest struct {
	ID      Ref    `path:"id" json:"-"`
	Verdict string `json:"verdict" validate:"required,oneof=same different"`
}

func decideDuplicate(ctx context.Context, tx *store.Tx, d desk, in verdictRequest) (duplicateView, error) {
	found, err := d.people.Adjudicate(ctx, tx, string(in.ID), in.Verdict)
	return viewDuplicate(found), err
}
