package letters

import (
	"context"

	"github.com/uptrace/bun"

	"supportledger/access"
	"supportledger/statements/figures"
	"supportledger/store"
)

type textRow struct {
	bun.BaseModel `bun:"table:letter_texts,alias:t"`
	ID            string `bun:",pk"`
	Lang          figures.Lang
	DisplayName   string
	Greeting      string
	Salutation    string
	Thanks        string
	Signature     string
	SetBy         access.UserID
	SetAt         string
	ApprovedBy    *access.UserID `bun:",scanonly"`
	ApprovedAt    *string        `bun:",scanonly"`
}

func (r textRow) text() (Text, error) {
	t := Text{ID: r.ID, Lang: r.Lang, DisplayName: r.DisplayName, Greeting: r.Greeting, Salutation: r.Salutation,
		Thanks: r.Thanks, Signature: r.Signature, By: r.SetBy}
	var err error
	if t.At, err = store.ParseTime(r.SetAt); err != nil || r.ApprovedBy == nil {
		return t, err
	}
	t.ApprovedBy = *r.ApprovedBy
	t.ApprovedAt, err = store.ParseTime(*r.ApprovedAt)
	return t, err
}

func insertText(ctx context.Context, tx *store.Tx, t Text) error {
	row := textRow{ID: t.ID, Lang: t.Lang, DisplayName: t.DisplayName, Greeting: t.Greeting, Salutation: t.Salutation,
		Thanks: t.Thanks, Signature: t.Signature, SetBy: t.By, SetAt: store.FormatTime(t.At)}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

type approvalRow struct {
	bun.BaseModel `bun:"table:letter_text_approvals"`
	TextID        string `bun:",pk"`
	ApprovedBy    access.UserID
	ApprovedAt    string
}

func insertApproval(ctx context.Context, tx *store.Tx, t Text) error {
	row := approvalRow{TextID: t.ID, ApprovedBy: t.ApprovedBy, ApprovedAt: store.FormatTime(t.ApprovedAt)}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

func texts(tx *store.Tx, rows *[]textRow) *bun.SelectQuery {
	return tx.NewSelect().Model(rows).ColumnExpr("t.*").ColumnExpr("a.approved_by, a.approved_at").
		Join("LEFT JOIN letter_text_approvals AS a ON a.text_id = t.id")
}

func readTexts(ctx context.Context, tx *store.Tx, page store.Keyset) ([]Text, error) {
	var rows []textRow
	err := page.Descending(texts(tx, &rows), "t.id").Scan(ctx)
	if err != nil {
		return nil, err
	}
	all := make([]Text, len(rows))
	for i, r := range rows {
		if all[i], err = r.text(); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// readText is one text. [ErrUnknownText].
func readText(ctx context.Context, tx *store.Tx, id string) (Text, error) {
	return first(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("t.id = ?", id) })
}

// readInUse is the text of a language that was approved last. [ErrUnknownText].
func readInUse(ctx context.Context, tx *store.Tx, lang figures.Lang) (Text, error) {
	return first(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("t.lang = ?", lang).Where("a.text_id IS NOT NULL").OrderExpr("a.approved_at DESC, t.id DESC")
	})
}

func first(ctx context.Context, tx *store.Tx, where func(*bun.SelectQuery) *bun.SelectQuery) (Text, error) {
	var rows []textRow
	if err := where(texts(tx, &rows)).Limit(1).Scan(ctx); err != nil {
		return Text{}, err
	}
	if len(rows) == 0 {
		return Text{}, ErrUnknownText
	}
	return rows[0].text()
}
