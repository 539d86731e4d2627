package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"supportledger/access"
	"supportledger/cmd/witness"
	"supportledger/store"
)

// witnessFlags name what remembers the books from outside of the database.
type witnessFlags struct {
	Witness             witness.Folder `placeholder:"DIR" type:"path" help:"Folder outside of the database that remembers how far the books were; an older copy of them is refused at the start and found within a minute. Checkpoints (*.note) in it are compared at the start and hourly."`
	AcknowledgeRollback bool           `help:"Serve books that are older than the witness remembers, others, or without their write-ahead log; an audit event says so."`
}

// recognise sees that the books are the newest: all of them is there, their pages agree after a crash, and they contain
// what the witness remembers. Acknowledged, an older copy is served, and an audit event says so.
func (w witnessFlags) recognise(ctx context.Context, db *store.DB) error {
	err := w.newest(ctx, db)
	if !w.AcknowledgeRollback || !witness.Older(err) && !errors.As(err, new(*store.FileError)) {
		return err
	}
	db.AcceptMissingLog()
	if err := w.Witness.Forget(time.Now()); err != nil {
		return err
	}
	return db.Update(ctx, func(tx *store.Tx) error {
		return access.Record(ctx, tx, access.Event{Action: "books.rollback_acknowledged", Subject: "books"})
	})
}

func (w witnessFlags) newest(ctx context.Context, db *store.DB) error {
	if err := db.Whole(); err != nil {
		return err
	}
	if db.Recovered() {
		wrong, err := db.Integrity(ctx)
		if err != nil {
			return err
		}
		if len(wrong) > 0 {
			return fmt.Errorf("%w: %s", errMixed, wrong[0])
		}
	}
	return w.Witness.Compare(ctx, db)
}

// errMixed means that pages contradict each other after a crash.
var errMixed = errors.New("the pages of the books contradict each other: they are damaged, or were put beside a " +
	"write-ahead log that is not theirs. Restore the newest backup; docs/INCIDENTS.md says how")
