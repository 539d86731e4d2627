package statements

import (
	"context"
	"errors"
	"slices"
	"supportledger/grants/donors"
	"supportledger/statements/figures"
	"supportledger/store"
)

// Why a statement is not printed for the post.
var (
	ErrNotByPost = errors.New("statements: the donor does not want statements by post")
	ErrByEmail   = errors.New("statements: it goes by e-mail")
	ErrNoAddress = errors.New("statements: no postal address of the donor is kept")
)

// toPrint puts a sealed statement down as one that goes by post: of a donor who wants that, or whose mail did not
// arrive. [ErrNotByPost], [ErrByEmail], [ErrNoAddress], [ErrNotSealed].
func (o Issuer) toPrint(ctx context.Context, tx *store.Tx, id ID) error {
	s, err := o.inState(ctx, tx, string(id), Issued, Sent)
	if err != nil {
		return err
	}
	if s.Document == nil {
		return ErrNotSealed
	}
	donor, err := ReaderOf(ctx, tx, s)
	if err != nil {
		return err
	}
	switch donor.Delivery {
	case donors.ByEmail:
		if slices.Contains(donor.Sealed, donors.Email) { // else no mail can go
			err = mailFailed(ctx, tx, id)
		}
		if err != nil {
			return err
		}
	case donors.ByPost:
	case donors.NoDelivery, donors.ByPortal:
		return ErrNotByPost
	}
	if !slices.Contains(donor.Sealed, donors.Address) {
		return ErrNoAddress
	}
	if s.State == Issued {
		_, err = o.MarkSent(ctx, tx, string(id))
	}
	return err
}

// mailFailed wants the last mail of a statement to have failed for good.
func mailFailed(ctx context.Context, tx *store.Tx, id ID) error {
	last, err := readDeliveries(ctx, tx, id, store.Keyset{Limit: 1})
	if err != nil {
		return err
	}
	if len(last) == 0 || slices.Contains([]string{"sent", "waiting"}, last[0].became()) {
		return ErrByEmail
	}
	return nil
}

// ReaderOf is the donor whom a statement is for: the one it tells of, or the institution of its grant. A fund's
// statement is for everybody: [ErrNotByPost].
func ReaderOf(ctx context.Context, tx *store.Tx, s Statement) (donors.Donor, error) {
	code := s.Value.Head().Subject
	if g, ok := s.Value.(*figures.GrantStatement); ok {
		code = g.Grantor.Code
	}
	donor, err := donors.Find(ctx, tx, code)
	if errors.Is(err, donors.ErrUnknownDonor) {
		return donor, ErrNotByPost
	}
	return donor, err
}

// Before is what was issued for the time right before a statement, of the same kind and subject; nil for nothing.
func Before(ctx context.Context, tx *store.Tx, s Statement) (figures.Value, error) {
	h := s.Value.Head()
	before, err := readEndingOn(ctx, tx, h.Kind, h.Subject, h.Period.From.AddDays(-1))
	if errors.Is(err, ErrUnknownStatement) {
		return nil, nil
	}
	return before.Cleared, err
}

// ThoseOf reads the statements of some outcomes at once.
func ThoseOf(ctx context.Context, tx *store.Tx, outcomes []Outcome) (map[ID]Statement, error) {
	return readThese(ctx, tx, figures.Each(outcomes, func(o Outcome) ID { return o.Statement }))
}
