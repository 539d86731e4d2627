package upkeep

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"supportledger/access"
	"supportledger/backup"
	"supportledger/http/rest"
	"supportledger/store"
	"supportledger/store/jobs"
)

// Finding is what is known about one thing that the server needs.
type Finding struct {
	Name  string `json:"name"`
	State string `json:"state"` // ok, look, wrong
	Text  string `json:"text"`
	Fix   string `json:"fix,omitempty"`
}

// Machine is what the process that serves knows of where it runs.
type Machine struct {
	Findings  func(ctx context.Context) []Finding  // looks at what the server needs; nothing is changed
	BackupDir string                               // that the server keeps backups in; "" makes none by itself
	Verified  func() (at time.Time, clean float64) // when it last verified its books, 1 for clean; zero for never
}

// Keyed is what holds a key that has to be the one of the books.
type Keyed interface {
	Belongs(ctx context.Context, tx *store.Tx) error
}

// API is the upkeep of one server.
type API struct {
	*rest.API
	Machine *Machine // nil knows nothing
	Keys    []Keyed
}

// ErrNoBackups refuses a backup where the server makes none by itself.
var ErrNoBackups = errors.New("upkeep: the server makes no backups by itself")

// admins look after the server.
var admins = []access.Role{access.Admin}

// Register registers the operations.
func (a *API) Register() {
	rest.Route(a.API, rest.Op{Method: rest.Get, Path: "/jobs", ID: "listJobs", Tag: "jobs", Roles: admins,
		Summary: "List what is done later, newest first", Danish: "Vis det, der udføres senere, nyeste først",
		About: "What the server does after its answer: runs of statements, deliveries, reminders. A failed job is tried " +
			"again later and later; one that is given up waits for somebody. Done ones are kept two days."}, listJobs)
	rest.Route(a.API, rest.Op{Method: rest.Get, Path: "/jobs/:id", ID: "getJob", Tag: "jobs", Roles: admins,
		Summary: "One job", Danish: "Én opgave", Refuses: []error{jobs.ErrUnknown}}, getJob)
	rest.Route(a.API, rest.Op{Method: rest.Post, Path: "/jobs/:id/retries", ID: "retryJob", Tag: "jobs", Roles: admins,
		Match: "getJob", Status: http.StatusAccepted,
		Summary: "Have a job tried again now", Danish: "Prøv en opgave igen nu",
		Refuses: []error{jobs.ErrUnknown, jobs.ErrNoRetry}}, retryJob)
	rest.Route(a.API, rest.Op{Method: rest.Get, Path: "/backups", ID: "listBackups", Tag: "backups", Roles: admins,
		Summary: "List the backups that the server made by itself, newest first",
		Danish:  "Vis serverens egne sikkerhedskopier, nyeste først"}, a.listBackups)
	rest.Route(a.API, rest.Op{Method: rest.Post, Path: "/backups", ID: "requestBackup", Tag: "backups", Roles: admins,
		NoMatch: rest.MakesNew, Status: http.StatusAccepted,
		Summary: "Have a backup made now", Danish: "Lav en sikkerhedskopi nu",
		About: "The server begins within half a minute; the new one then stands in the list. One that is asked for while " +
			"none was made since the last request is the same.",
		Refuses: []error{ErrNoBackups}}, a.requestBackup)
	rest.Route(a.API, rest.Op{Method: rest.Get, Path: "/health", ID: "getHealth", Tag: "health", Roles: admins,
		Summary: "What is right and wrong with the server and its machine, and how to mend it",
		Danish:  "Hvad der er i orden og galt med serveren og dens maskine, og hvordan det rettes"}, a.getHealth)
}

type jobView struct {
	ID          string     `json:"id"`
	Kind        string     `json:"kind" description:"What is done, such as statement_run."`
	State       jobs.State `json:"state" enum:"scheduled,due,running,failed,given_up,done" description:"failed is tried again; given_up is not."`
	Attempt     int        `json:"attempt" description:"Attempts that were made."`
	MaxAttempts int        `json:"max_attempts"`
	CreatedAt   string     `json:"created_at"`
	ScheduledAt string     `json:"scheduled_at" description:"Of the next attempt, or of the last."`
	FinishedAt  string     `json:"finished_at,omitempty"`
	Fault       string     `json:"fault,omitempty" description:"Why the last attempt failed."`
}

func viewJob(j jobs.Job) jobView {
	return jobView{ID: strconv.FormatInt(j.ID, 10), Kind: j.Name, State: j.State, Attempt: j.Attempt,
		MaxAttempts: j.Attempts, CreatedAt: rest.Instant(j.CreatedAt), ScheduledAt: rest.Instant(j.ScheduledAt),
		FinishedAt: rest.Instant(j.FinishedAt), Fault: j.Fault}
}

type listJobsRequest struct {
	State jobs.State `query:"status" json:"-" validate:"omitempty,oneof=scheduled due running failed given_up done" description:"Only those."`
	rest.Page
}

func listJobs(ctx context.Context, tx *store.Tx, in listJobsRequest) (rest.List[jobView], error) {
	after, err := in.After(1)
	if err != nil {
		return rest.List[jobView]{}, err
	}
	var below int64
	if len(after) > 0 {
		if below, err = strconv.ParseInt(after[0], 10, 64); err != nil {
			return rest.List[jobView]{}, rest.Refuse("cursor_invalid")
		}
	}
	found, err := jobs.List(ctx, tx, in.State, below, in.Size()+1)
	return rest.ListOf(in.Page, found, viewJob,
		func(j jobs.Job) []string { return []string{strconv.FormatInt(j.ID, 10)} }), err
}

