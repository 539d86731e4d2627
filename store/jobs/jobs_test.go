package jobs_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"

	"supportledger/store"
	"supportledger/store/jobs"
	"supportledger/store/storetest"
)

type note struct{ Text string }

func (note) Kind() string { return "note" }

type tick struct{ Day string }

func (tick) Kind() string { return "tick" }

// seen collects what was worked.
type seen struct {
	mu   sync.Mutex
	all  []string
	done chan struct{}
	want int
}

func waitFor(n int) *seen { return &seen{done: make(chan struct{}), want: n} }

func (s *seen) add(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all = append(s.all, what); len(s.all) == s.want {
		close(s.done)
	}
}

func (s *seen) sorted(t *testing.T) []string {
	t.Helper()
	select {
	case <-s.done:
	case <-time.After(2 * time.Minute): // a leader is elected first, which takes long beside other tests
		t.Fatal("the jobs were not done")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(slices.Values(s.all))
}

func start(t *testing.T, q *jobs.Queue) {
	t.Helper()
	if err := q.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := q.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

// A job lives and dies with the transaction that made it, runs beside writing of its own, and again where it failed.
func TestJobsBelongToTheirTransaction(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		undone := errors.New("undone")
		err := db.Update(t.Context(), func(tx *store.Tx) error {
			return errors.Join(jobs.Enqueue(t.Context(), tx, note{"rolled back"}), undone)
		})
		if !errors.Is(err, undone) {
			t.Fatal(err)
		}
		got := waitFor(5)
		var once sync.Once
		q := jobs.New(db, jobs.Options{})
		jobs.Do(q, func(ctx context.Context, n note) error {
			var err error
			if n.Text == "fails once" {
				once.Do(func() { err = errors.New("not yet") })
			}
			if err != nil {
				return err
			}
			got.add(n.Text)
			if n.Text == "never again" {
				return jobs.Never(errors.New("no"))
			}
			return db.Update(ctx, func(tx *store.Tx) error { // the writer is free while a job runs
				if n.Text != "makes another" {
					return nil
				}
				return jobs.Enqueue(ctx, tx, note{"made by another"})
			})
		})
		start(t, q)
		if err := db.Update(t.Context(), func(tx *store.Tx) error {
			return jobs.Enqueue(t.Context(), tx, note{"plain"}, note{"fails once"}, note{"never again"}, note{"makes another"})
		}); err != nil {
			t.Fatal(err)
		}
		want := []string{"fails once", "made by another", "makes another", "never again", "plain"}
		if all := got.sorted(t); !slices.Equal(all, want) {
			t.Errorf("worked %q, not %q", all, want)
		}
	})
}

// What is waiting already is not enqueued again; a daily job comes once a day, also where two processes start.
func TestOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for range 3 {
			if err := db.Update(t.Context(), func(tx *store.Tx) error {
				return jobs.EnqueueOnce(t.Context(), tx, note{"only once"})
			}); err != nil {
				t.Fatal(err)
			}
		}
		got := waitFor(2)
		queue := func() *jobs.Queue {
			q := jobs.New(db, jobs.Options{})
			jobs.Do(q, func(_ context.Context, n note) error { got.add(n.Text); return nil })
			jobs.Do(q, func(_ context.Context, d tick) error { got.add(d.Day); return nil })
			jobs.Daily(q, 0, func(day string) tick { return tick{day} })
			return q
		}
		first := queue()
		if err := first.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		today := storetest.ClockOf(db).Now().Format(time.DateOnly) // not the machine's
		if all := got.sorted(t); !slices.Equal(all, []string{today, "only once"}) {
			t.Errorf("worked %q", all)
		}
		if err := first.Stop(context.Background()); err != nil {
			t.Fatal(err)
		}
		start(t, queue())
		time.Sleep(time.Second)
		if all := got.sorted(t); len(all) != 2 {
			t.Errorf("after another start: %q", all)
		}
	})
}

// Our copy of river's tables is what this version of river wants.
func TestRiverFindsItsTables(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var valid func(context.Context, *rivermigrate.ValidateOpts) (*rivermigrate.ValidateResult, error)
		if db.Engine() == store.Postgres {
			m, err := rivermigrate.New(riverdatabasesql.New(db.Pool()), nil)
			if err != nil {
				t.Fatal(err)
			}
			valid = m.Validate
		} else {
			m, err := rivermigrate.New(riversqlite.New(db.Pool()), nil)
			if err != nil {
				t.Fatal(err)
			}
			valid = m.Validate
		}
		if found, err := valid(t.Context(), nil); err != nil || !found.OK {
			t.Errorf("%+v, %v: river has newer migrations; add a migration of ours with what they change", found, err)
		}
	})
}
