package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"supportledger/backup"
	"supportledger/cmd/witness"
	"supportledger/ledger"
	"supportledger/ledger/evidence"
	"supportledger/proof"
	"supportledger/statements/verify"
	"supportledger/store"
)

type restoreCommand struct {
	archiveFlags
	checkpointFlags
	Into           string  `required:"" placeholder:"DIR|sqlite:FILE|postgres://…" help:"Where the books go: an empty folder, a SQLite file that is not there yet, or an empty PostgreSQL database."`
	Evidence       string  `placeholder:"DIR" help:"Folder that documents go into; beside the SQLite file where none is given."`
	EvidenceKey    string  `placeholder:"FILE" help:"Key that opens documents, to hold each against its hash."`
	Replaces       address `placeholder:"sqlite:FILE|postgres://…" help:"The books that the backup takes the place of, where they can still be read: says which entries are not in the backup."`
	AcceptFindings bool    `help:"Restore books in which verify finds something, too, where there is no better backup."`
}

// Run restores, verifies, and says what was lost since.
func (r restoreCommand) Run(ctx context.Context, c console) error {
	s, err := r.source()
	if err != nil {
		return err
	}
	run := restoring{source: s, evidenceKey: r.EvidenceKey, accept: r.AcceptFindings}
	if run.verify, err = r.options(); err != nil {
		return err
	}
	if run.into, err = targetOf(r.Into, r.Evidence); err != nil {
		return err
	}
	if err := run.into.free(); err != nil {
		return err
	}
	m, report, err := run.run(ctx, c)
	if err != nil {
		return err
	}
	c.tellManifest(m)
	lost := r.lost(ctx, c, m)
	if err := verdict(c, m, report); err != nil && !r.AcceptFindings {
		fmt.Fprintln(c.err, "Nothing was restored. Take an older backup, or add --accept-findings.")
		return errors.Join(err, lost)
	} else if err != nil {
		lost = errors.Join(err, lost)
	}
	fmt.Fprintf(c.err, "Restored into %s. Next: supportledger serve%s\n", run.into.address().shown(),
		run.into.address().flagged())
	fmt.Fprintln(c.err, "Tokens that were revoked after the backup work again: supportledger token list")
	return lost
}

// lost says what was written after the backup, as far as anything outside of it remembers.
func (r restoreCommand) lost(ctx context.Context, c console, m backup.Manifest) error {
	fmt.Fprintf(c.err, "Whatever was written after %s is not in it.\n", m.MadeAt.Local().Format(time.RFC1123))
	for _, place := range r.Checkpoints {
		notes, err := witness.Notes(place)
		if err != nil {
			return misuse("--checkpoints: %v", err)
		}
		largest := proof.Checkpoint{}
		for _, text := range notes {
			known, err := proof.Claim(text)
			if err != nil {
				return fmt.Errorf("%s: %w", place, err)
			}
			if known.Size > largest.Size {
				largest = known
			}
		}
		if largest.Size > m.Leaves {
			fmt.Fprintf(c.out, "LOST at least %d records: the checkpoint of %s in %s covers %d, the backup holds %d\n",
				largest.Size-m.Leaves, largest.At, place, largest.Size, m.Leaves)
		}
	}
	if r.Replaces == "" {
		return nil
	}
	was := books{DB: r.Replaces}
	return was.view(ctx, func(tx *store.Tx, book ledger.Book) error {
		tree, err := proof.Head(ctx, tx)
		if err != nil {
			return err
		}
		last, err := book.LastNumber(ctx, tx)
		if err != nil {
			return err
		}
		if tree.Size > m.Leaves {
			fmt.Fprintf(c.out, "LOST %d records: %s holds %d, up to entry %s; the backup ends with %s\n",
				tree.Size-m.Leaves, r.Replaces.shown(), tree.Size, orNone(last), orNone(m.LastEntry))
		}
		return nil
	})
}

// target is where books are restored to.
type target struct {
	file     string // of SQLite
	dsn      address
	evidence string
}

func targetOf(into, documents string) (t target, err error) {
	if file, isFile := strings.CutPrefix(into, "sqlite:"); isFile {
		t.file = strings.TrimPrefix(file, "//")
	} else if strings.HasPrefix(into, "postgres") && strings.Contains(into, "://") {
		if err := t.dsn.UnmarshalText([]byte(into)); err != nil {
			return t, misuse("--into: %v", err)
		}
		t.evidence = documents
		return t, nil
	} else {
		t.file = filepath.Join(into, "supportledger.db")
	}
	t.evidence = documents
	if documents == "" {
		t.evidence = t.file + "-evidence"
	}
	return t, nil
}

