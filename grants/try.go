package grants

import (
	"context"

	"supportledger/ledger"
	"supportledger/store"
)

// Trial tries entries without writing them: Promised are others that are not booked yet and count as booked before, on
// budget lines and in bank accounts, without being judged themselves. Country is where the cost falls.
type Trial struct {
	Register
	Promised []ledger.Entry
	Country  string
	Whole    bool // the entries hold the releases that they call for
}

// Refuses says why [Register.PostIn] would refuse an entry after what is promised; nil means that it could be posted.
func (t Trial) Refuses(ctx context.Context, tx *store.Tx, e ledger.Entry) error {
	r := t.Remembering()
	whole := make([]ledger.Entry, 0, len(t.Promised)+1)
	for _, p := range t.Promised {
		with, err := withReleases(ctx, tx, r, p)
		if err == nil {
			_ = r.admit(ctx, tx, with, "") // it counts on its line; whether the grant pays it was judged before
		}
		whole = append(whole, p)
	}
	if t.Whole {
		if _, err := r.costs(ctx, tx, e); err != nil {
			return err
		}
	} else {
		var err error
		if e, err = withReleases(ctx, tx, r, e); err != nil {
			return err
		}
	}
	if err := r.admit(ctx, tx, e, t.Country); err != nil {
		return err
	}
	refused, err := r.Book.Try(ctx, tx, append(whole, e)...)
	if err != nil {
		return err
	}
	return refused[len(whole)]
}

// withReleases adds the releases that an entry calls for.
func withReleases(ctx context.Context, tx *store.Tx, r Register, e ledger.Entry) (ledger.Entry, error) {
	costs, err := r.costs(ctx, tx, e)
	if err != nil {
		return e, err
	}
	e.Lines = append([]ledger.Line(nil), e.Lines...)
	for _, c := range costs {
		lines, err := r.release(ctx, tx, e.Date, c, r.memo.layers)
		if err != nil {
			return e, err
		}
		e.Lines = append(e.Lines, lines...)
	}
	return e, nil
}
