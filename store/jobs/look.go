package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"supportledger/store"
)

// What looking at jobs refuses.
var (
	ErrUnknown = errors.New("jobs: unknown job")
	ErrNoRetry = errors.New("jobs: the job runs, or is done")
)

// State is how far a job is.
type State string

// The states of a job.
const (
	Scheduled State = "scheduled" // not due yet
	Due       State = "due"
	Running   State = "running"
	Failed    State = "failed" // at its last attempt; it is tried again
	GivenUp   State = "given_up"
	Done      State = "done"
)

// states are ours for each of river's.
var states = map[rivertype.JobState]State{
	rivertype.JobStateAvailable: Due, rivertype.JobStatePending: Scheduled, rivertype.JobStateScheduled: Scheduled,
	rivertype.JobStateRunning: Running, rivertype.JobStateRetryable: Failed, rivertype.JobStateDiscarded: GivenUp,
	rivertype.JobStateCancelled: GivenUp, rivertype.JobStateCompleted: Done,
}

// Job is a job as an admin sees it: what kind of work it is and how far, not what it was told.
type Job struct {
	ID                int64
	Name              string // its kind
	State             State
	Attempt, Attempts int // those that were made, and the most that are
	CreatedAt         time.Time
	ScheduledAt       time.Time // of the next attempt
	FinishedAt        time.Time // zero where it is not
	Fault             string    // why the last attempt failed
}

func seen(row *rivertype.JobRow) Job {
	j := Job{ID: row.ID, Name: row.Kind, State: states[row.State], Attempt: row.Attempt, Attempts: row.MaxAttempts,
		CreatedAt: row.CreatedAt, ScheduledAt: row.ScheduledAt}
	if row.FinalizedAt != nil {
		j.FinishedAt = *row.FinalizedAt
	}
	if n := len(row.Errors); n > 0 && j.State != Done {
		j.Fault = row.Errors[n-1].Error
	}
	return j
}

// mostListed is how many jobs river lists at once.
const mostListed = 10_000

// List lists jobs, newest first, from below an id on, which is 0 at first; state "" is all.
func List(ctx context.Context, tx *store.Tx, state State, below int64, limit int) ([]Job, error) {
	client, err := inserting[tx.Engine]()
	if err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	p := river.NewJobListParams().OrderBy(river.JobListOrderByID, river.SortOrderDesc).First(min(limit, mostListed))
	if state != "" {
		var of []rivertype.JobState
		for theirs, ours := range states {
			if ours == state {
				of = append(of, theirs)
			}
		}
		p = p.States(of...)
	}
	if below > 0 {
		p = p.After(river.JobListCursorFromJob(&rivertype.JobRow{ID: below}))
	}
	found, err := client.JobListTx(ctx, tx.Tx.Tx, p)
	if err != nil {
		return nil, fmt.Errorf("jobs: %w", store.Classify(err))
	}
	all := make([]Job, len(found.Jobs))
	for i, row := range found.Jobs {
		all[i] = seen(row)
	}
	return all, nil
}

// Find finds a job; [ErrUnknown].
func Find(ctx context.Context, tx *store.Tx, id int64) (Job, error) {
	client, err := inserting[tx.Engine]()
	if err != nil {
		return Job{}, fmt.Errorf("jobs: %w", err)
	}
	row, err := client.JobGetTx(ctx, tx.Tx.Tx, id)
	if errors.Is(err, rivertype.ErrNotFound) {
		return Job{}, ErrUnknown
	}
	if err != nil {
		return Job{}, fmt.Errorf("jobs: %w", store.Classify(err))
	}
	return seen(row), nil
}

// Retry has a job run now that is not due yet, failed or was given up; [ErrUnknown], [ErrNoRetry].
func Retry(ctx context.Context, tx *store.Tx, id int64) (Job, error) {
	j, err := Find(ctx, tx, id)
	if err != nil {
		return Job{}, err
	}
	if j.State == Running || j.State == Done {
		return Job{}, ErrNoRetry
	}
	if err := store.AboutToWrite(ctx); err != nil {
		return Job{}, err
	}
	client, err := inserting[tx.Engine]()
	if err != nil {
		return Job{}, fmt.Errorf("jobs: %w", err)
	}
	row, err := client.JobRetryTx(ctx, tx.Tx.Tx, id)
	if err != nil {
		return Job{}, fmt.Errorf("jobs: %w", store.Classify(err))
	}
	return seen(row), nil
}
