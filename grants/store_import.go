package grants

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"supportledger/ledger"
	"supportledger/store"
)

type importRow struct {
	bun.BaseModel `bun:"table:donor_imports"`
	ID            ImportID `bun:",pk"`
	Kind          ImportKind
	Profile       ledger.ImportProfile
	Name          string
	Fingerprint   []byte
	RowCount      int
	State         ledger.ImportState
	Reason        string
	UploadedBy    string
	UploadedAt    string
	CommittedBy   string
	CommittedAt   string
	EndedBy       string
	EndedAt       string

	Made int `bun:",scanonly"`
}

type importPartRow struct {
	bun.BaseModel `bun:"table:donor_import_parts"`
	ImportID      ImportID `bun:",pk"`
	Part          int      `bun:",pk"`
	Sealed        []byte
}

type importItemRow struct {
	bun.BaseModel `bun:"table:donor_import_items"`
	ImportID      ImportID `bun:",pk"`
	Position      int      `bun:",pk"`
	ItemID        string
}

func (r importRow) value() Import {
	return Import{ID: r.ID, Kind: r.Kind, Profile: r.Profile, Name: r.Name, Rows: r.RowCount, Made: r.Made, State: r.State, Reason: r.Reason,
		UploadedBy: r.UploadedBy, UploadedAt: r.UploadedAt, CommittedBy: r.CommittedBy, CommittedAt: r.CommittedAt, EndedBy: r.EndedBy, EndedAt: r.EndedAt}
}

// findImport is the import of the same file, kind and profile that stands, "" where there is none.
func findImport(ctx context.Context, tx *store.Tx, im Import, fingerprint []byte) (ImportID, error) {
	var row importRow
	err := tx.NewSelect().Model(&row).Column("id").Where("kind = ?", im.Kind).Where("profile = ?", im.Profile).
		Where("fingerprint = ?", fingerprint).Where("state IN (?, ?)", ledger.ImportPreviewed, ledger.ImportCommitted).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return row.ID, err
}

func insertImport(ctx context.Context, tx *store.Tx, im Import, fingerprint []byte) error {
	_, err := tx.NewInsert().Model(&importRow{ID: im.ID, Kind: im.Kind, Profile: im.Profile, Name: im.Name, Fingerprint: fingerprint,
		RowCount: im.Rows, State: im.State, UploadedBy: im.UploadedBy, UploadedAt: im.UploadedAt}).Exec(ctx)
	return taken(err, ledger.ErrImportExists)
}

func updateImport(ctx context.Context, tx *store.Tx, im Import) error {
	_, err := tx.NewUpdate().Model(&importRow{ID: im.ID, State: im.State, Reason: im.Reason, CommittedBy: im.CommittedBy, CommittedAt: im.CommittedAt,
		EndedBy: im.EndedBy, EndedAt: im.EndedAt}).
		Column("state", "reason", "committed_by", "committed_at", "ended_by", "ended_at").WherePK().Exec(ctx)
	return err
}

// readImport reads an import, and holds it where it is about to change.
func readImport(ctx context.Context, tx *store.Tx, id ImportID, hold bool) (Import, error) {
	var row importRow
	q := tx.NewSelect().Model(&row).Where("id = ?", id)
	if hold {
		q = tx.Lock(q)
	}
	if err := q.Scan(ctx); errors.Is(err, sql.ErrNoRows) {
		return Import{}, ledger.ErrUnknownImport
	} else if err != nil {
		return Import{}, err
	}
	items, err := readItems(ctx, tx, id)
	row.Made = len(items)
	return row.value(), err
}

func readImports(ctx context.Context, tx *store.Tx) ([]Import, error) {
	var rows []importRow
	err := tx.NewSelect().Model(&rows).ExcludeColumn("fingerprint").
		ColumnExpr("(SELECT COUNT(*) FROM donor_import_items AS i WHERE i.import_id = import_row.id) AS made").OrderExpr("import_row.id").Scan(ctx)
	if err != nil {
		return nil, err
	}
	imports := make([]Import, len(rows))
	for i, r := range rows {
		imports[i] = r.value()
	}
	return imports, nil
}

func insertPart(ctx context.Context, tx *store.Tx, id ImportID, part int, sealed []byte) error {
	_, err := tx.NewInsert().Model(&importPartRow{ImportID: id, Part: part, Sealed: sealed}).Exec(ctx)
	return err
}

func readParts(ctx context.Context, tx *store.Tx, id ImportID) ([][]byte, error) {
	var rows []importPartRow
	if err := tx.NewSelect().Model(&rows).Where("import_id = ?", id).Order("part").Scan(ctx); err != nil {
		return nil, err
	}
	parts := make([][]byte, len(rows))
	for i, r := range rows {
		parts[i] = r.Sealed
	}
	return parts, nil
}

func deleteParts(ctx context.Context, tx *store.Tx, id ImportID) error {
	_, err := tx.NewDelete().Model((*importPartRow)(nil)).Where("import_id = ?", id).Exec(ctx)
	return err
}

// writtenAtOnce is how many rows go into one statement.
const writtenAtOnce = 500

func insertItems(ctx context.Context, tx *store.Tx, id ImportID, made []string) error {
	rows := make([]importItemRow, len(made))
	for i, item := range made {
		rows[i] = importItemRow{ImportID: id, Position: i + 1, ItemID: item}
	}
	for part := range slices.Chunk(rows, writtenAtOnce) {
		if _, err := tx.NewInsert().Model(&part).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

func readItems(ctx context.Context, tx *store.Tx, id ImportID) ([]string, error) {
	var items []string
	err := tx.NewSelect().Model((*importItemRow)(nil)).Column("item_id").Where("import_id = ?", id).Order("position").Scan(ctx, &items)
	return items, err
}

// hangsOn says what leads to a donor, "" for nothing.
func hangsOn(ctx context.Context, tx *store.Tx, d Donor) (string, error) {
	var found []string
	err := tx.NewRaw(`SELECT 'grants' FROM grants WHERE donor_id = ?0 UNION SELECT 'gifts' FROM gifts WHERE donor_id = ?0
		UNION SELECT 'gifts in kind' FROM in_kind_contributions WHERE donor_id = ?0
		UNION SELECT 'pledges' FROM pledges WHERE donor_id = ?0 UNION SELECT 'consents' FROM consents WHERE donor = ?1
		UNION SELECT 'statements' FROM statements WHERE kind = 'donor_annual' AND subject = ?1`, d.ID, d.Code).Scan(ctx, &found)
	return strings.Join(found, ", "), err
}

func deleteDonor(ctx context.Context, tx *store.Tx, id DonorID) error {
	if err := deleteSecrets(ctx, tx, id); err != nil {
		return err
	}
	_, err := tx.NewDelete().Model((*donorRow)(nil)).Where("id = ?", id).Exec(ctx)
	return err
}
