package setup

import (
	"context"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/store"
)

// Opening is what new books are opened with.
type Opening struct {
	Organisation string
	Base         ledger.Currency
	From         ledger.Date // first day of the books
	People       []Person    // the first is the administrator, who sits at the browser
}

// Person is a first user.
type Person struct {
	Handle string
	Roles  []access.Role
	Word   string // one-time word by which they set a password; only in what [Opening.Make] gives back
}

// Make opens the books: the organisation, its chart, the fund of money that nobody has bound, and the first users, each
// with a one-time word. [ledger.ErrAlreadyOpened] where there are books.
func (o Opening) Make(ctx context.Context, tx *store.Tx, general ledger.FundCode) ([]Person, error) {
	book := ledger.Book{Base: o.Base, General: general, Organisation: o.Organisation}
	if err := ledger.Create(ctx, tx, book); err != nil {
		return nil, err
	}
	free := ledger.Fund{Code: general, Name: string(general), Restriction: ledger.Unrestricted, OpenedOn: o.From}
	if err := book.OpenFund(ctx, tx, free); err != nil {
		return nil, err
	}
	if err := access.Record(ctx, tx, access.Event{Action: "fund.opened", Subject: string(general)}); err != nil {
		return nil, err
	}
	given := make([]Person, 0, len(o.People))
	for _, p := range o.People {
		_, word, err := access.CreateInvited(ctx, tx, p.Handle, p.Roles...)
		if err != nil {
			return nil, err
		}
		p.Word = word
		given = append(given, p)
	}
	return given, nil
}
