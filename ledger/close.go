package ledger

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"

	"supportledger/access"
	"supportledger/store"
)

// NotDone names the checks that stand in the way of closing a month.
type NotDone struct {
	Month string
	Open  []Check
}

func (e *NotDone) Error() string {
	return fmt.Sprintf("ledger: %d checks stand in the way of closing %s", len(e.Open), e.Month)
}

// Unwrap makes errors.Is(err, ErrCheckFails) true.
func (e *NotDone) Unwrap() error { return ErrCheckFails }

// SoftClose leaves a month to finance: nobody else posts into it any more. [ErrPeriodOrder] when it is closed.
func (m Months) SoftClose(ctx context.Context, tx *store.Tx, month string) (Period, error) {
	return m.move(ctx, tx, month, moving{MonthSoftClosed, "period.soft_closed", ""})
}

// OpenAgain gives a soft-closed month back to everybody, with a reason. A closed one is reopened by two people
// ([Months.RequestReopening]).
func (m Months) OpenAgain(ctx context.Context, tx *store.Tx, month, reason string) (Period, error) {
	if err := CheckReason(reason); err != nil {
		return Period{}, err
	}
	return m.move(ctx, tx, month, moving{MonthOpen, "period.opened", reason})
}

// Close closes a month for everybody, in order of time ([ErrPeriodOrder]), once its checklist is done ([ErrCheckFails]
// with what stands in the way). It holds the head row, so no entry slips in behind the checklist.
func (m Months) Close(ctx context.Context, tx *store.Tx, month string) (Period, error) {
	if _, err := lockHead(ctx, tx); err != nil {
		return Period{}, err
	}
	list, err := m.Checklist(ctx, tx, month)
	if err != nil {
		return Period{}, err
	}
	if list.Period.State == MonthClosed {
		return Period{}, ErrPeriodOrder
	}
	if open := list.Open(); len(open) > 0 {
		return Period{}, &NotDone{month, open}
	}
	return m.move(ctx, tx, month, moving{MonthClosed, "period.closed", ""})
}

// moving is where a month goes, and what the audit event says of it.
type moving struct {
	to     PeriodState
	action string
	reason string
}

func (m Months) move(ctx context.Context, tx *store.Tx, month string, how moving) (Period, error) {
	if err := m.Set(ctx, tx, month, how.to); err != nil {
		return Period{}, err
	}
	if err := access.Record(ctx, tx, access.Event{Action: how.action, Subject: month, Fields: []string{"state"},
		Reason: how.reason}); err != nil {
		return Period{}, err
	}
	return m.Find(ctx, tx, month)
}

// ReopeningID identifies a reopening.
type ReopeningID string

// Reopening asks for a closed month to be opened to finance again. One person asks, another approves.
type Reopening struct {
	ID          ReopeningID
	Month       string
	Round       int
	Reason      string
	RequestedBy string
	Approved    bool
}

// payload is the SHA-256 of what is asked for.
func (r Reopening) payload() [sha256.Size]byte {
	return sha256.Sum256(fmt.Appendf(nil, "reopen %s %s %d %s", r.ID, r.Month, r.Round, r.Reason))
}

// RequestReopening asks for a closed month to be reopened. [ErrPeriodOrder] when it is not closed,
// [ErrReopeningPending] when somebody asked already.
func (m Months) RequestReopening(ctx context.Context, tx *store.Tx, month, reason string) (Reopening, error) {
	if err := CheckReason(reason); err != nil {
		return Reopening{}, err
	}
	p, err := m.Find(ctx, tx, month)
	if err != nil {
		return Reopening{}, err
	}
	if p.State != MonthClosed {
		return Reopening{}, ErrPeriodOrder
	}
	r := Reopening{ID: ReopeningID(store.NewID("rop")), Month: month, Round: p.Reopenings + 1, Reason: reason,
		RequestedBy: tx.By.User}
	if asked, err := reopeningAsked(ctx, tx, r); err != nil || asked {
		return Reopening{}, cmp.Or(err, ErrReopeningPending)
	}
	if err := insertReopening(ctx, tx, r); err != nil {
		return Reopening{}, err
	}
	if err := access.Take(ctx, tx, access.Duty{Subject: string(r.ID), Round: 1, Step: access.Request,
		Payload: r.payload()}); err != nil {
		return Reopening{}, err
	}
	return r, access.Record(ctx, tx, access.Event{Action: "period.reopening_requested", Subject: month, Reason: reason})
}

// ApproveReopening is the second person's word: the month is soft-closed from now on, open to finance only, and
// closes again by its checklist, whose sign-offs start anew. [access.ErrMakerCannotApprove] for the first person; the
// database says the same.
func (m Months) ApproveReopening(ctx context.Context, tx *store.Tx, id ReopeningID) (Reopening, error) {
	r, err := readReopening(ctx, tx, id)
	if err != nil {
		return Reopening{}, err
	}
	p, err := m.Find(ctx, tx, r.Month)
	if err != nil {
		return Reopening{}, err
	}
	if p.State != MonthClosed || p.Reopenings+1 != r.Round {
		return Reopening{}, ErrPeriodOrder
	}
	if err := access.Take(ctx, tx, access.Duty{Subject: string(r.ID), Round: 1, Step: access.Approve,
		Payload: r.payload()}); err != nil {
		return Reopening{}, err
	}
	if err := reopen(ctx, tx, r); err != nil {
		return Reopening{}, err
	}
	r.Approved = true
	return r, access.Record(ctx, tx, access.Event{Action: "period.reopened", Subject: r.Month, Fields: []string{"state"},
		Reason: r.Reason})
}

// Reopenings lists what was asked for a month, oldest first; the key of a page is the id.
func (m Months) Reopenings(ctx context.Context, tx *store.Tx, month string, page store.Keyset) ([]Reopening, error) {
	return readReopenings(ctx, tx, month, page)
}
