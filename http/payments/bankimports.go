package payments

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"supportledger/disbursements/advances"
	"supportledger/disbursements/banking"
	"supportledger/disbursements/iso20022"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
)

// bankImportRoutes registers the way of the bank's statements into the books: preview, commit, undo, and what their
// lines prove.
func bankImportRoutes(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/bank-imports", ID: "uploadBankImport", Tag: "bank-imports",
		NoMatch: rest.MakesNew,
		Roles:   resource.Finance, Location: "/bank-imports/{id}", Body: 8 << 20,
		Summary: "Upload a statement of the bank: it is added up and previewed, no line is on record",
		Danish:  "Indlæs bankens kontoudtog: det efterregnes og vises, ingen linje registreres",
		About: "The body is the file: camt.053 or camt.054 of version 02 to 13, MT940, or the CSV that the bank's web site " +
			"gives. Of several accounts, ours is read. A file whose balances do not chain is refused, and gap says where it " +
			"does not join the last one. The file is not kept, nor what people wrote on its lines: what our rules say of " +
			"them is.",
		Refuses: []error{iso20022.ErrFile, banking.ErrBankFileKnown, advances.ErrBankCurrency,
			banking.ErrOtherBankAccount,
			ledger.ErrUnknownAccount}}, uploadBankImport)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/bank-imports", ID: "listBankImports", Tag: "bank-imports",
		Roles:   resource.Bookkeeper,
		Summary: "List the statements of the bank that were uploaded", Danish: "Vis indlæste kontoudtog"}, listBankImports)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/bank-imports/:id", ID: "getBankImport", Tag: "bank-imports",
		Roles:   resource.Bookkeeper,
		Summary: "One statement of the bank, a preview held against what is on record now",
		Danish:  "Ét kontoudtog, holdt op mod det registrerede",
		Refuses: []error{banking.ErrUnknownBankImport}}, getBankImport)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/bank-imports/:id/lines", ID: "listBankImportLines",
		Tag: "bank-imports", Roles: resource.Bookkeeper,
		Summary: "The lines of a statement: new, or on record already",
		Danish:  "Et kontoudtogs linjer: nye eller allerede registreret",
		Refuses: []error{banking.ErrUnknownBankImport}}, listBankImportLines)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/bank-imports/:id/commits", ID: "commitBankImport",
		Match: "getBankImport",
		Tag:   "bank-imports", Roles: resource.Finance, Money: true, Status: http.StatusOK,
		Summary: "Put the new lines of a statement on record", Danish: "Registrér kontoudtogets nye linjer",
		About:   "They move nothing until they are matched.",
		Refuses: []error{banking.ErrUnknownBankImport, advances.ErrState, banking.ErrNoNewLines}}, commitBankImport)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/bank-imports/:id/undos", ID: "undoBankImport",
		Match: "getBankImport",
		Tag:   "bank-imports", Roles: resource.Finance, Money: true, Status: http.StatusOK,
		Summary: "Take a preview back, or the lines of a statement off the record while none of them proved anything",
		Danish:  "Fortryd en visning, eller fjern kontoudtogets linjer igen, så længe ingen af dem er afstemt",
		About:   "A line that another statement tells of too stays on record.",
		Refuses: []error{banking.ErrUnknownBankImport, advances.ErrState, banking.ErrBankLinesMatched,
			ledger.ErrReasonRequired}}, undoBankImport)
}

