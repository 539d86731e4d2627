package donorimport

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"github.com/uptrace/bun"

	"supportledger/ledger/journal"
	"supportledger/store"
)

type importRow struct {
	bun.BaseModel `bun:"table:donor_imports,alias:i"`
	ID            ID `bun:",pk"`
	Kind          Kind
	Profile       journal.ImportProfile
	Name          string
	Fingerprint   []byte
	RowCount      int
	State         journal.ImportState
	Reason        string
	UploadedBy    string
	UploadedAt    string
	CommittedBy   string
	CommittedAt   string
	EndedBy       string
	EndedAt       string

	Made int `bun:",scanonly"`
}

type partRow struct {
	bun.BaseModel `bun:"table:donor_import_parts"`
	ImportID      ID  `bun:",pk"`
	Part          int `bun:",pk"`
	Sealed        []byte
}

type itemRow struct {
	bun.BaseModel `bun:"table:donor_import_items"`
	ImportID      ID  `bun:",pk"`
	Position      int `bun:",pk"`
	ItemID        string
}

// findTwin is the import of the same file, kind and profile that stands, "" where there is none.
func findTwin(ctx context.Context, tx *store.Tx, i Import, fingerprint []byte) (ID, error) {
	var row importRow
	err := tx.NewSelect().Model(&row).Column("id").Where("kind = ?", i.Kind).Where("profile = ?", i.Profile).
		Where("fingerprint = ?", fingerprint).Where("state IN (?, ?)", journal.ImportPreviewed, journal.ImportCommitted).
		Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return row.ID, err
}

func insertImport(ctx context.Context, tx *store.Tx, i Import, fingerprint []byte) error {
	row := importRow{ID: i.ID, Kind: i.Kind, Profile: i.Profile, Name: i.Name, Fingerprint: fingerprint, RowCount: i.Rows,
		State: i.State, UploadedBy: i.UploadedBy, UploadedAt: i.UploadedAt}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	if errors.Is(store.Classify(err), store.ErrDuplicate) {
		return journal.ErrImportExists
	}
	return err
}

func updateImport(ctx context.Context, tx *store.Tx, i Import) error {
	row := importRow{ID: i.ID, State: i.State, Reason: i.Reason, CommittedBy: i.CommittedBy, CommittedAt: i.CommittedAt,
		EndedBy: i.EndedBy, EndedAt: i.EndedAt}
	_, err := tx.NewUpdate().Model(&row).
		Column("state", "reason", "committed_by", "committed_at", "ended_by", "ended_at").WherePK().Exec(ctx)
	return err
}

// selectImports reads imports without their fingerprints, with how much their commits made.
func selectImports(tx *store.Tx, rows *[]importRow) *bun.SelectQuery {
	return tx.NewSelect().Model(rows).ExcludeColumn("fingerprint").
		ColumnExpr("(SELECT COUNT(*) FROM donor_import_items AS m WHERE m.import_id = i.id) AS made")
}

func (r importRow) value() Import {
	return Import{ID: r.ID, Kind: r.Kind, Profile: r.Profile, Name: r.Name, Rows: r.RowCount, Made: r.Made, State: r.State,
		Reason: r.Reason, UploadedBy: r.UploadedBy, UploadedAt: r.UploadedAt, CommittedBy: r.CommittedBy,
		CommittedAt: r.CommittedAt, EndedBy: r.EndedBy, EndedAt: r.EndedAt}
}

// Find finds an import. [journal.ErrUnknownImport].
func Find(ctx context.Context, tx *store.Tx, id ID) (Import, error) {
	return readImport(ctx, tx, id, false)
}

// readImport reads an import, and locks its row where it is about to change.
func readImport(ctx context.Context, tx *store.Tx, id ID, lock bool) (Import, error) {
	var rows []importRow
	q := selectImports(tx, &rows).Where("i.id = ?", id)
	if lock {
		q = tx.Lock(q)
	}
	if err := q.Scan(ctx); err != nil {
		return Import{}, err
	}
	if len(rows) == 0 {
		return Import{}, journal.ErrUnknownImport
	}
	return rows[0].value(), nil
}

// List lists imports by id, oldest first.
func List(ctx context.Context, tx *store.Tx, page store.Keyset) ([]Import, error) {
	var rows []importRow
	if err := page.Ascending(selectImports(tx, &rows), "i.id").Scan(ctx); err != nil {
		return nil, err
	}
	imports := make([]Import, len(rows))
	for n, r := range rows {
		imports[n] = r.value()
	}
	return imports, nil
}

func insertPart(ctx context.Context, tx *store.Tx, id ID, part int, sealed []byte) error {
	_, err := tx.NewInsert().Model(&partRow{ImportID: id, Part: part, Sealed: sealed}).Exec(ctx)
	return err
}

func readParts(ctx context.Context, tx *store.Tx, id ID) (parts [][]byte, err error) {
	err = tx.NewSelect().Model((*partRow)(nil)).Column("sealed").Where("import_id = ?", id).Order("part").Scan(ctx, &parts)
	return parts, err
}

func deleteParts(ctx context.Context, tx *store.Tx, id ID) error {
	_, err := tx.NewDelete().Model((*partRow)(nil)).Where("import_id = ?", id).Exec(ctx)
	return err
}

// writtenAtOnce is how many rows go into one statement.
const writtenAtOnce = 500

func insertItems(ctx context.Context, tx *store.Tx, id ID, made []string) error {
	rows := make([]itemRow, len(made))
	for i, item := range made {
		rows[i] = itemRow{ImportID: id, Position: i + 1, ItemID: item}
	}
	for part := range slices.Chunk(rows, writtenAtOnce) {
		if _, err := tx.NewInsert().Model(&part).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

func readItems(ctx context.Context, tx *store.Tx, id ID) (items []string, err error) {
	err = tx.NewSelect().Model((*itemRow)(nil)).Column("item_id").Where("import_id = ?", id).Order("position").Scan(ctx,
		&items)
	return items, err
}
