package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"supportledger/store"
	"supportledger/store/storetest"
)

var errSpent = errors.New("nothing left")

// draw is the shape of every act that spends: read what is left, decide, write.
func draw(db *store.DB, amount int64) error {
	return db.Update(context.Background(), func(tx *store.Tx) error {
		var left int64
		q := tx.NewSelect().TableExpr("budgets").ColumnExpr("remaining").Where("id = ?", "b1")
		if err := tx.Lock(q).Scan(context.Background(), &left); err != nil {
			return err
		}
		if left < amount {
			return errSpent
		}
		time.Sleep(time.Millisecond) // the window in which a careless writer would lose the race
		if err := do(tx, "INSERT INTO draws (id, budget, amount) VALUES (?, 'b1', ?)", store.NewID("drw"),
			amount); err != nil {
			return err
		}
		return do(tx, "UPDATE budgets SET remaining = ? WHERE id = 'b1'", left-amount)
	})
}

// race starts 64 draws of 100 over the given handles and says how many succeeded.
func race(t *testing.T, handles ...*store.DB) (won int64) {
	t.Helper()
	var succeeded atomic.Int64
	var all sync.WaitGroup
	for i := range 64 {
		all.Go(func() {
			switch err := draw(handles[i%len(handles)], 100); {
			case err == nil:
				succeeded.Add(1)
			case !errors.Is(err, errSpent):
				t.Errorf("draw %d: %v", i, err)
			}
		})
	}
	all.Wait()
	return succeeded.Load()
}

func TestOneBudgetIsNeverSpentTwice(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, _ string) {
		won := race(t, db)
		left := count(t, db, "SELECT remaining FROM budgets")
		drawn := count(t, db, "SELECT COALESCE(SUM(amount), 0) FROM draws")
		if won != 10 || left != 0 || drawn != 1000 {
			t.Fatalf("%d draws of 100 succeeded, %d left, %d drawn; want 10, 0, 1000", won, left, drawn)
		}
	})
}

// Two handles stand for two processes on one database: a server and a command beside it.
func TestTwoProcessesShareOneBudget(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, dsn string) {
		other := open(t, dsn, store.Options{Schema: schema, MaxConns: 8})
		if won := race(t, db, other); won != 10 {
			t.Fatalf("%d draws succeeded, want 10", won)
		}
	})
}

func TestViewSeesOneSnapshot(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, _ string) {
		must(t, db.View(t.Context(), func(tx *store.Tx) error {
			before, err := number(tx, "SELECT remaining FROM budgets")
			must(t, err)
			wrote := make(chan error)
			go func() { wrote <- draw(db, 100) }()
			must(t, <-wrote) // also shows that a reader does not hold up the writer
			after, err := number(tx, "SELECT remaining FROM budgets")
			must(t, err)
			drawn, err := number(tx, "SELECT COUNT(*) FROM draws")
			must(t, err)
			if before != 1000 || after != 1000 || drawn != 0 {
				t.Errorf("before %d, after %d, drawn %d; want 1000, 1000, 0", before, after, drawn)
			}
			return nil
		}))
		if left := count(t, db, "SELECT remaining FROM budgets"); left != 900 {
			t.Errorf("the next View sees %d, want 900", left)
		}
	})
}

func TestViewRefusesToWrite(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, _ string) {
		for _, statement := range []string{
			"UPDATE budgets SET remaining = 5", "DELETE FROM budgets", "CREATE TABLE x (y TEXT)",
			"INSERT INTO draws (id, budget, amount) VALUES ('d', 'b1', 1)",
		} {
			err := db.View(t.Context(), func(tx *store.Tx) error { return do(tx, statement) })
			if !errors.Is(err, store.ErrReadOnly) {
				t.Errorf("%s: %v", statement, err)
			}
		}
	})
}

func TestUpdateFailsWhole(t *testing.T) {
	stop := errors.New("stop")
	each(t, func(t *testing.T, db *store.DB, _ string) {
		err := db.Update(t.Context(), func(tx *store.Tx) error {
			must(t, do(tx, "UPDATE budgets SET remaining = 5"))
			return stop
		})
		if !errors.Is(err, stop) || err.Error() != "stop" {
			t.Errorf("got %v, want the error of fn itself", err)
		}
		if left := count(t, db, "SELECT remaining FROM budgets"); left != 1000 {
			t.Errorf("%d left", left)
		}
	})
}