// jobID reads the id of a job; what is no number is unknown.
func jobID(in rest.ByRef) (int64, error) {
	id, err := strconv.ParseInt(string(in.ID), 10, 64)
	if err != nil || id <= 0 {
		return 0, jobs.ErrUnknown
	}
	return id, nil
}

func getJob(ctx context.Context, tx *store.Tx, in rest.ByRef) (jobView, error) {
	id, err := jobID(in)
	if err != nil {
		return jobView{}, err
	}
	j, err := jobs.Find(ctx, tx, id)
	return viewJob(j), err
}

func retryJob(ctx context.Context, tx *store.Tx, in rest.ByRef) (jobView, error) {
	id, err := jobID(in)
	if err != nil {
		return jobView{}, err
	}
	j, err := jobs.Retry(ctx, tx, id)
	if err != nil {
		return jobView{}, err
	}
	return viewJob(j), access.Record(ctx, tx, access.Event{Action: "job.retried", Subject: viewJob(j).ID,
		Fields: []string{"scheduled_at"}})
}

type backupView struct {
	Name      string `json:"name"`
	CreatedAt string `json:"created_at"`
	Bytes     int64  `json:"bytes"`
}

func viewBackup(b backup.Scheduled) backupView {
	return backupView{Name: filepath.Base(b.Path), CreatedAt: rest.Instant(b.At), Bytes: b.Bytes}
}

// backups are the scheduled backups, newest first.
func (a *API) backups() ([]backup.Scheduled, bool, error) {
	if a.Machine == nil || a.Machine.BackupDir == "" {
		return nil, false, nil
	}
	all, err := backup.List(a.Machine.BackupDir)
	slices.Reverse(all)
	return all, true, err
}

type listBackupsRequest struct{ rest.Page }

func (a *API) listBackups(_ context.Context, _ *store.Tx, in listBackupsRequest) (rest.List[backupView], error) {
	after, err := in.After(1)
	if err != nil {
		return rest.List[backupView]{}, err
	}
	all, _, err := a.backups()
	name := func(b backup.Scheduled) string { return filepath.Base(b.Path) }
	if len(after) > 0 {
		all = slices.DeleteFunc(all, func(b backup.Scheduled) bool { return name(b) >= after[0] })
	}
	return rest.ListOf(in.Page, all[:min(len(all), in.Size()+1)], viewBackup,
		func(b backup.Scheduled) []string { return []string{name(b)} }), err
}

type requestBackupView struct {
	Requested string `json:"requested_at"`
}

// BackupRequested is the audit event by which the server knows that somebody wants a backup now.
const BackupRequested = "backup.requested"

func (a *API) requestBackup(ctx context.Context, tx *store.Tx, _ rest.None) (requestBackupView, error) {
	if _, made, err := a.backups(); err != nil {
		return requestBackupView{}, err
	} else if !made {
		return requestBackupView{}, ErrNoBackups
	}
	return requestBackupView{rest.Instant(tx.At)}, access.Record(ctx, tx, access.Event{Action: BackupRequested,
		Subject: "backups"})
}

type healthView struct {
	OK            bool      `json:"ok" description:"Nothing is wrong."`
	MakesBackups  bool      `json:"makes_backups"`
	VerifiedAt    string    `json:"verified_at,omitempty" description:"When the server last verified its books; empty where it did not since it started."`
	VerifiedClean bool      `json:"verified_clean"`
	Findings      []Finding `json:"findings"`
}

// late is how old a waiting job may be.
const late = time.Hour

func (a *API) getHealth(ctx context.Context, tx *store.Tx, _ rest.None) (healthView, error) {
	v := healthView{Findings: []Finding{{Name: "database", State: "ok", Text: "answers"}}}
	keys := Finding{Name: "keys", State: "ok", Text: "belong to these books"}
	for _, k := range a.Keys {
		if err := k.Belongs(ctx, tx); err != nil {
			keys = Finding{Name: "keys", State: "wrong", Text: "a key is not that of these books",
				Fix: "docs/INCIDENTS.md: a lost key"}
		}
	}
	queue, err := jobs.Overdue(ctx, tx)
	if err != nil {
		return v, err
	}
	queued := Finding{Name: "jobs", State: "ok", Text: "none is late"}
	for _, w := range queue {
		if w.Oldest > late {
			queued = Finding{Name: "jobs", State: "wrong", Text: "some wait for more than an hour",
				Fix: "does the mail server answer? /jobs lists them"}
		}
	}
	v.Findings = append(v.Findings, keys, queued)
	if a.Machine != nil {
		v.Findings = append(v.Findings, a.Machine.Findings(ctx)...)
		at, clean := a.Machine.Verified()
		v.VerifiedAt, v.VerifiedClean, v.MakesBackups = rest.Instant(at), clean == 1, a.Machine.BackupDir != ""
	}
	v.OK = !slices.ContainsFunc(v.Findings, func(f Finding) bool { return f.State == "wrong" })
	return v, nil
}
