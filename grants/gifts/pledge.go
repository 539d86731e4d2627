package gifts

import (
	"context"

	"supportledger/access"
	"supportledger/grants"
	"supportledger/grants/donors"
	"supportledger/ledger"
	"supportledger/store"
)

// Pledge is a gift that a donor promises in instalments. It is no entry: a gift is income when it is received.
type Pledge struct {
	ID        string
	Number    string          // PL-1
	Donor     donors.Donor    // of a pledge that was read: id, code and kind
	Fund      ledger.FundCode // not a grant's
	On        ledger.Date
	Amount    ledger.Money     // base currency
	Cancelled ledger.Money     // of it, what will not come any more
	Planned   []grants.Planned // sums to Amount
}

// MakePledge puts a pledge on record. [ErrFundOfGrant], [ErrDuplicatePledge], and what [grants.CheckInstalments]
// refuses.
func (r Register) MakePledge(ctx context.Context, tx *store.Tx, p Pledge) (Pledge, error) {
	if _, granted, err := r.Grants.OfFund(ctx, tx, p.Fund); err != nil {
		return Pledge{}, err
	} else if granted {
		return Pledge{}, ErrFundOfGrant
	}
	if err := grants.CheckInstalments(p.Planned, p.Amount); err != nil {
		return Pledge{}, err
	}
	p.ID, p.Cancelled = store.NewID("plg"), ledger.Zero(r.Grants.Book.Base)
	if p.Number == "" {
		var err error
		if p.Number, err = access.FreeNumber(ctx, tx, "pledge", "PL-%d", pledgeNumberTaken); err != nil {
			return Pledge{}, err
		}
	}
	if err := insertPledge(ctx, tx, p); err != nil {
		return Pledge{}, err
	}
	return p, access.Record(ctx, tx, access.Event{Action: "pledge.made", Subject: p.ID})
}

// CancelPledge notes that what has not come of a pledge will not come. [ledger.ErrReasonRequired], and
// [grants.ErrOverCancelled] where nothing is to come.
func (r Register) CancelPledge(ctx context.Context, tx *store.Tx, key, reason string) (Pledge, error) {
	if err := ledger.CheckReason(reason); err != nil {
		return Pledge{}, err
	}
	p, err := r.Pledge(ctx, tx, key)
	if err != nil {
		return Pledge{}, err
	}
	standings, err := r.Standings(ctx, tx, []Pledge{p}, grants.LastDay)
	if err != nil {
		return Pledge{}, err
	}
	open := standings[0].Open
	if open.IsZero() {
		return Pledge{}, grants.OverCancelled(open, open)
	}
	p.Cancelled = p.Cancelled.Add(open)
	if err := savePledgeCancelled(ctx, tx, p); err != nil {
		return Pledge{}, err
	}
	return p, access.Record(ctx, tx, access.Event{Action: "pledge.cancelled", Subject: p.ID, Reason: reason})
}

// Standings tells of each pledge what was promised, received, cancelled, is open and overdue on a day. A gift that was
// given back is not received.
func (r Register) Standings(
	ctx context.Context, tx *store.Tx, pledges []Pledge, on ledger.Date,
) ([]grants.Standing, error) {
	paid, err := readPaid(ctx, tx, pledges, on)
	if err != nil {
		return nil, err
	}
	standings := make([]grants.Standing, len(pledges))
	for i, p := range pledges {
		promise := grants.Promise{Amount: p.Amount, Cancelled: p.Cancelled, Planned: p.Planned,
			Paid: ledger.OfMinor(paid[p.ID], r.Grants.Book.Base)}
		standings[i] = promise.Standing(on)
	}
	return standings, nil
}
