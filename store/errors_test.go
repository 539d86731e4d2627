package store_test

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"supportledger/store"
)

func TestClassifyRealViolations(t *testing.T) {
	const canary = "Amina-4711"
	cases := []struct {
		name string
		sql  []string
		want error
	}{
		{"unique", []string{"INSERT INTO budgets (id, name, remaining, version) VALUES ('b2', 'first', 1, 1)"},
			store.ErrDuplicate},
		{"primary key", []string{"INSERT INTO budgets (id, name, remaining, version) VALUES ('b1', '" + canary + "', 1, 1)"},
			store.ErrDuplicate},
		{"foreign key", []string{"INSERT INTO draws (id, budget, amount) VALUES ('d1', '" + canary + "', 1)"},
			store.ErrMissing},
		{"foreign key at commit", []string{"INSERT INTO draws (id, budget, later, amount) VALUES ('d1', 'b1', '" + canary +
			"', 1)"}, store.ErrMissing},
		{"still referred to", []string{"INSERT INTO draws (id, budget, amount) VALUES ('d1', 'b1', 1)",
			"DELETE FROM budgets"}, store.ErrMissing},
		{"check", []string{"UPDATE budgets SET remaining = -1"}, store.ErrRefused},
		{"not null", []string{"UPDATE budgets SET name = NULL"}, store.ErrRefused},
		{"trigger", []string{"INSERT INTO draws (id, budget, amount) VALUES ('d1', 'b1', 1)", "UPDATE draws SET amount = 2"},
			store.ErrRefused},
	}
	each(t, func(t *testing.T, db *store.DB, _ string) {
		for _, c := range cases {
			err := db.Update(t.Context(), func(tx *store.Tx) error {
				for _, statement := range c.sql {
					if err := do(tx, statement); err != nil {
						return err
					}
				}
				return nil
			})
			if !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", c.name, err, c.want)
			}
			if strings.Contains(err.Error(), canary) {
				t.Errorf("%s: the text quotes a value: %v", c.name, err)
			}
			if again := store.Classify(err); again.Error() != err.Error() {
				t.Errorf("%s: classified twice: %v", c.name, again)
			}
		}
	})
}

func TestRefusedByOurTriggers(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, _ string) {
		err := db.Update(t.Context(), func(tx *store.Tx) error {
			must(t, do(tx, "INSERT INTO draws (id, budget, amount) VALUES ('d1', 'b1', 1)"))
			return do(tx, "UPDATE draws SET amount = 2")
		})
		var got *store.Refused
		if !errors.As(err, &got) {
			t.Fatalf("%T %v", err, err)
		}
		want := &store.Refused{Code: "draw_is_final", Message: "a draw is never changed (it is reversed)"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		text := "store: refused by the database: draw_is_final: a draw is never changed (it is reversed)"
		if err.Error() != text {
			t.Errorf("%q", err)
		}
	})
}

func TestRefusedNamesTheConstraint(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, _ string) {
		err := db.Update(t.Context(), func(tx *store.Tx) error { return do(tx, "UPDATE budgets SET remaining = -1") })
		var got *store.Refused
		if !errors.As(err, &got) || got.Code != "constraint" || !strings.Contains(got.Message, "remaining") {
			t.Errorf("%v", err)
		}
	})
}

func TestNotFoundAndStale(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, _ string) {
		err := db.View(t.Context(), func(tx *store.Tx) error {
			var name string
			return tx.NewSelect().TableExpr("budgets").Column("name").Where("id = 'x'").Scan(t.Context(), &name)
		})
		if !errors.Is(err, store.ErrNotFound) || !errors.Is(err, sql.ErrNoRows) {
			t.Errorf("not found: %v", err)
		}
		bump := func(version int64) error {
			return db.Update(t.Context(), func(tx *store.Tx) error {
				return store.ExactlyOne(tx.ExecContext(t.Context(),
					"UPDATE budgets SET version = version + 1 WHERE id = 'b1' AND version = ?", version))
			})
		}
		must(t, bump(1))
		if err := bump(1); !errors.Is(err, store.ErrStale) {
			t.Errorf("stale: %v", err)
		}
	})
}

// A text in an integer column: SQLite refuses it because the table is STRICT, and PostgreSQL quotes it in its message.
func TestWrongTypeIsRefusedWithoutQuotingIt(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, _ string) {
		err := db.Update(t.Context(), func(tx *store.Tx) error {
			return do(tx, "UPDATE budgets SET remaining = ?", "Amina-4711")
		})
		if err == nil || strings.Contains(err.Error(), "Amina") {
			t.Errorf("%v", err)
		}
	})
}

