package ledger_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"supportledger/store"
	"supportledger/store/storetest"
)

// Sessions that are not ours: another tool on the same database, with its own settings. SQLite's shell has foreign keys
// and recursive triggers off, and nobody asks for READ COMMITTED on PostgreSQL.

// stranger opens the database as another tool does.
func stranger(t *testing.T, db *store.DB) *sql.DB {
	t.Helper()
	driver, dsn := "pgx", storetest.DSN(db)
	if db.Engine() == store.SQLite {
		driver, dsn = "sqlite", "file:"+strings.TrimPrefix(dsn, "sqlite:")+"?_pragma=busy_timeout(10000)"
	}
	raw, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = raw.Close() })
	return raw
}

// contents is every entry and line and balance there is, as text.
func contents(t *testing.T, raw *sql.DB) string {
	t.Helper()
	return rowsOf(t, raw, "SELECT CAST(seq AS TEXT) || id || CAST(number AS TEXT) || date || text || act || created_by "+
		"FROM entries ORDER BY seq") +
		rowsOf(t, raw, "SELECT CAST(entry_seq AS TEXT) || ' ' || CAST(line AS TEXT) || account || fund || currency || "+
			"CAST(amount AS TEXT) || ' ' || CAST(base AS TEXT) FROM entry_lines ORDER BY entry_seq, line") +
		rowsOf(t, raw, "SELECT account || fund || currency || date || CAST(amount AS TEXT) || ' ' || CAST(base AS TEXT) "+
			"FROM balances ORDER BY account, fund, currency, date")
}

