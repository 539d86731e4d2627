package payments

import (
	"context"
	"net/http"

	"supportledger/beneficiaries"
	"supportledger/disbursements/recurring"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
)

// dueDraftRoutes registers the drafts of what is due.
func dueDraftRoutes(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/due-items/drafts", ID: "draftDueItems", Tag: "disbursements",
		NoMatch: rest.MakesNew, Status: http.StatusOK,
		Roles:   resource.Casework,
		Summary: "Write drafts for what plans say is due", Danish: "Skriv kladder til det, der forfalder i støtteplanerne",
		About: "One draft for each line of a plan and day, for the price and the payee of the plan. A unit is asked for " +
			"once: sent again, it writes nothing. Each draft is submitted and approved as any other; ?dry_run=true shows " +
			"what would be written.",
		Example: `{"to":"2026-03-31"}`}, draftDueItems)
}

type dueDraftsRequest struct {
	From ledger.Date `json:"from" validate:"omitempty" description:"First day; the beginning where none is sent."`
	To   ledger.Date `json:"to" validate:"omitempty" description:"Last day; today where none is sent."`
}

type skippedView struct {
	Plan   string        `json:"plan"`
	Line   string        `json:"line"`
	DueOn  ledger.Date   `json:"due_on"`
	Amount ledger.Money  `json:"amount"`
	Why    recurring.Why `json:"why" enum:"asked_for,held_back,not_approved,abroad,no_payee" description:"There is a request for it; a milestone holds it back; no year's approval has set it aside; it is in another currency; the plan names no payee."`
}

type dueDraftsView struct {
	Drafts  []DisbursementView `json:"drafts"`
	Skipped []skippedView      `json:"skipped" description:"What is due and became no draft, with the reason."`
}

func draftDueItems(ctx context.Context, tx *store.Tx, d resource.Domain, in dueDraftsRequest) (dueDraftsView, error) {
	made, skipped, err := recurring.Drafts(ctx, tx, d.Requests,
		beneficiaries.DueFilter{From: in.From, To: resource.Today(tx, in.To)})
	if err != nil {
		return dueDraftsView{}, err
	}
	return dueDraftsView{Drafts: rest.Views(made, ViewDisbursement),
		Skipped: rest.Views(skipped, func(s recurring.Skipped) skippedView {
			return skippedView{Plan: s.Item.Plan.Number, Line: s.Item.Line.Line, DueOn: s.Item.Item.DueOn,
				Amount: s.Item.Amount, Why: s.Why}
		})}, nil
}
