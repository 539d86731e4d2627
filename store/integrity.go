package store

import (
	"context"
	"fmt"
)

// Integrity has the database look at its own pages and returns what it finds wrong, nothing where all is well. On
// SQLite it reads the whole file. PostgreSQL cannot be asked by an ordinary role; there it is looked at whether pages
// carry checksums, so that a damaged one is noticed when it is read.
func (db *DB) Integrity(ctx context.Context) (wrong []string, err error) {
	if db.engine == Postgres {
		var checksums string
		if err := db.read.NewRaw("SHOW data_checksums").Scan(ctx, &checksums); err != nil {
			return nil, db.unavailable(ctx, err)
		}
		if checksums != "on" {
			wrong = append(wrong, "PostgreSQL keeps no checksums of its pages: stop it and run pg_checksums --enable")
		}
		return wrong, nil
	}
	err = db.View(ctx, func(tx *Tx) error {
		wrong, err = Damage(ctx, tx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("store: integrity: %w", err)
	}
	return wrong, nil
}

// Pending lists the migrations that this binary would apply.
func (db *DB) Pending(ctx context.Context) (names []string, err error) {
	applied := map[string]bool{}
	if there, err := db.Applied(ctx); err == nil { // a database without tables has none
		for _, name := range there {
			applied[name] = true
		}
	}
	for _, m := range db.schema.Sorted() {
		if !applied[m.Name] {
			names = append(names, m.String())
		}
	}
	return names, nil
}
