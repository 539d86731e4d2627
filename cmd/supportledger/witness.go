package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"supportledger/access"
	"supportledger/proof"
	"supportledger/store"
)

// witnessFlags name what remembers the books from outside of the database.
type witnessFlags struct {
	Witness             string `placeholder:"DIR" type:"path" help:"Folder outside of the database that remembers how far the books were; an older copy of them is noticed at the start. Checkpoints (*.note) in it count too."`
	AcknowledgeRollback bool   `help:"Serve books that are older than the witness remembers, or others; an audit event says so."`
}

// witnessFile is what serve remembers, unsigned: it finds mistakes, and checkpoints find fraud.
const witnessFile = "books.seen"

// seen is how far the books were.
type seen struct {
	Size int64      `json:"leaves"`
	Root proof.Hash `json:"root"`
	At   string     `json:"at"`
}

// remembered are the largest tree that the witness saw, and the largest that was signed.
func (w witnessFlags) remembered() (all []proof.Checkpoint, err error) {
	if info, err := os.Stat(w.Witness); err != nil || !info.IsDir() {
		return nil, misuse("--witness: there is no folder %s", w.Witness)
	}
	notes, err := witnessed(w.Witness)
	if err != nil {
		return nil, err
	}
	var largest proof.Checkpoint
	for _, text := range notes {
		c, err := proof.Claim(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", w.Witness, err)
		}
		if c.Size > largest.Size {
			largest = c
		}
	}
	all = append(all, largest)
	text, err := os.ReadFile(filepath.Join(w.Witness, witnessFile))
	if errors.Is(err, fs.ErrNotExist) {
		return all, nil
	}
	var s seen
	if err == nil {
		err = json.Unmarshal(text, &s)
	}
	return append(all, proof.Checkpoint{Size: s.Size, Root: s.Root, At: s.At}), err
}

// rolledBack are books that did not only grow since the witness saw them.
type rolledBack struct {
	place string
	error
}

func (r *rolledBack) Error() string {
	return fmt.Sprintf("%v, as %s remembers. These books are an older copy, or others", r.error, r.place)
}

func (r *rolledBack) Unwrap() error { return r.error }

// recognise holds the books against what the witness remembers. Acknowledged, a rollback becomes an audit event.
func (w witnessFlags) recognise(ctx context.Context, db *store.DB) error {
	if w.Witness == "" {
		return nil
	}
	all, err := w.remembered()
	if err != nil {
		return err
	}
	err = db.View(ctx, func(tx *store.Tx) error {
		for _, c := range all {
			if err := proof.Grown(ctx, tx, c); err != nil {
				return err
			}
		}
		return nil
	})
	if !errors.Is(err, proof.ErrRolledBack) && !errors.Is(err, proof.ErrRewritten) {
		return err
	}
	if !w.AcknowledgeRollback {
		return &rolledBack{w.Witness, err}
	}
	if err := w.forget(); err != nil {
		return err
	}
	return db.Update(ctx, func(tx *store.Tx) error {
		return access.Record(ctx, tx, access.Event{Action: "books.rollback_acknowledged", Subject: "books"})
	})
}

// forget puts what the witness remembers aside, under a name that says when.
func (w witnessFlags) forget() error {
	aside := filepath.Join(w.Witness, "before-rollback-"+time.Now().UTC().Format("20060102T150405Z"))
	if err := os.Mkdir(aside, 0o700); err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(w.Witness, "*.note"))
	if err != nil {
		return err
	}
	for _, name := range append(files, filepath.Join(w.Witness, witnessFile)) {
		if err := os.Rename(name, filepath.Join(aside, filepath.Base(name))); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// remember writes down how far the books are.
func (w witnessFlags) remember(ctx context.Context, db *store.DB) error {
	if w.Witness == "" {
		return nil
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
	next := filepath.Join(w.Witness, "."+witnessFile+".next")
	if err := os.WriteFile(next, append(text, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(next, filepath.Join(w.Witness, witnessFile))
}
