package disbursements

import (
	"context"
	"errors"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/store"
)

// binding says with which version of a payee's bank details something was asked for.
type binding struct {
	Payee   PayeeID
	Version int
}

// mindPayee has a step on a disbursement mind its payee, where that is one on record: asking for it binds it to the bank details
// as they are; whoever entered those takes no step; and money is released to no others, once they are verified and cooled off.
func (o Office) mindPayee(ctx context.Context, tx *store.Tx, d Disbursement, step access.Step) error {
	if d.Payee == "" || d.Settlement != ByPayment && d.Settlement != ByInvoice {
		return nil
	}
	if step == access.Request {
		return o.bind(ctx, tx, string(d.ID), d.Round, d.Payee)
	}
	return o.mindBinding(ctx, tx, string(d.ID), d.Round, step == access.Release)
}

// bind notes which bank details of a payee something is asked for with. A code that is nobody's on record binds nothing.
func (o Office) bind(ctx context.Context, tx *store.Tx, subject string, round int, payee string) error {
	p, err := readPayee(ctx, tx, payee, true)
	if errors.Is(err, ErrUnknownPayee) {
		return nil
	} else if err != nil {
		return err
	}
	newest := p.Newest()
	if newest.Version > 0 {
		if err := notPerson(ctx, tx, newest.EnteredBy); err != nil {
			return err
		}
	}
	return insertBinding(ctx, tx, subject, round, binding{p.ID, newest.Version})
}

// mindBinding refuses a step by who entered the bank details, and, where money is to leave, details that may not be paid to.
// [access.ErrMakerCannotApprove], [ErrPayeeChanged], [ErrPayeeUnverified], [*PayeeCooling].
func (o Office) mindBinding(ctx context.Context, tx *store.Tx, subject string, round int, leaving bool) error {
	b, bound, err := readBinding(ctx, tx, subject, round)
	if err != nil || !bound {
		return err
	}
	p, err := readPayee(ctx, tx, string(b.Payee), leaving)
	if err != nil {
		return err
	}
	for _, d := range p.Details {
		if d.Version == b.Version {
			if err := notPerson(ctx, tx, d.EnteredBy); err != nil {
				return err
			}
		}
	}
	if !leaving {
		return nil
	}
	if p.Newest().Version != b.Version {
		return ErrPayeeChanged
	}
	return p.Newest().Usable(tx.At)
}

// mindPayment holds a payment against the bank details that it was asked for with: its own where it is made again, else those of
// its disbursement.
func (o Office) mindPayment(ctx context.Context, tx *store.Tx, p Payment) error {
	if p.ReissueOf != "" {
		return o.mindBinding(ctx, tx, string(p.ID), 1, true)
	}
	d, err := o.Disbursement(ctx, tx, string(p.Disbursement))
	if err != nil {
		return err
	}
	return o.mindBinding(ctx, tx, string(d.ID), d.Round, true)
}

// OnRecord finds who is on record to be paid under a code, or else under an alias, for plans to name: it is a
// [beneficiaries.PayeeRecord].
func OnRecord(ctx context.Context, tx *store.Tx, key string) ([]beneficiaries.Payee, error) {
	return readOnRecord(ctx, tx, key)
}

// PayeeReady says whether money may be released to a payee now, by code or id: nil, [ErrPayeeUnverified] or [*PayeeCooling]. A code
// that is nobody's on record has nothing to be ready.
func (o Office) PayeeReady(ctx context.Context, tx *store.Tx, key string) error {
	p, err := readPayee(ctx, tx, key, false)
	if errors.Is(err, ErrUnknownPayee) {
		return nil
	} else if err != nil {
		return err
	}
	return p.Newest().Usable(tx.At)
}
