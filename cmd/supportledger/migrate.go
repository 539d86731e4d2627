package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"supportledger/backup"
	"supportledger/ledger/evidence"
	"supportledger/store"
)

type migrateCommand struct {
	books
	Plan      bool   `help:"Name the steps and change nothing."`
	IfOpened  bool   `help:"Do nothing where there are no books yet: for a server that starts before they are."`
	BackupDir string `placeholder:"DIR" help:"Folder for the backup that is made before the first step; beside the SQLite file, or the current one, where none is given."`
	NoBackup  bool   `help:"Make no backup before the first step; say it only when there is one already."`
	Evidence  string `placeholder:"DIR" help:"Folder for documents, which the backup holds too."`
}

// Run migrates the database and names each step. Books that are there are kept in a backup first.
func (m migrateCommand) Run(ctx context.Context, c console) (err error) {
	file, isFile := m.at().file()
	if m.IfOpened && isFile {
		if _, err := os.Stat(file); errors.Is(err, os.ErrNotExist) {
			fmt.Fprintln(c.err, "There are no books yet.")
			return nil
		}
	}
	fmt.Fprintf(c.err, "supportledger %s: opening the database\n", version())
	db, err := store.Open(ctx, string(m.at()), store.Options{MustExist: m.Plan || m.IfOpened})
	if err != nil {
		return &unopened{err}
	}
	defer also(&err, db.Close)
	there, err := booksIn(ctx, db)
	if err != nil {
		return err
	}
	if m.IfOpened && !there {
		fmt.Fprintln(c.err, "There are no books yet.")
		return nil
	}
	if m.Plan {
		return m.plan(ctx, db, c)
	}
	var documents evidence.Blobs
	if there && !m.NoBackup {
		if documents, err = (evidenceFolder{m.Evidence}).open(m.at()); err != nil {
			return err
		}
	}
	return migrateBooks(ctx, db, c, m.keeper(there, documents))
}

// plan names what would be done.
func (m migrateCommand) plan(ctx context.Context, db *store.DB, c console) error {
	names, err := db.Pending(ctx)
	if err != nil {
		return err
	}
	for _, name := range names {
		fmt.Fprintln(c.out, name)
	}
	if len(names) == 0 {
		fmt.Fprintln(c.err, "The schema is this version's already.")
	}
	return nil
}

// keeper makes the backup before the first step, nil where there is nothing to keep.
func (m migrateCommand) keeper(there bool, documents evidence.Blobs) func(context.Context, *store.DB) (string, error) {
	if !there || m.NoBackup {
		return nil
	}
	return func(ctx context.Context, db *store.DB) (string, error) {
		dir := cmp.Or(m.BackupDir, ".")
		if file, ok := m.at().file(); ok && m.BackupDir == "" {
			dir = filepath.Dir(file)
		}
		name := filepath.Join(dir, "before-migration-"+time.Now().UTC().Format("20060102T150405.000Z")+".slbackup")
		return name, backup.CreateFile(name, func(w io.Writer) error {
			_, err := backup.Write(ctx, db, w, backup.Options{Program: version(), Evidence: documents, Keys: keysApart})
			return err
		})
	}
}

// migrateBooks applies what is pending, after keep has kept the books.
func migrateBooks(ctx context.Context, db *store.DB, c console,
	keep func(context.Context, *store.DB) (string, error),
) error {
	if names, err := db.Pending(ctx); err != nil {
		return err
	} else if len(names) > 0 && keep != nil {
		if err := db.CheckSchema(ctx); errors.Is(err, store.ErrSchemaNewer) {
			return err
		}
		name, err := keep(ctx, db)
		if err != nil {
			return fmt.Errorf("nothing was migrated, since the books could not be kept before: %w", err)
		}
		fmt.Fprintf(c.err, "The books as they were are in %s\n", name)
	}
	steps := 0
	err := db.Migrate(ctx, func(name string) {
		steps++
		fmt.Fprintln(c.err, "applying", name)
	})
	if err != nil {
		return err
	}
	if steps == 0 {
		fmt.Fprintln(c.err, "The schema is this version's already.")
		return nil
	}
	fmt.Fprintln(c.err, "Done.")
	return nil
}
