package statements

import (
	"context"
	"supportledger/access"
	"supportledger/store"

	"github.com/uptrace/bun"
)

type letterheadRow struct {
	bun.BaseModel `bun:"table:letterheads"`
	ID            string `bun:",pk"`
	Registration  string
	Address       string
	Contact       string
	TaxApproval   string
	Account       string
	Binds         string
	Auditor       string
	SetBy         access.UserID
	SetAt         string
}

func insertLetterhead(ctx context.Context, tx *store.Tx, l Letterhead) error {
	row := letterheadRow{ID: l.ID, Registration: l.Registration, Address: l.Address, Contact: l.Contact,
		TaxApproval: l.TaxApproval, Account: l.Account, Binds: l.Binds, Auditor: l.Auditor, SetBy: l.By,
		SetAt: store.FormatTime(l.At)}
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
		all[i] = Letterhead{ID: r.ID, Registration: r.Registration, Address: r.Address, Contact: r.Contact,
			TaxApproval: r.TaxApproval, Account: r.Account, Binds: r.Binds, Auditor: r.Auditor, By: r.SetBy, At: at}
	}
	return all, nil
}
