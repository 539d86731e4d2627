package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"path/filepath"
	"time"

	"supportledger/access"
	feed "supportledger/access/events"
	"supportledger/backup"
	"supportledger/cmd/alarms"
	"supportledger/cmd/disk"
	"supportledger/cmd/witness"
	"supportledger/http/metrics"
	"supportledger/http/upkeep"
	"supportledger/ledger/evidence"
	"supportledger/statements"
	"supportledger/statements/verify"
	"supportledger/store"
	"supportledger/store/jobs"
)

// careFlags say what a server does by itself, and whom it tells.
type careFlags struct {
	BackupDir       string        `placeholder:"DIR" type:"path" help:"Folder that the server keeps backups in; none makes no backups by itself."`
	BackupEvery     time.Duration `default:"24h" placeholder:"24h" help:"How often a backup is made (24h)."`
	BackupDays      int           `default:"14" placeholder:"N" help:"Backups of so many days are kept (14)."`
	BackupWeeks     int           `default:"8" placeholder:"N" help:"And of so many weeks, the newest of each (8)."`
	BackupMonths    int           `default:"12" placeholder:"N" help:"And of so many months (12)."`
	BackupEncryptTo []string      `placeholder:"age1…|FILE" help:"Encrypt backups to this key of age, or to all keys in FILE."`
	VerifyEvery     time.Duration `default:"24h" placeholder:"24h" help:"How often the server verifies its books; 0 never (24h)."`
	AlarmTo         []string      `placeholder:"ADDRESS" help:"Who is mailed when something needs an admin: an old backup, a disk nearly full, failed sign-ins. Needs --mail-server."`
	DiskFree        int           `default:"10" placeholder:"PERCENT" help:"Below so much free disk there is an alarm (10)."`
}

// care is what a server does for its books beside answering requests.
type care struct {
	careFlags
	witnessFlags
	db        *store.DB
	at        address
	documents evidence.Blobs
	settings  map[string]string
	log       *slog.Logger
	alarms    *alarms.Alarms

	end context.CancelCauseFunc // stops the server, which must not go on

	verified metrics.Last // 1 is clean
	tried    time.Time    // to make a backup
}

// careEvery is how often the server looks after its books; each thing has its own time besides.
const careEvery = 10 * time.Second

// hourly is an hour in turns of careEvery.
const hourly = int(time.Hour / careEvery)

// witness holds the books against what is remembered of them, hourly against all signed checkpoints too, and remembers
// how far they are now. Books that were put back while they are served are served no longer.
func (k *care) witness(ctx context.Context, all bool) (err error) {
	if all {
		err = k.Witness.Compare(ctx, k.db)
	}
	if err == nil {
		err = k.Witness.Remember(ctx, k.db)
	}
	if witness.Older(err) {
		k.end(err)
	}
	return err
}

// tend looks after the books until ctx ends.
func (k *care) tend(ctx context.Context) {
	tick := time.NewTicker(careEvery)
	defer tick.Stop()
	for n := 0; ; n++ {
		k.turn(ctx, n)
		select {
		case <-ctx.Done():
			k.goodbye(ctx)
			return
		case <-tick.C:
		}
	}
}

// turn looks after all of it once: after backup and verification at each turn, after the rest each minute.
func (k *care) turn(ctx context.Context, n int) {
	k.step(ctx, "backup", k.keep)
	k.step(ctx, "verify", k.verify)
	if n%6 == 0 {
		k.step(ctx, "disk", k.disk)
		k.step(ctx, "events", k.events)
		k.step(ctx, "jobs", k.jobs)
		k.step(ctx, "mail", k.mail)
		k.step(ctx, "witness", func(ctx context.Context) error { return k.witness(ctx, n%hourly == 0) })
	}
	k.step(ctx, "log", k.db.Checkpoint)
}

// goodbye has the witness see the last that was written.
func (k *care) goodbye(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), careEvery)
	defer cancel()
	k.step(ctx, "witness", func(ctx context.Context) error { return k.witness(ctx, false) })
}

