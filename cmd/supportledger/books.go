package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"supportledger/ledger"
	"supportledger/store"
)

// books is the flag that names the database.
type books struct {
	DB string `name:"db" env:"SUPPORTLEDGER_DB" default:"sqlite:supportledger.db" placeholder:"sqlite:FILE|postgres://…" help:"Where the books are (SUPPORTLEDGER_DB)."`
}

// open opens the books and wants their schema to be this version's.
func (b books) open(ctx context.Context) (*store.DB, error) {
	db, err := store.Open(ctx, b.DB, store.Options{})
	if err != nil {
		return nil, err
	}
	if err := db.CheckSchema(ctx); err != nil {
		db.Close()
		return nil, err
	}
	return db, nil
}

// view runs a command's reading over the books.
func (b books) view(ctx context.Context, fn func(tx *store.Tx, book ledger.Book) error) error {
	db, err := b.open(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	return db.View(ctx, func(tx *store.Tx) error {
		book, err := ledger.Open(ctx, tx)
		if err != nil {
			return err
		}
		return fn(tx, book)
	})
}

// output is the flag that names where data goes.
type output struct {
	Output string `short:"o" placeholder:"FILE" default:"-" help:"Write to FILE instead of standard output."`
}

// write gives fn a writer. A file is written beside its name first and moved there when it is whole, so that a command
// that is stopped leaves no half file.
func (o output) write(c console, fn func(w io.Writer) error) error {
	if o.Output == "-" {
		return fn(c.out)
	}
	file, err := os.CreateTemp(filepath.Dir(o.Output), filepath.Base(o.Output)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name()) // gone already when all went well
	if err := fn(file); err != nil {
		file.Close()
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	if err := os.Chmod(file.Name(), 0o644); err != nil {
		return err
	}
	return os.Rename(file.Name(), o.Output)
}

type migrateCommand struct{ books }

// Run migrates the database and names each step.
func (m migrateCommand) Run(ctx context.Context, c console) error {
	db, err := store.Open(ctx, m.DB, store.Options{})
	if err != nil {
		return err
	}
	defer db.Close()
	return db.Migrate(ctx, func(name string) { fmt.Fprintln(c.err, "applied", name) })
}
