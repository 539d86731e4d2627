package store_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/uptrace/bun"
	"pgregory.net/rapid"

	"supportledger/store"
	"supportledger/store/storetest"
)

type insertRow struct {
	bun.BaseModel `bun:"table:insert_rows"`
	ID            int64 `bun:",pk"`
	Text          string
	Maybe         *string
	Bytes         []byte
	Flag          bool
}

// What Insert writes is what is read back, whatever a text holds, and for more rows than one statement of SQLite takes.
func TestInsertKeepsEveryByte(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		err := db.Update(t.Context(), func(tx *store.Tx) error {
			kinds := map[store.Engine]string{store.SQLite: "blob", store.Postgres: "bytea"}
			flags := map[store.Engine]string{store.SQLite: "integer", store.Postgres: "boolean"}
			return do(tx, "CREATE TABLE insert_rows (id bigint PRIMARY KEY, text text NOT NULL, maybe text, "+
				"bytes "+kinds[tx.Engine]+" NOT NULL, flag "+flags[tx.Engine]+" NOT NULL)")
		})
		if err != nil {
			t.Fatal(err)
		}
		var next int64
		rapid.Check(t, func(r *rapid.T) {
			texts := rapid.OneOf(rapid.SampledFrom([]string{"", "NULL", `\`, `"`, `','`, `{a,"b"}`, "'; DROP TABLE x; --", "?",
				"line\nbreak", "ø 🙂"}),
				rapid.Map(rapid.String(), func(s string) string {
					return strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\x00",
						"")
				}))
			one := rapid.Custom(func(r *rapid.T) insertRow {
				row := insertRow{Text: texts.Draw(r, "text"), Bytes: rapid.SliceOfN(rapid.Byte(), 0, 20).Draw(r, "bytes"),
					Flag: rapid.Bool().Draw(r, "flag")}
				if rapid.Bool().Draw(r, "given") {
					s := texts.Draw(r, "maybe")
					row.Maybe = &s
				}
				return row
			})
			rows := rapid.SliceOfN(one, 1, 20).Draw(r, "rows")
			if rapid.IntRange(0, 20).Draw(r, "many") == 0 {
				for len(rows) < 2500 {
					rows = append(rows, rows...)
				}
			}
			for i := range rows {
				next++
				rows[i].ID = next
			}
			var got []insertRow
			err := db.Update(t.Context(), func(tx *store.Tx) error {
				if err := store.Insert(t.Context(), tx, rows); err != nil {
					return err
				}
				return tx.NewSelect().Model(&got).Where("id >= ?", rows[0].ID).Order("id").Scan(t.Context())
			})
			if err != nil {
				r.Fatal(err)
			}
			if diff := cmp.Diff(rows, got); diff != "" {
				r.Fatalf("written and read back (-written +read):\n%s", diff)
			}
		})
	})
}
