package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"supportledger/migrations"
	"supportledger/store"
	"supportledger/store/storetest"
)

// doctor says what is wrong with a machine and how to mend it, one line a thing.
func TestDoctor(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		opened(t, db)
		dir := t.TempDir()
		conf := filepath.Join(dir, "c")
		write := func(text string) {
			text = "db = " + storetest.DSN(db) + "\naddr = " + freeAddress(t) + "\n" + text
			if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		write("backup-dir = " + dir + "\nwitness = " + dir + "\ndisk-free = 0\n") // however full this machine is
		out := ran(t, exitFound, "doctor", "--config", conf)
		for _, want := range []string{"ok     settings", "ok     clock", "ok     time zone", "ok     disk", "ok     rights",
			"ok     database", "integrity", "ok     witness", "ok     jobs", "look   vault", "look   mail", "look   server",
			"wrong  backup      there is none yet"} {
			if !strings.Contains(out, want) {
				t.Errorf("%q is not in\n%s", want, out)
			}
		}
		write("vault-key = " + conf + "\nmail-server = 127.0.0.1:1\nmail-from = a@example.org\n")
		if err := os.Chmod(conf, 0o644); err != nil {
			t.Fatal(err)
		}
		out = ran(t, exitFound, "doctor", "--config", conf)
		for _, want := range []string{"wrong  rights      others may read " + conf, "wrong  vault",
			"wrong  mail", "→ chmod 600"} {
			if !strings.Contains(out, want) {
				t.Errorf("%q is not in\n%s", want, out)
			}
		}
		_, url := served(t, db)
		ran(t, 0, "healthcheck", "--addr", strings.TrimPrefix(url, "http://"))
		ran(t, 1, "healthcheck", "--addr", freeAddress(t))
	})
}

// A page of the file that was damaged is found.
func TestDoctorFindsDamage(t *testing.T) {
	kept := strings.TrimPrefix(restored(t, store.SQLite), "sqlite:")
	content, err := os.ReadFile(kept)
	if err != nil {
		t.Fatal(err)
	}
	const page = 4096
	all := len(content) / page
	for n := all * 7 / 10; n < all*7/10+20; n++ {
		copy(content[n*page:n*page+200], make([]byte, 200))
	}
	if err := os.WriteFile(kept, content, 0o600); err != nil {
		t.Fatal(err)
	}
	conf := filepath.Join(t.TempDir(), "c")
	if err := os.WriteFile(conf, []byte("db = sqlite:"+kept+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := ran(t, exitFound, "doctor", "--config", conf); !strings.Contains(out, "wrong  integrity") {
		t.Error(out)
	}
}

// Books are kept in a backup before the first step of a migration, and nothing is migrated without it.
func TestMigrationKeepsTheBooksFirst(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		opened(t, db)
		const text = "CREATE TABLE extra (\n    id TEXT NOT NULL PRIMARY KEY\n);\n"
		next := fstest.MapFS{"20270101000000_next.tx.up.sql": {Data: []byte(text)}}
		err := fs.WalkDir(migrations.Files(), ".", func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := fs.ReadFile(migrations.Files(), path)
			next[path] = &fstest.MapFile{Data: text}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		newer, err := store.Open(t.Context(), storetest.DSN(db), store.Options{Schema: next})
		if err != nil {
			t.Fatal(err)
		}
		defer newer.Close()
		if names, err := newer.Pending(t.Context()); err != nil || len(names) != 1 {
			t.Errorf("pending %v, %v", names, err)
		}
		var talk strings.Builder
		c := console{out: &talk, err: &talk}
		full := errors.New("no room")
		err = migrateBooks(t.Context(), newer, c, func(context.Context, *store.DB) (string, error) { return "", full })
		if names, _ := newer.Pending(t.Context()); !errors.Is(err, full) || len(names) != 1 {
			t.Errorf("migrated without a backup: %v, pending %v", err, names)
		}
		m := migrateCommand{BackupDir: t.TempDir()}
		if err := migrateBooks(t.Context(), newer, c, m.keeper(true, nil)); err != nil {
			t.Fatal(err)
		}
		files, _ := filepath.Glob(filepath.Join(m.BackupDir, "before-migration-*.slbackup"))
		if len(files) != 1 || !strings.Contains(talk.String(), files[0]) {
			t.Fatalf("kept %v; said %s", files, talk.String())
		}
		ran(t, 0, "backup", "verify", files[0])
		// The older program meets newer books: it names both versions and does nothing.
		out := ran(t, exitRefused, "migrate", "--db", storetest.DSN(db))
		if !strings.Contains(out, "20270101000000") || !strings.Contains(out, "newer") {
			t.Error(out)
		}
		ran(t, exitRefused, "serve", "--db", storetest.DSN(db), "--addr", "127.0.0.1:0")
	})
}

// Before there are books a server that starts finds nothing to migrate.
func TestMigrateIfOpened(t *testing.T) {
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		dsn := emptyOf(t, engine)
		ran(t, 0, "migrate", "--if-opened", "--db", dsn)
		ran(t, 0, "migrate", "--db", dsn)
		ran(t, 0, "migrate", "--plan", "--db", dsn)
	}
}
