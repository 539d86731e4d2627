package store

import "context"

// Damage runs the engine's own check of its files and gives what it finds: pages and indexes that contradict each
// other, which no row tells of. PostgreSQL has none that every role may run; there, checksums of pages are the
// server's to keep (docs/PROOF.md).
func Damage(ctx context.Context, tx *Tx) (found []string, err error) {
	if tx.Engine != SQLite {
		return nil, nil
	}
	err = tx.Stream(ctx, "PRAGMA integrity_check(20)", func(row Scanner) error {
		var line string
		err := row.Scan(&line)
		if line != "ok" {
			found = append(found, line)
		}
		return err
	})
	return found, err
}
