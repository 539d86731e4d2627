package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/uptrace/bun"

	"supportledger/ledger"
	"supportledger/store"
)

// importRow is an import with its file. The columns are the fields of [Import] by name.
type importRow struct {
	bun.BaseModel `bun:"table:imports"`
	Import
	Content []byte
}

type importEntryRow struct {
	bun.BaseModel `bun:"table:import_entries"`
	ImportID      ImportID       `bun:",pk"`
	EntryID       ledger.EntryID `bun:",pk"`
}

func (r importRow) file() ImportFile { return ImportFile{r.Kind, r.Profile, r.Name, r.Content} }

// findImportOf is the import of the same file, kind and profile that is not undone, "" where there is none.
func findImportOf(ctx context.Context, tx *store.Tx, im Import) (ImportID, error) {
	var id ImportID
	err := tx.NewSelect().Model((*importRow)(nil)).Column("id").Where("kind = ?", im.Kind).
		Where("profile = ?", im.Profile).
		Where("sha256 = ?", im.SHA256).Where("state <> ?", ImportUndone).Scan(ctx, &id)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return id, err
}

func insertImport(ctx context.Context, tx *store.Tx, row importRow) error {
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	if errors.Is(store.Classify(err), store.ErrDuplicate) {
		return ErrImportExists
	}
	return err
}

func updateImport(ctx context.Context, tx *store.Tx, im Import) error {
	_, err := tx.NewUpdate().Model(&importRow{Import: im}).Where("id = ?", im.ID).
		Column("state", "reason", "committed_by", "committed_at", "undone_by", "undone_at").Exec(ctx)
	return err
}

// readImport reads an import with its file, and locks it where it is about to change.
func readImport(ctx context.Context, tx *store.Tx, id ImportID, lock bool) (importRow, error) {
	var row importRow
	q := tx.NewSelect().Model(&row).Where("id = ?", id)
	if lock {
		q = tx.Lock(q)
	}
	err := q.Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return importRow{}, ErrUnknownImport
	}
	return row, err
}

// Imports lists the imports, oldest first; the key of a page is the id.
func Imports(ctx context.Context, tx *store.Tx, page store.Keyset) ([]Import, error) {
	var rows []importRow
	if err := page.Ascending(tx.NewSelect().Model(&rows).ExcludeColumn("content"), "id").Scan(ctx); err != nil {
		return nil, err
	}
	imports := make([]Import, len(rows))
	for i := range rows {
		imports[i] = rows[i].Import
	}
	return imports, nil
}

func insertImportEntries(ctx context.Context, tx *store.Tx, id ImportID, posted []ledger.Posted) error {
	rows := make([]importEntryRow, len(posted))
	for i, p := range posted {
		rows[i] = importEntryRow{ImportID: id, EntryID: p.ID}
	}
	return store.Insert(ctx, tx, rows)
}

// standingOf lists what an import posted and nobody reversed since, in order of posting.
func standingOf(ctx context.Context, tx *store.Tx, id ImportID) ([]ledger.EntryID, error) {
	var ids []ledger.EntryID
	err := tx.NewSelect().TableExpr("entries AS e").Column("e.id").
		Where("e.id IN (SELECT entry_id FROM import_entries WHERE import_id = ?)", id).
		Where("NOT EXISTS (SELECT 1 FROM entries AS r WHERE r.reverses = e.id)").Order("e.seq").Scan(ctx, &ids)
	return ids, err
}

// usedCurrencies lists the currencies that lines are in, in code order.
func usedCurrencies(ctx context.Context, tx *store.Tx) ([]ledger.Currency, error) {
	var codes []ledger.Currency
	err := tx.NewSelect().TableExpr("balances").ColumnExpr("DISTINCT currency").Order("currency").Scan(ctx, &codes)
	return codes, err
}

// lookup is how many external ids are looked up in one statement.
const lookup = 500

// byExternalID finds the entries that stand under external ids, and the id that a new entry takes. An id whose entry
// was reversed is used again with a count behind it: INV-7, then INV-7~2.
func byExternalID(
	ctx context.Context, tx *store.Tx, b ledger.Book, ids []string,
) (standing map[string]ledger.Posted, next map[string]string, err error) {
	standing, next = map[string]ledger.Posted{}, map[string]string{}
	asked := map[string]string{} // id in the books → id in the file
	for _, id := range ids {
		asked[id], next[id] = id, id
	}
	for count := 2; len(asked) > 0; count++ {
		again := map[string]string{}
		for part := range slices.Chunk(slices.Sorted(maps.Keys(asked)), lookup) {
			found, err := b.ByExternalID(ctx, tx, part)
			if err != nil {
				return nil, nil, err
			}
			links, err := b.LinksOf(ctx, tx, slices.Collect(maps.Values(found))...)
			if err != nil {
				return nil, nil, err
			}
			for _, p := range found {
				id := asked[p.ExternalID]
				if links[p.ID].ReversedBy == "" {
					standing[id] = p
					continue
				}
				next[id] = fmt.Sprintf("%s~%d", id, count)
				again[next[id]] = id
			}
		}
		asked = again
	}
	return standing, next, nil
}
