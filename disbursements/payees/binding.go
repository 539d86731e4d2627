package payees

import (
	"context"
	"errors"

	"supportledger/beneficiaries"
	"supportledger/disbursements/iso20022"
	"supportledger/store"
)

// binding says with which version of a payee's bank details something was asked for.
type binding struct {
	Payee   ID
	Version int
}

// Bind notes which bank details of a payee a transfer is asked for with. [*Unregistered].
func Bind(ctx context.Context, tx *store.Tx, subject string, round int, payee string) error {
	p, err := readPayee(ctx, tx, payee, true)
	if errors.Is(err, ErrUnknown) {
		return &Unregistered{payee}
	} else if err != nil {
		return err
	}
	return insertBinding(ctx, tx, subject, round, binding{p.ID, p.Newest().Version})
}

// CheckBinding refuses a transfer that was asked for without bank details, and one to others than it was asked for
// with, to unverified ones, and to those verified too lately. [ErrUnbound], [ErrChanged], [ErrUnverified], [*Cooling].
// Locked, nobody enters or verifies others until the tx ends.
func CheckBinding(ctx context.Context, tx *store.Tx, subject string, round int, locked bool) error {
	b, bound, err := readBinding(ctx, tx, subject, round)
	if err == nil && !bound {
		err = ErrUnbound
	}
	if err != nil {
		return err
	}
	p, err := readPayee(ctx, tx, string(b.Payee), locked)
	if err != nil {
		return err
	}
	if p.Newest().Version != b.Version {
		return ErrChanged
	}
	return p.Newest().Usable(tx.At)
}

// CheckReference holds what a payee knows a bill by against the bank details that are asked for: the line of a bill is
// paid to the creditor that it names, and a creditor's number by such a line alone. [ErrOtherCreditor],
// *[banknumbers.Fault]; [vault.ErrNoVault] and [vault.ErrErased] where there is something to open. A payee that is not
// on record, or has no details yet, is not held.
func (reg Register) CheckReference(ctx context.Context, tx *store.Tx, payee, reference string) error {
	r, err := iso20022.ParseReference(reference)
	if err != nil {
		return err
	}
	p, err := readPayee(ctx, tx, payee, false)
	if errors.Is(err, ErrUnknown) || err == nil && p.Newest().Version == 0 {
		return nil
	} else if err != nil {
		return err
	}
	creditor := ""
	if newest := p.Newest(); newest.Country == danish && !newest.IBAN {
		if creditor, err = reg.creditorOf(ctx, tx, p.ID, newest.Version); err != nil {
			return err
		}
	}
	if creditor != r.Card.Creditor {
		return ErrOtherCreditor
	}
	return nil
}

// Round is a round of something that was asked for.
type Round struct {
	Subject string
	Number  int
}

// BoundDetails are the versions of their payees' bank details that some rounds were asked for with; none for a round
// that named no payee on record.
func BoundDetails(ctx context.Context, tx *store.Tx, rounds []Round) (map[Round]int, error) {
	return readBindings(ctx, tx, rounds)
}

// Sealed finds payees by code without opening their bank details.
func Sealed(ctx context.Context, tx *store.Tx, codes []string) (map[string]Payee, error) {
	return readPayeesByCode(ctx, tx, codes)
}

// OnRecord finds who is on record to be paid under a code, or else under an alias, for plans to name: it is a
// [beneficiaries.PayeeRecord].
func OnRecord(ctx context.Context, tx *store.Tx, key string) ([]beneficiaries.Payee, error) {
	return readOnRecord(ctx, tx, key)
}

// Ready says whether money may be transferred to a payee now, by code or id: nil, [*Unregistered], [ErrUnverified] or
// [*Cooling].
func Ready(ctx context.Context, tx *store.Tx, key string) error {
	p, err := readPayee(ctx, tx, key, false)
	if errors.Is(err, ErrUnknown) {
		return &Unregistered{key}
	} else if err != nil {
		return err
	}
	return p.Newest().Usable(tx.At)
}
