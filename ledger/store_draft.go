package ledger

import (
	"context"
	"database/sql"
	"errors"

	"github.com/uptrace/bun"

	"supportledger/store"
)

type draftRow struct {
	bun.BaseModel `bun:"table:entry_drafts"`
	ID            DraftID `bun:",pk"`
	Date          Date
	Text          string
	ExternalID    *string
	CreatedBy     string
	CreatedAt     string
	UpdatedAt     string
	Version       int
	EntryID       *EntryID
}

type draftLineRow struct {
	bun.BaseModel `bun:"table:entry_draft_lines"`
	DraftID       DraftID `bun:",pk"`
	Line          int     `bun:",pk"`
	Account       AccountNo
	Fund          FundCode
	Amount        int64
	Category      string
}

func insertDraft(ctx context.Context, tx *store.Tx, d Draft) error {
	at := store.FormatTime(tx.At)
	row := draftRow{ID: d.ID, Date: d.Date, Text: d.Text, ExternalID: store.NullIfZero(d.ExternalID),
		CreatedBy: d.CreatedBy, CreatedAt: at,
		UpdatedAt: at, Version: d.Version}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return err
	}
	return insertDraftLines(ctx, tx, d)
}

func insertDraftLines(ctx context.Context, tx *store.Tx, d Draft) error {
	if len(d.Lines) == 0 {
		return nil
	}
	rows := make([]draftLineRow, len(d.Lines))
	for i, l := range d.Lines {
		rows[i] = draftLineRow{DraftID: d.ID, Line: i + 1, Account: l.Account, Fund: l.Fund, Amount: l.Amount.Minor(),
			Category: l.Category}
	}
	_, err := tx.NewInsert().Model(&rows).Exec(ctx)
	return err
}

// saveDraft replaces what a draft says. [store.ErrStale] when somebody changed it since it was read.
func saveDraft(ctx context.Context, tx *store.Tx, d *Draft) error {
	result, err := tx.NewUpdate().Model((*draftRow)(nil)).Set("date = ?", d.Date).Set("text = ?", d.Text).
		Set("external_id = ?", store.NullIfZero(d.ExternalID)).Set("updated_at = ?", store.FormatTime(tx.At)).
		Set("version = version + 1").
		Where("id = ?", d.ID).Where("version = ?", d.Version).Exec(ctx)
	if err := one(result, err); err != nil {
		return err
	}
	d.Version++
	if _, err := tx.NewDelete().Model((*draftLineRow)(nil)).Where("draft_id = ?", d.ID).Exec(ctx); err != nil {
		return err
	}
	return insertDraftLines(ctx, tx, *d)
}

func deleteDraft(ctx context.Context, tx *store.Tx, id DraftID) error {
	if _, err := tx.NewDelete().Model((*draftLineRow)(nil)).Where("draft_id = ?", id).Exec(ctx); err != nil {
		return err
	}
	_, err := tx.NewDelete().Model((*draftRow)(nil)).Where("id = ?", id).Exec(ctx)
	return err
}

func markPosted(ctx context.Context, tx *store.Tx, d Draft, entry EntryID) error {
	return one(tx.NewUpdate().Model((*draftRow)(nil)).Set("entry_id = ?", entry).Set("version = version + 1").
		Where("id = ?", d.ID).Where("version = ?", d.Version).Exec(ctx))
}

func readDraft(ctx context.Context, tx *store.Tx, id DraftID, base Currency, lock bool) (Draft, error) {
	var row draftRow
	q := tx.NewSelect().Model(&row).Where("id = ?", id)
	if lock {
		q = tx.Lock(q)
	}
	if err := q.Scan(ctx); errors.Is(err, sql.ErrNoRows) {
		return Draft{}, ErrUnknownDraft
	} else if err != nil {
		return Draft{}, err
	}
	found, err := withDraftLines(ctx, tx, []draftRow{row}, base)
	if err != nil {
		return Draft{}, err
	}
	return found[0], nil
}

func readDrafts(ctx context.Context, tx *store.Tx, page store.Keyset, base Currency) ([]Draft, error) {
	var rows []draftRow
	q := page.Ascending(tx.NewSelect().Model(&rows).Where("entry_id IS NULL"), "date", "id")
	if err := q.Scan(ctx); err != nil {
		return nil, err
	}
	return withDraftLines(ctx, tx, rows, base)
}

// countDrafts counts the drafts that are not posted and dated up to a day.
func countDrafts(ctx context.Context, tx *store.Tx, until Date) (int, error) {
	n, err := tx.NewSelect().Model((*draftRow)(nil)).Where("entry_id IS NULL").Where("date <= ?", until).Count(ctx)
	return int(n), err
}

func withDraftLines(ctx context.Context, tx *store.Tx, rows []draftRow, base Currency) ([]Draft, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	ids := make([]DraftID, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	var lines []draftLineRow
	if err := tx.NewSelect().Model(&lines).Where("draft_id IN (?)", bun.List(ids)).Order("draft_id", "line").
		Scan(ctx); err != nil {
		return nil, err
	}
	of := map[DraftID][]Line{}
	for _, l := range lines {
		of[l.DraftID] = append(of[l.DraftID], Base(l.Account, l.Fund, OfMinor(l.Amount, base)).For(l.Category))
	}
	drafts := make([]Draft, len(rows))
	for i, r := range rows {
		drafts[i] = Draft{ID: r.ID, Date: r.Date, Text: r.Text, Lines: of[r.ID], ExternalID: store.ZeroIfNull(r.ExternalID),
			CreatedBy: r.CreatedBy, Version: r.Version, Entry: store.ZeroIfNull(r.EntryID)}
	}
	return drafts, nil
}
