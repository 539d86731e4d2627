package store_test

import (
	"context"
	"database/sql"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supportledger/store"
	"supportledger/store/storetest"
)

type thing struct {
	ID    int64 `bun:",pk"`
	Name  string
	Note  *string
	Bytes []byte
	Sure  bool
}

// found is all that a View reads of things, on every way that there is.
type found struct {
	Things []thing
	One    thing
	Count  int64
	Exists bool
	Name   string
	Batch  []thing
}

func readThings(ctx context.Context, tx *store.Tx) (f found, err error) {
	exists, err := tx.NewSelect().Model((*thing)(nil)).Where("id = ?", 2).Exists(ctx)
	if err != nil {
		return f, err
	}
	f.Exists = exists
	if f.Count, err = tx.NewSelect().Model((*thing)(nil)).Count(ctx); err != nil {
		return f, err
	}
	const batch = "SELECT id, name, note, bytes FROM things WHERE id >= ? ORDER BY id"
	return f, errors.Join(
		tx.NewSelect().Model(&f.Things).Order("id").Scan(ctx),
		tx.NewSelect().Model(&f.One).Where("id = ?", 2).Scan(ctx),
		tx.NewRaw("SELECT name FROM things WHERE id = ?", 1).Scan(ctx, &f.Name),
		store.QueryBatch(ctx, tx, store.BatchQuery{Text: batch, Args: []any{1}, Row: func(r store.Scanner) error {
			var one thing
			err := r.Scan(&one.ID, &one.Name, &one.Note, &one.Bytes)
			f.Batch = append(f.Batch, one)
			return err
		}}))
}

// What a View remembers is what it read, to the last byte, and it asks for it once; whoever changes what they were
// given changes nobody else's. An Update remembers nothing.
func TestAViewRemembers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx, note := t.Context(), "a note"
		bytes := map[store.Engine]string{store.SQLite: "blob", store.Postgres: "bytea"}[db.Engine()]
		must(t, db.Update(ctx, func(tx *store.Tx) error {
			if err := do(tx, "CREATE TABLE things (id bigint PRIMARY KEY, name text, note text, bytes "+bytes+
				", sure boolean NOT NULL)"); err != nil {
				return err
			}
			return store.Insert(ctx, tx, []thing{{ID: 1, Name: "one", Bytes: []byte{0, 255, 7}},
				{ID: 2, Name: "two", Note: &note, Sure: true}})
		}))
		var plain found
		must(t, db.View(ctx, func(tx *store.Tx) (err error) {
			plain, err = readThings(ctx, tx)
			return err
		}))
		sent := storetest.CountSQL(db, func() {
			must(t, db.View(ctx, func(tx *store.Tx) error {
				tx.Remember()
				for range 3 {
					again, err := readThings(ctx, tx)
					if diff := cmp.Diff(plain, again); err != nil || diff != "" {
						t.Errorf("%v (-plain +remembered):\n%s", err, diff)
					}
					again.Things[0].Bytes[0]++
				}
				err := tx.NewSelect().Model(&plain.One).Where("id = ?", 9).Scan(ctx)
				if !errors.Is(err, sql.ErrNoRows) {
					t.Errorf("no such thing: %v", err)
				}
				return nil
			}))
		})
		if sent.Statements != 7 {
			t.Errorf("three readings of six queries and one of another sent %d", sent.Statements)
		}
		must(t, db.Update(ctx, func(tx *store.Tx) error {
			tx.Remember()
			before, err := readThings(ctx, tx)
			must(t, err)
			must(t, do(tx, "UPDATE things SET name = 'uno' WHERE id = 1"))
			after, err := readThings(ctx, tx)
			if before.Name != "one" || after.Name != "uno" || after.Batch[0].Name != "uno" {
				t.Errorf("an Update that wrote reads %q, %q", after.Name, after.Batch[0].Name)
			}
			return err
		}))
	})
}

// A rehearsal in a View that remembers still keeps back what is written, also where a RETURNING reads it and the text
// was met before, and neither is a statement that was sent.
func TestRehearsalsWriteNothingThatIsRemembered(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		must(t, db.Update(ctx, func(tx *store.Tx) error { return do(tx, "CREATE TABLE drawn (id bigint PRIMARY KEY)") }))
		sent := storetest.CountSQL(db, func() {
			must(t, db.View(ctx, func(tx *store.Tx) error {
				tx.Remember()
				for range 2 {
					came := 0
					err := tx.Rehearse(ctx, store.Actor{}, func(ctx context.Context, tx *store.Tx) error {
						var id int64
						came++
						err := tx.NewRaw("INSERT INTO drawn (id) VALUES (1) RETURNING id").Scan(ctx, &id)
						if err == nil {
							t.Error("a rehearsal wrote")
						}
						return err
					})
					if err != nil || came != 1 {
						t.Errorf("%v", err)
					}
				}
				n, err := tx.NewSelect().Table("drawn").Count(ctx)
				if n != 0 {
					t.Errorf("%d rows", n)
				}
				return err
			}))
		})
		if sent.Statements != 1 {
			t.Errorf("%d statements sent, of which one reads", sent.Statements)
		}
	})
}
