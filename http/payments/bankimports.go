package payments

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"supportledger/disbursements"
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
		Roles: resource.Finance, Location: "/bank-imports/{id}", Body: 8 << 20,
		Summary: "Upload a statement of the bank: it is added up and previewed, no line is on record",
		Danish:  "Indlæs bankens kontoudtog: det efterregnes og vises, ingen linje registreres",
		About: "The body is the file: camt.053 or camt.054, or the CSV that the bank's web site gives. A file whose " +
			"balances do not chain is refused. " +
			"The file is not kept, nor what people wrote on its lines.",
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
		Tag: "bank-imports", Roles: resource.Finance, Money: true, Status: http.StatusOK,
		Summary: "Put the new lines of a statement on record", Danish: "Registrér kontoudtogets nye linjer",
		About:   "They move nothing until they are matched.",
		Refuses: []error{banking.ErrUnknownBankImport, advances.ErrState, banking.ErrNoNewLines}}, commitBankImport)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/bank-imports/:id/undos", ID: "undoBankImport",
		Tag: "bank-imports", Roles: resource.Finance, Money: true, Status: http.StatusOK,
		Summary: "Take the lines of a statement off the record, while none of them proved anything",
		Danish:  "Fjern kontoudtogets linjer igen, så længe ingen af dem er afstemt",
		Refuses: []error{banking.ErrUnknownBankImport, advances.ErrState, banking.ErrBankLinesMatched,
			ledger.ErrReasonRequired}}, undoBankImport)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/match-suggestions", ID: "listBankMatchSuggestions",
		Tag: "bank-lines", Roles: resource.Bookkeeper,
		Summary: "What lines with something left may prove, and why",
		Danish:  "Hvad uafstemte banklinjer kan bevise, og hvorfor",
		Refuses: []error{ledger.ErrUnknownAccount}}, listSuggestions)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/bank-confirmations", ID: "acceptSureBankMatches",
		Tag: "bank-lines", Roles: resource.Finance, Money: true, Status: http.StatusOK,
		Summary: "Accept what lines say exactly: those that name payments on their way and are their sum",
		Danish:  "Afstem, hvad linjer siger præcist: dem, der nævner betalinger undervejs og er deres sum",
		About:   "For a payment run. Every other line waits for a person; ?dry_run=true tells how many there are.",
		Refuses: []error{ledger.ErrUnknownAccount, disbursements.ErrOutsidePeriod, ledger.ErrFundOverdrawn,
			ledger.ErrLotExhausted, ledger.ErrPeriodClosed},
		Example: `{"account":"1010"}`}, acceptSure)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/bank-matches", ID: "acceptBankMatch", Tag: "bank-lines",
		Roles: resource.Finance, Money: true,
		Summary: "Say what bank lines prove together, and book it", Danish: "Afstem banklinjer med betalinger, og bogfør dem",
		About: "One line for one payment or many, or many lines for one payment. difference is what is left of the lines; " +
			"?dry_run=true shows it before.",
		Refuses: []error{banking.ErrMatchShape, banking.ErrUnknownBankLine, banking.ErrUnknownPayment, advances.ErrState,
			banking.ErrBankDifference,
			advances.ErrBankCurrency, disbursements.ErrOutsidePeriod, ledger.ErrFundOverdrawn, ledger.ErrLotExhausted,
			ledger.ErrPeriodClosed},
		Example: `{"bank_lines":["bkl_06f8k1v2m3n4p5q6r7s8t9v0w1"],"payments":["PMT-311"],"proves":"payment"}`}, acceptMatch)
}

type sureRequest struct {
	Account ledger.AccountNo `json:"account" validate:"required" description:"Our bank account."`
}

type sureView struct {
	Account   ledger.AccountNo `json:"account"`
	Confirmed int              `json:"confirmed" description:"Payments."`
}

func acceptSure(ctx context.Context, tx *store.Tx, d resource.Domain, in sureRequest) (sureView, error) {
	n, err := d.Lines.ConfirmSure(ctx, tx, in.Account, nil)
	return sureView{in.Account, n}, err
}

type uploadBankImportRequest struct {
	Account     ledger.AccountNo   `query:"account" json:"-" validate:"required" description:"Our bank account in the chart of accounts."`
	Profile     banking.BankFormat `query:"profile" json:"-" validate:"required,oneof=camt danske-erhverv nordea generic" description:"How the file is written; never guessed."`
	Separator   string             `query:"separator" json:"-" validate:"max=1" description:"Of generic: the character between columns."`
	Decimal     string             `query:"decimal" json:"-" validate:"max=1" description:"Of generic: a comma or a full stop."`
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
	Closing     *ledger.Money           `json:"closing,omitempty" description:"As the file says; opening and lines make it."`
	Pending     int                     `json:"pending" description:"Lines announced and not booked: left out."`
	Reason      string                  `json:"reason,omitempty" description:"Of the undoing."`
	CreatedAt   string                  `json:"created_at"`
}

