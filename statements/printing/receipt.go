package printing

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"supportledger/access/vault"
	"supportledger/grants/donors"
	"supportledger/grants/gifts"
	"supportledger/ledger"
	"supportledger/statements"
	"supportledger/statements/figures"
	"supportledger/statements/letters"
	"supportledger/statements/page"
	"supportledger/store"
)

// Receipts writes receipts over the books of an office.
type Receipts struct {
	Issuer statements.Issuer
	Vault  *vault.Vault // for name and address; nil where none are wanted
	Lang   figures.Lang // "" is the donor's own
}

// Gift is the receipt for a gift as PDF. It has the donor's number and no name, and the day of the gift, so that it is
// the same file whenever it is fetched under the same letterhead and words. [gifts.ErrGiftReversed] for a gift that was
// never given.
func (r Receipts) Gift(ctx context.Context, tx *store.Tx, key string) (number string, pdf []byte, err error) {
	g, err := gifts.Register{Grants: r.Issuer.Grants}.Gift(ctx, tx, key)
	if err != nil {
		return "", nil, err
	}
	if g.ReversedOn != "" {
		return "", nil, gifts.ErrGiftReversed
	}
	donor, err := donors.Find(ctx, tx, string(g.Donor.ID))
	if err != nil {
		return "", nil, err
	}
	text, to, err := r.words(ctx, tx, donor, "Receipt for gift "+g.Number)
	if err != nil {
		return "", nil, err
	}
	said, err := r.said(ctx, tx, []gifts.Gift{g})
	if err != nil {
		return "", nil, err
	}
	pdf, err = page.LetterPDF(text.Receipt(said[0], to, g.On))
	return g.Number, pdf, err
}

// Year is the receipt for what a donor gave in a calendar year, with name and address. [statements.ErrNothingToReport].
func (r Receipts) Year(ctx context.Context, tx *store.Tx, key string, year int) (code string, pdf []byte, err error) {
	donor, err := donors.Find(ctx, tx, key)
	if err != nil {
		return "", nil, err
	}
	all, err := gifts.Register{Grants: r.Issuer.Grants}.Gifts(ctx, tx, gifts.Filter{Donor: donor.ID})
	if err != nil {
		return "", nil, err
	}
	given := slices.DeleteFunc(all, func(g gifts.Gift) bool { return g.ReversedOn != "" || g.On.Year() != year })
	if len(given) == 0 {
		return "", nil, statements.ErrNothingToReport
	}
	slices.SortStableFunc(given, func(a, b gifts.Gift) int { return cmp.Compare(a.On, b.On) })
	text, to, err := r.words(ctx, tx, donor, fmt.Sprintf("Receipt for the gifts of %d", year))
	if err != nil {
		return "", nil, err
	}
	said, err := r.said(ctx, tx, given)
	if err != nil {
		return "", nil, err
	}
	pdf, err = page.LetterPDF(text.YearReceipt(year, said, to, ledger.DateOf(tx.At)))
	return donor.Code, pdf, err
}

// words are what a receipt says to a donor, and to whom, where there is a vault to open that with.
func (r Receipts) words(ctx context.Context, tx *store.Tx, donor donors.Donor, why string) (text letters.Text,
	to letters.Addressee, err error) {
	if text, err = letters.InUse(ctx, tx, cmp.Or(r.Lang, figures.Lang(donor.Language))); err != nil || r.Vault == nil {
		return text, to, err
	}
	if to, err = addressee(ctx, tx, r.Vault, donor, why); err == nil && strings.TrimSpace(to.Address) == "" {
		err = statements.ErrNoAddress
	}
	return text, to, err
}

// said are gifts as a receipt says them.
func (r Receipts) said(ctx context.Context, tx *store.Tx, given []gifts.Gift) ([]letters.Gift, error) {
	organisation, err := r.Issuer.Organisation(ctx, tx)
	if err != nil {
		return nil, err
	}
	funds, err := r.Issuer.Book.Funds(ctx, tx)
	return figures.Each(given, func(g gifts.Gift) letters.Gift {
		return letters.Gift{Number: g.Number, Donor: g.Donor.Code, On: g.On, Amount: g.Gross,
			Purpose: cmp.Or(funds[g.Fund].Name, string(g.Fund)), RefundedOn: g.RefundedOn, Organisation: organisation}
	}), err
}