type uploadBankImportRequest struct {
	Account     ledger.AccountNo   `query:"account" json:"-" validate:"required" description:"Our bank account in the chart of accounts."`
	Profile     banking.BankFormat `query:"profile" json:"-" validate:"required,oneof=camt mt940 danske-erhverv nordea lunar jyske sydbank arbejdernes nykredit bankdata generic" description:"How the file is written; never guessed. bankdata is the export without a head line of Merkur and others."`
	Separator   string             `query:"separator" json:"-" validate:"max=1" description:"Of generic: the character between columns."`
	Decimal     string             `query:"decimal" json:"-" validate:"max=1" description:"Of generic: a comma or a full stop."`
	Dates       string             `query:"dates" json:"-" validate:"omitempty,oneof=yyyy-mm-dd dd-mm-yyyy dd.mm.yyyy dd/mm/yyyy yyyy/mm/dd mm/dd/yyyy yyyymmdd dd-mm-yy" description:"Of generic: how days are written; yyyy-mm-dd where none is sent."`
	Encoding    string             `query:"encoding" json:"-" validate:"omitempty,oneof=utf-8 windows-1252" description:"Of generic: utf-8 where none is sent."`
	Columns     string             `query:"columns" json:"-" validate:"max=200" description:"Of generic: what the columns mean, in order and with commas between: date, text, amount, or amount_in and amount_out, balance, value_date, reference, currency, status; - for what is not read. Without it, the file has a head line with these names."`
	Head        bool               `query:"head" json:"-" description:"Of generic with columns: the first line is a head line, to be passed over."`
	BankAccount string             `query:"bank_account" json:"-" validate:"max=34" description:"What the bank calls the account, where a file speaks of several."`
	Content     rest.Octets        `json:"-"`
}

type bankImportView struct {
	ID          banking.BankImportID    `json:"id"`
	Account     ledger.AccountNo        `json:"account"`
	Profile     banking.BankFormat      `json:"profile"`
	BankAccount string                  `json:"bank_account,omitempty"`
	SHA256      string                  `json:"sha256"`
	State       banking.BankImportState `json:"state"`
	Opening     *ledger.Money           `json:"opening,omitempty" description:"As the file says."`
	OpeningOn   ledger.Date             `json:"opening_on,omitempty"`
	Closing     *ledger.Money           `json:"closing,omitempty" description:"As the file says; opening and lines make it."`
	ClosingOn   ledger.Date             `json:"closing_on,omitempty"`
	Advice      bool                    `json:"advice" description:"It tells of lines before the statement does (camt.054)."`
	Pending     int                     `json:"pending" description:"Lines announced and not booked: left out."`
	Reason      string                  `json:"reason,omitempty" description:"Of the undoing."`
	CreatedAt   string                  `json:"created_at"`
}

func viewBankImport(b banking.BankImport) bankImportView {
	return bankImportView{ID: b.ID, Account: b.Account, Profile: b.Format, BankAccount: b.BankAccount, SHA256: b.SHA256,
		State: b.State, Opening: b.Opening, OpeningOn: b.OpeningOn, Closing: b.Closing, ClosingOn: b.ClosingOn,
		Advice: b.Advice, Pending: b.Pending, Reason: b.Reason,
		CreatedAt: b.At.UTC().Format(time.RFC3339Nano)}
}

type bankPreviewView struct {
	bankImportView
	New       int `json:"new" description:"Lines that a commit puts on record, or put."`
	Duplicate int `json:"duplicate" description:"Lines on record already: by reference, day and amount, or by day and amount where one has no reference, the other is an advice, or the statement tells all of the day."`

	Gap *gapView `json:"gap,omitempty" description:"Of a preview: it does not join what is on record. Lines between are missing, or too many; upload the statement between."`
}

type gapView struct {
	On        ledger.Date  `json:"known_on" description:"Up to which the account is known."`
	Known     ledger.Money `json:"known" description:"What it held then."`
	Opening   ledger.Money `json:"opening" description:"What this file begins with."`
	Different ledger.Money `json:"difference" description:"What lines between the two make."`
}

func shownBankImport(b banking.BankImport, err error) (bankPreviewView, error) {
	if err != nil {
		return bankPreviewView{}, err
	}
	fresh, duplicate := b.Count()
	v := bankPreviewView{bankImportView: viewBankImport(b), New: fresh, Duplicate: duplicate}
	if g := b.Gap; g != nil {
		v.Gap = &gapView{On: g.On, Known: g.Known, Opening: g.Opening, Different: g.Different}
	}
	return v, nil
}

