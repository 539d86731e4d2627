package grants

import (
	"context"

	"supportledger/ledger"
	"supportledger/store"
)

// Try says why [Register.PostIn] would refuse an entry when others, which are promised and not booked yet, were booked
// before it on the same day: they count on budget lines and in bank accounts, and are not judged themselves. Nil means
// that the entry could be posted. It writes nothing.
func (r Register) Try(
	ctx context.Context, tx *store.Tx, promised []ledger.Entry, e ledger.Entry, country string,
) error {
	r = r.Remembering()
	whole := make([]ledger.Entry, 0, len(promised)+1)
	for _, p := range promised {
		with, err := r.withReleases(ctx, tx, p)
		if err == nil {
			_ = r.admit(ctx, tx, with, "") // it counts on its line; whether the grant pays it was judged before
		}
		whole = append(whole, p)
	}
	e, err := r.withReleases(ctx, tx, e)
	if err != nil {
		return err
	}
	if err := r.admit(ctx, tx, e, country); err != nil {
		return err
	}
	refused, err := r.Book.Try(ctx, tx, append(whole, e)...)
	if err != nil {
		return err
	}
	return refused[len(whole)]
}

// withReleases adds the releases that an entry calls for.
func (r Register) withReleases(ctx context.Context, tx *store.Tx, e ledger.Entry) (ledger.Entry, error) {
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