func TestBusyOnSQLite(t *testing.T) {
	if testing.Short() {
		t.Skip("waits five seconds for a lock")
	}
	t.Parallel()
	only(store.SQLite)(t, func(t *testing.T, db *store.DB, dsn string) {
		other := open(t, dsn, store.Options{Schema: schema})
		must(t, other.Update(t.Context(), func(*store.Tx) error {
			done := make(chan error)
			go func() { done <- draw(db, 1) }()
			if err := <-done; !errors.Is(err, store.ErrBusy) {
				t.Errorf("%v", err)
			}
			return nil
		}))
		must(t, draw(db, 1))
	})
}

func TestLockTimeoutIsBusy(t *testing.T) {
	only(store.Postgres)(t, func(t *testing.T, db *store.DB, dsn string) {
		impatient := open(t, set(t, dsn, "lock_timeout", "50"), store.Options{Schema: schema})
		must(t, db.Update(t.Context(), func(tx *store.Tx) error {
			must(t, do(tx, "UPDATE budgets SET remaining = 5"))
			done := make(chan error)
			go func() { done <- draw(impatient, 1) }()
			if err := <-done; !errors.Is(err, store.ErrBusy) {
				t.Errorf("%v", err)
			}
			return nil
		}))
	})
}

func TestStatementTimeoutIsBusy(t *testing.T) {
	only(store.Postgres)(t, func(t *testing.T, _ *store.DB, dsn string) {
		impatient := open(t, set(t, dsn, "statement_timeout", "50"), store.Options{Schema: schema})
		err := impatient.View(t.Context(), func(tx *store.Tx) error { return do(tx, "SELECT pg_sleep(5)") })
		if !errors.Is(err, store.ErrBusy) {
			t.Errorf("%v", err)
		}
	})
}

// What SQLite answers to a transaction that began as a reader, read, and then writes too late: an extended code.
func TestBusySnapshotIsBusy(t *testing.T) {
	only(store.SQLite)(t, func(t *testing.T, db *store.DB, dsn string) {
		raw, err := sql.Open("sqlite", strings.TrimPrefix(dsn, "sqlite:"))
		must(t, err)
		defer raw.Close()
		tx, err := raw.Begin()
		must(t, err)
		defer tx.Rollback()
		var n int
		must(t, tx.QueryRow("SELECT remaining FROM budgets").Scan(&n))
		must(t, draw(db, 1))
		_, err = tx.Exec("UPDATE budgets SET remaining = 5")
		if err := store.Classify(err); !errors.Is(err, store.ErrBusy) {
			t.Errorf("%v", err)
		}
	})
}

// Two acts take two rows in opposite order. PostgreSQL ends one of them, Update runs it again, both succeed.
func TestDeadlockIsRunAgain(t *testing.T) {
	only(store.Postgres)(t, func(t *testing.T, db *store.DB, _ string) {
		must(t, db.Update(t.Context(), func(tx *store.Tx) error {
			return do(tx, "INSERT INTO budgets (id, name, remaining, version) VALUES ('b2', 'second', 1000, 1)")
		}))
		var runs [2]int
		var met sync.WaitGroup // both hold their first row before they want the second
		met.Add(2)
		take := func(who int, ids ...string) error {
			return db.Update(context.Background(), func(tx *store.Tx) error {
				runs[who]++
				for i, id := range ids {
					if err := do(tx, "UPDATE budgets SET remaining = remaining - 1 WHERE id = ?", id); err != nil {
						return err
					}
					if i == 0 && runs[who] == 1 {
						met.Done()
						met.Wait()
					}
				}
				return nil
			})
		}
		var errs [2]error
		var both sync.WaitGroup
		both.Go(func() { errs[0] = take(0, "b1", "b2") })
		both.Go(func() { errs[1] = take(1, "b2", "b1") })
		both.Wait()
		if errs[0] != nil || errs[1] != nil || runs[0]+runs[1] < 3 { // rarely more: on a busy machine they may meet again
			t.Errorf("errors %v, runs %v; want no error and at least one run more than two", errs, runs)
		}
		if left := count(t, db, "SELECT SUM(remaining) FROM budgets"); left != 1996 {
			t.Errorf("%d left, want 1996", left)
		}
	})
}

