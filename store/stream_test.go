package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supportledger/store"
	"supportledger/store/storetest"
)

type word string

// streamed is a row with a column of every kind that the schema has, and NULLs.
type streamed struct {
	Text   string
	Word   word
	N      int64
	Small  int
	OK     bool
	Bytes  []byte
	None   *string
	Some   *word
	Absent sql.NullString
}

const kinds = `SELECT 'x' || n, 'kind', n, CAST(7 AS BIGINT), n > 1, b, CAST(NULL AS TEXT), 'some', CAST(NULL AS
	TEXT) FROM streamed WHERE n >= ? ORDER BY n`

func streamable(t *testing.T, tx *store.Tx, n int) {
	t.Helper()
	kind := "BLOB"
	if tx.Engine == store.Postgres {
		kind = "BYTEA"
	}
	if _, err := tx.ExecContext(t.Context(), "CREATE TABLE streamed (n BIGINT, b "+kind+")"); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if _, err := tx.ExecContext(t.Context(), "INSERT INTO streamed VALUES (?, ?)", i+1, []byte{0, byte(i)}); err != nil {
			t.Fatal(err)
		}
	}
}

// A stream gives every kind of column as database/sql gives it; what does not fit is an error, an error of the caller
// ends it, and the tx goes on.
func TestStream(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		err := db.Update(t.Context(), func(tx *store.Tx) error {
			streamable(t, tx, 3)
			scan := func(rows store.Scanner) (s streamed, err error) {
				err = rows.Scan(&s.Text, &s.Word, &s.N, &s.Small, &s.OK, &s.Bytes, &s.None, &s.Some, &s.Absent)
				return s, err
			}
			var got, want []streamed
			if err := tx.Stream(t.Context(), kinds, func(rows store.Scanner) error {
				s, err := scan(rows)
				got = append(got, s)
				return err
			}, 2); err != nil {
				t.Fatal(err)
			}
			rows, err := tx.QueryContext(t.Context(), kinds, 2)
			if err != nil {
				t.Fatal(err)
			}
			defer rows.Close()
			for rows.Next() {
				s, err := scan(rows)
				if err != nil {
					t.Fatal(err)
				}
				want = append(want, s)
			}
			if err := rows.Err(); err != nil || len(want) != 2 {
				t.Fatal(err, want)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			enough, seen := errors.New("enough"), 0
			if err := tx.Stream(t.Context(), kinds, func(store.Scanner) error { seen++; return enough }, 1); !errors.Is(err,
				enough) || seen != 1 {
				t.Errorf("%v after %d rows", err, seen)
			}
			for _, into := range [][]any{{new(int64)}, {new(string), new(string)}} {
				if err := tx.Stream(t.Context(), "SELECT 'x' FROM streamed",
					func(rows store.Scanner) error { return rows.Scan(into...) }); err == nil {
					t.Errorf("a text went into %T", into)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// EachRow reads what a stream reads, each column by its name, and refuses a column that has no place.
func TestEachRow(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		err := db.Update(t.Context(), func(tx *store.Tx) error {
			streamable(t, tx, 3)
			q := tx.NewSelect().TableExpr("streamed AS s").
				ColumnExpr("'kind' AS word, CAST(7 AS BIGINT) AS small, b AS bytes, n > 1 AS ok").
				ColumnExpr("CASE WHEN n = 2 THEN 'two' END AS some, 'x' || n AS text").OrderExpr("n")
			var got []streamed
			if err := store.EachRow(t.Context(), tx, q, func(s streamed) error {
				got = append(got,
					s)
				return nil
			}); err != nil {
				return err
			}
			two := word("two")
			want := []streamed{
				{Text: "x1", Word: "kind", Small: 7, Bytes: []byte{0, 0}},
				{Text: "x2", Word: "kind", Small: 7, OK: true, Bytes: []byte{0, 1}, Some: &two},
				{Text: "x3", Word: "kind", Small: 7, OK: true, Bytes: []byte{0, 2}},
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			q = tx.NewSelect().TableExpr("streamed AS s").ColumnExpr("n AS elsewhere")
			if err := store.EachRow(t.Context(), tx, q, func(streamed) error { return nil }); err == nil {
				t.Error("a column went nowhere")
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// A stream that nobody waits for any more ends.
func TestStreamEndsWithItsContext(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		if err := db.Update(t.Context(), func(tx *store.Tx) error { streamable(t, tx, 1000); return nil }); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		seen := 0
		err := db.View(ctx, func(tx *store.Tx) error {
			return tx.Stream(ctx, "SELECT a.n FROM streamed AS a CROSS JOIN streamed AS b",
				func(store.Scanner) error { seen++; cancel(); return nil })
		})
		if !errors.Is(err, context.Canceled) || seen > 900_000 {
			t.Errorf("%v after %d rows", err, seen)
		}
	})
}

// Two views on one snapshot see the same however busily others write, and at the same time.
func TestViewPair(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		if err := db.Update(t.Context(), func(tx *store.Tx) error { streamable(t, tx, 0); return nil }); err != nil {
			t.Fatal(err)
		}
		add := func() error {
			return db.Update(t.Context(), func(tx *store.Tx) error {
				_, err := tx.ExecContext(t.Context(), "INSERT INTO streamed VALUES (1, NULL)")
				return err
			})
		}
		stop, ended := make(chan struct{}), make(chan error, 1)
		go func() {
			for {
				select {
				case <-stop:
					ended <- nil
					return
				default:
				}
				if err := add(); err != nil {
					ended <- err
					return
				}
			}
		}()
		before := -1
		for range 50 {
			if err := db.ViewPair(t.Context(), func(one, other *store.Tx) error {
				counts := make([]int, 2)
				failed := make(chan error)
				for i, tx := range []*store.Tx{one, other} {
					go func() {
						failed <- tx.NewRaw("SELECT COUNT(*) FROM streamed").Scan(t.Context(), &counts[i])
					}()
				}
				if err := errors.Join(<-failed, <-failed); err != nil {
					return err
				}
				if counts[0] != counts[1] || counts[0] < before {
					return fmt.Errorf("one sees %d, the other %d, after %d", counts[0], counts[1], before)
				}
				before = counts[0]
				_, err := other.ExecContext(t.Context(), "INSERT INTO streamed VALUES (1, NULL)")
				return err
			}); !errors.Is(err, store.ErrReadOnly) {
				t.Fatal(err)
			}
		}
		close(stop)
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
	})
}
