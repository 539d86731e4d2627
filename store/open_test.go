package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"supportledger/store"
	"supportledger/store/storetest"
)

// A wrong address is answered with what to write instead, and without repeating what may be a password.
func TestWrongAddress(t *testing.T) {
	dir := t.TempDir()
	for dsn, want := range map[string]string{
		"":                                  `write "sqlite:books.db"`,
		"books.db":                          `write "sqlite:books.db"`,
		"mysql://u:secret-word@h/x":         `write "sqlite:books.db"`,
		"host=h password=secret-word":       `write "sqlite:books.db"`,
		"sqlite:":                           "write for example sqlite:books.db",
		"sqlite::memory:":                   "write sqlite:FILE",
		"sqlite:books.db?mode=ro":           "without ?options",
		"sqlite:" + dir:                     "is a folder; name a file in it",
		"sqlite:" + dir + "/no/books.db":    "cannot be created",
		"postgres://u:secret-word@h:port/x": "write postgres://user:password@host:5432/database",
		"postgres://u:secret-word@h/x?sslmode=secret-word": "write postgres://user:password@host:5432/database",
	} {
		_, err := store.Open(t.Context(), dsn, store.Options{})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret-word") {
			t.Errorf("%s: %v", dsn, err)
		}
	}
}

func TestMustExist(t *testing.T) {
	dsn := storetest.EmptySQLite(t)
	_, err := store.Open(t.Context(), dsn, store.Options{MustExist: true})
	if err == nil || !strings.Contains(err.Error(), "there are no books at") {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(strings.TrimPrefix(dsn, "sqlite:")); err == nil {
		t.Error("the file was created all the same")
	}
}

func TestFileNames(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for dsn, file := range map[string]string{
		"sqlite:a.db": "a.db", "sqlite:./b.db": "b.db", "sqlite:" + dir + "/c.db": "c.db",
		"sqlite://" + dir + "/d.db":  "d.db",
		"sqlite:år #1 100%41&x=y.db": "år #1 100%41&x=y.db", "sqlite:file:e.db": "file:e.db",
	} {
		db := open(t, dsn, store.Options{Schema: schema})
		must(t, db.Migrate(t.Context(), nil))
		must(t, db.CheckSchema(t.Context()))
		info, err := os.Stat(filepath.Join(dir, file))
		if err != nil || info.Mode().Perm() != 0o600 || info.Size() == 0 {
			t.Errorf("%s: %v %v", dsn, info, err)
		}
	}
}

// synchronous is asserted from outside, on the connection that writes.
func TestSQLiteRunsAsPromised(t *testing.T) {
	only(store.SQLite)(t, func(t *testing.T, db *store.DB, dsn string) {
		want := map[string]string{
			"synchronous": "2", "journal_mode": "wal", "foreign_keys": "1", "recursive_triggers": "1",
			"trusted_schema": "0", "temp_store": "2", "busy_timeout": "5000",
		}
		for name, run := range map[string]func(context.Context, func(*store.Tx) error) error{"Update": db.Update,
			"View": db.View} {
			must(t, run(t.Context(), func(tx *store.Tx) error {
				for pragma, value := range want {
					var got string
					must(t, tx.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got))
					if got != value {
						t.Errorf("%s: %s is %s, want %s", name, pragma, got, value)
					}
				}
				return nil
			}))
		}
		// the bit in the file itself: whoever opens it elsewhere gets the write-ahead log too
		head := make([]byte, 20)
		f, err := os.Open(strings.TrimPrefix(dsn, "sqlite:"))
		must(t, err)
		defer f.Close()
		if _, err := f.Read(head); err != nil || head[18] != 2 || head[19] != 2 {
			t.Errorf("file format %v, %v", head[18:], err)
		}
	})
}

func TestSQLiteIsStrict(t *testing.T) {
	only(store.SQLite)(t, func(t *testing.T, db *store.DB, _ string) {
		for _, statement := range []string{
			"UPDATE budgets SET remaining = 'many'", "UPDATE budgets SET remaining = 1.5",
			"INSERT INTO draws (id, budget, amount, seal) VALUES ('d', 'b1', 1, 'text')",
			`UPDATE budgets SET name = "no such column"`,
		} {
			if err := db.Update(t.Context(), func(tx *store.Tx) error { return do(tx, statement) }); err == nil {
				t.Errorf("%s: accepted", statement)
			}
		}
	})
}

// REPLACE deletes the old row; without recursive_triggers it would do so behind the back of DELETE triggers.
func TestReplaceMeetsDeleteTriggers(t *testing.T) {
	only(store.SQLite)(t, func(t *testing.T, db *store.DB, _ string) {
		err := db.Update(t.Context(), func(tx *store.Tx) error {
			must(t, do(tx,
				"CREATE TRIGGER kept BEFORE DELETE ON budgets BEGIN SELECT RAISE(ABORT, 'supportledger:kept: never deleted'); END"))
			return do(tx, "INSERT OR REPLACE INTO budgets (id, name, remaining, version) VALUES ('b1', 'other', 1, 1)")
		})
		if !errors.Is(err, store.ErrRefused) {
			t.Errorf("%v", err)
		}
	})
}

func TestNotADatabase(t *testing.T) {
	file := filepath.Join(t.TempDir(), "letter.txt")
	must(t, os.WriteFile(file, []byte(strings.Repeat("Dear foundation, ", 500)), 0o600))
	_, err := store.Open(t.Context(), "sqlite:"+file, store.Options{})
	if !errors.Is(err, store.ErrUnavailable) || !strings.Contains(err.Error(), "not a database") {
		t.Errorf("%v", err)
	}
}

