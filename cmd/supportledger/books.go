package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"supportledger/ledger"
	"supportledger/store"
)

// address names a database: sqlite:FILE or postgres://….
type address string

// UnmarshalText wants one of the two forms, or nothing, as of an empty variable. What does not look like a file is not
// repeated: it may hold a password.
func (a *address) UnmarshalText(text []byte) error {
	s := string(text)
	scheme, rest, _ := strings.Cut(s, ":")
	switch {
	case s == "":
		*a = ""
		return nil
	case scheme == "sqlite" && rest != "", (scheme == "postgres" || scheme == "postgresql") &&
		strings.HasPrefix(rest, "//"):
		*a = address(s)
		return nil
	case !strings.ContainsAny(s, ":@"):
		return fmt.Errorf("cannot tell which database is meant; for a file write sqlite:%s", s)
	}
	return errors.New("cannot tell which database is meant; write sqlite:FILE or " +
		"postgres://user:password@host:5432/database")
}

// shown is the address without its password.
func (a address) shown() string {
	if u, err := url.Parse(string(a)); err == nil && strings.HasPrefix(u.Scheme, "postgres") {
		return u.Redacted()
	}
	return string(a)
}

// flagged is the address as an argument for another command, or nothing where it is the default.
func (a address) flagged() string {
	if a == here {
		return ""
	}
	return " --db " + quoted(a.shown())
}

// quoted is a word for a shell.
func quoted(word string) string {
	if strings.Trim(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./:=@") == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// here is where books are when nobody says otherwise.
const here address = "sqlite:supportledger.db"

// books is the flag that names the database.
type books struct {
	DB address `name:"db" env:"SUPPORTLEDGER_DB" placeholder:"sqlite:FILE|postgres://…" help:"Where the books are; or SUPPORTLEDGER_DB, or else sqlite:supportledger.db."`
}

// at is the database that is meant.
func (b books) at() address { return cmp.Or(b.DB, here) }

// open opens books that are there, and wants their schema to be this version's.
func (b books) open(ctx context.Context, o store.Options) (*store.DB, error) {
	o.MustExist = true
	db, err := store.Open(ctx, string(b.at()), o)
	if err != nil {
		return nil, &unopened{err}
	}
	if err := db.CheckSchema(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// also takes the last step of a command and adds its error to the one that is being returned.
func also(err *error, last func() error) { *err = errors.Join(*err, last()) }

// view runs a command's reading over the books.
func (b books) view(ctx context.Context, fn func(tx *store.Tx, book ledger.Book) error) (err error) {
	db, err := b.open(ctx, store.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	defer also(&err, db.Close)
	return db.View(ctx, func(tx *store.Tx) error {
		book, err := ledger.Open(ctx, tx)
		if err != nil {
			return err
		}
		return fn(tx, book)
	})
}

// viewBoth runs a command that reads all of the books in two places at once, or in one (other is nil) where a SQLite
// file is so busy that its writers leave no moment in which to begin both.
func (b books) viewBoth(ctx context.Context, fn func(db *store.DB, tx, other *store.Tx) error) (
	err error,
) {
	db, err := b.open(ctx, store.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	defer also(&err, db.Close)
	both := func(tx, other *store.Tx) error { return fn(db, tx, other) }
	if err = db.ViewPair(ctx, both); errors.Is(err, store.ErrBusy) {
		return db.View(ctx, func(tx *store.Tx) error { return fn(db, tx, nil) })
	}
	return err
}

// openFresh opens a database for new books, made where there is none, and migrates it - but only after it has seen that
// there are no books in it yet.
func openFresh(ctx context.Context, dsn address, o store.Options) (*store.DB, error) {
	db, err := store.Open(ctx, string(dsn), o)
	if err != nil {
		return nil, &unopened{err}
	}
	if err := makeFresh(ctx, db); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

func makeFresh(ctx context.Context, db *store.DB) error {
	if err := db.CheckSchema(ctx); err != nil && !errors.Is(err, store.ErrSchemaOlder) {
		return err
	}
	err := db.View(ctx, func(tx *store.Tx) error {
		_, err := ledger.Open(ctx, tx) // fails on a database without tables, whatever the driver calls that
		return err
	})
	if err == nil {
		return ledger.ErrAlreadyOpened
	}
	return db.Migrate(ctx, nil)
}

// output is the flag that names where data goes.
type output struct {
	Output string `short:"o" placeholder:"FILE" default:"-" help:"Write to FILE instead of standard output."`
}

// write gives fn a writer. A file is written beside its name first, readable by its owner alone as the books are, and
// moved there when it is whole: a command that is stopped leaves no half file. What is no file (/dev/null, a pipe) is
// written to as it is.
func (o output) write(c console, fn func(w io.Writer) error) error {
	if o.Output == "-" {
		return fn(c.out)
	}
	if info, err := os.Stat(o.Output); err == nil && !info.Mode().IsRegular() {
		return o.stream(fn)
	}
	file, err := os.CreateTemp(filepath.Dir(o.Output), filepath.Base(o.Output)+".*")
	if err != nil {
		return o.failed(err)
	}
	defer func() { _ = os.Remove(file.Name()) }() // gone already when all went well
	err = fn(file)
	if closed := file.Close(); err == nil && closed != nil {
		err = o.failed(closed)
	}
	if err != nil {
		return err
	}
	if err := os.Rename(file.Name(), o.Output); err != nil {
		return o.failed(err)
	}
	return nil
}

func (o output) stream(fn func(w io.Writer) error) error {
	file, err := os.OpenFile(o.Output, os.O_WRONLY, 0)
	if err != nil {
		return o.failed(err)
	}
	return errors.Join(fn(file), file.Close())
}

// failed names the file that was asked for, not the one beside it.
func (o output) failed(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		err = at.Err
	}
	return fmt.Errorf("cannot write %s: %w", o.Output, err)
}