// step does one thing. What it cannot do is an alarm of its own.
func (k *care) step(ctx context.Context, name string, do func(context.Context) error) {
	err := do(ctx)
	if err == nil || ctx.Err() != nil || errors.Is(err, store.ErrBusy) {
		return
	}
	k.alarms.Raise(ctx, name+"_failed", told(err))
}

// newest is the last scheduled backup, zero without one.
func (k *care) newest() (time.Time, error) {
	all, err := backup.List(k.BackupDir)
	if err != nil || len(all) == 0 {
		return time.Time{}, err
	}
	return all[len(all)-1].At, nil
}

// retry is how long a backup that failed waits for the next try.
const retry = 15 * time.Minute

// keep makes a backup when it is time, and deletes those that need not be kept.
func (k *care) keep(ctx context.Context) error {
	if k.BackupDir == "" {
		return nil
	}
	newest, err := k.newest()
	if err != nil {
		return err
	}
	now := time.Now()
	if age := now.Sub(newest); age > 2*k.BackupEvery && !newest.IsZero() {
		k.alarms.Raise(ctx, "backup_old", fmt.Sprintf("The newest backup is %s old.", age.Round(time.Minute)))
	}
	if now.Sub(k.tried) < retry {
		return nil
	}
	if now.Sub(newest) < k.BackupEvery {
		if asked, err := k.asked(ctx, newest); err != nil || !asked {
			return err
		}
	}
	k.tried = now
	name, m, err := k.backup(ctx, now)
	if err != nil {
		return err
	}
	k.log.InfoContext(ctx, "backup", "file", filepath.Base(name), "leaves", m.Leaves, "entry", m.LastEntry,
		"seconds", time.Since(now).Seconds())
	if len(m.Lacking) > 0 {
		k.alarms.Raise(ctx, "documents_lacking", fmt.Sprintf(
			"%d documents are not in their folder, and so not in the backup.", len(m.Lacking)))
	}
	k.tried = time.Time{}
	gone, err := backup.Retention{Days: k.BackupDays, Weeks: k.BackupWeeks, Months: k.BackupMonths}.Prune(k.BackupDir, now)
	if len(gone) > 0 {
		k.log.InfoContext(ctx, "backups deleted", "number", len(gone))
	}
	return err
}

// asked tells whether an admin wants a backup that is newer than the newest.
func (k *care) asked(ctx context.Context, newest time.Time) (bool, error) {
	n := 0
	err := k.db.View(ctx, func(tx *store.Tx) error {
		counted, err := access.CountActions(ctx, tx, newest, upkeep.BackupRequested)
		n = counted[upkeep.BackupRequested]
		return err
	})
	return n > 0, err
}

func (k *care) backup(ctx context.Context, now time.Time) (name string, m backup.Manifest, err error) {
	to, err := recipients("--backup-encrypt-to", k.BackupEncryptTo)
	if err != nil {
		return "", m, err
	}
	name = filepath.Join(k.BackupDir, backup.NameAt(now, len(to) > 0))
	err = backup.CreateFile(name, func(w io.Writer) error {
		m, err = backup.Write(ctx, k.db, w, backup.Options{Program: version(), Evidence: k.documents, Recipients: to,
			Settings: k.settings, Keys: keysApart})
		return err
	})
	if errors.Is(err, fs.ErrExist) {
		err = nil // another server of these books was quicker
	}
	return name, m, err
}

