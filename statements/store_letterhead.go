package statements

import (
	"context"

	"github.com/uptrace/bun"

	"supportledger/access"
	"supportledger/store"
)

type letterheadRow struct {
	bun.BaseModel `bun:"table:letterheads"`
	ID            string `bun:",pk"`
	Registration  string
	Address       string
	Contact       string
	TaxApproval   string
	SetBy         access.UserID
	SetAt         string
}

func insertLetterhead(ctx context.Context, tx *store.Tx, l Letterhead) error {
	row := letterheadRow{ID: l.ID, Registration: l.Registration, Address: l.Address, Contact: l.Contact, TaxApproval: l.TaxApproval, SetBy: l.By, SetAt: store.FormatTime(l.At)}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

// readLetterheads lists a page of letterheads, the newest first.
func readLetterheads(ctx context.Context, tx *store.Tx, page store.Keyset) ([]Letterhead, error) {
	var rows []letterheadRow
	if err := page.Descending(tx.NewSelect().Model(&rows), "id").Scan(ctx); err != nil {
		return nil, err
	}
	all := make([]Letterhead, len(rows))
	for i, r := range rows {
		at, err := store.ParseTime(r.SetAt)
		if err != nil {
			return nil, err
		}
		all[i] = Letterhead{r.ID, r.Registration, r.Address, r.Contact, r.TaxApproval, r.SetBy, at}
	}
	return all, nil
}