func TestReRunIsBounded(t *testing.T) {
	only(store.Postgres)(t, func(t *testing.T, db *store.DB, _ string) {
		for _, state := range []string{"40001", "40P01"} {
			runs := 0
			err := db.Update(t.Context(), func(tx *store.Tx) error {
				runs++
				return do(tx, "DO $$BEGIN RAISE EXCEPTION 'made up' USING ERRCODE = '"+state+"'; END$$")
			})
			if !errors.Is(err, store.ErrBusy) || runs != 5 {
				t.Errorf("%s: %d runs, %v", state, runs, err)
			}
		}
		runs := 0
		must(t, db.Update(t.Context(), func(tx *store.Tx) error {
			if runs++; runs < 3 {
				return do(tx, "DO $$BEGIN RAISE EXCEPTION 'made up' USING ERRCODE = '40001'; END$$")
			}
			return do(tx, "UPDATE budgets SET remaining = 7")
		}))
		if left := count(t, db, "SELECT remaining FROM budgets"); left != 7 || runs != 3 {
			t.Errorf("%d left after %d runs", left, runs)
		}
		ctx, cancel := context.WithCancel(t.Context())
		runs = 0
		err := db.Update(ctx, func(tx *store.Tx) error {
			runs++
			defer cancel()
			return do(tx, "DO $$BEGIN RAISE EXCEPTION 'made up' USING ERRCODE = '40001'; END$$")
		})
		if err == nil || runs != 1 {
			t.Errorf("after its context ended: %d runs, %v", runs, err)
		}
	})
}

// A real serialization failure, not a made-up one: two snapshots that each read what the other one writes.
func TestSerializationFailureIsBusy(t *testing.T) {
	only(store.Postgres)(t, func(t *testing.T, db *store.DB, dsn string) {
		raw, err := sql.Open("pgx", dsn)
		must(t, err)
		defer raw.Close()
		strict := &sql.TxOptions{Isolation: sql.LevelSerializable}
		one, err := raw.BeginTx(t.Context(), strict)
		must(t, err)
		two, err := raw.BeginTx(t.Context(), strict)
		must(t, err)
		var n int
		must(t, one.QueryRow("SELECT SUM(remaining) FROM budgets").Scan(&n))
		must(t, two.QueryRow("SELECT SUM(remaining) FROM budgets").Scan(&n))
		for i, tx := range []*sql.Tx{one, two} {
			if _, err := tx.Exec("INSERT INTO budgets (id, name, remaining, version) VALUES ($1, $1, 1, 1)",
				string(rune('x'+i))); err != nil {
				t.Fatal(err)
			}
		}
		must(t, one.Commit())
		if err := store.Classify(two.Commit()); !errors.Is(err, store.ErrBusy) {
			t.Errorf("%v", err)
		}
	})
}

// The server ends our session between two statements, and again while the commit is on its way.
func TestLostConnection(t *testing.T) {
	only(store.Postgres)(t, func(t *testing.T, db *store.DB, dsn string) {
		killer, err := sql.Open("pgx", dsn)
		must(t, err)
		defer killer.Close()
		kill := func(tx *store.Tx) {
			pid, err := number(tx, "SELECT pg_backend_pid()")
			must(t, err)
			_, err = killer.Exec("SELECT pg_terminate_backend($1, 5000)", pid)
			must(t, err)
		}
		err = db.Update(t.Context(), func(tx *store.Tx) error {
			must(t, do(tx, "UPDATE budgets SET remaining = 5"))
			kill(tx)
			_, err := number(tx, "SELECT remaining FROM budgets")
			return err
		})
		if !errors.Is(err, store.ErrUnavailable) {
			t.Errorf("in the middle: %v", err)
		}
		err = db.Update(t.Context(), func(tx *store.Tx) error {
			must(t, do(tx, "UPDATE budgets SET remaining = 5"))
			kill(tx)
			return nil
		})
		if !errors.Is(err, store.ErrUncertain) {
			t.Errorf("before the commit: %v", err)
		}
		err = db.Update(t.Context(), func(tx *store.Tx) error {
			must(t, do(tx, "UPDATE budgets SET remaining = 5"))
			kill(tx)
			return errSpent
		})
		if !errors.Is(err, errSpent) {
			t.Errorf("fn's own error got lost: %v", err)
		}
		if left := count(t, db, "SELECT remaining FROM budgets"); left != 1000 {
			t.Errorf("%d left", left)
		}
		must(t, draw(db, 100)) // the pool has replaced the connection
	})
}

func TestServerAway(t *testing.T) {
	began := time.Now()
	_, err := store.Open(t.Context(), "postgres://u:secret-word@127.0.0.1:1/x?connect_timeout=2", store.Options{})
	if !errors.Is(err, store.ErrUnavailable) || strings.Contains(err.Error(), "secret-word") ||
		time.Since(began) > 10*time.Second {
		t.Errorf("%v after %v", err, time.Since(began))
	}
}
