package store_test

import (
	"errors"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"supportledger/store"
	"supportledger/store/storetest"
)

// eachEmpty runs fn on both engines with the address of a database without any table.
func eachEmpty(t *testing.T, fn func(t *testing.T, dsn string)) {
	t.Helper()
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		t.Run(string(engine), func(t *testing.T) { fn(t, empty(t, engine)) })
	}
}

// with returns the schema and one more portable file.
func with(name, text string) fstest.MapFS {
	files := maps.Clone(schema)
	files[name] = &fstest.MapFile{Data: []byte(text)}
	return files
}

func TestMigrateReportsAndIsDoneOnce(t *testing.T) {
	eachEmpty(t, func(t *testing.T, dsn string) {
		db := open(t, dsn, store.Options{Schema: schema, Clock: storetest.NewClock(storetest.Start)})
		if err := db.CheckSchema(t.Context()); !errors.Is(err, store.ErrSchemaOlder) {
			t.Errorf("empty: %v", err)
		}
		var told []string
		report := func(name string) { told = append(told, name) }
		for range 3 {
			must(t, db.Migrate(t.Context(), report))
			must(t, db.CheckSchema(t.Context()))
		}
		if diff := cmp.Diff([]string{"1_budgets", "2_guards"}, told); diff != "" {
			t.Error(diff)
		}
		if n := count(t, db,
			"SELECT COUNT(*) FROM bun_migrations WHERE CAST(migrated_at AS TEXT) LIKE '2026-01-15 09:00:00%'"); n != 2 {
			t.Errorf("%d notes with the clock's time, want 2", n)
		}
	})
}

func TestOlderAndNewerSchema(t *testing.T) {
	newer := with("3_later.tx.up.sql", "CREATE TABLE later (\n    id TEXT\n);")
	eachEmpty(t, func(t *testing.T, dsn string) {
		old := open(t, dsn, store.Options{Schema: schema})
		must(t, old.Migrate(t.Context(), nil))
		next := open(t, dsn, store.Options{Schema: newer})
		if err := next.CheckSchema(t.Context()); !errors.Is(err, store.ErrSchemaOlder) ||
			!strings.Contains(err.Error(), "3_later") {
			t.Errorf("older: %v", err)
		}
		must(t, next.Migrate(t.Context(), nil))
		must(t, next.CheckSchema(t.Context()))
		for what, err := range map[string]error{"CheckSchema": old.CheckSchema(t.Context()),
			"Migrate": old.Migrate(t.Context(), nil)} {
			if !errors.Is(err, store.ErrSchemaNewer) || !strings.Contains(err.Error(), "migration 3,") ||
				!strings.Contains(err.Error(), "2_guards") {
				t.Errorf("%s by the older binary: %v", what, err)
			}
		}
	})
}

// Books of the time before the first schema are refused, with what to do.
func TestBooksBeforeTheFirstSchema(t *testing.T) {
	old := fstest.MapFS{"20261128000000_last.tx.up.sql": &fstest.MapFile{
		Data: []byte("CREATE TABLE old (\n    id TEXT\n);")}}
	eachEmpty(t, func(t *testing.T, dsn string) {
		must(t, open(t, dsn, store.Options{Schema: old}).Migrate(t.Context(), nil))
		now := open(t, dsn, store.Options{})
		for what, err := range map[string]error{"CheckSchema": now.CheckSchema(t.Context()),
			"Migrate": now.Migrate(t.Context(), nil)} {
			if !errors.Is(err, store.ErrSchemaOlder) || !strings.Contains(err.Error(), "export journal") ||
				!strings.Contains(err.Error(), "20261128000000") {
				t.Errorf("%s: %v", what, err)
			}
		}
	})
}

// A migration that fails in its third statement leaves nothing of the first two, and runs when it is right.
func TestFailedMigrationLeavesNothing(t *testing.T) {
	const good = "CREATE TABLE later (\n    id TEXT\n);\n--bun:split\nUPDATE budgets SET remaining = 7;\n--bun:split\n"
	eachEmpty(t, func(t *testing.T, dsn string) {
		first := open(t, dsn, store.Options{Schema: schema})
		must(t, first.Migrate(t.Context(), nil))
		must(t, first.Update(t.Context(), func(tx *store.Tx) error {
			return do(tx, "INSERT INTO budgets (id, name, remaining, version) VALUES ('b1', 'first', 1000, 1)")
		}))
		broken := open(t, dsn, store.Options{Schema: with("3_later.tx.up.sql", good+"INSERT INTO nowhere VALUES (1);")})
		for range 2 {
			err := broken.Migrate(t.Context(), nil)
			if err == nil || !strings.Contains(err.Error(), "nowhere") {
				t.Fatalf("%v", err)
			}
			if n := count(t, first, "SELECT remaining FROM budgets"); n != 1000 {
				t.Errorf("%d remaining: something of it stayed", n)
			}
			must(t, first.CheckSchema(t.Context())) // not noted as applied either
		}
		fixed := open(t, dsn, store.Options{Schema: with("3_later.tx.up.sql", good)})
		must(t, fixed.Migrate(t.Context(), nil))
		if n := count(t, fixed, "SELECT remaining + (SELECT COUNT(*) FROM later) FROM budgets"); n != 7 {
			t.Errorf("%d", n)
		}
	})
}

// Twelve processes start at once on an empty database. Each must come back content, each migration must run once.
func TestConcurrentMigrators(t *testing.T) {
	files := with("3_once.tx.up.sql", "CREATE TABLE once (\n    n BIGINT\n);\n--bun:split\nINSERT INTO once VALUES (1);")
	for i := range 5 {
		files[string(rune('4'+i))+"_more.tx.up.sql"] = &fstest.MapFile{Data: []byte("INSERT INTO once VALUES (1);")}
	}
	eachEmpty(t, func(t *testing.T, dsn string) {
		var mu sync.Mutex
		var told []string
		var all sync.WaitGroup
		start := make(chan struct{})
		for range 12 {
			db := open(t, dsn, store.Options{Schema: files, MaxConns: 2})
			all.Go(func() {
				<-start
				err := db.Migrate(t.Context(), func(name string) {
					mu.Lock()
					defer mu.Unlock()
					told = append(told, name)
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		close(start)
		all.Wait()
		db := open(t, dsn, store.Options{Schema: files})
		must(t, db.CheckSchema(t.Context()))
		if n := count(t, db, "SELECT SUM(n) FROM once"); n != 6 {
			t.Errorf("migrations ran %d times, want 6", n)
		}
		slices.Sort(told)
		if diff := cmp.Diff([]string{"1_budgets", "2_guards", "3_once", "4_more", "5_more", "6_more", "7_more", "8_more"},
			told); diff != "" {
			t.Error(diff)
		}
		if n := count(t, db, "SELECT COUNT(*) FROM bun_migrations"); n != 8 {
			t.Errorf("%d notes", n)
		}
	})
}

// A schema that cannot be ordered is refused before the database is touched.
func TestBadSchemaIsToldAtOpen(t *testing.T) {
	bad := with("1_again.tx.up.sql", "SELECT 1")
	if _, err := store.Open(t.Context(), storetest.EmptySQLite(t), store.Options{Schema: bad}); err == nil {
		t.Error("two files of one stamp were accepted")
	}
	none := fs.FS(fstest.MapFS{})
	db := open(t, storetest.EmptySQLite(t), store.Options{Schema: none})
	if err := db.Migrate(t.Context(), nil); err == nil {
		t.Error("an empty schema was accepted")
	}
}
