package printing

import (
	"cmp"
	"context"

	"supportledger/grants/donors"
	"supportledger/grants/gifts"
	"supportledger/statements"
	"supportledger/statements/figures"
	"supportledger/statements/letters"
	"supportledger/statements/page"
	"supportledger/store"
)

// Receipt is the receipt for a gift as PDF, in a language or the donor's own. It has the donor's number and no name,
// and the day of the gift, so that it is the same file whenever it is fetched under the same letterhead and words.
// [gifts.ErrGiftReversed] for a gift that was never given.
func Receipt(ctx context.Context, tx *store.Tx, o statements.Office, key string, lang figures.Lang) (
	number string, pdf []byte, err error) {
	register := gifts.Register{Grants: o.Grants}
	g, err := register.Gift(ctx, tx, key)
	if err != nil {
		return "", nil, err
	}
	if g.ReversedOn != "" {
		return "", nil, gifts.ErrGiftReversed
	}
	fund, err := o.Book.Fund(ctx, tx, g.Fund)
	if err != nil {
		return "", nil, err
	}
	organisation, err := o.Organisation(ctx, tx)
	if err != nil {
		return "", nil, err
	}
	if lang == "" {
		donor, err := donors.Find(ctx, tx, string(g.Donor.ID))
		if err != nil {
			return "", nil, err
		}
		lang = figures.Lang(donor.Language)
	}
	text, err := letters.InUse(ctx, tx, lang)
	if err != nil {
		return "", nil, err
	}
	letter := text.Receipt(letters.Gift{Number: g.Number, Donor: g.Donor.Code, On: g.On, Amount: g.Gross,
		Purpose: cmp.Or(fund.Name, string(g.Fund)), RefundedOn: g.RefundedOn, Organisation: organisation},
		letters.Addressee{}, g.On)
	pdf, err = page.LetterPDF(letter)
	return g.Number, pdf, err
}
