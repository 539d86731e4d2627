package statements

import (
	"context"
	"strings"
	"time"

	"supportledger/access"
	"supportledger/store"
)

// Letterhead is what statements say of the organisation beside its name. It names no person.
type Letterhead struct {
	ID           string
	Registration string // "CVR 12345678"
	Address      string // one line
	Contact      string // for questions, complaints and data protection
	TaxApproval  string // by which gifts may be deducted (Tax Assessment Act § 8 A), as "Skattestyrelsen, j.nr. …"; "" for none
	By           access.UserID
	At           time.Time
}

// SetLetterhead holds for all statements that are collected from then on; those before keep theirs.
func (o Office) SetLetterhead(ctx context.Context, tx *store.Tx, l Letterhead) (Letterhead, error) {
	l.By, l.At = access.UserID(tx.By.User), tx.At
	for _, text := range []*string{&l.Registration, &l.Address, &l.Contact, &l.TaxApproval} {
		*text = strings.TrimSpace(*text)
	}
	l.ID = store.NewID("lth")
	if err := insertLetterhead(ctx, tx, l); err != nil {
		return Letterhead{}, err
	}
	return l, access.Record(ctx, tx, access.Event{Action: "letterhead.set", Subject: l.ID, Fields: []string{"registration", "address", "contact", "tax_approval"}})
}

// Letterheads lists all that were set, the newest first.
func (o Office) Letterheads(ctx context.Context, tx *store.Tx) ([]Letterhead, error) {
	return readLetterheads(ctx, tx, store.Keyset{})
}

// organisation is the letterhead of a statement that is collected now.
func (o Office) organisation(ctx context.Context, tx *store.Tx) (Organisation, error) {
	return remembered(o.notes, "letterhead", func() (Organisation, error) {
		all, err := readLetterheads(ctx, tx, store.Keyset{Limit: 1})
		head := Organisation{Name: o.Book.Organisation}
		if len(all) > 0 {
			l := all[0]
			head.Registration, head.Address, head.Contact, head.TaxApproval = l.Registration, l.Address, l.Contact, l.TaxApproval
		}
		return head, err
	})
}
