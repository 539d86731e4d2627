package beneficiaries

import (
	"context"
	"errors"

	"github.com/uptrace/bun"

	"supportledger/ledger"
	"supportledger/store"
)

type turnRow struct {
	bun.BaseModel `bun:"table:plan_turns"`
	ID            string `bun:",pk"`
	PlanID        PlanID
	VersionID     string
	Kind          TurnKind
	Reason        string
	Day           ledger.Date
	StartsOn      ledger.Date
	Year          int
	EntryID       ledger.EntryID
	CreatedBy     string
	CreatedAt     string
}

// insertTurn writes down what became of a plan, and gives it an id where it has none.
func insertTurn(ctx context.Context, tx *store.Tx, p Plan, t *Turn) error {
	if t.ID == "" {
		t.ID = store.NewID("trn")
	}
	t.Version, t.By, t.At = p.Current.ID, tx.By.User, store.FormatTime(tx.At)
	row := turnRow{ID: t.ID, PlanID: p.ID, VersionID: t.Version, Kind: t.Kind, Reason: t.Reason, Day: t.Day,
		StartsOn: t.Starts, Year: t.Year,
		EntryID: t.Entry, CreatedBy: t.By, CreatedAt: t.At}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

func readTurns(ctx context.Context, tx *store.Tx, plan PlanID, page store.Keyset) ([]Turn, error) {
	var rows []turnRow
	q := tx.NewSelect().Model(&rows).Where("plan_id = ?", plan)
	if err := page.Ascending(q, "created_at", "id").Scan(ctx); err != nil {
		return nil, err
	}
	turns := make([]Turn, len(rows))
	for i, r := range rows {
		turns[i] = Turn{ID: r.ID, Version: r.VersionID, Kind: r.Kind, Reason: r.Reason, Day: r.Day, Starts: r.StartsOn,
			Year: r.Year, Entry: r.EntryID, By: r.CreatedBy, At: r.CreatedAt}
	}
	return turns, nil
}

func newItemRow(version, line string, i Item) itemRow {
	row := itemRow{VersionID: version, Line: line, Position: i.Position, DueOn: i.DueOn, SettledBy: i.SettledBy,
		SuspendedBy: i.SuspendedBy, ReleasedYear: i.ReleasedYear}
	if i.Price != nil {
		row.UnitPrice, row.Currency = i.Price.Minor(), i.Price.Currency
	}
	return row
}

func (r itemRow) item() Item {
	i := Item{Position: r.Position, DueOn: r.DueOn, CommittedYear: r.CommittedYear, SettledBy: r.SettledBy,
		SuspendedBy: r.SuspendedBy, ReleasedYear: r.ReleasedYear}
	if r.UnitPrice != 0 {
		price := ledger.OfMinor(r.UnitPrice, r.Currency)
		i.Price = &price
	}
	return i
}

// lastVersion is the highest number that a version of the plan has.
func lastVersion(ctx context.Context, tx *store.Tx, plan PlanID) (n int, err error) {
	err = tx.NewSelect().Model((*versionRow)(nil)).ColumnExpr("MAX(version)").Where("plan_id = ?", plan).Scan(ctx, &n)
	return n, err
}

// saveVersionState moves a version on. [store.ErrStale] where there is none.
func saveVersionState(ctx context.Context, tx *store.Tx, version string, state VersionState) error {
	result, err := tx.NewUpdate().Model((*versionRow)(nil)).Set("state = ?", state).Where("id = ?", version).Exec(ctx)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n != 1 {
		return errors.Join(store.ErrStale, err)
	}
	return nil
}

// saveItems writes what became of a version's items.
func saveItems(ctx context.Context, tx *store.Tx, v PlanVersion) error {
	for _, l := range v.Lines {
		for _, i := range l.Items {
			_, err := tx.NewUpdate().Model((*itemRow)(nil)).Set("committed_year = ?", i.CommittedYear).
				Set("settled_by = ?", i.SettledBy).
				Set("suspended_by = ?", i.SuspendedBy).Set("released_year = ?", i.ReleasedYear).
				Where("version_id = ?", v.ID).Where("line = ?", l.Line).Where("position = ?", i.Position).Exec(ctx)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// readVersions reads a page of the versions of a plan, oldest first.
func readVersions(ctx context.Context, tx *store.Tx, plan PlanID, page store.Keyset) ([]PlanVersion, error) {
	var rows []versionRow
	if err := page.Ascending(tx.NewSelect().Model(&rows).Where("plan_id = ?", plan), "version").Scan(ctx); err != nil {
		return nil, err
	}
	return contentsOf(ctx, tx, rows)
}
