package statements

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"

	"supportledger/access/vault"
	"supportledger/grants/donors"
	"supportledger/grants/gifts"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/statements"
	"supportledger/statements/figures"
	"supportledger/statements/page"
	"supportledger/statements/printing"
	"supportledger/store"
)

// receipts registers receipts for gifts: by the donor's number, and with name and address.
func receipts(api *resource.API) {
	opens := []error{vault.ErrNoVault, vault.ErrErased, vault.ErrKeyMissing, vault.ErrUnsealed, statements.ErrNoAddress,
		page.ErrNotInWindow}
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/gifts/:id/receipt", ID: "getGiftReceipt", Tag: "gifts",
		Roles:   resource.Bookkeeper,
		Summary: "The receipt for a gift", Danish: "Kvitteringen for en gave",
		About: "Number, day, amount, purpose, organisation and its registration. It has the donor's number and no name, " +
			"and says what was paid back.",
		Produces: []string{"application/pdf"}, Refuses: []error{gifts.ErrUnknownGift, gifts.ErrGiftReversed}},
		getGiftReceipt)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/gifts/:id/letters", ID: "printGiftReceipt", Tag: "gifts",
		NoMatch: rest.ReadsPerson,
		Roles:   resource.Finance, Personal: true, Status: http.StatusOK,
		Summary: "The receipt for a gift as a letter, with the donor's name and address",
		Danish:  "Kvitteringen for en gave som brev, med donorens navn og adresse",
		About: "In the donor's language. Name and address are opened for the letter, which is on record in the name of " +
			"the caller; the letter is kept nowhere.",
		Refuses: append([]error{gifts.ErrUnknownGift, gifts.ErrGiftReversed}, opens...)}, printGiftReceipt)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/donors/:id/year-receipts", ID: "printYearReceipt",
		Tag: "donors", NoMatch: rest.ReadsPerson,
		Roles: resource.Finance, Personal: true, Status: http.StatusOK,
		Summary: "The receipt for what a donor gave in a year, as a letter",
		Danish:  "Kvitteringen for det, en donor gav i et år, som brev",
		About: "Each gift with its day, purpose and number, and the total; what was paid back is listed and does not " +
			"count. In the donor's language, with name and address, as of a single gift.",
		Example: `{"year":2026}`,
		Refuses: append([]error{donors.ErrUnknownDonor, statements.ErrNothingToReport}, opens...)}, printYearReceipt)
}

type receiptRequest struct {
	ID   rest.Ref `path:"id" json:"-" description:"Id or number of the gift."`
	Lang string   `query:"lang" json:"-" validate:"omitempty,oneof=da en" description:"The donor's own where none is given."`
}

func getGiftReceipt(ctx context.Context, tx *store.Tx, d resource.Domain, in receiptRequest) (rest.File, error) {
	write := printing.Receipts{Issuer: d.Statements, Lang: figures.Lang(in.Lang)}
	number, pdf, err := write.Gift(ctx, tx, string(in.ID))
	return receiptFile(number, pdf), err
}

// receiptFile is a receipt as it is answered. Its name has the number, never the donor's.
func receiptFile(number string, pdf []byte) rest.File {
	return rest.File{Type: "application/pdf", Name: "receipt-" + number + ".pdf", Body: pdf}
}

// printed is a letter that was printed with name and address.
type printed struct {
	File string `json:"file" description:"Name to save it under; it has the number, never the donor's name."`
	PDF  string `json:"pdf" description:"The file, in base64."`
}

func printedOf(f rest.File) printed {
	return printed{File: f.Name, PDF: base64.StdEncoding.EncodeToString(f.Body)}
}

func printGiftReceipt(ctx context.Context, tx *store.Tx, d resource.Domain, in rest.ByRef) (printed, error) {
	if d.API.Vault == nil {
		return printed{}, vault.ErrNoVault
	}
	number, pdf, err := printing.Receipts{Issuer: d.Statements, Vault: d.API.Vault}.Gift(ctx, tx, string(in.ID))
	return printedOf(receiptFile(number, pdf)), err
}

type yearReceiptRequest struct {
	ID   rest.Ref `path:"id" json:"-" description:"Id or code of the donor."`
	Year int      `json:"year" validate:"min=2000,max=2199" description:"Calendar year."`
}

func printYearReceipt(ctx context.Context, tx *store.Tx, d resource.Domain, in yearReceiptRequest) (printed, error) {
	if d.API.Vault == nil {
		return printed{}, vault.ErrNoVault
	}
	write := printing.Receipts{Issuer: d.Statements, Vault: d.API.Vault}
	code, pdf, err := write.Year(ctx, tx, string(in.ID), in.Year)
	return printedOf(receiptFile(fmt.Sprintf("%s-%d", code, in.Year), pdf)), err
}
