// Package jobs does work later: what takes too long for an answer, waits for somebody else's server, or comes every
// day.
//
// A job is enqueued in the transaction that makes it necessary, so there is never one for what was rolled back and none
// missing for what was committed. It is worked by whichever process has a [Queue] started, on both engines by the same
// code, and again with growing pauses where it failed.
//
//	                     store.Tx                        process of its own time
//	act ──▶ rows, entries, Enqueue(ctx, tx, job) ──commit──▶ Queue ──▶ work(ctx, job) ──▶ transactions of its own
//
// A job may run twice: a process that is killed after its work and before the note of it leaves a job that runs again.
// So work looks first whether it was done, and says so in the transaction in which it does it.
//
// What a job holds are ids and dates. It lies in the clear, in the database and in its copies; no name, no address, no
// word about a person may stand in it, nor in the error that its work returns.
//
// Below it is riverqueue/river, which this package alone knows. River tells its own time, so a job that is due tomorrow
// by a test's clock is not due tomorrow.
package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivertype"

	"supportledger/store"
)

// Args are what a job is told: a struct that becomes JSON. Kind names the work, such as statement_delivery; it is asked
// of the zero value too, and never changes while jobs of it may be waiting.
type Args interface{ Kind() string }

// The longest times that things may take.
const (
	// Timeout is how long one job may take. Longer work is cut into several.
	Timeout = time.Minute
	// stopping is how long jobs may go on when the process is told to stop.
	stopping = 20 * time.Second
)

// Options are what [New] cannot know by itself; the zero value is good.
type Options struct {
	Workers int           // how many jobs at once; 0 is one per core
	Timeout time.Duration // 0 is [Timeout]
	Rescue  time.Duration // after which a job is taken from a process that is gone; 0 is half as long again as Timeout
	Kept    time.Duration // how long a job that is done is remembered; 0 is two days
}

// Queue works the jobs of one database. Say what it can do ([Do], [Daily]), start it, stop it.
type Queue struct {
	db      *store.DB
	options Options
	workers *river.Workers
	kinds   int // of jobs that it can do
	daily   []*river.PeriodicJob
	client  *river.Client[*sql.Tx]
}

// New makes a queue that knows no work yet.
func New(db *store.DB, o Options) *Queue {
	if o.Workers == 0 {
		o.Workers = runtime.NumCPU()
	}
	if o.Timeout == 0 {
		o.Timeout = Timeout
	}
	if o.Rescue == 0 {
		o.Rescue = o.Timeout + o.Timeout/2
	}
	if o.Kept == 0 {
		o.Kept = 48 * time.Hour
	}
	return &Queue{db: db, options: o, workers: river.NewWorkers()}
}

// Do says how jobs of A's kind are done. Work gets a context that ends with [Options.Timeout]; an error makes the job
// run again, later and later, unless it is one of [Never].
func Do[A Args](q *Queue, work func(ctx context.Context, args A) error) {
	q.kinds++
	river.AddWorker(q.workers, river.WorkFunc(func(ctx context.Context,
		job *river.Job[A]) error {
		return work(ctx, job.Args)
	}))
}

// Daily enqueues what args gives for the day (2026-11-26, UTC) at an hour of every day, and at the start of a process
// for a day that has none yet: once a day, however many processes run.
func Daily[A Args](q *Queue, hour int, args func(day string) A) {
	var kind A
	made := func() (river.JobArgs, *river.InsertOpts) {
		now := q.db.Clock().Now().UTC()
		if now.Hour() < hour {
			now = now.AddDate(0, 0, -1) // yesterday's, which a process that did not run has missed
		}
		return args(now.Format(time.DateOnly)), &river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true,
			ByState: rivertype.JobStates()}}
	}
	q.daily = append(q.daily, river.NewPeriodicJob(everyDayAt(hour), made,
		&river.PeriodicJobOpts{ID: kind.Kind(), RunOnStart: true}))
}

// everyDayAt is the schedule of an hour of the day, UTC.
type everyDayAt int

// Next is the first such hour after now.
func (hour everyDayAt) Next(now time.Time) time.Time {
	now = now.UTC()
	next := time.Date(now.Year(), now.Month(), now.Day(), int(hour), 0, 0, 0, time.UTC)
	if !next.After(now) {
		next = next.AddDate(0, 0, 1)
	}
	return next
}

// Never wraps the error of a job that must not be tried again.
func Never(err error) error { return river.JobCancel(err) }

