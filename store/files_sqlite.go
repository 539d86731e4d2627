package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"
)

// Books on SQLite are one file while nobody has them open, and say so in their first page: the last to close folds the
// write-ahead log back into the file and turns it away from the log. While somebody has them open, or after a crash,
// the first page says that a log belongs to the file. So a copy without its log is known, and a log that lies beside a
// file it does not belong to.

// FileError means that file and write-ahead log do not belong together: the log is that of other books, with which the
// file would become a mixture, or it is missing.
type FileError struct {
	LogMissing bool
	text       string
}

func (e *FileError) Error() string { return "store: " + e.text }

// logMissing says that a file was copied, or left after a crash, without its log.
var logMissing = &FileError{LogMissing: true, text: "the books were copied, or left, without the write-ahead log " +
	"(-wal) that belongs to the file: what was committed last is missing"}

// files are what was found on the disk before anything was opened.
type files struct {
	name   string
	logged bool  // the file says that a write-ahead log belongs to it
	log    int64 // bytes of the log, -1 where there is none
	shared bool  // the index of the log, shared by the processes that have the books open
}

const (
	logSuffix    = "-wal"
	sharedSuffix = "-shm"
	// logHeader is how long a log without any commit is at most.
	logHeader = 32
	// versionAt is where the first page says how the file is written and read: 1 without a log, 2 with one.
	versionAt = 18
)

// findFiles looks at the files of books, and refuses a log of other books. File and log are two looks, and another
// process may be opening or closing the books in between: what does not fit together is looked at again for a while.
func findFiles(file string) (f files, err error) {
	const tries, between = 10, 50 * time.Millisecond
	for range tries {
		f, err = lookAtFiles(file)
		if strange := (*FileError)(nil); !errors.As(err, &strange) && (err != nil || !f.logged || f.log >= 0) {
			return f, err
		}
		time.Sleep(between)
	}
	return f, err
}

func lookAtFiles(file string) (files, error) {
	f := files{name: file, log: -1}
	var head [versionAt + 2]byte
	opened, err := os.Open(file)
	if err != nil {
		return f, fmt.Errorf("store: the books cannot be read: %w", err)
	}
	n, err := io.ReadFull(opened, head[:])
	if closed := opened.Close(); err == nil {
		err = closed
	}
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return f, fmt.Errorf("store: the books cannot be read: %w", err)
	}
	f.logged = n == len(head) && head[versionAt] == 2
	if info, err := os.Stat(file + logSuffix); err == nil {
		f.log = info.Size()
	} else if !errors.Is(err, fs.ErrNotExist) {
		return f, fmt.Errorf("store: the books cannot be read: %w", err)
	}
	if _, err := os.Stat(file + sharedSuffix); err == nil {
		f.shared = true
	}
	if n == len(head) && !f.logged && f.log > logHeader {
		name := filepath.Base(file)
		return f, &FileError{text: fmt.Sprintf("the write-ahead log beside the books is not theirs: %s was put where other "+
			"books were open. Move %s away, and keep it, then start again", name, name+logSuffix)}
	}
	return f, nil
}

// Whole is a [FileError] where the file was copied, or left, without the write-ahead log that belongs to it: what was
// committed last is not in it.
func (db *DB) Whole() error {
	if db.found.logged && db.found.log < 0 && !db.forgiven.Load() {
		return logMissing
	}
	return nil
}

// AcceptMissingLog takes the file for all that there is.
func (db *DB) AcceptMissingLog() { db.forgiven.Store(true) }

// Recovered says that whoever had the books open last did not close them: a crash, or a server that still runs.
func (db *DB) Recovered() bool { return db.found.log > logHeader }

// writable says whether SQLite can write here: the file, and beside it its log.
func writable(file string) bool {
	f, err := os.OpenFile(file, os.O_RDWR, 0)
	if err != nil {
		return false
	}
	_ = f.Close() // nothing was written
	beside, err := os.CreateTemp(filepath.Dir(file), ".supportledger-")
	if err != nil {
		return false
	}
	_ = beside.Close()
	return os.Remove(beside.Name()) == nil
}

// openReadOnly opens books on a medium, or for a user, that cannot write: with the locks of the processes that have
// them open where there are any, with an index of the log in memory where only the log lies beside, else as they are.
func (db *DB) openReadOnly(ctx context.Context) (err error) {
	options := "&_query_only=1&mode=ro" // the size of a cache is read from the file, before the index is in memory
	reading := slices.DeleteFunc(slices.Clone(pragmas), func(p pragma) bool {
		return slices.Contains([]string{"journal_mode", "synchronous", "journal_size_limit", "wal_autocheckpoint",
			"cache_size"}, p.name)
	})
	switch {
	case db.found.log >= 0 && db.found.shared, !db.found.logged:
	case db.found.log > logHeader && runtime.GOOS != "windows":
		options += "&vfs=unix-none"
		reading = slices.Insert(reading, 0, pragma{"locking_mode", "EXCLUSIVE", "exclusive"}) // before the file is read
	default:
		options += "&immutable=1"
	}
	if db.read, err = sqlitePool(db.found.name, sqliteReaders, reading, options); err != nil {
		return err
	}
	db.read = db.read.WithQueryHook(withholding{})
	db.write, db.readOnly = db.read, true
	return assertPragmas(ctx, db.read.DB, reading)
}

// turning is how long Open waits for somebody who is just opening or closing the books.
const turning = 5 * time.Second

// turnToLog opens the connection that writes, which turns the file to its log. Somebody else who is just doing the
// same, or the opposite, is waited for: SQLite itself does not wait there.
func (db *DB) turnToLog(ctx context.Context) error {
	for until := time.Now().Add(turning); ; {
		err := db.readLogged(ctx)
		if !errors.Is(err, ErrBusy) || time.Now().After(until) {
			return err
		}
		if pause(ctx, 1) != nil {
			return ctx.Err()
		}
	}
}

// readLogged asserts the settings of the connection that writes, and reads: the first read makes the log, so that a
// file that wants one is never long without it.
func (db *DB) readLogged(ctx context.Context) error {
	if err := assertPragmas(ctx, db.write.DB, pragmas); err != nil {
		return err
	}
	var tables int
	if err := db.write.QueryRowContext(ctx, "SELECT COUNT(*) FROM sqlite_schema").Scan(&tables); err != nil {
		return Classify(err)
	}
	if tables == 0 {
		db.AcceptMissingLog() // whoever made the file was killed before anything was in it
	}
	return nil
}

// turnFromLog leaves one file, unless others have the books open too: then the last of them does.
func (db *DB) turnFromLog() error {
	if db.engine != SQLite || db.readOnly || db.Whole() != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), connWait) // for whoever writes still
	defer cancel()
	_, err := db.write.ExecContext(ctx, "PRAGMA journal_mode = DELETE")
	if errors.Is(Classify(err), ErrBusy) {
		return nil
	}
	return err
}

// Checkpoint folds the write-ahead log back into the file, as far as no reader needs it: what was committed is in the
// file soon, and not only after so many pages. PostgreSQL does it by itself.
func (db *DB) Checkpoint(ctx context.Context) error {
	if db.engine != SQLite || db.readOnly {
		return nil
	}
	_, err := db.write.ExecContext(ctx, "PRAGMA wal_checkpoint(PASSIVE)")
	return Classify(err)
}
