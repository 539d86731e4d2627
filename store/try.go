package store

import (
	"context"
	"reflect"
	"strings"
)

// Try runs a part of the tx that may be refused without ending the tx: what fn wrote is taken back where it fails, what
// was written before stays. It returns the error of fn. A caller that does many things together uses it for each, lists
// what was refused and goes on with the rest. An error that says nothing about the one thing, such as [ErrBusy], ends
// the whole: the caller returns it.
func (tx *Tx) Try(ctx context.Context, fn func() error) error {
	if _, err := tx.ExecContext(ctx, "SAVEPOINT tried"); err != nil {
		return err
	}
	undo := tx.remember()
	failed := fn()
	if failed == nil {
		_, err := tx.ExecContext(ctx, "RELEASE SAVEPOINT tried")
		return err
	}
	if _, err := tx.ExecContext(ctx, "ROLLBACK TO SAVEPOINT tried"); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "RELEASE SAVEPOINT tried"); err != nil {
		return err
	}
	undo()
	return failed
}

// remember keeps what a tx holds outside of the database, and gives the way back to it.
func (tx *Tx) remember() (undo func()) {
	steps, before, after := len(tx.final.steps), len(tx.before), len(tx.after)
	failed, held := tx.final.err, make(map[reflect.Type]reflect.Value, len(tx.locals))
	for key, v := range tx.locals {
		copied := reflect.New(key).Elem()
		put(copied, reflect.ValueOf(v).Elem())
		held[key] = copied
	}
	watched := 0
	if tx.rows != nil {
		watched = len(tx.rows.order)
	}
	return func() {
		if tx.rows != nil {
			tx.rows.forget(watched)
		}
		tx.final.steps, tx.final.err = tx.final.steps[:steps], failed
		tx.before, tx.after = tx.before[:before], tx.after[:after]
		for key, v := range tx.locals {
			if was, known := held[key]; known {
				put(reflect.ValueOf(v).Elem(), was)
			} else {
				delete(tx.locals, key)
			}
		}
	}
}

// put is [reflect.Value.Set] by another name than that of a query's.
var put = reflect.Value.Set

// forget drops the rows that were noted after the first n.
func (w *rowWatch) forget(n int) {
	for _, ref := range w.order[n:] {
		table, _, _ := strings.Cut(ref, "/")
		delete(w.rows[table], ref)
	}
	w.order = w.order[:n]
}
