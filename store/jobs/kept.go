package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"supportledger/store"
)

// Kept is a job that is not done yet, as a backup keeps it: the same from both engines.
type Kept struct {
	Name      string          `json:"kind"`
	Told      json.RawMessage `json:"args"` // keys in order
	Scheduled time.Time       `json:"scheduled_at"`
	Attempts  int             `json:"max_attempts"`
}

// Kind is the kind that the job had.
func (k Kept) Kind() string { return k.Name }

// MarshalJSON is what the job was told.
func (k keptArgs) MarshalJSON() ([]byte, error) { return k.Told, nil }

// keptArgs are a kept job on its way back into the queue.
type keptArgs struct{ Kept }

// waiting read what is not done, in the order of ids.
var waiting = map[store.Engine]string{
	store.SQLite: `SELECT kind, json(args) AS args, max_attempts AS attempts,
		  strftime('%Y-%m-%dT%H:%M:%SZ', scheduled_at) AS scheduled
		FROM river_job WHERE finalized_at IS NULL ORDER BY id`,
	store.Postgres: `SELECT kind, CAST(args AS TEXT) AS args, max_attempts AS attempts,
		  to_char(scheduled_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS scheduled
		FROM river_job WHERE finalized_at IS NULL ORDER BY id`,
}

// Waiting lists the jobs that are not done yet. One that runs is among them.
func Waiting(ctx context.Context, tx *store.Tx) ([]Kept, error) {
	var rows []struct {
		Kind, Args, Scheduled string
		Attempts              int
	}
	if err := tx.NewRaw(waiting[tx.Engine]).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	all := make([]Kept, len(rows))
	for i, r := range rows {
		at, err := time.Parse(time.RFC3339, r.Scheduled)
		if err != nil {
			return nil, fmt.Errorf("jobs: %w", err)
		}
		var args any
		if err := json.Unmarshal([]byte(r.Args), &args); err != nil {
			return nil, fmt.Errorf("jobs: %w", err)
		}
		told, err := json.Marshal(args) // with its keys in order
		if err != nil {
			return nil, fmt.Errorf("jobs: %w", err)
		}
		all[i] = Kept{Name: r.Kind, Told: told, Scheduled: at, Attempts: r.Attempts}
	}
	return all, nil
}

// Again enqueues jobs that were kept. They run when they were due, with all their attempts.
func Again(ctx context.Context, tx *store.Tx, all []Kept) error {
	for _, k := range all {
		o := river.InsertOpts{ScheduledAt: k.Scheduled, MaxAttempts: k.Attempts}
		if err := enqueue(ctx, tx, o, []keptArgs{{k}}); err != nil {
			return err
		}
	}
	return nil
}

// Waits is how many jobs of a kind are due and not done, and how long the oldest has been due.
type Waits struct {
	Number int
	Oldest time.Duration
}

// overdue count the jobs that are due, by kind.
var overdue = map[store.Engine]string{
	store.SQLite: `SELECT kind, COUNT(*) AS number, strftime('%Y-%m-%dT%H:%M:%SZ', MIN(created_at)) AS oldest
		FROM river_job WHERE state IN ('available', 'retryable', 'running')
		  AND (state <> 'available' OR CAST(strftime('%s', scheduled_at) AS INTEGER) <= ?) GROUP BY kind`,
	store.Postgres: `SELECT kind, COUNT(*) AS number,
		  to_char(MIN(created_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS oldest
		FROM river_job WHERE state IN ('available', 'retryable', 'running')
		  AND (state <> 'available' OR EXTRACT(EPOCH FROM scheduled_at) <= ?) GROUP BY kind`,
}

// Overdue tells what waits, by kind.
func Overdue(ctx context.Context, tx *store.Tx) (map[string]Waits, error) {
	var rows []struct {
		Kind, Oldest string
		Number       int
	}
	if err := tx.NewRaw(overdue[tx.Engine], tx.At.Unix()).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	all := map[string]Waits{}
	for _, r := range rows {
		at, err := time.Parse(time.RFC3339, r.Oldest)
		if err != nil {
			return nil, fmt.Errorf("jobs: %w", err)
		}
		all[r.Kind] = Waits{r.Number, max(0, tx.At.Sub(at))}
	}
	return all, nil
}