func uploadBankImport(ctx context.Context, tx *store.Tx, d resource.Domain,
	in uploadBankImportRequest) (bankPreviewView, error) {
	return shownBankImport(d.Lines.Upload(ctx, tx,
		banking.BankFile{Account: in.Account, Format: in.Profile, BankAccount: in.BankAccount, Content: in.Content,
			Table: banking.BankTable{Separator: in.Separator, Decimal: in.Decimal, Dates: in.Dates, Encoding: in.Encoding,
				Columns: in.columns(), Head: in.Head}}))
}

func (in uploadBankImportRequest) columns() []string {
	if in.Columns == "" {
		return nil
	}
	return strings.Split(in.Columns, ",")
}

func listBankImports(ctx context.Context, tx *store.Tx, d resource.Domain,
	in struct{ rest.Page }) (rest.List[bankImportView], error) {
	page, err := in.Page.Keyset(1)
	if err != nil {
		return rest.List[bankImportView]{}, err
	}
	all, err := d.Lines.Imports(ctx, tx, page)
	if err != nil {
		return rest.List[bankImportView]{}, err
	}
	return rest.ListOf(in.Page, all, viewBankImport,
		func(b banking.BankImport) []string { return []string{string(b.ID)} }), nil
}

type bankImportRequest struct {
	ID rest.Ref `path:"id" json:"-" description:"Id of the statement."`
}

func getBankImport(ctx context.Context, tx *store.Tx, d resource.Domain, in bankImportRequest) (bankPreviewView,
	error) {
	return shownBankImport(d.Lines.Import(ctx, tx, banking.BankImportID(in.ID)))
}

type bankImportLinesRequest struct {
	rest.Page
	ID rest.Ref `path:"id" json:"-" description:"Id of the statement."`
}

type bankImportLineView struct {
	Row       int                `json:"row" description:"In the file, from 1."`
	Status    string             `json:"status" enum:"new,duplicate"`
	Date      ledger.Date        `json:"date"`
	Amount    ledger.Money       `json:"amount"`
	Reference string             `json:"reference"`
	Line      banking.BankLineID `json:"bank_line_id,omitempty" description:"What the commit made of it."`

	Kind    banking.Proves  `json:"kind,omitempty" enum:"gift,instalment,award,interest,charge,transfer" description:"What a rule, a number of ours or the payer's account says that it is."`
	Fund    ledger.FundCode `json:"fund,omitempty"`
	About   string          `json:"about,omitempty" description:"Donor, grant or account of ours, by the kind."`
	Because banking.Because `json:"because,omitempty" enum:"rule,number,payer"`
}

func viewBankImportLine(l banking.BankImportLine) bankImportLineView {
	v := bankImportLineView{Row: l.No, Status: "new", Date: l.Date, Amount: l.Amount, Reference: l.Reference, Line: l.Line,
		Kind: l.Hint.Kind, Fund: l.Hint.Fund, About: l.Hint.About, Because: l.Hint.Because}
	if l.Duplicate {
		v.Status = "duplicate"
	}
	return v
}

func listBankImportLines(ctx context.Context, tx *store.Tx, d resource.Domain,
	in bankImportLinesRequest) (rest.List[bankImportLineView], error) {
	b, err := d.Lines.Import(ctx, tx, banking.BankImportID(in.ID))
	if err != nil {
		return rest.List[bankImportLineView]{}, err
	}
	return rest.PageOf(in.Page, b.Lines, viewBankImportLine,
		func(l banking.BankImportLine) string { return fmt.Sprintf("%06d", l.No) })
}

func commitBankImport(ctx context.Context, tx *store.Tx, d resource.Domain, in bankImportRequest) (bankPreviewView,
	error) {
	return shownBankImport(d.Lines.CommitImport(ctx, tx, banking.BankImportID(in.ID)))
}

type undoBankImportRequest struct {
	ID     rest.Ref `path:"id" json:"-" description:"Id of the statement."`
	Reason string   `json:"reason" validate:"required,max=500" description:"At least ten letters; no person's name."`
}

func undoBankImport(ctx context.Context, tx *store.Tx, d resource.Domain, in undoBankImportRequest) (bankPreviewView,
	error) {
	return shownBankImport(d.Lines.UndoImport(ctx, tx, banking.BankImportID(in.ID), in.Reason))
}