func (t target) address() address {
	if t.file != "" {
		return address("sqlite:" + t.file)
	}
	return t.dsn
}

// occupied is a place that holds something already.
type occupied struct{ place string }

func (o *occupied) Error() string {
	return o.place + " is there already; a restore writes nothing over. Name another place, or move it away."
}

// free refuses a SQLite file of which anything is there, and so a write-ahead log that other books left behind.
func (t target) free() error {
	for _, ending := range []string{"", "-wal", "-shm", "-journal"} {
		if t.file == "" {
			break
		}
		if _, err := os.Lstat(t.file + ending); !errors.Is(err, fs.ErrNotExist) {
			return &occupied{t.file + ending}
		}
	}
	return nil
}

// restoring is a restore, or the trial of one.
type restoring struct {
	source      backup.Source
	into        target
	evidenceKey string
	verify      verify.Options
	accept      bool
}

// run restores. A SQLite file gets its name when it is whole and on the disk.
func (r restoring) run(ctx context.Context, c console) (m backup.Manifest, report verify.Report, err error) {
	if m, err = backup.Check(r.source); err != nil {
		return m, report, err
	}
	if m.Documents > int64(len(m.Lacking)) && r.into.evidence == "" {
		return m, report, misuse("the backup holds %d documents; name a folder for them with --evidence DIR", m.Documents)
	}
	o := backup.Restoring{Verify: r.verify, Accept: r.accept}
	if r.into.evidence != "" {
		if o.Evidence, err = evidence.OpenFolder(r.into.evidence); err != nil {
			return m, report, err
		}
	}
	if o.Evidence != nil {
		o.Verify.Evidence = evidence.OpenLocked(o.Evidence) // counts them
	}
	if r.evidenceKey != "" && o.Evidence != nil {
		key, err := os.ReadFile(r.evidenceKey)
		if err != nil {
			return m, report, misuse("--evidence-key: %v", err)
		}
		if o.Verify.Evidence, err = evidence.OpenArchive(o.Evidence, key); err != nil {
			return m, report, misuse("--evidence-key: %s: %v", r.evidenceKey, err)
		}
	}
	rows := int64(0)
	for _, t := range m.Tables {
		rows += t.Rows
	}
	bar := c.progress(rows, "rows")
	defer bar.End()
	o.Report = bar.At
	if r.into.file == "" {
		report, err = r.fill(ctx, r.into.dsn, m, o)
		return m, report, err
	}
	report, err = r.fillFile(ctx, m, o)
	return m, report, err
}

func (r restoring) fillFile(ctx context.Context, m backup.Manifest, o backup.Restoring) (verify.Report, error) {
	dir := filepath.Dir(r.into.file)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return verify.Report{}, err
	}
	scratch, err := os.MkdirTemp(dir, ".restoring-*")
	if err != nil {
		return verify.Report{}, err
	}
	defer func() { _ = os.RemoveAll(scratch) }() // what is left of it is of no use to anybody
	whole := filepath.Join(scratch, "books.db")
	report, err := r.fill(ctx, address("sqlite:"+whole), m, o)
	if err != nil || !report.OK && !o.Accept {
		return report, err
	}
	file, err := os.OpenFile(whole, os.O_RDWR, 0)
	if err != nil {
		return report, err
	}
	if err := errors.Join(file.Sync(), file.Close()); err != nil {
		return report, err
	}
	if err := r.into.free(); err != nil {
		return report, err
	}
	if err := os.Rename(whole, r.into.file); err != nil {
		return report, err
	}
	return report, backup.SyncFolder(dir)
}

// fill restores into a database that holds no books.
func (r restoring) fill(ctx context.Context, dsn address, m backup.Manifest, o backup.Restoring) (
	report verify.Report, err error,
) {
	db, err := store.Open(ctx, string(dsn), store.Options{})
	if err != nil {
		return report, &unopened{err}
	}
	defer also(&err, db.Close)
	if there, err := booksIn(ctx, db); err != nil {
		return report, err
	} else if there {
		return report, &occupied{"The books in " + dsn.shown()}
	}
	return backup.Restore(ctx, db, r.source, m, o)
}

// booksIn says whether a database holds books.
func booksIn(ctx context.Context, db *store.DB) (bool, error) {
	if err := db.CheckSchema(ctx); err != nil && !errors.Is(err, store.ErrSchemaOlder) {
		return false, err
	}
	err := db.View(ctx, func(tx *store.Tx) error {
		_, err := ledger.Open(ctx, tx) // fails on a database without tables, whatever the driver calls that
		return err
	})
	return err == nil, nil
}
