// Package witness remembers outside of the database how far the books were, so that an older copy of them, or others,
// is noticed: at the start of a server and while it runs. Checkpoints that somebody signed count too.
package witness

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"supportledger/proof"
	"supportledger/store"
)

// Folder is where it is remembered; "" is nowhere.
type Folder string

// file is what a server remembers, unsigned: it finds mistakes, and checkpoints find fraud.
const file = "books.seen"

// seen is how far the books were.
type seen struct {
	Size int64      `json:"leaves"`
	Root proof.Hash `json:"root"`
	At   string     `json:"at"`
}

// Notes reads the checkpoints of a folder, by name, or one file.
func Notes(place string) ([]string, error) {
	files := []string{place}
	if info, err := os.Stat(place); err != nil {
		return nil, err
	} else if info.IsDir() {
		if files, err = filepath.Glob(filepath.Join(place, "*.note")); err != nil {
			return nil, err
		}
	}
	notes := make([]string, len(files))
	for i, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		notes[i] = string(text)
	}
	return notes, nil
}

// Remembered are the largest tree that was signed, and the largest that a server saw.
func (f Folder) Remembered() (all []proof.Checkpoint, err error) {
	if info, err := os.Stat(string(f)); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("there is no folder %s", string(f))
	}
	notes, err := Notes(string(f))
	if err != nil {
		return nil, err
	}
	var largest proof.Checkpoint
	for _, text := range notes {
		c, err := proof.Claim(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", string(f), err)
		}
		if c.Size > largest.Size {
			largest = c
		}
	}
	last, err := f.last()
	return append(all, largest, last), err
}

// last is what a server remembered last, zero before the first time.
func (f Folder) last() (c proof.Checkpoint, err error) {
	text, err := os.ReadFile(filepath.Join(string(f), file))
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	var s seen
	if err == nil {
		err = json.Unmarshal(text, &s)
	}
	return proof.Checkpoint{Size: s.Size, Root: s.Root, At: s.At}, err
}

// rolledBack are books that did not only grow since the witness saw them.
type rolledBack struct {
	place Folder
	error
}

func (r *rolledBack) Error() string {
	return fmt.Sprintf("%v, as %s remembers. These books are an older copy, or others", r.error, string(r.place))
}

func (r *rolledBack) Unwrap() error { return r.error }

// Older says that an error means an older copy of the books, or others.
func Older(err error) bool {
	return errors.Is(err, proof.ErrRolledBack) || errors.Is(err, proof.ErrRewritten)
}

// Compare holds the books against all that is remembered.
func (f Folder) Compare(ctx context.Context, db *store.DB) error {
	if f == "" {
		return nil
	}
	all, err := f.Remembered()
	if err != nil {
		return err
	}
	return f.compare(ctx, db, all...)
}

func (f Folder) compare(ctx context.Context, db *store.DB, with ...proof.Checkpoint) error {
	err := db.View(ctx, func(tx *store.Tx) error {
		for _, c := range with {
			if err := proof.Grown(ctx, tx, c); err != nil {
				return err
			}
		}
		return nil
	})
	if Older(err) {
		return &rolledBack{f, err}
	}
	return err
}

// Forget puts what is remembered aside, under a name that says when.
func (f Folder) Forget(at time.Time) error {
	if f == "" {
		return nil
	}
	aside := filepath.Join(string(f), "before-rollback-"+at.UTC().Format("20060102T150405Z"))
	if err := os.Mkdir(aside, 0o700); err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(string(f), "*.note"))
	if err != nil {
		return err
	}
	for _, name := range append(files, filepath.Join(string(f), file)) {
		if err := os.Rename(name, filepath.Join(aside, filepath.Base(name))); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// Remember writes down how far the books are, after it has seen that they contain what was written down before.
func (f Folder) Remember(ctx context.Context, db *store.DB) error {
	if f == "" {
		return nil
	}
	last, err := f.last()
	if err == nil {
		err = f.compare(ctx, db, last)
	}
	if err != nil {
		return err
	}
	var s seen
	if err := db.View(ctx, func(tx *store.Tx) error {
		tree, err := proof.Head(ctx, tx)
		if err == nil {
			s = seen{tree.Size, tree.Root(), store.FormatTime(tx.At)}
		}
		return err
	}); err != nil {
		return err
	}
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	next := filepath.Join(string(f), "."+file+".next")
	if err := os.WriteFile(next, append(text, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(next, filepath.Join(string(f), file))
}
