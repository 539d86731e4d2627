package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supportledger/store"
	"supportledger/store/storetest"
)

var update = flag.Bool("update", false, "make the kept books of testdata anew")

// kept are books of the first schema, as the demo filled them: a SQLite file, and what pg_dump wrote of a database.
// They stay as they are when the schema goes on.
var kept = map[store.Engine]string{store.SQLite: "testdata/kept/v1.db.gz", store.Postgres: "testdata/kept/v1.sql.gz"}

// TestKeptBooks opens books that the first schema made: they migrate to what new books have, and are sound.
func TestKeptBooks(t *testing.T) {
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			if *update {
				keep(t, engine)
			}
			dsn := restored(t, engine)
			for _, args := range [][]string{{"migrate"}, {"verify"}} {
				p := begin(t, nil, append(args, "--db", dsn)...)
				if code := p.exit(); code != 0 {
					t.Errorf("%s: exit code %d:\n%s", args[0], code, p.said())
				}
			}
			fresh := storetest.EmptySQLite(t)
			if engine == store.Postgres {
				fresh = storetest.EmptyPostgres(t)
			}
			if diff := cmp.Diff(schemaOf(t, fresh), schemaOf(t, dsn)); diff != "" {
				t.Errorf("new books and the kept ones have different schemas (-new +kept): an applied migration was edited\n%s", diff)
			}
		})
	}
}

// keep lets the demo fill books and keeps them.
func keep(t *testing.T, engine store.Engine) {
	t.Helper()
	dir := t.TempDir()
	args := []string{"demo", "--no-serve", "--keep", dir}
	dsn := "sqlite:" + filepath.Join(dir, "supportledger.db")
	if engine == store.Postgres {
		dsn = storetest.EmptyPostgres(t)
		args = append(args, "--db", dsn)
	}
	if p := begin(t, nil, args...); p.exit() != 0 {
		t.Fatal(p.said())
	}
	var content []byte
	var err error
	if engine == store.SQLite {
		content, err = os.ReadFile(strings.TrimPrefix(dsn, "sqlite:"))
	} else {
		content, err = exec.CommandContext(t.Context(), "pg_dump", "--no-owner", "--no-privileges", "--no-comments",
			"--rows-per-insert=100", dsn).Output()
		content = besideTheSession.ReplaceAll(content, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	w, _ := gzip.NewWriterLevel(&packed, gzip.BestCompression) // the level is a known one
	_, err = w.Write(content)
	if closed := w.Close(); err != nil || closed != nil {
		t.Fatal(err, closed)
	}
	if err := os.WriteFile(kept[engine], packed.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// besideTheSession is what pg_dump sets for a session of its own, and tells psql.
var besideTheSession = regexp.MustCompile(`(?m)^(?:SET |SELECT pg_catalog\.set_config|\\|--|CREATE SCHEMA public)[^\n]*\n`)

// restored puts kept books into a database and gives its address.
func restored(t *testing.T, engine store.Engine) (dsn string) {
	t.Helper()
	packed, err := os.Open(kept[engine])
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = packed.Close() }()
	r, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	if engine == store.SQLite {
		dsn = storetest.EmptySQLite(t)
		if err := os.WriteFile(strings.TrimPrefix(dsn, "sqlite:"), content, 0o600); err != nil {
			t.Fatal(err)
		}
		return dsn
	}
	dsn = storetest.EmptyPostgres(t)
	inBooks(t, dsn, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, "SET LOCAL check_function_bodies = false;"+string(content))
		return err
	})
	return dsn
}

func inBooks(t *testing.T, dsn string, fn func(ctx context.Context, tx *store.Tx) error) {
	t.Helper()
	db, err := store.Open(t.Context(), dsn, store.Options{MaxConns: 2})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(t.Context(), func(tx *store.Tx) error { return fn(t.Context(), tx) })
	if closed := db.Close(); err != nil || closed != nil {
		t.Fatal(err, closed)
	}
}

// schemaOf migrates a database and gives its schema, a line for each thing in it.
func schemaOf(t *testing.T, dsn string) (lines []string) {
	t.Helper()
	if p := begin(t, nil, "migrate", "--db", dsn); p.exit() != 0 {
		t.Fatal(p.said())
	}
	inBooks(t, dsn, func(ctx context.Context, tx *store.Tx) error {
		text := "SELECT type || ' ' || name || ' ' || COALESCE(sql, '') FROM sqlite_schema ORDER BY 1"
		if tx.Engine == store.Postgres {
			text = `SELECT line FROM (
				SELECT c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull
				       || COALESCE(' ' || pg_get_expr(d.adbin, d.adrelid), '') AS line
				FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'v')
				LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
				WHERE c.relnamespace = current_schema()::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
				UNION SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
				WHERE connamespace = current_schema()::regnamespace AND contype <> 't'
				UNION SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema()
				UNION SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
				UNION SELECT viewname || ' ' || definition FROM pg_views WHERE schemaname = current_schema()
				UNION SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = current_schema()::regnamespace AND prokind = 'f'
			) AS s ORDER BY 1`
		}
		return tx.NewRaw(text).Scan(ctx, &lines)
	})
	return lines
}