// verify verifies the books when it is time: at the first start after so long, too.
func (k *care) verify(ctx context.Context) error {
	last, _ := k.verified.Get()
	if k.VerifyEvery == 0 || time.Since(last) < k.VerifyEvery {
		return nil
	}
	var report verify.Report
	began := time.Now()
	err := k.db.View(ctx, func(tx *store.Tx) (err error) {
		o := verify.Options{}
		if k.documents != nil {
			o.Evidence = evidence.OpenLocked(k.documents)
		}
		report, err = verify.Books(ctx, tx, nil, o)
		return err
	})
	if err != nil {
		return err
	}
	clean := 1.0
	if !report.OK {
		clean = 0
		k.alarms.Raise(ctx, "verify_found", fmt.Sprintf("verify found %d things; supportledger verify lists them. "+
			"docs/INCIDENTS.md says what to do.", len(report.Findings)))
	}
	k.verified.Set(time.Now(), clean)
	k.log.InfoContext(ctx, "verify", "ok", report.OK, "leaves", report.Leaves, "seconds", time.Since(began).Seconds())
	return nil
}

// disk looks how much is free where the books are and where backups go.
func (k *care) disk(ctx context.Context) error {
	for _, place := range k.places() {
		free, all, err := disk.Free(place)
		if err != nil {
			return err
		}
		if all > 0 && free*100 < all*uint64(max(0, k.DiskFree)) {
			k.alarms.Raise(ctx, "disk_nearly_full", fmt.Sprintf("%d MB of %d MB are free in %s.", free>>20, all>>20, place))
		}
	}
	return nil
}

// places are the folders that the server writes to.
func (k *care) places() (all []string) {
	if file, ok := k.at.file(); ok {
		all = append(all, filepath.Dir(file))
	}
	if k.BackupDir != "" {
		all = append(all, k.BackupDir)
	}
	return all
}

// watched are the audit events that an admin hears of, and how many within lookBack are worth a word.
var watched = []struct {
	action string
	most   int
	text   string
}{
	{"sign_in.failed", 10, "Many sign-ins failed within ten minutes: %d."},
	{"identity.opened_in_emergency", 0, "Somebody was opened in an emergency: %d times. It waits for review."},
	{feed.GaveUp, 0, "A receiver of webhooks failed for days and is told nothing more: %d. " +
		"GET /api/v1/webhook-endpoints shows which; an admin enables it again."},
	{"payee.bank_details_entered", 0, "New bank details were entered: %d. They wait for a second person."},
}

// lookBack is how far an admin hears of what happened: longer than any transaction and than a restart takes, so that
// nothing falls between two looks; and long enough for the waits of an account that somebody tries passwords on. An
// alarm is raised once a day, so what is seen twice is told once.
const lookBack = 10 * time.Minute

// events looks at what happened lately.
func (k *care) events(ctx context.Context) error {
	actions := make([]string, len(watched))
	for i, w := range watched {
		actions[i] = w.action
	}
	var counted map[string]int
	if err := k.db.View(ctx, func(tx *store.Tx) (err error) {
		counted, err = access.CountActions(ctx, tx, tx.At.Add(-lookBack), actions...)
		return err
	}); err != nil {
		return err
	}
	for _, w := range watched {
		if n := counted[w.action]; n > w.most {
			k.alarms.Raise(ctx, w.action, fmt.Sprintf(w.text, n))
		}
	}
	return nil
}

// late is how old a waiting job may be, and a mail that is tried again.
const late = time.Hour

// jobs looks for work that is not done.
func (k *care) jobs(ctx context.Context) error {
	var queue map[string]jobs.Waits
	if err := k.db.View(ctx, func(tx *store.Tx) (err error) {
		queue, err = jobs.Overdue(ctx, tx)
		return err
	}); err != nil {
		return err
	}
	for kind, w := range queue {
		if w.Oldest > late {
			k.alarms.Raise(ctx, "jobs_late", fmt.Sprintf("%d jobs %s wait, the oldest for %s.", w.Number, kind,
				w.Oldest.Round(time.Minute)))
		}
	}
	return nil
}

// notTaken is how many mails in a row, within lookBack, make a mail server that fails; one full mailbox does not.
const notTaken = 3

