package statements

import (
	"context"
	"strings"
	"supportledger/access"
	"supportledger/statements/collecting"
	"supportledger/statements/figures"
	"supportledger/store"
	"time"
)

// Letterhead is what statements say of the organisation beside its name. It names no person but those who may bind the
// organisation, whom the public register names too.
type Letterhead struct {
	ID           string
	Registration string // "CVR 12345678"
	Address      string // one line
	Contact      string // for questions, complaints and data protection
	TaxApproval  string // by which gifts may be deducted (§ 8 A), as "Skattestyrelsen, j.nr. …"; "" for none
	Account      string // our bank account, as funders want it: "Reg. 1234 account 12345678"
	Binds        string // who may bind the organisation: "The chair and a member of the board: …"; "" for none
	Auditor      string // the firm, with its registration
	By           access.UserID
	At           time.Time
}

// SetLetterhead holds for all statements that are collected from then on; those before keep theirs.
func (o Issuer) SetLetterhead(ctx context.Context, tx *store.Tx, l Letterhead) (Letterhead, error) {
	l.By, l.At = access.UserID(tx.By.User), tx.At
	for _, text := range []*string{&l.Registration, &l.Address, &l.Contact, &l.TaxApproval, &l.Account, &l.Binds,
		&l.Auditor} {
		*text = strings.TrimSpace(*text)
	}
	l.ID = store.NewID("lth")
	if err := insertLetterhead(ctx, tx, l); err != nil {
		return Letterhead{}, err
	}
	return l, access.Record(ctx, tx,
		access.Event{Action: "letterhead.set", Subject: l.ID,
			Fields: []string{"registration", "address", "contact", "tax_approval", "account", "binds", "auditor"}})
}

// Letterheads lists a page of those that were set, the newest first; the key is the id.
func (o Issuer) Letterheads(ctx context.Context, tx *store.Tx, page store.Keyset) ([]Letterhead, error) {
	return readLetterheads(ctx, tx, page)
}

// Organisation is the letterhead of what is collected or printed now.
func (o Issuer) Organisation(ctx context.Context, tx *store.Tx) (figures.Organisation, error) {
	return collecting.Remembered(o.notes, "letterhead", func() (figures.Organisation, error) {
		all, err := readLetterheads(ctx, tx, store.Keyset{Limit: 1})
		head := figures.Organisation{Name: o.Book.Organisation}
		if len(all) > 0 {
			l := all[0]
			head.Registration, head.Address, head.Contact, head.TaxApproval = l.Registration, l.Address, l.Contact, l.TaxApproval
			head.Account, head.Binds, head.Auditor = l.Account, l.Binds, l.Auditor
		}
		return head, err
	})
}
