package http_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"supportledger/access"
	"supportledger/backup"
	apphttp "supportledger/http"
	"supportledger/http/apitest"
	"supportledger/http/upkeep"
	"supportledger/store"
	"supportledger/store/jobs"
	"supportledger/store/storetest"
)

type errand struct{ Text string }

func (errand) Kind() string { return "errand" }

// folder is a machine that keeps backups in a folder.
func folder(dir string) *upkeep.Machine {
	return &upkeep.Machine{BackupDir: dir, Verified: func() (time.Time, float64) { return storetest.Start, 1 },
		Findings: func(context.Context) []upkeep.Finding {
			return []upkeep.Finding{{Name: "disk", State: "wrong", Text: "1 MB is free", Fix: "make room"}}
		}}
}

// A job that failed is listed with why, and tried again when an admin says so; nobody else sees jobs, backups or
// health.
func TestJobsByAPI(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		client := apitest.ServeWith(t, db, apphttp.Options{Machine: folder(t.TempDir())})
		admin, finance := client.As(db, "keeper", access.Admin), client.As(db, "books", access.FinanceOfficer)
		mended := make(chan struct{})
		failed := make(chan struct{}, 99)
		q := jobs.New(db, jobs.Options{})
		jobs.Do(q, func(context.Context, errand) error {
			select {
			case <-mended:
				return nil
			default:
				failed <- struct{}{}
				return errors.New("the mail server does not answer")
			}
		})
		if err := db.Update(t.Context(), func(tx *store.Tx) error {
			return jobs.Enqueue(t.Context(), tx, errand{"one"})
		}); err != nil {
			t.Fatal(err)
		}
		if err := q.Start(context.Background()); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = q.Stop(context.Background()) })
		<-failed
		seen := awaited(t, admin, "failed")
		if seen.Kind != "errand" || seen.Fault != "the mail server does not answer" {
			t.Errorf("the job that failed is %+v", seen)
		}
		for _, path := range []string{"/jobs", "/jobs/" + seen.ID, "/backups", "/health"} {
			finance.Get(path).Problem(403, "forbidden_scope")
		}
		admin.Get("/jobs/none").Problem(404, "unknown_job")
		for accepted := false; !accepted; { // the queue may try it at the same moment
			a := admin.Post("/jobs/"+awaited(t, admin, "failed").ID+"/retries", nil)
			if accepted = a.Status == 202; !accepted && a.Status != 412 {
				a.Problem(409, "job_runs_or_is_done")
			}
		}
		close(mended)
		if done := awaited(t, admin, "done"); done.ID != seen.ID || done.Fault != "" {
			t.Errorf("the job that was mended is %+v", done)
		}
		admin.Post("/jobs/"+seen.ID+"/retries", nil).Problem(409, "job_runs_or_is_done")
		var n int
		if err := db.View(t.Context(), func(tx *store.Tx) error {
			counted, err := access.CountActions(t.Context(), tx, time.Time{}, "job.retried")
			n = counted["job.retried"]
			return err
		}); err != nil || n != 1 {
			t.Errorf("%d retries are on record: %v", n, err)
		}
	})
}

type jobSeen struct{ ID, Kind, State, Fault string }

// awaited waits for a job of a state.
func awaited(t *testing.T, admin *apitest.Client, state string) jobSeen {
	t.Helper()
	for range 1500 {
		var list struct{ Data []jobSeen }
		admin.Get("/jobs?status=" + state).Want(200).Into(&list)
		if len(list.Data) > 0 {
			return list.Data[0]
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("no job is %s", state)
	return jobSeen{}
}

// Backups are listed newest first in pages; asking for one is on record, and refused where the server makes none.
func TestBackupsByAPI(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		dir := t.TempDir()
		for day := range 3 {
			name := filepath.Join(dir, backup.NameAt(storetest.Start.AddDate(0, 0, day), false))
			if err := backup.CreateFile(name, func(w io.Writer) error {
				_, err := io.WriteString(w, "a backup")
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(filepath.Join(dir, "other.txt"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		client := apitest.ServeWith(t, db, apphttp.Options{Machine: folder(dir)})
		admin := client.As(db, "keeper", access.Admin)
		var first, second struct {
			Data []struct{ Name string }
			Page struct {
				NextCursor string `json:"next_cursor"`
			}
		}
		admin.Get("/backups?limit=2").Want(200).Into(&first)
		admin.Get("/backups?limit=2&cursor=" + first.Page.NextCursor).Want(200).Into(&second)
		if len(first.Data) != 2 || len(second.Data) != 1 || first.Data[0].Name < first.Data[1].Name ||
			second.Data[0].Name >= first.Data[1].Name {
			t.Errorf("pages: %v, %v", first.Data, second.Data)
		}
		var health struct {
			OK       bool
			Findings []upkeep.Finding
			Makes    bool `json:"makes_backups"`
		}
		admin.Get("/health").Want(200).Into(&health)
		if last := health.Findings[len(health.Findings)-1]; health.OK || !health.Makes || last.Fix != "make room" {
			t.Errorf("health: %+v", health)
		}
		admin.Post("/backups?dry_run=true", nil).Want(200)
		admin.Post("/backups", nil).Want(202)
		without := apitest.Serve(t, db).As(db, "other-keeper", access.Admin)
		without.Post("/backups", nil).Problem(409, "no_backups")
		without.Get("/health").Want(200).Into(&health)
		if !health.OK || health.Makes {
			t.Errorf("without a machine: %+v", health)
		}
		if err := db.View(t.Context(), func(tx *store.Tx) error {
			counted, err := access.CountActions(t.Context(), tx, time.Time{}, upkeep.BackupRequested)
			if n := counted[upkeep.BackupRequested]; n != 1 {
				t.Errorf("%d requests are on record", n)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	})
}
