package http

import (
	"errors"

	"supportledger/disbursements"
	"supportledger/grants"
	"supportledger/ledger"
)

// related tells what an error is about beside the request: what is there already, and where to go instead.
func related(err error) (*Resource, []Way) {
	var (
		reversed *ledger.AlreadyReversed
		taken    *ledger.ExternalIDTaken
		posted   *ledger.EntryPosted
		part     *disbursements.PartOfAct
		imported *ledger.ImportExists
		known    *grants.ImportKnown
	)
	switch {
	case errors.As(err, &imported):
		return importResource(imported.ID), nil
	case errors.As(err, &known):
		return &Resource{string(known.ID), Base + "/donor-imports/" + string(known.ID)}, nil
	case errors.As(err, &reversed):
		return entryResource(reversed.By), nil
	case errors.As(err, &taken):
		return entryResource(taken.By), nil
	case errors.As(err, &posted):
		return entryResource(posted.Entry), []Way{{"reversals", entryHref(posted.Entry) + "/reversals"}}
	case errors.As(err, &part):
		return nil, []Way{{"reversals", entryHref(part.With) + "/reversals"}}
	}
	return nil, nil
}

func entryResource(id ledger.EntryID) *Resource { return &Resource{string(id), entryHref(id)} }

func entryHref(id ledger.EntryID) string { return Base + "/journal-entries/" + string(id) }

// atReason places a missing reason at its field.
func atReason(err error) error {
	if errors.Is(err, ledger.ErrReasonRequired) {
		return At("/reason", err)
	}
	return err
}