// rowsOf is what a query of one text column answers, a row a line.
func rowsOf(t *testing.T, raw *sql.DB, query string) string {
	t.Helper()
	rows, err := raw.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var text strings.Builder
	for rows.Next() {
		var row string
		if err := rows.Scan(&row); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&text, row)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// attempt runs statements in one transaction of a stranger and commits.
func attempt(ctx context.Context, raw *sql.DB, o *sql.TxOptions, statements ...string) error {
	tx, err := raw.BeginTx(ctx, o)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	for _, s := range statements {
		if _, err := tx.ExecContext(ctx, s); err != nil {
			return err
		}
	}
	return tx.Commit()
}

func TestStrangersChangeNothingPosted(t *testing.T) {
	balanced := func(seq string) string {
		return rawLines + rawLine(seq, "1", "1010", "G1", "100") + "," + rawLine(seq, "2", "3100", "G1", "-100")
	}
	replace := func(s string) string { return strings.Replace(s, "INSERT", "INSERT OR REPLACE", 1) }
	entry := func(seq, id, number string) string {
		return strings.Replace(rawEntry+rawEntryOf(seq, "2026", number, "2026-06-01", "2"), "ent_raw"+seq, id, 1)
	}
	for _, c := range []struct {
		name   string
		engine store.Engine // "" for both
		sql    []string
		want   string
	}{
		{"unbalanced", "", []string{rawLines + rawLine("4", "1", "1010", "G1", "100") + "," +
			rawLine("4", "2", "3100", "G1", "-99"), entry("4", "ent_x", "4")}, "entry_unbalanced"},
		{"unbalanced per fund", "", []string{rawLines + rawLine("4", "1", "1010", "G1", "100") + "," +
			rawLine("4", "2", "3100", "UNR", "-100"), entry("4", "ent_x", "4")}, "entry_unbalanced"},
		{"a late pair of lines", "", []string{rawLines + rawLine("2", "3", "1010", "G1", "100") + "," +
			rawLine("2", "4", "3100", "G1", "-100")}, "entry_is_posted"},
		{"lines one by one, then one more", "", []string{balanced("4"), entry("4", "ent_x", "4"),
			rawLines + rawLine("4", "3", "1010", "G1", "1")}, "entry_is_posted"},
		{"an amount", "", []string{"UPDATE entry_lines SET amount = amount + 1, base = base + 1"}, "entry_is_posted"},
		{"a fund", "", []string{"UPDATE entry_lines SET fund = 'UNR' WHERE fund = 'G1'"}, "entry_is_posted"},
		{"a date", "", []string{"UPDATE entries SET date = '2026-06-02' WHERE seq = 1"}, "entry_is_posted"},
		{"lines deleted", "", []string{"DELETE FROM entry_lines"}, "entry_is_posted"},
		{"entries deleted", "", []string{"DELETE FROM entries WHERE seq = 3"}, "entry_is_posted"},
		{"replaced by order", store.SQLite, []string{replace(entry("3", "ent_x", "4"))}, "entry_is_posted"},
		{"replaced by number", store.SQLite, []string{balanced("4"), replace(entry("4", "ent_x", "3"))}, "entry_is_posted"},
		{"replaced by id", store.SQLite, []string{balanced("4"),
			"CREATE TEMP TABLE last AS SELECT id FROM entries WHERE seq = 3",
			replace("INSERT INTO entries (seq, id, fiscal_year, number, date, book, text, act, source, line_count, reason, " +
				"created_by, created_at) " +
				"SELECT 4, id, 2026, 4, '2026-06-01', 'actual', 't', 'a', '', 2, '', '', 'x' FROM temp.last")}, "entry_is_posted"},
		{"a line replaced", store.SQLite, []string{replace(rawLines + rawLine("3", "1", "1010", "G1", "1"))},
			"entry_is_posted"},
		{"an update that replaces", store.SQLite,
			[]string{"UPDATE OR REPLACE entry_lines SET entry_seq = 1 WHERE entry_seq = 2"}, "entry_is_posted"},
		{"an upsert of an entry", store.Postgres, []string{entry("3", "ent_x", "3") +
			" ON CONFLICT (seq) DO UPDATE SET text = 'x'"}, "entry_is_posted"},
		{"an upsert of a line", store.Postgres, []string{rawLines + rawLine("3", "1", "1010", "G1", "1") +
			" ON CONFLICT (entry_seq, line) DO UPDATE SET base = 1"}, "entry_is_posted"},
		{"truncated", store.Postgres, []string{"TRUNCATE entries, entry_lines, balances CASCADE"}, "entry_is_posted"},
		{"truncated alone", store.Postgres, []string{"TRUNCATE entry_lines"}, "entry_is_posted"},
		{"constraints deferred", store.Postgres, []string{"SET CONSTRAINTS ALL DEFERRED",
			rawLines + rawLine("1", "3", "1010", "G1", "1"), "DELETE FROM entry_lines WHERE entry_seq = 1 AND line = 3"},
			"entry_is_posted"},
	} {
		t.Run(c.name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				if c.engine != "" && c.engine != db.Engine() {
					t.Skip("the other engine has no such statement")
				}
				book, raw := books(t, db), stranger(t, db)
				update(t, db, func(tx *store.Tx) error {
					_, err := book.Post(t.Context(), tx, opening("G1", "2026-05-01", "10.00"), opening("G1", "2026-06-01", "10.00"),
						opening("UNR", "2026-06-01", "5.00"))
					return err
				})
				before := contents(t, raw)
				err := attempt(t.Context(), raw, nil, c.sql...)
				if got := codeOf(store.Classify(err)); got != c.want {
					t.Errorf("answered %q (%v), want %q", got, err, c.want)
				}
				if after := contents(t, raw); after != before {
					t.Errorf("the books changed:\n%s\nwere\n%s", after, before)
				}
				update(t, db, func(tx *store.Tx) error { // and go on
					_, err := book.Post(t.Context(), tx, opening("G1", "2026-06-01", "1.00"))
					return err
				})
			})
		})
	}
}

