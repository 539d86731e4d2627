package grants

import (
	"context"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/store"
)

// Pledge is a gift that a donor promises in instalments. It is no entry: a gift is income when it is received.
type Pledge struct {
	ID        string
	Number    string // PL-1
	Donor     Donor
	Fund      ledger.FundCode // not a grant's
	On        ledger.Date
	Amount    ledger.Money // base currency
	Cancelled ledger.Money // of it, what will not come any more
	Planned   []Planned    // sums to Amount
}

// MakePledge puts a pledge on record. [ErrScheduleTotal], [ErrScheduleOrder], [ErrFundOfGrant], [ErrDuplicatePledge].
func (r Register) MakePledge(ctx context.Context, tx *store.Tx, p Pledge) (Pledge, error) {
	if _, granted, err := r.OfFund(ctx, tx, p.Fund); err != nil {
		return Pledge{}, err
	} else if granted {
		return Pledge{}, ErrFundOfGrant
	}
	if err := CheckInstalments(p.Planned, p.Amount); err != nil {
		return Pledge{}, err
	}
	p.ID, p.Cancelled = store.NewID("plg"), ledger.Zero(r.Book.Base)
	find := func(number string) error { _, err := r.Pledge(ctx, tx, number); return err }
	if err := numbered(ctx, tx, "pledge", "PL-%d", &p.Number, find, ErrUnknownPledge); err != nil {
		return Pledge{}, err
	}
	if err := insertPledge(ctx, tx, p); err != nil {
		return Pledge{}, err
	}
	return p, access.Record(ctx, tx, access.Event{Action: "pledge.made", Subject: p.ID})
}

// Pledge finds a pledge by id or number. [ErrUnknownPledge].
func (r Register) Pledge(ctx context.Context, tx *store.Tx, key string) (Pledge, error) {
	return readPledge(ctx, tx, key, r.Book.Base)
}

// Pledges lists the pledges in order of entry.
func (r Register) Pledges(ctx context.Context, tx *store.Tx) ([]Pledge, error) {
	return readPledges(ctx, tx, r.Book.Base, "", 0)
}

// PledgesAfter lists pledges by id after one, at most limit.
func (r Register) PledgesAfter(ctx context.Context, tx *store.Tx, id string, limit int) ([]Pledge, error) {
	return readPledges(ctx, tx, r.Book.Base, id, limit)
}

// CancelPledge notes that what has not come of a pledge will not come. [ErrReasonRequired].
func (r Register) CancelPledge(ctx context.Context, tx *store.Tx, key, reason string) (Pledge, error) {
	if err := ledger.CheckReason(reason); err != nil {
		return Pledge{}, err
	}
	p, err := r.Pledge(ctx, tx, key)
	if err != nil {
		return Pledge{}, err
	}
	s, err := r.PledgeStanding(ctx, tx, p, lastDay)
	if err != nil {
		return Pledge{}, err
	}
	if s.Open.IsZero() {
		return Pledge{}, overCancelled(s.Open, s.Open)
	}
	p.Cancelled = p.Cancelled.Add(s.Open)
	if err := savePledgeCancelled(ctx, tx, p); err != nil {
		return Pledge{}, err
	}
	return p, access.Record(ctx, tx, access.Event{Action: "pledge.cancelled", Subject: p.ID, Reason: reason})
}

// PledgeStanding tells what of a pledge was promised, received, cancelled, is open and overdue on a day. A gift that was given
// back is not received.
func (r Register) PledgeStanding(ctx context.Context, tx *store.Tx, p Pledge, on ledger.Date) (Standing, error) {
	paid, err := readPledged(ctx, tx, p.ID, on, r.Book.Base)
	if err != nil {
		return Standing{}, err
	}
	return standing(p.Amount, p.Planned, p.Cancelled, paid, nil, on), nil
}
