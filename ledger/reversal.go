package ledger

import (
	"context"
	"slices"

	"supportledger/access"
	"supportledger/store"
)

// CheckReason wants a reason of at least ten letters. [ErrReasonRequired].
func CheckReason(reason string) error {
	if !access.SaysWhy(reason) {
		return ErrReasonRequired
	}
	return nil
}

// Reversal asks for an entry to be undone.
type Reversal struct {
	Entry  string // id or number
	Date   Date   // "" is the entry's own day, or the first open one after it
	Reason string // no person's name
}

// Reverse posts the negative of an entry, line by line: lots get back exactly what was drawn and keep their place in
// the queue, layers likewise (RULES 16, 26, 32). The reversal has the act and source of what it reverses, so that
// whoever leaves an act out of a report leaves out its reversal too. What else hangs on an entry - a settled plan item,
// say - is its act's to undo; see banking.Payments.Reverse.
//
// [ErrReasonRequired], [ErrReversalOfReversal], [ErrAlreadyReversed] with the reversal that is there,
// [ErrReversalDate]; [ErrLotExhausted] when the entry opened a lot that was drawn on since; the database refuses the
// same.
func (b Book) Reverse(ctx context.Context, tx *store.Tx, r Reversal) (Posted, error) {
	if err := CheckReason(r.Reason); err != nil {
		return Posted{}, err
	}
	original, err := b.Entry(ctx, tx, r.Entry)
	if err != nil {
		return Posted{}, err
	}
	if err := LockFunds(ctx, tx, original.Funds()...); err != nil {
		return Posted{}, err
	}
	entry, err := b.reversal(ctx, tx, original, r)
	if err != nil {
		return Posted{}, err
	}
	posted, err := b.Post(ctx, tx, entry)
	if err != nil {
		return Posted{}, err
	}
	return posted[0], access.Record(ctx, tx, access.Event{Action: "entry.reversed", Subject: string(original.ID),
		Reason: r.Reason})
}

// reversal is the entry that undoes another, dated.
func (b Book) reversal(ctx context.Context, tx *store.Tx, original Posted, r Reversal) (Entry, error) {
	links, err := b.LinksOf(ctx, tx, original)
	if err != nil {
		return Entry{}, err
	}
	if r.Date == "" {
		if r.Date, err = b.FirstOpenDay(ctx, tx, original.Date); err != nil {
			return Entry{}, err
		}
	}
	return original.reversed(r, links[original.ID])
}

// reversed is the entry that undoes an entry of which some links are known, dated as r says.
func (p Posted) reversed(r Reversal, links Links) (Entry, error) {
	switch {
	case p.Reverses != "":
		return Entry{}, ErrReversalOfReversal
	case links.ReversedBy != "":
		return Entry{}, &AlreadyReversed{links.ReversedBy}
	case r.Date < p.Date:
		return Entry{}, ErrReversalDate
	}
	e := Entry{Date: r.Date, Text: "Reversal of " + p.Number + ": " + p.Text, Act: p.Act, Source: p.Source,
		Reverses: p.ID, Reason: r.Reason}
	for _, l := range p.Lines {
		e.Lines = append(e.Lines, l.Neg())
	}
	return e, nil
}

// ReverseAll reverses entries that were posted together, given in order of posting, as one batch: each on its own day,
// all or nothing. [ErrReasonRequired], [ErrPeriodClosed] once a month of them is closed, [ErrAlreadyReversed].
func (b Book) ReverseAll(ctx context.Context, tx *store.Tx, ids []EntryID, reason string) ([]Posted, error) {
	if err := CheckReason(reason); err != nil {
		return nil, err
	}
	made, err := b.EntriesByID(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	if len(made) != len(ids) {
		return nil, ErrUnknownEntry
	}
	slices.Reverse(made) // what came in last goes out first, so that no bank is empty in between
	links, err := b.LinksOf(ctx, tx, made...)
	if err != nil {
		return nil, err
	}
	undoing := make([]Entry, len(made))
	for i, p := range made {
		r := Reversal{Entry: string(p.ID), Date: p.Date, Reason: reason}
		if undoing[i], err = p.reversed(r, links[p.ID]); err != nil {
			return nil, err
		}
	}
	if err := LockFunds(ctx, tx, FundsOf(undoing)...); err != nil {
		return nil, err
	}
	return b.Post(ctx, tx, undoing...)
}

// FirstOpenDay is the given day where its month is open to the actor, or else the first day after it of a month that
// is.
func (b Book) FirstOpenDay(ctx context.Context, tx *store.Tx, from Date) (Date, error) {
	periods, err := readPeriods(ctx, tx, store.Keyset{})
	if err != nil {
		return "", err
	}
	state, lastClosed := map[string]PeriodState{}, ""
	for _, p := range periods {
		state[p.Month] = p.State
		if p.State == MonthClosed {
			lastClosed = p.Month
		}
	}
	for day := from; ; day = DateAt(Date(day.Month()+"-01").Time().AddDate(0, 1, 0)) {
		switch s, known := state[day.Month()]; {
		case !known && day.Month() > lastClosed, s == MonthOpen, s == MonthSoftClosed && isFinance(tx.By):
			return day, nil
		}
	}
}

// isFinance reports whether an actor may post into a soft-closed month.
func isFinance(by store.Actor) bool {
	return slices.ContainsFunc(by.Roles, func(r string) bool { return slices.Contains(financeRoles, r) })
}

// Correction replaces an entry by a right one, in one act.
type Correction struct {
	Reversal
	Entry Entry // the right one; its date is the reversal's where it has none
}

// Corrected is what a correction posted.
type Corrected struct {
	Reversal Posted
	Entry    Posted
}

// Correct reverses an entry made by hand and posts the right one in its place. An entry that an act made is not
// corrected here ([ErrCorrectByAct]): the act knows lots, releases and reliefs, so reverse the entry and do the act
// again.
func (b Book) Correct(ctx context.Context, tx *store.Tx, c Correction) (Corrected, error) {
	wrong, err := b.Entry(ctx, tx, c.Reversal.Entry)
	if err != nil {
		return Corrected{}, err
	}
	if wrong.Source != "" || slices.ContainsFunc(wrong.Lines, func(l Line) bool { return l.Lot != "" }) {
		return Corrected{}, ErrCorrectByAct
	}
	reversal, err := b.Reverse(ctx, tx, c.Reversal)
	if err != nil {
		return Corrected{}, err
	}
	right := c.Entry
	if right.Date == "" {
		right.Date = reversal.Date
	}
	right.Act, right.Corrects, right.Reason = wrong.Act, wrong.ID, c.Reason
	posted, err := b.Post(ctx, tx, right)
	if err != nil {
		return Corrected{}, err
	}
	return Corrected{reversal, posted[0]}, access.Record(ctx, tx,
		access.Event{Action: "entry.corrected", Subject: string(wrong.ID), Reason: c.Reason})
}

// Links is what became of an entry after it was posted.
type Links struct {
	ReversedBy  EntryID
	CorrectedBy EntryID
}
