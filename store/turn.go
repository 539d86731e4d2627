package store

import "context"

// Turn waits until no other transaction holds the turn of this name, and holds it until this one ends: what a name
// stands for can be read then and stays as it is, as far as others take their turn too. SQLite has one writer
// anyway, and a View nobody to wait for.
func (tx *Tx) Turn(ctx context.Context, name string) error {
	if tx.Engine != Postgres || tx.views {
		return nil
	}
	_, err := tx.NewRaw("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", name).Exec(ctx)
	return err
}