func TestPanicRollsBackAndGoesOn(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, _ string) {
		func() {
			defer func() {
				if got := recover(); got != "boom" {
					t.Errorf("recovered %v", got)
				}
			}()
			_ = db.Update(t.Context(), func(tx *store.Tx) error {
				must(t, do(tx, "UPDATE budgets SET remaining = 5"))
				panic("boom")
			})
		}()
		if left := count(t, db, "SELECT remaining FROM budgets"); left != 1000 {
			t.Errorf("%d left", left)
		}
		must(t, draw(db, 100)) // the writer is free again
	})
}

func TestNestedTransactionsAreRefusedAtOnce(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, _ string) {
		nothing := func(*store.Tx) error { return nil }
		for name, outer := range map[string]func(context.Context, func(*store.Tx) error) error{"Update": db.Update,
			"View": db.View} {
			began := time.Now()
			must(t, outer(t.Context(), func(*store.Tx) error {
				for inner, err := range map[string]error{
					"Update": db.Update(t.Context(), nothing), "View": db.View(t.Context(), nothing),
				} {
					if err == nil {
						t.Errorf("%s in %s: no error", inner, name)
					}
				}
				return nil
			}))
			if took := time.Since(began); took > 2*time.Second {
				t.Errorf("%s: answered after %v", name, took)
			}
		}
		must(t, db.Update(t.Context(), nothing)) // one after the other is fine
	})
}

func TestEndedByFn(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, _ string) {
		if err := db.Update(t.Context(), func(tx *store.Tx) error { return tx.Commit() }); err == nil {
			t.Error("fn committed and nobody minded")
		}
	})
}

func TestTxCarriesInstantActorAndEngine(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, _ string) {
		clock := storetest.ClockOf(db)
		clock.Set(time.Date(2026, 3, 1, 13, 0, 0, 123456789, time.FixedZone("CET", 3600)))
		by := store.Actor{User: "usr_1", Token: "tok_1", Request: "req_1", Roles: []string{"treasurer"}}
		must(t, db.Update(store.WithActor(t.Context(), by), func(tx *store.Tx) error {
			if got := store.FormatTime(tx.At); got != "2026-03-01T12:00:00.123456Z" || tx.At.Nanosecond() != 123456000 {
				t.Errorf("At is %s, %v", got, tx.At)
			}
			if diff := cmp.Diff(by, tx.By); diff != "" {
				t.Error(diff)
			}
			if tx.Engine != db.Engine() {
				t.Errorf("engine %s", tx.Engine)
			}
			return nil
		}))
		must(t, db.View(t.Context(), func(tx *store.Tx) error {
			if diff := cmp.Diff(store.Actor{}, tx.By); diff != "" {
				t.Error(diff)
			}
			return nil
		}))
	})
}

func TestContextEndsAnUpdate(t *testing.T) {
	slow := map[store.Engine]string{
		store.SQLite: "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000) SELECT " +
			"COUNT(*) FROM n",
		store.Postgres: "SELECT pg_sleep(30)",
	}
	each(t, func(t *testing.T, db *store.DB, _ string) {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		began := time.Now()
		err := db.Update(ctx, func(tx *store.Tx) error {
			must(t, do(tx, "UPDATE budgets SET remaining = 5"))
			_, err := tx.ExecContext(ctx, slow[tx.Engine])
			return err
		})
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) > 5*time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		done, stop := context.WithCancel(t.Context())
		err = db.Update(done, func(tx *store.Tx) error {
			stop()
			return nil
		})
		if !errors.Is(err, context.Canceled) || errors.Is(err, store.ErrUncertain) {
			t.Errorf("cancelled before the commit: %v", err)
		}
		if left := count(t, db, "SELECT remaining FROM budgets"); left != 1000 {
			t.Errorf("%d left", left)
		}
		must(t, draw(db, 100))
	})
}

