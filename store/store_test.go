package store_test

import (
	"context"
	"net/url"
	"testing"
	"testing/fstest"

	"supportledger/store"
	"supportledger/store/storetest"
)

// schema is a tiny book of budgets, with one of everything that a database can refuse.
var schema = fstest.MapFS{
	"1_budgets.tx.up.sql": {Data: []byte(`
CREATE TABLE budgets (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    remaining BIGINT NOT NULL CHECK (remaining >= 0),
    version BIGINT NOT NULL
);
--bun:split
CREATE TABLE draws (
    id TEXT NOT NULL PRIMARY KEY,
    budget TEXT NOT NULL REFERENCES budgets (id),
    later TEXT REFERENCES budgets (id) DEFERRABLE INITIALLY DEFERRED,
    amount BIGINT NOT NULL,
    seal BYTEA,
    final BOOLEAN
);
`)},
	"sqlite/2_guards.tx.up.sql": {Data: []byte(`
CREATE TRIGGER draws_update BEFORE UPDATE ON draws BEGIN
    SELECT RAISE(ABORT, 'supportledger:draw_is_final: a draw is never changed (it is reversed)');
END;
`)},
	"postgres/2_guards.tx.up.sql": {Data: []byte(`
CREATE FUNCTION draws_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'supportledger:draw_is_final: a draw is never changed (it is reversed)';
END $$;
--bun:split
CREATE TRIGGER draws_update BEFORE UPDATE ON draws FOR EACH ROW EXECUTE FUNCTION draws_update();
`)},
}

// each runs fn on both engines with the schema above and one budget "b1" of 1000.
func each(t *testing.T, fn func(t *testing.T, db *store.DB, dsn string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { only(store.SQLite)(t, fn) })
	t.Run("postgres", func(t *testing.T) { only(store.Postgres)(t, fn) })
}

// only is each on one engine, for what the other one cannot do.
func only(engine store.Engine) func(*testing.T, func(*testing.T, *store.DB, string)) {
	return func(t *testing.T, fn func(*testing.T, *store.DB, string)) {
		t.Helper()
		dsn := empty(t, engine)
		db := open(t, dsn, store.Options{Schema: schema, MaxConns: 8, Clock: storetest.NewClock(storetest.Start)})
		must(t, db.Migrate(t.Context(), nil))
		must(t, db.Update(t.Context(), func(tx *store.Tx) error {
			return do(tx, "INSERT INTO budgets (id, name, remaining, version) VALUES ('b1', 'first', 1000, 1)")
		}))
		fn(t, db, dsn)
	}
}

// empty is the address of a database without a schema.
func empty(t *testing.T, engine store.Engine) string {
	t.Helper()
	if engine == store.SQLite {
		return storetest.EmptySQLite(t)
	}
	return storetest.EmptyPostgres(t)
}

// set returns the address of a PostgreSQL database with one more setting.
func set(t *testing.T, dsn, name, value string) string {
	t.Helper()
	u, err := url.Parse(dsn)
	must(t, err)
	q := u.Query()
	q.Set(name, value)
	u.RawQuery = q.Encode()
	return u.String()
}

func open(t *testing.T, dsn string, o store.Options) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), dsn, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func do(tx *store.Tx, query string, args ...any) error {
	_, err := tx.ExecContext(context.Background(), query, args...)
	return err
}

func number(tx *store.Tx, query string, args ...any) (n int64, err error) {
	err = tx.NewRaw(query, args...).Scan(context.Background(), &n)
	return n, err
}

// count reads one number in a View of its own.
func count(t *testing.T, db *store.DB, query string) (n int64) {
	t.Helper()
	must(t, db.View(context.Background(), func(tx *store.Tx) (err error) {
		n, err = number(tx, query)
		return err
	}))
	return n
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