func TestPostgresSession(t *testing.T) {
	only(store.Postgres)(t, func(t *testing.T, db *store.DB, dsn string) {
		want := map[string]string{
			"TimeZone": "UTC", "client_encoding": "UTF8", "standard_conforming_strings": "on",
			"application_name":  "supportledger",
			"statement_timeout": "5min", "lock_timeout": "10s", "idle_in_transaction_session_timeout": "5min",
			"client_connection_check_interval": "2s", "synchronous_commit": "on",
		}
		show := func(run func(context.Context, func(*store.Tx) error) error, setting string) (got string) {
			must(t, run(t.Context(), func(tx *store.Tx) error {
				return tx.QueryRowContext(t.Context(), "SHOW "+setting).Scan(&got)
			}))
			return got
		}
		for setting, value := range want {
			if got := show(db.View, setting); got != value {
				t.Errorf("%s is %s, want %s", setting, got, value)
			}
		}
		if view, update := show(db.View, "transaction_isolation"),
			show(db.Update, "transaction_isolation"); view != "repeatable read" || update != "read committed" {
			t.Errorf("View is %s, Update is %s", view, update)
		}
		own := open(t, set(t, set(t, dsn, "statement_timeout", "1234"), "application_name", "nightly"), store.Options{})
		if got := show(own.View, "statement_timeout") + show(own.View, "application_name"); got != "1234msnightly" {
			t.Errorf("the address's own settings: %s", got)
		}
	})
}

// The settings that would change the meaning of our SQL are asserted, not hoped for.
func TestPostgresRefusesOtherMeanings(t *testing.T) {
	dsn := storetest.EmptyPostgres(t)
	for setting, fix := range map[string]string{
		"standard_conforming_strings=off": "the books need on", "client_encoding=LATIN1": "the books need UTF8",
		"timezone=Asia/Tokyo": "the books need UTC",
	} {
		name, value, _ := strings.Cut(setting, "=")
		_, err := store.Open(t.Context(), set(t, dsn, name, value), store.Options{})
		if err == nil || !strings.Contains(err.Error(), fix) {
			t.Errorf("%s: %v", setting, err)
		}
	}
	raw, err := sql.Open("pgx", dsn)
	must(t, err)
	defer raw.Close()
	latin1 := fmt.Sprintf("slt_%d_latin1", os.Getpid())
	_, err = raw.Exec("CREATE DATABASE " + latin1 + " TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'")
	must(t, err)
	defer raw.Exec("DROP DATABASE " + latin1 + " WITH (FORCE)")
	u, err := url.Parse(dsn)
	must(t, err)
	u.Path = "/" + latin1
	_, err = store.Open(t.Context(), u.String(), store.Options{})
	if err == nil || !strings.Contains(err.Error(), "ENCODING 'UTF8'") {
		t.Errorf("latin1: %v", err)
	}
}

// bun writes values into the SQL text, PostgreSQL writes the text of failed statements into its log, and there
// they would stay. A role that may, silences it; one that may not, makes Open warn.
func TestServerLogKeepsNoValues(t *testing.T) {
	only(store.Postgres)(t, func(t *testing.T, db *store.DB, dsn string) {
		role := fmt.Sprintf("slt_%d_plain", os.Getpid()) // roles belong to the whole server
		loud, err := sql.Open("pgx", dsn)
		must(t, err)
		defer loud.Close()
		fail := func(db *store.DB, canary string) {
			err := db.Update(t.Context(), func(tx *store.Tx) error {
				return do(tx, "INSERT INTO budgets (id, name, remaining, version) VALUES ('b1', ?, 1, 1)", canary)
			})
			if !errors.Is(err, store.ErrDuplicate) {
				t.Errorf("%s: %v", canary, err)
			}
		}
		_, _ = loud.Exec("INSERT INTO budgets (id, name, remaining, version) VALUES ('b1', 'CANARY-LOUD', 1, 1)")
		fail(db, "CANARY-QUIET")

		for _, statement := range []string{"CREATE ROLE " + role + " LOGIN", "GRANT ALL ON budgets TO " + role} {
			_, err := loud.Exec(statement)
			must(t, err)
		}
		defer loud.Exec("DROP OWNED BY " + role + "; DROP ROLE " + role)
		u, err := url.Parse(dsn)
		must(t, err)
		u.User = url.User(role)
		warned := func() string {
			var said strings.Builder
			plain := open(t, u.String(), store.Options{Schema: schema, Log: slog.New(slog.NewTextHandler(&said, nil))})
			about := strings.Contains(said.String(), "values of failed statements")
			fail(plain, "CANARY-"+map[bool]string{true: "WARNED", false: "GRANTED"}[about])
			if !strings.Contains(said.String(), "fsync=off") && os.Getenv("TEST_POSTGRES_DSN") == "" {
				t.Errorf("our server never flushes and nobody was told: %q", said.String())
			}
			return said.String()
		}
		if said := warned(); !strings.Contains(said, "level=WARN") || !strings.Contains(said, "GRANT SET ON PARAMETER") {
			t.Errorf("a plain role was not warned: %q", said)
		}
		_, err = loud.Exec("GRANT SET ON PARAMETER log_min_error_statement, log_error_verbosity, log_statement, " +
			"log_min_duration_statement TO " + role)
		must(t, err)
		if said := warned(); strings.Contains(said, "values of failed") {
			t.Errorf("warned although granted: %q", said)
		}
		log := storetest.PostgresLog(t)
		for canary, want := range map[string]bool{"CANARY-LOUD": true, "CANARY-WARNED": true, "CANARY-QUIET": false,
			"CANARY-GRANTED": false} {
			if got := strings.Contains(log, canary); got != want {
				t.Errorf("%s in the server's log: %v, want %v", canary, got, want)
			}
		}
	})
}