// mail looks whether statements reach the mail server, and sends the alarms that it did not take.
func (k *care) mail(ctx context.Context) error {
	k.alarms.Again(ctx)
	tried, err := k.mailed(ctx, lookBack)
	if failed := tried[statements.MailDeferred] + tried[statements.MailRefused]; err == nil && failed >= notTaken &&
		tried[statements.MailSent] == 0 {
		k.alarms.Raise(ctx, "mail_failing", fmt.Sprintf("The mail server took none of the last %d mails to donors.", failed))
	}
	return err
}

// mailed counts the latest attempts to mail a statement.
func (k *care) mailed(ctx context.Context, within time.Duration) (tried map[statements.AttemptOutcome]int, err error) {
	err = k.db.View(ctx, func(tx *store.Tx) (err error) {
		tried, err = statements.AttemptsSince(ctx, tx, tx.At.Add(-within))
		return err
	})
	return tried, err
}

// measured adds what only this process knows to the metrics.
func (k *care) measured(m *metrics.Metrics) {
	age := func(at time.Time) (float64, bool) { return time.Since(at).Seconds(), !at.IsZero() }
	m.Gauge("supportledger_backup_age_seconds", "Since the newest scheduled backup.", func() (float64, bool) {
		if k.BackupDir == "" {
			return 0, false
		}
		newest, err := k.newest()
		if err != nil {
			return 0, false
		}
		return age(newest)
	})
	m.Gauge("supportledger_verify_age_seconds", "Since verify last ran.", func() (float64, bool) {
		at, _ := k.verified.Get()
		return age(at)
	})
	m.Gauge("supportledger_verify_clean", "1 when verify found nothing, 0 when it did.", func() (float64, bool) {
		at, clean := k.verified.Get()
		return clean, !at.IsZero()
	})
	m.Labelled("supportledger_disk_free_bytes", "Free where the server writes.", "place", func() map[string]float64 {
		all := map[string]float64{}
		for _, place := range k.places() {
			if free, _, err := disk.Free(place); err == nil {
				all[place] = float64(free)
			}
		}
		return all
	})
	m.Gauge("supportledger_alarms_not_mailed", "Alarms that the mail server has not taken yet.", func() (float64, bool) {
		return float64(k.alarms.Waiting()), true
	})
	k.counted(m, "supportledger_mail_attempts_hour", "Attempts to mail a statement within the last hour.", "outcome",
		func(ctx context.Context, tx *store.Tx, all map[string]float64) error {
			tried, err := statements.AttemptsSince(ctx, tx, tx.At.Add(-time.Hour))
			for outcome, n := range tried {
				all[string(outcome)] = float64(n)
			}
			return err
		})
	waiting := func(of func(jobs.Waits) float64) func(context.Context, *store.Tx, map[string]float64) error {
		return func(ctx context.Context, tx *store.Tx, all map[string]float64) error {
			queue, err := jobs.Overdue(ctx, tx)
			for kind, w := range queue {
				all[kind] = of(w)
			}
			return err
		}
	}
	k.counted(m, "supportledger_jobs_waiting", "Jobs that are due and not done.", "kind",
		waiting(func(w jobs.Waits) float64 { return float64(w.Number) }))
	k.counted(m, "supportledger_jobs_oldest_seconds", "How long the oldest of them waits.", "kind",
		waiting(func(w jobs.Waits) float64 { return w.Oldest.Seconds() }))
}

// counted adds what the books are asked for whenever somebody looks. Books that are away are /readyz's business.
func (k *care) counted(m *metrics.Metrics, name, help, label string,
	read func(context.Context, *store.Tx, map[string]float64) error) {
	m.Labelled(name, help, label, func() map[string]float64 {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		all := map[string]float64{}
		_ = k.db.View(ctx, func(tx *store.Tx) error { return read(ctx, tx, all) })
		return all
	})
}

// file is the path of a SQLite file.
func (a address) file() (string, bool) {
	t, err := targetOf(string(a), "")
	if err != nil || t.file == "" {
		return "", false
	}
	path, err := filepath.Abs(t.file)
	return path, err == nil
}
