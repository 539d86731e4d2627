package store_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"supportledger/store"
	"supportledger/store/storetest"
)

// reopened opens a file of books that another test has.
func reopened(t *testing.T, file string, o store.Options) (*store.DB, error) {
	t.Helper()
	o.MustExist = true
	db, err := store.Open(t.Context(), "sqlite:"+file, o)
	if err == nil {
		t.Cleanup(func() { _ = db.Close() })
	}
	return db, err
}

// written changes something that a reader can see, and copied copies some of the files of books elsewhere.
func written(t *testing.T, db *store.DB) {
	t.Helper()
	if err := db.Update(t.Context(), func(tx *store.Tx) error {
		_, err := tx.ExecContext(t.Context(), "CREATE TABLE IF NOT EXISTS scratch (n INTEGER)")
		if err == nil {
			_, err = tx.ExecContext(t.Context(), "INSERT INTO scratch VALUES (1)")
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func copied(t *testing.T, from string, suffixes ...string) (to string) {
	t.Helper()
	to = filepath.Join(t.TempDir(), "copy.db")
	for _, suffix := range suffixes {
		content, err := os.ReadFile(from + suffix)
		if err == nil {
			err = os.WriteFile(to+suffix, content, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return to
}

// Books that nobody has open are one file, which a copy of it alone is whole; while somebody has them open, or after a
// crash, a copy without the log is known as such.
func TestAMissingLogIsNoticed(t *testing.T) {
	db := storetest.SQLite(t)
	file := strings.TrimPrefix(storetest.DSN(db), "sqlite:")
	written(t, db)
	torn := copied(t, file, "")
	whole := copied(t, file, "", "-wal")
	for name, c := range map[string]struct {
		file    string
		missing bool
	}{"the file alone": {torn, true}, "with its log": {whole, false}} {
		again, err := reopened(t, c.file, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if (again.Whole() != nil) != c.missing || again.Recovered() == c.missing {
			t.Errorf("%s: %v, recovered %t", name, again.Whole(), again.Recovered())
		}
		if err := again.Close(); err != nil {
			t.Fatal(err)
		}
		left, _ := filepath.Glob(c.file + "*")
		if len(left) != 1 {
			t.Errorf("%s: %v are left", name, left)
		}
		again, err = reopened(t, c.file, store.Options{})
		if err != nil || (again.Whole() != nil) != c.missing {
			t.Errorf("%s: the second time it is forgotten: %v", name, err)
		}
		again.AcceptMissingLog()
		_ = again.Close()
		if again, err = reopened(t, c.file, store.Options{}); err != nil || again.Whole() != nil {
			t.Errorf("%s: what was accepted is not remembered: %v", name, err)
		}
	}
	if err := db.Update(t.Context(), func(*store.Tx) error { return nil }); err != nil {
		t.Fatal(err)
	}
}

// A log of other books is not mixed into a file that was put beside it.
func TestAForeignLogIsRefused(t *testing.T) {
	db := storetest.SQLite(t)
	file := strings.TrimPrefix(storetest.DSN(db), "sqlite:")
	written(t, db)
	for range 3 {
		written(t, db)
	}
	crashed := copied(t, file, "", "-wal")
	clean := copied(t, file, "")
	fixed, err := reopened(t, clean, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	fixed.AcceptMissingLog()
	_ = fixed.Close()
	content, err := os.ReadFile(clean)
	if err == nil {
		err = os.WriteFile(crashed, content, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range []store.Options{{}, {ReadOnly: true}} {
		if _, err := reopened(t, crashed, o); !errors.As(err, new(*store.FileError)) ||
			!strings.Contains(err.Error(), "copy.db-wal") {
			t.Errorf("opened: %v", err)
		}
	}
}

// Books that somebody has only opened, and neither read nor written, lack nothing.
func TestOpenedBooksHaveTheirLog(t *testing.T) {
	db := storetest.SQLite(t)
	file := strings.TrimPrefix(storetest.DSN(db), "sqlite:")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		again, err := reopened(t, file, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := again.Whole(); err != nil {
			t.Error(err)
		}
	}
}

// Whoever gives up while the books are being opened leaves one file too.
func TestGivingUpLeavesOneFile(t *testing.T) {
	db := storetest.SQLite(t)
	file := strings.TrimPrefix(storetest.DSN(db), "sqlite:")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for i := range 60 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i)*100*time.Microsecond)
		if early, err := store.Open(ctx, "sqlite:"+file, store.Options{MustExist: true}); err == nil {
			if err := early.Close(); err != nil {
				t.Error(err)
			}
		}
		cancel()
		again, err := reopened(t, file, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(again.Whole(), again.Close()); err != nil {
			t.Fatalf("after %d: %v", i, err)
		}
	}
}

// Two who open the same books at once, or one who opens what another closes, get through.
func TestOpenedAndClosedAtOnce(t *testing.T) {
	db := storetest.SQLite(t)
	file := strings.TrimPrefix(storetest.DSN(db), "sqlite:")
	written(t, db)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	errs, _ := storetest.Concurrently(6, func(int) error {
		for range 8 {
			again, err := store.Open(ctx, "sqlite:"+file, store.Options{MustExist: true})
			if err != nil {
				return err
			}
			err = again.Update(ctx, func(*store.Tx) error { return nil })
			if closed := again.Close(); err != nil || closed != nil {
				return errors.Join(err, closed)
			}
		}
		return nil
	})
	if err := errors.Join(errs...); err != nil {
		t.Error(err)
	}
}

// A checkpoint by time brings what was committed into the file itself, where a copy of the file has it.
func TestCheckpointFillsTheFile(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		written(t, db)
		if err := db.Checkpoint(t.Context()); err != nil {
			t.Fatal(err)
		}
		if db.Engine() == store.Postgres {
			return
		}
		again, err := reopened(t, copied(t, strings.TrimPrefix(storetest.DSN(db), "sqlite:"), ""), store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := again.View(t.Context(), func(tx *store.Tx) error {
			_, err := tx.ExecContext(t.Context(), "SELECT n FROM scratch")
			return err
		}); err != nil {
			t.Error(err)
		}
	})
}
