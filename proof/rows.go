package proof

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"supportledger/migrations"
	"supportledger/store"
)

// Every row of a table that is no leaf of another kind is a leaf of its own, each time that it changes: see
// [migrations.Unproven] for the tables that are left out, with the reasons.

func init() { store.SealRows = sealRows } //nolint:gochecknoinits // store lies before this package

// valueLabel is the label of the commitment of what a row says.
const valueLabel = "value"

// rowLeaf is the leaf of a row; of one that is gone it has no value.
func rowLeaf(e *Encoder, ref, said string, seal Seal) Leaf {
	e.Reset(RowLeaf, seal)
	e.Text("row", ref)
	e.Sealed(valueLabel, said)
	return e.Leaf(ref)
}

// sealRows makes leaves of the rows that a tx changed.
func sealRows(ctx context.Context, tx *store.Tx, rows []store.ChangedRow) error {
	var e Encoder
	leaves := make([]Leaf, len(rows))
	for i, r := range rows {
		var seal Seal
		if r.Said != "" {
			seal = NewSeal()
		}
		leaves[i] = rowLeaf(&e, r.Ref, r.Said, seal)
	}
	return flush(ctx, tx, leaves)
}

// Adopt makes leaves of the rows that the schema itself came with, when the books are opened.
func Adopt(ctx context.Context, tx *store.Tx) error {
	shapes, err := migrations.Shapes()
	if err != nil {
		return err
	}
	var unsealed []store.ChangedRow
	for _, name := range sortedTables(shapes) {
		if !shapes[name].Seeded {
			continue
		}
		if err := store.EachSealed(ctx, tx, shapes[name], func(r store.SealedRow) error {
			if r.Hash == nil {
				unsealed = append(unsealed, r.ChangedRow)
			}
			return nil
		}); err != nil {
			return err
		}
	}
	if len(unsealed) == 0 {
		return nil
	}
	tx.BeforeCommit(func(ctx context.Context, tx *store.Tx) error { return sealRows(ctx, tx, unsealed) })
	return nil
}

func sortedTables(shapes map[string]migrations.Shape) []string {
	names := make([]string, 0, len(shapes))
	for name := range shapes {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// VerifyRows holds every row of every proven table against its newest leaf, and every newest leaf against a row: a row
// that was changed, added, taken away or put back past the program is found. It returns how many rows there are.
func VerifyRows(ctx context.Context, tx *store.Tx, out *Findings) (int64, error) {
	shapes, err := migrations.Shapes()
	if err != nil {
		return 0, err
	}
	v := rowVerifier{out: out, there: map[string]int64{}}
	for _, name := range sortedTables(shapes) {
		if err := store.EachSealed(ctx, tx, shapes[name], func(r store.SealedRow) error {
			v.row(name, r)
			return nil
		}); err != nil {
			return v.rows, fmt.Errorf("%s: %w", name, err)
		}
	}
	if err := v.newest(ctx, tx); err != nil {
		return v.rows, err
	}
	kept := map[string]int64{}
	if err := eachKept(ctx, tx, func(r keptRow) { v.kept(kept, r) }); err != nil {
		return v.rows, err
	}
	for _, name := range sortedTables(shapes) {
		if kept[name] > v.there[name] {
			if err := v.missing(ctx, tx, shapes[name]); err != nil {
				return v.rows, err
			}
		}
	}
	return v.rows, nil
}

type rowVerifier struct {
	out   *Findings
	rows  int64
	there map[string]int64 // rows of a table that have a leaf
	e     Encoder
}

// row holds one row against its leaf.
func (v *rowVerifier) row(table string, r store.SealedRow) {
	v.rows++
	switch {
	case r.Hash == nil:
		v.out.Add("row", r.Ref, "no leaf of the tree says that it is there: it was written past this program")
		return
	case len(r.Seal) != saltSize:
		v.out.Add("row", r.Ref, "it was deleted, and is there again without a leaf")
		return
	}
	v.there[table]++
	if leaf := rowLeaf(&v.e, r.Ref, r.Said, r.Seal); !bytes.Equal(leaf.Hash[:], r.Hash) {
		v.out.Add("row", r.Ref, "it says something else than its leaf: it was changed past this program")
	}
}

// kept counts the rows that should be there, and looks at those that should not.
func (v *rowVerifier) kept(count map[string]int64, r keptRow) {
	table, _, _ := strings.Cut(r.Ref, "/")
	if len(r.Seal) == saltSize {
		count[table]++
		return
	}
	if leaf := rowLeaf(&v.e, r.Ref, "", nil); !bytes.Equal(leaf.Hash[:], r.Hash) {
		v.out.Add("row", r.Ref, "it is noted as deleted, and its newest leaf says otherwise")
	}
}

// newest finds rows whose note names another leaf than their newest, or who have leaves and no note.
func (v *rowVerifier) newest(ctx context.Context, tx *store.Tx) error {
	for what, text := range map[string]string{
		"its newest leaf is not the one that is noted": `SELECT r.ref FROM proof_rows AS r WHERE EXISTS (
			SELECT 1 FROM proof_leaves AS l WHERE l.ref = r.ref AND l.kind = 'row' AND l.position > r.position)`,
		"it has leaves, and the note of its newest one is gone": `SELECT DISTINCT l.ref FROM proof_leaves AS l
			WHERE l.kind = 'row' AND NOT EXISTS (SELECT 1 FROM proof_rows AS r WHERE r.ref = l.ref)`,
		"its note names no leaf": `SELECT r.ref FROM proof_rows AS r WHERE NOT EXISTS (
			SELECT 1 FROM proof_leaves AS l WHERE l.position = r.position AND l.ref = r.ref AND l.kind = 'row')`,
	} {
		if err := tx.Stream(ctx, text, func(row store.Scanner) error {
			var ref string
			err := row.Scan(&ref)
			v.out.Add("row", ref, "%s", what)
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// missing names the rows of a table that have gone without a leaf.
func (v *rowVerifier) missing(ctx context.Context, tx *store.Tx, shape migrations.Shape) error {
	there := map[string]struct{}{}
	if err := store.EachSealed(ctx, tx, shape, func(r store.SealedRow) error {
		there[r.Ref] = struct{}{}
		return nil
	}); err != nil {
		return err
	}
	return eachKept(ctx, tx, func(r keptRow) {
		if _, known := there[r.Ref]; !known && len(r.Seal) == saltSize && strings.HasPrefix(r.Ref, shape.Table+"/") {
			v.out.Add("row", r.Ref, "it is gone, and no leaf says so: it was deleted past this program")
		}
	})
}

// keptRow is the note of a row's newest leaf.
type keptRow struct {
	Ref        string
	Seal, Hash []byte
}

func eachKept(ctx context.Context, tx *store.Tx, each func(keptRow)) error {
	const text = `SELECT r.ref, r.seal, l.hash FROM proof_rows AS r LEFT JOIN proof_leaves AS l ON l.position = r.position`
	return tx.Stream(ctx, text, func(row store.Scanner) error {
		var r keptRow
		err := row.Scan(&r.Ref, &r.Seal, &r.Hash)
		each(r)
		return err
	})
}
