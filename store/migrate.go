package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/migrate"

	"supportledger/migrations"
)

// What can be wrong between a binary and the schema it finds.
var (
	ErrSchemaNewer = errors.New("store: the database was made by a newer supportledger")
	ErrSchemaOlder = errors.New("store: the schema of the database is older than this version's")
)

const migrationsTable = "bun_migrations"

// errAppliedMeanwhile ends a migration that another process has just run. It never leaves this file.
var errAppliedMeanwhile = errors.New("store: applied meanwhile")

// Migrate brings the schema to what this binary knows and calls report (which may be nil) with the name of each
// migration as it starts. It refuses with [ErrSchemaNewer] a database that knows migrations this binary does not.
//
// Each migration and the note that it was applied are one transaction, which first takes a lock and looks whether the
// migration is still to be done. So a crash or an error leaves nothing of it behind and it can simply be run again,
// no lock can stay behind either, and of several processes that migrate at once each migration is run by one while
// the others wait and then skip it.
func (db *DB) Migrate(ctx context.Context, report func(name string)) error {
	return db.migrate(ctx, nil, report)
}

// MigrateTo brings an empty database to the schema that these migrations made, which may be an older one: that of rows
// from a backup, for [DB.Load]. It refuses names that this binary does not know with [ErrSchemaNewer].
func (db *DB) MigrateTo(ctx context.Context, names []string) error {
	own := db.schema.Sorted()
	for _, name := range names {
		if !slices.ContainsFunc(own, func(m migrate.Migration) bool { return m.Name == name }) {
			return fmt.Errorf("%w: it has migration %s, this binary knows them up to %s; use the newer binary",
				ErrSchemaNewer, name, own[len(own)-1].Name)
		}
	}
	return db.migrate(ctx, names, nil)
}

// migrate runs the migrations of these names, or all where there are none.
func (db *DB) migrate(ctx context.Context, names []string, report func(name string)) error {
	release, err := db.migrationTurn(ctx)
	if err != nil {
		return err
	}
	defer release()
	all, err := migrations.For(db.files, string(db.engine))
	if err != nil {
		return err
	}
	if len(names) > 0 {
		some := migrate.NewMigrations()
		for _, m := range all.Sorted() {
			if slices.Contains(names, m.Name) {
				some.Add(m)
			}
		}
		all = some
	}
	m := db.migrator(all, report)
	if err := m.Init(ctx); err != nil {
		return fmt.Errorf("store: migrate: %w", Classify(err))
	}
	for {
		if err := db.refuseNewer(ctx, m); err != nil {
			return err
		}
		_, err := m.Migrate(ctx)
		if errors.Is(err, errAppliedMeanwhile) {
			continue // each time round at least one migration fewer is left
		}
		if err != nil {
			return fmt.Errorf("store: migrate: %w", Classify(err))
		}
		return nil
	}
}

// migrator is bun's, told to do its bookkeeping inside the migration's own transaction. bun by itself notes a
// migration only after its commit; a crash between the two would leave a schema that can neither go on nor back. The
// hook writes the same row first, and bun's note afterwards becomes an upsert of an equal row.
func (db *DB) migrator(all *migrate.Migrations, report func(string)) *migrate.Migrator {
	return migrate.NewMigrator(db.write, all,
		migrate.WithTableName(migrationsTable),
		migrate.WithMarkAppliedOnSuccess(true),
		migrate.WithUpsert(true),
		migrate.BeforeMigration(func(ctx context.Context, tx bun.IConn, m *migrate.Migration) error {
			if err := db.claim(ctx, tx, m); err != nil {
				return err
			}
			if report != nil {
				report(m.String())
			}
			return nil
		}),
		migrate.AfterMigration(func(ctx context.Context, tx bun.IConn, m *migrate.Migration) error {
			m.MigratedAt = instant(db.clock)
			_, err := db.write.NewInsert().Conn(tx).Model(m).ModelTableExpr(migrationsTable).Exec(ctx)
			return err
		}),
	)
}

