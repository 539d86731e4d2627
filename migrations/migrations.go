// Package migrations is the schema of supportledger, as text.
//
// Folder schema is the first schema: all that books of version 1 have. Read its files in their order; they are the data
// dictionary. What is never changed or deleted stands in guards.go, the states of things in states.go, and what the
// database refuses by more than that in schema/guards. Nearly all of it serves both engines: the tables and views, and
// triggers that only refuse. What cannot (sealing entries, the tables of river) stands in schema/sqlite and
// schema/postgres under the same names.
//
// Books are made and changed by migrations. The first schema is one of them; a change of it is a file in this folder,
// or, where it cannot be portable, one of the same name and another stamp in sqlite/ and in postgres/. Stamps order
// them all. Applied files are never edited, and neither is folder schema, once there are books of a release: a test
// compares new books with kept ones of the first version that were migrated. There are no down files; books are not
// taken apart, a mistake is repaired by the next migration.
//
// # The portable text
//
// It is written in PostgreSQL's words with four types only: TEXT, BIGINT, BYTEA and BOOLEAN; a column
// of the schema that is MONEY is a BIGINT within bounds. For SQLite four rules
// rewrite it, outside of quoted text and comments:
//
//   - the upper-case words BIGINT, BYTEA and BOOLEAN become INTEGER, BLOB and INTEGER;
//   - a line that is exactly ");" closes a CREATE TABLE and becomes ") STRICT;", so that SQLite refuses a text in an
//     integer column as PostgreSQL does;
//   - a table closed by ");" and the comment "-- in the order of its key" is WITHOUT ROWID as well: SQLite keeps it in
//     that order, which saves an index where rows are small;
//   - a CREATE TABLE that is closed in any other way makes [For] fail, so no table can miss STRICT by accident.
//
// A portable trigger is written in SQLite's words, and only refuses: SELECT RAISE(ABORT, 'supportledger:code: words')
// WHERE a condition that both engines read. For PostgreSQL it is rewritten to a function and a trigger of its name.
//
// In a migration's file a line "--bun:split" parts statements; a file runs in one database transaction, whole or not at
// all. On a cluster (Citus) a chunk may hold only one CREATE INDEX or TRIGGER, so we split after every statement.
package migrations

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"testing/fstest"

	"github.com/uptrace/bun/migrate"
)

//go:embed schema
var embedded embed.FS

// Files holds the SQL texts compiled into the binary, in the layout that [For] expects.
func Files() fs.FS { return embedded }

// SQLite and Postgres are the engines that [For] knows; they are also the names of the folders.
const (
	SQLite   = "sqlite"
	Postgres = "postgres"
)

// ErrLayout reports migration files that cannot be ordered or rewritten safely. It is a mistake of whoever wrote the
// files, found at start and in tests, never by a user's data.
var ErrLayout = errors.New("migrations: bad file")

// For collects the migrations of one engine from fsys: the portable files at its top, rewritten where the engine is
// SQLite, and the files in the engine's own folder. It fails with [ErrLayout] when two files carry one stamp (one
// would silently replace the other), when a file would not run inside a transaction, or when a portable CREATE TABLE
// cannot be made STRICT.
func For(fsys fs.FS, engine string) (*migrate.Migrations, error) {
	return read(fsys, engine, strict)
}

// Index is [For] for a command that needs only the names of the migrations: it saves the rewriting of texts that
// are not run.
func Index(fsys fs.FS, engine string) (*migrate.Migrations, error) {
	return read(fsys, engine, nil)
}

// read collects an engine's files, the portable ones for SQLite as they are rewritten. Without rewritten it is only
// asked which there are.
func read(fsys fs.FS, engine string, rewritten func(name, text string) (string, error)) (*migrate.Migrations, error) {
	first, err := schema(fsys, engine, rewritten)
	if err != nil {
		return nil, err
	}
	portable, err := texts(fsys, ".")
	if err != nil {
		return nil, err
	}
	if engine == SQLite && rewritten != nil {
		for name, text := range portable {
			if portable[name], err = rewritten(name, text); err != nil {
				return nil, err
			}
		}
	}
	own, err := texts(fsys, engine)
	if err != nil {
		return nil, err
	}
	return collect(first, portable, own)
}

// texts reads the SQL files that stand directly in dir, by base name. A folder that is absent holds none.
func texts(fsys fs.FS, dir string) (map[string]string, error) {
	entries, err := fs.ReadDir(fsys, dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("migrations: %w", err)
	}
	found := map[string]string{}
	for _, e := range entries {
		if e.IsDir() || path.Ext(e.Name()) != ".sql" {
			continue
		}
		if !strings.HasSuffix(e.Name(), ".tx.up.sql") {
			return nil, fmt.Errorf("%w: %s must end in .tx.up.sql, so that it runs whole or not at all",
				ErrLayout, path.Join(dir, e.Name()))
		}
		b, err := fs.ReadFile(fsys, path.Join(dir, e.Name()))
		if err != nil {
			return nil, fmt.Errorf("migrations: %w", err)
		}
		found[e.Name()] = string(b)
	}
	return found, nil
}

// collect merges the folders into one in-memory file system and lets bun discover them there. bun keys a migration
// by its stamp alone and keeps the last file of a stamp, so a stamp used twice has to be refused here.
func collect(folders ...map[string]string) (*migrate.Migrations, error) {
	all, stamps := fstest.MapFS{}, map[string]string{}
	for _, folder := range folders {
		for name, text := range folder {
			stamp, _, _ := strings.Cut(name, "_")
			if other, taken := stamps[stamp]; taken {
				return nil, fmt.Errorf("%w: %s and %s carry the same stamp %s", ErrLayout, other, name, stamp)
			}
			stamps[stamp] = name
			all[name] = &fstest.MapFile{Data: []byte(text)}
		}
	}
	found := migrate.NewMigrations()
	if err := found.Discover(all); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrLayout, err)
	}
	return found, nil
}

// token finds, left to right: quoted text and comments (kept as they are), the types to rename, the head and the
// close of a table. Quoted text and comments come first in the pattern so that nothing inside them can match.
var token = regexp.MustCompile(`'[^']*'|--[^\n]*|\b(?:BIGINT|BYTEA|BOOLEAN|CREATE TABLE)\b|` +
	`(?m:^\);(?: -- in the order of its key)?$)`)

// clustered closes a table that SQLite keeps in the order of its key, without a row number beside it.
const clustered = "); -- in the order of its key"

var sqliteWord = map[string]string{
	"BIGINT": "INTEGER", "BYTEA": "BLOB", "BOOLEAN": "INTEGER", ");": ") STRICT;", clustered: ") STRICT, WITHOUT ROWID;",
}

// strict rewrites a portable text for SQLite by the rules in the package comment.
func strict(name, text string) (string, error) {
	opened, closed := 0, 0
	out := token.ReplaceAllStringFunc(text, func(t string) string {
		switch t {
		case "CREATE TABLE":
			opened++
		case ");", clustered:
			closed++
		}
		if word, ok := sqliteWord[t]; ok {
			return word
		}
		return t
	})
	if opened != closed {
		return "", fmt.Errorf("%w: %s has %d CREATE TABLE and %d "+
			"lines that are exactly \");\"; they must pair, for STRICT on SQLite", ErrLayout, name, opened, closed)
	}
	return out, nil
}