// Start begins to work. Ending ctx stops it like [Queue.Stop]. A queue that knows no work has nothing to begin.
func (q *Queue) Start(ctx context.Context) error {
	if q.kinds == 0 {
		return nil
	}
	driver := driverOf(q.db.Engine(), q.db.Pool())
	client, err := river.NewClient(driver, &river.Config{
		Queues:                      map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: q.options.Workers}},
		Workers:                     q.workers,
		PeriodicJobs:                q.daily,
		Logger:                      slog.New(loud{q.db.Log().Handler()}),
		JobTimeout:                  q.options.Timeout,
		RescueStuckJobsAfter:        q.options.Rescue,
		CompletedJobRetentionPeriod: q.options.Kept,
		SoftStopTimeout:             stopping,
		FetchCooldown:               20 * time.Millisecond,
		FetchPollInterval:           500 * time.Millisecond,
		FetchOnlyKnownKinds:         true, // an older process beside a newer one leaves what it does not know
		ReindexerIndexNames:         []string{},
		PollOnly:                    true, // LISTEN does not pass a pooler; nothing of ours hangs on half a second
	})
	if err != nil {
		return fmt.Errorf("jobs: %w", err)
	}
	if err := client.Start(ctx); err != nil {
		return fmt.Errorf("jobs: %w", store.Classify(err))
	}
	q.client = client
	return nil
}

// Stop waits for the jobs that run, and cuts them short where they take longer than twenty seconds: they run again
// later.
func (q *Queue) Stop(ctx context.Context) error {
	if q.client == nil {
		return nil
	}
	if err := q.client.Stop(ctx); err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("jobs: %w", err)
	}
	return nil
}

// Enqueue adds jobs in a transaction: with its commit they are there, after a rollback they never were.
func Enqueue[A Args](ctx context.Context, tx *store.Tx, all ...A) error {
	return enqueue(ctx, tx, river.InsertOpts{}, all)
}

// EnqueueAt is [Enqueue] for jobs that are not to run before an instant.
func EnqueueAt[A Args](ctx context.Context, tx *store.Tx, at time.Time, all ...A) error {
	return enqueue(ctx, tx, river.InsertOpts{ScheduledAt: at}, all)
}

// EnqueueOnce is [Enqueue] that leaves out a job of which an equal one is waiting or running.
func EnqueueOnce[A Args](ctx context.Context, tx *store.Tx, all ...A) error {
	return enqueue(ctx, tx, river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateRunning,
		rivertype.JobStateScheduled,
	}}}, all)
}

// atOnce is how many jobs one statement inserts.
const atOnce = 1000

func enqueue[A Args](ctx context.Context, tx *store.Tx, o river.InsertOpts, all []A) error {
	if err := store.AboutToWrite(ctx); err != nil {
		return err
	}
	client, err := inserting[tx.Engine]()
	if err != nil {
		return fmt.Errorf("jobs: %w", err)
	}
	for len(all) > 0 {
		n := min(len(all), atOnce)
		many := make([]river.InsertManyParams, n)
		for i, a := range all[:n] {
			many[i] = river.InsertManyParams{Args: a, InsertOpts: &o}
		}
		if _, err := client.InsertManyTx(ctx, tx.Tx.Tx, many); err != nil {
			return fmt.Errorf("jobs: %w", store.Classify(err))
		}
		all = all[n:]
	}
	return nil
}

// inserting are clients that only insert, one per engine; they have no connection of their own.
var inserting = map[store.Engine]func() (*river.Client[*sql.Tx], error){
	store.SQLite:   sync.OnceValues(func() (*river.Client[*sql.Tx], error) { return insertOnly(store.SQLite) }),
	store.Postgres: sync.OnceValues(func() (*river.Client[*sql.Tx], error) { return insertOnly(store.Postgres) }),
}

func insertOnly(engine store.Engine) (*river.Client[*sql.Tx], error) {
	return river.NewClient(driverOf(engine, nil), &river.Config{Logger: slog.New(slog.DiscardHandler)})
}

func driverOf(engine store.Engine, pool *sql.DB) riverdriver.Driver[*sql.Tx] {
	if engine == store.Postgres {
		return riverdatabasesql.New(pool)
	}
	return riversqlite.New(pool)
}

// loud passes on what an operator has to know: river tells every start and stop of its parts.
type loud struct{ slog.Handler }

// Enabled leaves out what is below a warning.
func (l loud) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && l.Handler.Enabled(ctx, level)
}

// WithAttrs keeps the handler loud.
func (l loud) WithAttrs(attrs []slog.Attr) slog.Handler { return loud{l.Handler.WithAttrs(attrs)} }

// WithGroup keeps the handler loud.
func (l loud) WithGroup(name string) slog.Handler { return loud{l.Handler.WithGroup(name)} }