// Everything that could leave the quoting of bun: F1 of the reliability survey, and what the engines treat apart.
func TestValuesStayValues(t *testing.T) {
	evil := []string{
		"it's \\ ok", "\n OR 1=1 --", `"; DROP TABLE budgets; --`, "what? ?", "emoji 🫶 and Ẹ̀kọ́", "$1 $$ :x @y", "\\x41",
		"%_",
	}
	each(t, func(t *testing.T, db *store.DB, _ string) {
		for i, text := range evil {
			id := fmt.Sprintf("e%d", i)
			must(t, db.Update(t.Context(), func(tx *store.Tx) error {
				return do(tx, "INSERT INTO budgets (id, name, remaining, version) VALUES (?, ?, 1, 1)", id, text)
			}))
			must(t, db.View(t.Context(), func(tx *store.Tx) error {
				var got string
				must(t, tx.NewSelect().TableExpr("budgets").Column("name").Where("10-? > 0 AND name = ?", -1, text).
					Scan(t.Context(), &got))
				if got != text {
					t.Errorf("wrote %q, read %q", text, got)
				}
				n, err := tx.NewSelect().TableExpr("budgets").Where("10-? > 100 AND name = ?", -1, text).Count(t.Context())
				if n != 0 || err != nil {
					t.Errorf("%q escaped its quotes: %d rows, %v", text, n, err)
				}
				return nil
			}))
		}
	})
}

func TestBeforeCommitRunsInsideTheTransaction(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, _ string) {
		var order []string
		note := func(name string) func(context.Context, *store.Tx) error {
			return func(_ context.Context, tx *store.Tx) error {
				order = append(order, name)
				return do(tx, "INSERT INTO draws (id, budget, amount) VALUES (?, 'b1', 1)", name)
			}
		}
		err := db.Update(t.Context(), func(tx *store.Tx) error {
			tx.BeforeCommit(func(ctx context.Context, tx *store.Tx) error {
				tx.BeforeCommit(note("third")) // what is added meanwhile runs too
				return note("first")(ctx, tx)
			})
			tx.BeforeCommit(note("second"))
			order = append(order, "act")
			return nil
		})
		if diff := cmp.Diff([]string{"act", "first", "second", "third"}, order); err != nil || diff != "" {
			t.Fatalf("%v, order (-want +got):\n%s", err, diff)
		}
		if n := count(t, db, "SELECT count(*) FROM draws"); n != 3 {
			t.Errorf("%d rows were committed, want 3", n)
		}
	})
}

func TestBeforeCommitCanRefuse(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, _ string) {
		ran := 0
		for _, refuse := range []func(tx *store.Tx) error{
			func(tx *store.Tx) error {
				tx.BeforeCommit(func(context.Context, *store.Tx) error { ran++; return errSpent })
				return nil
			},
			func(tx *store.Tx) error {
				tx.BeforeCommit(func(context.Context, *store.Tx) error { ran += 100; return nil })
				return errSpent
			},
		} {
			err := db.Update(t.Context(), func(tx *store.Tx) error {
				if err := do(tx, "INSERT INTO draws (id, budget, amount) VALUES ('d', 'b1', 1)"); err != nil {
					return err
				}
				return refuse(tx)
			})
			if !errors.Is(err, errSpent) {
				t.Errorf("got %v, want the refusal", err)
			}
		}
		if n := count(t, db, "SELECT count(*) FROM draws"); n != 0 || ran != 1 {
			t.Errorf("%d rows stayed and hooks counted %d, want 0 and 1: an act that fails has none run", n, ran)
		}
	})
}

// What one attempt asked for and holds in TxLocal is forgotten when the act runs again.
func TestBeforeCommitStartsAnewWithEachAttempt(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, _ string) {
		if db.Engine() != store.Postgres {
			t.Skip("SQLite has one writer: nothing is run again")
		}
		type counter int
		tries, hooks := 0, 0
		err := db.Update(t.Context(), func(tx *store.Tx) error {
			tries++
			*store.TxLocal[counter](tx)++
			if n := *store.TxLocal[counter](tx); n != 1 {
				t.Errorf("attempt %d counts %d, want 1", tries, n)
			}
			tx.BeforeCommit(func(context.Context, *store.Tx) error {
				hooks++
				if tries == 1 {
					return do(tx, "DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$")
				}
				return nil
			})
			return nil
		})
		if err != nil || tries != 2 || hooks != 2 {
			t.Errorf("%v after %d attempts and %d hooks, want 2 and 2", err, tries, hooks)
		}
	})
}
