package advances

import (
	"context"
	"errors"

	"supportledger/grants"
	"supportledger/ledger"
	"supportledger/store"
)

// Available is what is left in a grant's fund; false of other funds and of a grant that is over.
func (adv Register) Available(ctx context.Context, tx *store.Tx, fund ledger.FundCode) (ledger.Money, bool, error) {
	left, known, err := adv.Grants.Available(ctx, tx, fund)
	if errors.Is(err, grants.ErrGrantState) {
		return ledger.Money{}, false, nil
	}
	return left, known, err
}

// Affords wants a grant to have an amount left beside what is promised already.
func (adv Register) Affords(ctx context.Context, tx *store.Tx, fund ledger.FundCode, amount,
	promised ledger.Money) error {
	available, known, err := adv.Grants.Available(ctx, tx, fund)
	var state *grants.StateConflict
	if errors.As(err, &state) && state.State == string(grants.GrantEnded) {
		return nil // late cost of its period; whether the day is in it is asked when the cost is booked
	}
	if err != nil || !known {
		return err
	}
	if promised.Currency != "" {
		available = available.Sub(promised)
	}
	if amount.Cmp(available) > 0 {
		return &grants.BudgetExceeded{Grant: string(fund), Available: available, Asked: amount}
	}
	return nil
}

// Payable refuses what is paid out of a grant while one of its conditions holds the money back:
// [grants.ErrConditionOpen].
func (adv Register) Payable(ctx context.Context, tx *store.Tx, funds ...ledger.FundCode) error {
	for _, fund := range funds {
		if err := adv.Grants.DisbursableFrom(ctx, tx, fund); err != nil {
			return err
		}
	}
	return nil
}

// CheckNotReversed refuses to go on from an entry that was reversed.
func CheckNotReversed(ctx context.Context, tx *store.Tx, book ledger.Book, id ledger.EntryID) error {
	if id == "" {
		return nil
	}
	links, err := book.LinksOf(ctx, tx, ledger.Posted{ID: id})
	if err != nil {
		return err
	}
	if by := links[id].ReversedBy; by != "" {
		return &ledger.AlreadyReversed{By: by}
	}
	return nil
}
