package statements

import (
	"context"
	"errors"
	"fmt"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/store"
)

// ErrUnknownStatement is returned for a statement that was never issued.
var ErrUnknownStatement = errors.New("statements: unknown statement")

// ID identifies an issued statement. People use its number.
type ID string

// Issued is a statement that has a number: its value and hash never change.
type Issued struct {
	ID    ID
	Value Value
	Hash  string // of the data, see [GrantStatement.DataHash]
}

// Issue collects a statement, gives it the next number of the year and keeps value and hash for good.
func (o Office) Issue(ctx context.Context, tx *store.Tx, in Request) (Issued, error) {
	s, err := o.Collect(ctx, tx, in)
	if err != nil {
		return Issued{}, err
	}
	year := ledger.DateOf(tx.At).Year()
	n, err := access.Next(ctx, tx, fmt.Sprintf("statement-%d", year))
	if err != nil {
		return Issued{}, err
	}
	s = s.named(fmt.Sprintf("S-%d-%04d", year, n), 1, "")
	seq, err := o.Book.LastSeq(ctx, tx)
	if err != nil {
		return Issued{}, err
	}
	issued := Issued{ID(store.NewID("sta")), s, s.DataHash()}
	if err := insertStatement(ctx, tx, issued, seq); err != nil {
		return Issued{}, err
	}
	return issued, access.Record(ctx, tx, access.Event{Action: "statement.issued", Subject: string(issued.ID)})
}

// Statement finds an issued statement by id or number. [ErrUnknownStatement].
func (o Office) Statement(ctx context.Context, tx *store.Tx, key string) (Issued, error) {
	return readStatement(ctx, tx, key)
}

// Statements lists what was issued, newest first.
func (o Office) Statements(ctx context.Context, tx *store.Tx) ([]Issued, error) {
	return readStatements(ctx, tx)
}

// Find is the newest statement issued for exactly a subject and period, or else the draft that the books give now.
func (o Office) Find(ctx context.Context, tx *store.Tx, in Request) (Value, error) {
	draft, err := o.Collect(ctx, tx, in)
	if err != nil {
		return nil, err
	}
	issued, err := findStatement(ctx, tx, draft.Head())
	if errors.Is(err, ErrUnknownStatement) {
		return draft, nil
	}
	return issued.Value, err
}

// restore reads a stored value back and wants it to be what was issued.
func restore(id ID, value []byte, hash string) (Issued, error) {
	s, err := Decode(value)
	if err != nil {
		return Issued{}, fmt.Errorf("statements: stored statement %s: %w", id, err)
	}
	if got := s.DataHash(); got != hash {
		return Issued{}, &Malformed{fmt.Sprintf("stored statement %s has hash %s, its figures give %s", id, hash, got)}
	}
	return Issued{id, s, hash}, nil
}
