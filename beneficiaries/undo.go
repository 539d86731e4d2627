package beneficiaries

import (
	"context"
	"strconv"
	"strings"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/store"
)

// Unsettle opens the plan items again that something settled, and reverses the reliefs it made: what was set aside for
// them is set aside again (RULES 32), but not on a grant that has ended since (RULES 44): there it lapses again at
// once. Nothing happens where it settled nothing (RULES 41).
func (r Register) Unsettle(ctx context.Context, tx *store.Tx, by string,
	undo ledger.Reversal) ([]ledger.Posted, error) {
	reliefs, err := r.Book.Standing(ctx, tx, "relief", by)
	if err != nil {
		return nil, err
	}
	var posted []ledger.Posted
	for _, relief := range reliefs {
		undo.Entry = string(relief.ID)
		p, err := r.Book.Reverse(ctx, tx, undo)
		if err != nil {
			return nil, err
		}
		posted = append(posted, p)
	}
	lapsed, err := r.Grants.LapseAgain(ctx, tx, posted...)
	if err != nil {
		return nil, err
	}
	posted = append(posted, lapsed...)
	opened, err := unsettle(ctx, tx, by)
	if err != nil || opened == 0 {
		return posted, err
	}
	return posted, access.Record(ctx, tx, access.Event{Action: "plan.items_reopened", Subject: by, Reason: undo.Reason})
}

// Uncommit reverses the commitment of a plan's year, as long as nothing of it was relieved; its items wait for a new
// approval.
func (r Register) Uncommit(ctx context.Context, tx *store.Tx, commitment ledger.Posted,
	undo ledger.Reversal) (ledger.Posted, error) {
	p, err := r.Plan(ctx, tx, commitment.Source)
	if err != nil {
		return ledger.Posted{}, err
	}
	posted, err := r.Book.Reverse(ctx, tx, undo)
	if err != nil {
		return ledger.Posted{}, err
	}
	year, err := committedYear(ctx, tx, r.Book, commitment)
	if err != nil {
		return ledger.Posted{}, err
	}
	if err := uncommit(ctx, tx, p.ID, year); err != nil {
		return ledger.Posted{}, err
	}
	return posted, access.Record(ctx, tx, access.Event{Action: "plan.year_withdrawn", Subject: string(p.ID),
		Reason: undo.Reason})
}

// committedYear is the year that a commitment is for: its lots' holder is plan and year.
func committedYear(ctx context.Context, tx *store.Tx, book ledger.Book, commitment ledger.Posted) (int, error) {
	for _, l := range commitment.Lines {
		if l.Lot == "" {
			continue
		}
		lot, err := book.Lot(ctx, tx, l.Lot)
		if err != nil {
			return 0, err
		}
		return strconv.Atoi(lot.Pool.Holder[strings.LastIndexByte(lot.Pool.Holder, '/')+1:])
	}
	return 0, ledger.ErrUnknownEntry
}
