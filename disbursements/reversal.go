package disbursements

import (
	"context"

	"supportledger/beneficiaries"
	"supportledger/ledger"
	"supportledger/store"
)

// Undone is what a reversal posted.
type Undone struct {
	Entry ledger.Posted
	With  []ledger.Posted // reversals of what the entry's act had made beside it: reliefs
}

// Reverse undoes an entry together with what its act did beside it: a liquidation gives its reliefs back and opens the plan
// items that it settled (RULES 32), a commitment frees its items. It is the act behind every reversal, since the ledger
// cannot know what hangs on an entry. A relief is not reversed by itself ([ErrPartOfAct]): it goes with its cost.
//
// The disbursement stays evidenced - what was approved and proved stays so - and its entry names its reversal.
func (o Office) Reverse(ctx context.Context, tx *store.Tx, r ledger.Reversal) (Undone, error) {
	original, err := o.Book.Entry(ctx, tx, r.Entry)
	if err != nil {
		return Undone{}, err
	}
	if r.Date == "" {
		if r.Date, err = o.Book.FirstOpenDay(ctx, tx, original.Date); err != nil {
			return Undone{}, err
		}
	}
	switch original.Act {
	case "relief":
		return Undone{}, o.partOf(ctx, tx, original)
	case "liquidation":
		return o.undoLiquidation(ctx, tx, original, r)
	case "commitment":
		posted, err := o.People.Uncommit(ctx, tx, original, r)
		return Undone{Entry: posted}, err
	}
	posted, err := o.Book.Reverse(ctx, tx, r)
	return Undone{Entry: posted}, err
}

// partOf refuses the reversal of a relief and names the entry to reverse instead.
func (o Office) partOf(ctx context.Context, tx *store.Tx, relief ledger.Posted) error {
	d, err := o.Disbursement(ctx, tx, relief.Source)
	if err != nil {
		return err
	}
	return &PartOfAct{With: d.Entry}
}

func (o Office) undoLiquidation(ctx context.Context, tx *store.Tx, original ledger.Posted, r ledger.Reversal) (Undone, error) {
	d, err := o.Disbursement(ctx, tx, original.Source)
	if err != nil {
		return Undone{}, err
	}
	funds := append(original.Funds(), beneficiaries.Funds(d.Plan.Current.Shares)...)
	if err := ledger.LockFunds(ctx, tx, funds...); err != nil {
		return Undone{}, err
	}
	posted, err := o.Book.Reverse(ctx, tx, r)
	if err != nil {
		return Undone{}, err
	}
	with, err := o.People.Unsettle(ctx, tx, string(d.ID), r)
	return Undone{posted, with}, err
}
