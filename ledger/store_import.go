package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"supportledger/store"
)

type importRow struct {
	bun.BaseModel `bun:"table:imports"`
	ID            ImportID `bun:",pk"`
	Kind          ImportKind
	Profile       ImportProfile
	Name          string
	SHA256        string `bun:"sha256"`
	Content       []byte
	RowCount      int
	State         ImportState
	Reason        string
	UploadedBy    string
	UploadedAt    string
	CommittedBy   string
	CommittedAt   string
	UndoneBy      string
	UndoneAt      string
}

type importEntryRow struct {
	bun.BaseModel `bun:"table:import_entries"`
	ImportID      ImportID `bun:",pk"`
	EntryID       EntryID  `bun:",pk"`
}

func (r importRow) value() Import {
	return Import{ID: r.ID, Kind: r.Kind, Profile: r.Profile, Name: r.Name, SHA256: r.SHA256, Rows: r.RowCount, State: r.State, Reason: r.Reason,
		UploadedBy: r.UploadedBy, UploadedAt: r.UploadedAt, CommittedBy: r.CommittedBy, CommittedAt: r.CommittedAt, UndoneBy: r.UndoneBy, UndoneAt: r.UndoneAt}
}

// findImportOf is the import of the same file, kind and profile that is not undone, "" where there is none.
func findImportOf(ctx context.Context, tx *store.Tx, im Import) (ImportID, error) {
	var row importRow
	err := tx.NewSelect().Model(&row).Column("id").Where("kind = ?", im.Kind).Where("profile = ?", im.Profile).
		Where("sha256 = ?", im.SHA256).Where("state <> ?", ImportUndone).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return row.ID, err
}

func insertImport(ctx context.Context, tx *store.Tx, im Import, content []byte) error {
	_, err := tx.NewInsert().Model(&importRow{ID: im.ID, Kind: im.Kind, Profile: im.Profile, Name: im.Name, SHA256: im.SHA256, Content: content,
		RowCount: im.Rows, State: im.State, UploadedBy: im.UploadedBy, UploadedAt: im.UploadedAt}).Exec(ctx)
	return taken(err, ErrImportExists)
}

func updateImport(ctx context.Context, tx *store.Tx, im Import) error {
	_, err := tx.NewUpdate().Model(&importRow{ID: im.ID, State: im.State, Reason: im.Reason, CommittedBy: im.CommittedBy, CommittedAt: im.CommittedAt,
		UndoneBy: im.UndoneBy, UndoneAt: im.UndoneAt}).
		Column("state", "reason", "committed_by", "committed_at", "undone_by", "undone_at").WherePK().Exec(ctx)
	return err
}

// readImport reads an import with its file, and holds it where it is about to change.
func readImport(ctx context.Context, tx *store.Tx, id ImportID, hold bool) (Import, ImportFile, error) {
	var row importRow
	q := tx.NewSelect().Model(&row).Where("id = ?", id)
	if hold {
		q = tx.Lock(q)
	}
	if err := q.Scan(ctx); errors.Is(err, sql.ErrNoRows) {
		return Import{}, ImportFile{}, ErrUnknownImport
	} else if err != nil {
		return Import{}, ImportFile{}, err
	}
	return row.value(), ImportFile{row.Kind, row.Profile, row.Name, row.Content}, nil
}

func readImports(ctx context.Context, tx *store.Tx) ([]Import, error) {
	var rows []importRow
	if err := tx.NewSelect().Model(&rows).ExcludeColumn("content").Order("id").Scan(ctx); err != nil {
		return nil, err
	}
	imports := make([]Import, len(rows))
	for i, r := range rows {
		imports[i] = r.value()
	}
	return imports, nil
}

func insertImportEntries(ctx context.Context, tx *store.Tx, id ImportID, posted []Posted) error {
	rows := make([]importEntryRow, len(posted))
	for i, p := range posted {
		rows[i] = importEntryRow{ImportID: id, EntryID: p.ID}
	}
	for part := range slices.Chunk(rows, lookup) {
		if _, err := tx.NewInsert().Model(&part).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

// standingOf lists what an import posted and nobody reversed since, in order of posting.
func (b Book) standingOf(ctx context.Context, tx *store.Tx, id ImportID) ([]Posted, error) {
	var rows []entryRow
	err := tx.NewSelect().Model(&rows).Where("e.id IN (SELECT entry_id FROM import_entries WHERE import_id = ?)", id).
		Where("NOT EXISTS (SELECT 1 FROM entries AS r WHERE r.reverses = e.id)").Order("e.seq").Scan(ctx)
	if err != nil {
		return nil, err
	}
	return b.withLines(ctx, tx, rows)
}

// lookup is how many rows are asked for or written in one statement.
const lookup = 500

// byExternalID finds the entries that stand under external ids, and the id that a new entry takes. An id whose entry was
// reversed is used again with a count behind it: INV-7, then INV-7~2.
func (b Book) byExternalID(ctx context.Context, tx *store.Tx, ids []string) (standing map[string]Posted, next map[string]string, err error) {
	standing, next = map[string]Posted{}, map[string]string{}
	asked := map[string]string{} // id in the books → id in the file
	for _, id := range ids {
		asked[id], next[id] = id, id
	}
	for round := 2; len(asked) > 0; round++ {
		again := map[string]string{}
		for part := range slices.Chunk(sortedKeys(asked), lookup) {
			found, links, err := b.withExternalIDs(ctx, tx, part)
			if err != nil {
				return nil, nil, err
			}
			for _, p := range found {
				id := asked[p.ExternalID]
				if links[p.ID].ReversedBy == "" {
					standing[id] = p
					continue
				}
				next[id] = fmt.Sprintf("%s~%d", id, round)
				again[next[id]] = id
			}
		}
		asked = again
	}
	return standing, next, nil
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func (b Book) withExternalIDs(ctx context.Context, tx *store.Tx, ids []string) ([]Posted, map[EntryID]Links, error) {
	var rows []entryRow
	if err := tx.NewSelect().Model(&rows).Where("e.external_id IN (?)", bun.List(ids)).Order("e.seq").Scan(ctx); err != nil {
		return nil, nil, err
	}
	found, err := b.withLines(ctx, tx, rows)
	if err != nil {
		return nil, nil, err
	}
	links, err := b.LinksOf(ctx, tx, found...)
	return found, links, err
}
