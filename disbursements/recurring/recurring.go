// Package recurring writes drafts for what plans say is due: one request for each line of a plan and day, with as
// many units as fall due then. [Drafts] is all of it. A unit is asked for once: what is asked for already, by whomever
// and in whatever way, settles the earliest open units of its line, so as many of them are passed over. A draft is
// nobody's approval: each is submitted, approved and paid as if somebody had typed it.
package recurring

import (
	"context"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/disbursements"
	"supportledger/ledger"
	"supportledger/store"
)

// Why says why a unit that is due becomes no draft.
type Why string

// The reasons.
const (
	AskedFor    Why = "asked_for"    // there is a request for it, or a draft
	HeldBack    Why = "held_back"    // a milestone that nobody found met holds its money back
	NotApproved Why = "not_approved" // no year's approval has set it aside
	Abroad      Why = "abroad"       // in another currency: its partner accounts for it
	NoPayee     Why = "no_payee"     // the plan does not say who is paid
)

// Skipped is a unit that is due and becomes no draft.
type Skipped struct {
	Item beneficiaries.DueItem
	Why  Why
}

// line is a line of a plan.
type line struct {
	plan beneficiaries.PlanID
	name string
}

// Drafts writes a draft for each line and day on which units fall due, of the plans that the actor may know of. Written
// twice, the second time writes nothing: the units are asked for.
func Drafts(ctx context.Context, tx *store.Tx, req disbursements.Requests, f beneficiaries.DueFilter) (
	drafts []disbursements.Disbursement, skipped []Skipped, err error) {
	f.Page = store.Keyset{}
	due, err := req.People.DueItems(ctx, tx, f)
	if err != nil || len(due) == 0 {
		return nil, nil, err
	}
	asked, err := unitsAsked(ctx, tx, due)
	if err != nil {
		return nil, nil, err
	}
	groups, order := map[string][]beneficiaries.DueItem{}, []string(nil)
	for _, i := range due { // the earliest units of a line come first
		of := line{i.Plan.ID, i.Line.Line}
		why := stays(i, req.Book.Base)
		if asked[of] > 0 {
			asked[of]--
			why = AskedFor
		}
		if why != "" {
			skipped = append(skipped, Skipped{i, why})
			continue
		}
		key := string(i.Item.DueOn) + " " + i.Plan.Number + " " + i.Line.Line + " " + i.Amount.String()
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], i)
	}
	for _, key := range order {
		d, err := draft(ctx, tx, req, groups[key])
		if err != nil {
			return nil, nil, err
		}
		drafts = append(drafts, d)
	}
	if len(drafts) == 0 {
		return nil, skipped, nil
	}
	return drafts, skipped, access.Record(ctx, tx, access.Event{Action: "disbursement.due_drafted"})
}

// stays says why a unit becomes no draft whatever was asked for.
func stays(i beneficiaries.DueItem, base ledger.Currency) Why {
	switch {
	case i.Item.CommittedYear == 0:
		return NotApproved
	case len(i.Held) > 0:
		return HeldBack
	case i.Amount.Currency != base:
		return Abroad
	case i.Line.Payee == "":
		return NoPayee
	}
	return ""
}

// draft writes one for some units of a line that fall due on one day at one price.
func draft(ctx context.Context, tx *store.Tx, req disbursements.Requests, units []beneficiaries.DueItem) (
	disbursements.Disbursement, error) {
	first := units[0]
	plan, err := req.People.Plan(ctx, tx, string(first.Plan.ID))
	if err != nil {
		return disbursements.Disbursement{}, err
	}
	return req.Draft(ctx, tx, disbursements.Disbursement{Settlement: disbursements.ByInvoice, Plan: plan,
		Payee: first.Line.Payee, Date: first.Item.DueOn, Text: first.Line.Line + ", " + string(first.Item.DueOn),
		Items: []disbursements.Item{{Line: first.Line.Line, Units: len(units), UnitPrice: first.Amount}}})
}