// A line for the entry that we have written and not committed waits for us, whatever the stranger's isolation, and is
// then refused; whatever snapshot it took before.
func TestNoLineOfAStrangerSlipsIn(t *testing.T) {
	late := rawLines + rawLine("2", "98", "1010", "G1", "5") + "," + rawLine("2", "99", "3100", "G1", "-5")
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for _, level := range []sql.IsolationLevel{sql.LevelReadCommitted, sql.LevelRepeatableRead, sql.LevelSerializable} {
			if db.Engine() == store.SQLite && level != sql.LevelSerializable {
				continue // has no other
			}
			for _, early := range []bool{false, true} { // whether the stranger looked at the books before we wrote
				t.Run(fmt.Sprintf("%s, looked before: %t", level, early),
					func(t *testing.T) { slip(t, storetestOf(t, db.Engine()), level, early, late) })
			}
		}
	})
}

// storetestOf is a fresh database of one engine.
func storetestOf(t *testing.T, engine store.Engine) *store.DB {
	t.Helper()
	if engine == store.SQLite {
		return storetest.SQLite(t)
	}
	return storetest.Postgres(t)
}

func slip(t *testing.T, db *store.DB, level sql.IsolationLevel, early bool, late string) {
	t.Helper()
	book, raw := books(t, db), stranger(t, db)
	update(t, db, func(tx *store.Tx) error {
		_, err := book.Post(t.Context(), tx, opening("G1", "2026-06-01", "1.00"))
		return err
	})
	ctx := context.WithoutCancel(t.Context())
	options := &sql.TxOptions{Isolation: level}
	if db.Engine() == store.SQLite {
		options = nil
	}
	theirs, err := raw.BeginTx(ctx, options)
	if err != nil {
		t.Fatal(err)
	}
	if early {
		var n int
		if err := theirs.QueryRowContext(ctx, "SELECT COUNT(*) FROM entries").Scan(&n); err != nil {
			t.Fatal(err)
		}
	}
	answer := make(chan error, 1)
	update(t, db, func(tx *store.Tx) error {
		if _, err := book.Post(ctx, tx, opening("G1", "2026-06-01", "10.00")); err != nil {
			return err
		}
		go func() {
			if _, err := theirs.ExecContext(ctx, late); err != nil {
				answer <- errors.Join(err, theirs.Rollback())
				return
			}
			answer <- theirs.Commit()
		}()
		select {
		case err := <-answer:
			answer <- err // refused at once is as good; accepted is caught below
		case <-time.After(150 * time.Millisecond): // it waits
		}
		return nil
	})
	if err := <-answer; err == nil {
		t.Error("the late lines were accepted")
	} else if got := codeOf(store.Classify(err)); got != "entry_is_posted" &&
		!errors.Is(store.Classify(err), store.ErrBusy) {
		t.Errorf("answered %q (%v)", got, err)
	}
	if text := contents(t, raw); strings.Contains(text, "2 98") || strings.Contains(text, "2 99") {
		t.Errorf("a line slipped in:\n%s", text)
	}
}

// The other way round: a stranger wrote lines for the next entry and has not committed. We wait, the stranger's commit
// is refused for want of an entry, and ours goes through.
func TestAStrangersLinesDoNotBecomeOurs(t *testing.T) {
	db := storetest.Postgres(t)
	book, raw := books(t, db), stranger(t, db)
	theirs, err := raw.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := theirs.ExecContext(t.Context(), rawLines+rawLine("1", "98", "1010", "G1", "5")+","+rawLine("1", "99",
		"3100", "G1", "-5")); err != nil {
		t.Fatal(err)
	}
	answer := make(chan error, 1)
	go func() {
		answer <- db.Update(context.WithoutCancel(t.Context()), func(tx *store.Tx) error {
			_, err := book.Post(context.WithoutCancel(t.Context()), tx, opening("G1", "2026-06-01", "10.00"))
			return err
		})
	}()
	select {
	case err := <-answer:
		t.Fatalf("the post did not wait: %v", err)
	case <-time.After(150 * time.Millisecond):
	}
	if err := theirs.Commit(); !errors.Is(store.Classify(err), store.ErrMissing) {
		t.Errorf("lines without an entry: %v", err)
	}
	if err := <-answer; err != nil {
		t.Errorf("our entry: %v", err)
	}
	if text := contents(t, raw); strings.Contains(text, "1 98") {
		t.Errorf("their lines became ours:\n%s", text)
	}
}