func viewBankImport(b banking.BankImport) bankImportView {
	return bankImportView{ID: b.ID, Account: b.Account, Profile: b.Format, BankAccount: b.BankAccount, SHA256: b.SHA256,
		State: b.State, Opening: b.Opening, Closing: b.Closing, Pending: b.Pending, Reason: b.Reason,
		CreatedAt: b.At.UTC().Format(time.RFC3339Nano)}
}

type bankPreviewView struct {
	bankImportView
	New       int `json:"new" description:"Lines that a commit puts on record, or put."`
	Duplicate int `json:"duplicate" description:"Lines on record already: by reference, day and amount, or day and amount where one has no reference."`
}

func shownBankImport(b banking.BankImport, err error) (bankPreviewView, error) {
	if err != nil {
		return bankPreviewView{}, err
	}
	fresh, duplicate := b.Count()
	return bankPreviewView{viewBankImport(b), fresh, duplicate}, nil
}

func uploadBankImport(ctx context.Context, tx *store.Tx, d resource.Domain,
	in uploadBankImportRequest) (bankPreviewView, error) {
	return shownBankImport(d.Lines.Upload(ctx, tx,
		banking.BankFile{Account: in.Account, Format: in.Profile, Separator: in.Separator,
			Decimal: in.Decimal, BankAccount: in.BankAccount, Content: in.Content}))
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
}

func viewBankImportLine(l banking.BankImportLine) bankImportLineView {
	v := bankImportLineView{Row: l.No, Status: "new", Date: l.Date, Amount: l.Amount, Reference: l.Reference, Line: l.Line}
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

type suggestionsRequest struct {
	rest.Page
	Account ledger.AccountNo `query:"account" json:"-" validate:"required" description:"Our bank account."`
}

type suggestionView struct {
	Lines      []banking.BankLineID `json:"bank_lines"`
	Payments   []string             `json:"payments" description:"Numbers."`
	Proves     banking.Proves       `json:"proves" enum:"payment,return,fee"`
	Reason     banking.Reason       `json:"reason" enum:"end_to_end_id,amount_and_date" description:"The bank names the payment, or amount and day go together."`
	Days       int                  `json:"days" description:"From the payment's day to the bank's, where amount and day go together."`
	Others     int                  `json:"others" description:"Payments that would do as well: look before accepting."`
	Difference ledger.Money         `json:"difference" description:"What it would leave of the lines."`
}

func viewSuggestion(s banking.Suggestion) suggestionView {
	v := suggestionView{Proves: s.Proves, Reason: s.Reason, Days: s.Days, Others: s.Others, Difference: s.Difference}
	for _, l := range s.Lines {
		v.Lines = append(v.Lines, l.ID)
	}
	for _, p := range s.Payments {
		v.Payments = append(v.Payments, p.Number)
	}
	return v
}

func listSuggestions(ctx context.Context, tx *store.Tx, d resource.Domain,
	in suggestionsRequest) (rest.List[suggestionView], error) {
	if _, err := d.Book.Bank(ctx, tx, in.Account); err != nil {
		return rest.List[suggestionView]{}, err
	}
	found, err := d.Lines.Suggestions(ctx, tx, in.Account)
	if err != nil {
		return rest.List[suggestionView]{}, err
	}
	place := map[banking.BankLineID]string{}
	for i, s := range found {
		place[s.Lines[0].ID] = fmt.Sprintf("%06d", i)
	}
	return rest.PageOf(in.Page, found, viewSuggestion, func(s banking.Suggestion) string { return place[s.Lines[0].ID] })
}

type acceptMatchRequest struct {
	Lines    []string       `json:"bank_lines" validate:"required,min=1,max=100,dive,max=40" description:"Ids."`
	Payments []string       `json:"payments" validate:"required,min=1,max=100,dive,max=40" description:"Ids or numbers."`
	Proves   banking.Proves `json:"proves" validate:"required,oneof=payment return fee"`
}

type reconciledView struct {
	Matches    []matchView  `json:"matches"`
	Difference ledger.Money `json:"difference" description:"What is left of the lines; 0.00 when all is accounted for."`
}

func acceptMatch(ctx context.Context, tx *store.Tx, d resource.Domain, in acceptMatchRequest) (reconciledView, error) {
	r, err := d.Lines.AcceptMatch(ctx, tx, in.Lines, in.Payments, in.Proves)
	if err != nil {
		return reconciledView{}, err
	}
	v := reconciledView{Difference: r.Difference}
	for _, m := range r.Matches {
		v.Matches = append(v.Matches, viewMatch(m))
	}
	return v, nil
}