// claim takes the lock within the migration's transaction and looks again. SQLite's transaction is the only writer
// since its BEGIN IMMEDIATE.
func (db *DB) claim(ctx context.Context, tx bun.IConn, m *migrate.Migration) error {
	if db.engine == Postgres {
		const alone = "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; LOCK TABLE " + migrationsTable +
			" IN SHARE ROW EXCLUSIVE MODE"
		if _, err := tx.ExecContext(ctx, alone); err != nil {
			return err
		}
	}
	done, err := db.write.NewSelect().Conn(tx).TableExpr(migrationsTable).Where("name = ?", m.Name).Exists(ctx)
	if err != nil {
		return err
	}
	if done {
		return errAppliedMeanwhile
	}
	return nil
}

// migrationTurn makes processes that migrate PostgreSQL at once go one after the other, so that they do not collide in
// creating the table of migrations itself. The lock belongs to a transaction on a connection of its own: it ends with
// the process, and it holds behind a pooler. Correctness rests on claim, not on this.
func (db *DB) migrationTurn(ctx context.Context) (release func(), err error) {
	if db.engine != Postgres {
		return func() {}, nil
	}
	tx, err := db.write.BeginTx(ctx, nil)
	if err != nil {
		return nil, db.unavailable(ctx, err)
	}
	release = func() { _ = tx.Rollback() }
	const turn = "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; SET LOCAL " +
		"idle_in_transaction_session_timeout = 0;" +
		"SELECT pg_advisory_xact_lock(hashtext('supportledger migrate'), hashtext(current_schema()))"
	if _, err := tx.ExecContext(ctx, turn); err != nil {
		release()
		return nil, db.unavailable(ctx, err)
	}
	return release, nil
}

// CheckSchema compares the database with this binary without changing it: nil, [ErrSchemaOlder] or [ErrSchemaNewer].
func (db *DB) CheckSchema(ctx context.Context) error {
	known := "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?"
	if db.engine == Postgres {
		known = "SELECT count(to_regclass(?))"
	}
	var tables int
	if err := db.read.NewRaw(known, migrationsTable).Scan(ctx, &tables); err != nil {
		return db.unavailable(ctx, err)
	}
	if tables == 0 {
		return fmt.Errorf("%w: it is empty; run the command migrate", ErrSchemaOlder)
	}
	m := migrate.NewMigrator(db.read, db.schema, migrate.WithTableName(migrationsTable))
	if err := db.refuseNewer(ctx, m); err != nil {
		return err
	}
	all, err := m.MigrationsWithStatus(ctx)
	if err != nil {
		return db.unavailable(ctx, err)
	}
	if left := all.Unapplied(); len(left) > 0 {
		return fmt.Errorf("%w: %s is not applied yet; run the command migrate", ErrSchemaOlder, left[0])
	}
	return nil
}

// refuseNewer fails when the database has migrations that this binary does not know: newer ones, or those of the time
// before the first schema. It names both sides.
func (db *DB) refuseNewer(ctx context.Context, m *migrate.Migrator) error {
	unknown, err := m.MissingMigrations(ctx)
	if err != nil {
		return db.unavailable(ctx, err)
	}
	if len(unknown) == 0 {
		return nil
	}
	names := make([]string, len(unknown))
	for i, u := range unknown {
		names[i] = u.Name
	}
	newest := "none"
	if own := db.schema.Sorted(); len(own) > 0 {
		newest = own[len(own)-1].String()
		if oldest := own[0].Name; slices.Max(names) < oldest && oldest == migrations.Schema {
			return fmt.Errorf("%w, which cannot migrate it (it ends with migration %s): run \"supportledger export journal\" "+
				"with the version that made these books, make new books with this version, and import it there",
				ErrSchemaOlder, slices.Max(names))
		}
	}
	return fmt.Errorf("%w: it has migration %s, this binary knows them up to %s; use the newer binary",
		ErrSchemaNewer, strings.Join(names, ", "), newest)
}
