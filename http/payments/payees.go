package payments

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"supportledger/access"
	"supportledger/access/vault"
	"supportledger/disbursements/advances"
	"supportledger/disbursements/banknumbers"
	"supportledger/disbursements/iso20022"
	"supportledger/disbursements/payees"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
)

// payees registers who is paid, and where their accounts are.
func payeeRoutes(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/payees", ID: "registerPayee", Tag: "payees",
		NoMatch: rest.MakesNew,
		Roles:   staffWriting,
		Summary: "Put a payee on record", Danish: "Registrér en betalingsmodtager",
		About:   "The alias is all that others get to see, in bank files and on receipts: it says nothing of the support.",
		Refuses: []error{payees.ErrDuplicate, payees.ErrTells, banknumbers.ErrNumber},
		Example: `{"code":"CLI-01","kind":"clinic","alias":"Clinic 01"}`}, registerPayee)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/payees", ID: "listPayees", Tag: "payees", Roles: resource.Staff,
		Summary: "List payees by code; account numbers are masked",
		Danish:  "Vis betalingsmodtagere efter kode; kontonumre er skjult"}, listPayees)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/payees/:id", ID: "getPayee", Tag: "payees",
		Roles:   append(slices.Clone(resource.Staff), access.PrivacyOfficer),
		Summary: "One payee with all versions of its bank details, masked",
		Danish:  "Én betalingsmodtager med alle versioner af kontooplysninger, skjult",
		Refuses: []error{payees.ErrUnknown}}, getPayee)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/payees/:id/bank-details", ID: "enterBankDetails", Tag: "payees",
		Match: "getPayee",
		Roles: staffWriting, Personal: true,
		Summary: "Enter where a payee's account is, as the next version",
		Danish:  "Indtast betalingsmodtagerens konto som næste version",
		About: "The version before counts no more, and what was asked for with it is void. The new one is used once a " +
			"second person verified it, and " +
			"48 hours later for releases. A NUBAN whose last digit does not fit is taken with a warning.",
		Refuses: []error{payees.ErrUnknown, payees.ErrIncompleteAccount, payees.ErrOwnAccount,
			banknumbers.ErrNumber, iso20022.ErrFile,
			vault.ErrNoVault, vault.ErrErased, vault.ErrKeyMissing},
		Example: `{"registration_number":"0040","account_number":"0440116243"}`}, enterBankDetails)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/payees/:id/bank-details/:version/verifications",
		ID: "verifyBankDetails", Tag: "payees", Roles: staffWriting, Status: http.StatusOK,
		Match:   "getPayee",
		Summary: "Say that bank details are the payee's own, and how that was made sure of",
		Danish:  "Bekræft, at kontooplysningerne er modtagerens egne, og hvordan det er sikret",
		About:   "Who entered them cannot, with another account neither.",
		Refuses: []error{payees.ErrUnknown, payees.ErrUnknownDetails, payees.ErrChanged, advances.ErrState,
			ledger.ErrReasonRequired, access.ErrMakerCannotApprove, access.ErrRelated},
		Example: `{"how":"callback","note":"called the number on the invoice of January"}`}, verifyBankDetails)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/payees/:id/erasures", ID: "erasePayee", Tag: "payees",
		Match: "getPayee",
		Roles: []access.Role{access.PrivacyOfficer}, Status: http.StatusOK,
		Summary: "Erase a payee's bank details for good; what was paid stays in the books",
		Danish:  "Slet modtagerens kontooplysninger for altid; betalinger står i bogføringen",
		Refuses: []error{payees.ErrUnknown, ledger.ErrReasonRequired, vault.ErrNoVault,
			vault.ErrErased, vault.ErrKeyMissing}}, erasePayee)
}

type payeeRequest struct {
	Code  string      `json:"code" validate:"required,max=20" description:"Capitals, digits and hyphens, such as CLI-01; no person's name."`
	Kind  payees.Kind `json:"kind" validate:"required,oneof=clinic lawyer university partner person"`
	Alias string      `json:"alias" validate:"required,max=70" description:"What a bank reads; of a company its name, of a person something neutral."`
	CVR   string      `json:"cvr" validate:"max=12" description:"Of a Danish company."`
}

type payeeView struct {
	ID         payees.ID   `json:"id"`
	Code       string      `json:"code"`
	Kind       payees.Kind `json:"kind"`
	Alias      string      `json:"alias"`
	CVR        string      `json:"cvr,omitempty"`
	Version    int         `json:"version" description:"Of the newest bank details; 0 where there are none."`
	Account    string      `json:"account" description:"Masked: country and last characters; empty where nothing is kept, or nothing opens."`
	State      string      `json:"state" etag:"-" enum:"no_details,unverified,cooling_off,usable"`
	UsableFrom string      `json:"usable_from,omitempty"`
	CreatedAt  string      `json:"created_at"`
}

type bankDetailsView struct {
	Version    int           `json:"version"`
	Account    string        `json:"account" description:"Masked: country and last characters."`
	Warnings   []string      `json:"warnings" description:"What did not fit and may still be right, such as nuban_check: ask the payee."`
	EnteredBy  access.UserID `json:"entered_by"`
	EnteredAt  string        `json:"entered_at"`
	How        payees.Proof  `json:"how,omitempty" enum:"callback,letter,meeting"`
	Note       string        `json:"note,omitempty"`
	VerifiedBy access.UserID `json:"verified_by,omitempty"`
	VerifiedAt string        `json:"verified_at,omitempty"`
	UsableFrom string        `json:"usable_from,omitempty" description:"Money may be released to it from then on."`
}

type payeeDetailsView struct {
	payeeView
	Details []bankDetailsView `json:"bank_details" description:"Newest first."`
}

// stamp is an instant, or nothing.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// viewPayeeAt shows a payee as it stands at an instant.
func viewPayeeAt(at time.Time) func(payees.Payee) payeeView {
	return func(p payees.Payee) payeeView {
		newest := p.Newest()
		v := payeeView{ID: p.ID, Code: p.Code, Kind: p.Kind, Alias: p.Alias, CVR: p.CVR, Version: newest.Version,
			Account: newest.Masked, State: "usable", UsableFrom: stamp(newest.UsableFrom), CreatedAt: stamp(p.At)}
		switch err := newest.Usable(at); {
		case newest.Version == 0:
			v.State = "no_details"
		case errors.Is(err, payees.ErrUnverified):
			v.State = "unverified"
		case errors.Is(err, payees.ErrCooling):
			v.State = "cooling_off"
		}
		return v
	}
}

// shownPayee is a payee with its bank details, or why there is none.
func shownPayee(tx *store.Tx, p payees.Payee, err error) (payeeDetailsView, error) {
	if err != nil {
		return payeeDetailsView{}, err
	}
	v := payeeDetailsView{viewPayeeAt(tx.At)(p), []bankDetailsView{}}
	for _, b := range p.Details {
		v.Details = append(v.Details,
			bankDetailsView{Version: b.Version, Account: b.Masked, Warnings: append([]string{}, b.Warnings...),
				EnteredBy: b.EnteredBy, EnteredAt: stamp(b.EnteredAt), How: b.How, Note: b.Note, VerifiedBy: b.VerifiedBy,
				VerifiedAt: stamp(b.VerifiedAt), UsableFrom: stamp(b.UsableFrom)})
	}
	return v, nil
}

func registerPayee(ctx context.Context, tx *store.Tx, d resource.Domain, in payeeRequest) (payeeView, error) {
	twin, err := payees.Twin(ctx, tx, in.Code, in.Alias)
	if err != nil {
		return payeeView{}, err
	}
	if twin != "" {
		if err := access.Confirm(ctx, tx, access.Question{Code: "payee_looks_alike", Of: []string{twin}}); err != nil {
			return payeeView{}, err
		}
	}
	p, err := d.Payees.Add(ctx, tx, payees.Payee{Code: in.Code, Kind: in.Kind, Alias: in.Alias, CVR: in.CVR})
	switch {
	case errors.Is(err, banknumbers.ErrNumber):
		return payeeView{}, rest.At("/cvr", err)
	case err != nil:
		return payeeView{}, err
	}
	return viewPayeeAt(tx.At)(p), nil
}

func listPayees(ctx context.Context, tx *store.Tx, d resource.Domain, in struct{ rest.Page }) (rest.List[payeeView],
	error) {
	after, err := in.After(1)
	if err != nil {
		return rest.List[payeeView]{}, err
	}
	found, err := d.Payees.List(ctx, tx, rest.FirstOf(after), in.Size()+1)
	return rest.ListOf(in.Page, found, viewPayeeAt(tx.At), func(p payees.Payee) []string { return []string{p.Code} }), err
}

func getPayee(ctx context.Context, tx *store.Tx, d resource.Domain, in rest.ByRef) (payeeDetailsView, error) {
	p, err := d.Payees.Payee(ctx, tx, string(in.ID))
	return shownPayee(tx, p, err)
}

type payeeAddress struct {
	Street   vault.Personal   `json:"street,omitempty" validate:"max=70"`
	Building vault.Personal   `json:"building,omitempty" validate:"max=16"`
	PostCode vault.Personal   `json:"post_code,omitempty" validate:"max=16"`
	Town     vault.Personal   `json:"town,omitempty" validate:"max=35"`
	Country  string           `json:"country,omitempty" validate:"omitempty,len=2" description:"ISO 3166."`
	Lines    []vault.Personal `json:"lines,omitempty" validate:"max=2,dive,max=70" description:"In place of street and building."`
}

// given is the address in plain text, on its way to be sealed.
func (a payeeAddress) given() iso20022.Address {
	return iso20022.Address{Street: string(a.Street), Building: string(a.Building), PostCode: string(a.PostCode),
		Town: string(a.Town), Country: a.Country,
		Lines: rest.Views(a.Lines, func(line vault.Personal) string { return string(line) })}
}

type bankDetailsRequest struct {
	ID           rest.Ref       `path:"id" json:"-"`
	IBAN         vault.Personal `json:"iban" validate:"max=50"`
	Registration vault.Personal `json:"registration_number" validate:"max=10" description:"Danish, with account_number."`
	Account      vault.Personal `json:"account_number" validate:"max=20" description:"Danish."`
	Creditor     vault.Personal `json:"creditor_number" validate:"max=12" description:"Of a payee whose bills have a line such as +71<...+87654321<: its last eight digits, in place of an account."`
	BankCode     vault.Personal `json:"bank_code" validate:"max=10" description:"Of a Nigerian bank, with number."`
	Number       vault.Personal `json:"number" validate:"max=34" description:"NUBAN, or of a country without IBAN."`
	BIC          vault.Personal `json:"bic" validate:"max=15" description:"Of the payee's bank; needed across borders."`
	Address      payeeAddress   `json:"address" description:"Of the payee; town and country are needed across borders."`
}

func enterBankDetails(ctx context.Context, tx *store.Tx, d resource.Domain, in bankDetailsRequest) (payeeDetailsView,
	error) {
	p, err := d.Payees.EnterBankDetails(ctx, tx, string(in.ID),
		payees.AccountGiven{IBAN: string(in.IBAN), Registration: string(in.Registration),
			Account: string(in.Account), Creditor: string(in.Creditor), BankCode: string(in.BankCode),
			Number: string(in.Number), BIC: string(in.BIC), Address: in.Address.given()})
	var field *payees.FieldFault
	if errors.As(err, &field) {
		pointer := map[string]string{"iban": "/iban", "account": "/account_number", "number": "/number",
			"bic": "/bic", "creditor": "/creditor_number"}[field.Field]
		if pointer == "" {
			pointer = "/address"
		}
		return payeeDetailsView{}, rest.At(pointer, field.Err)
	}
	return shownPayee(tx, p, err)
}

type verifyDetailsRequest struct {
	ID      rest.Ref     `path:"id" json:"-"`
	Version int          `path:"version" json:"-"`
	How     payees.Proof `json:"how" validate:"required,oneof=callback letter meeting"`
	Note    string       `json:"note" validate:"required,max=300" description:"At least ten letters; no person's name and no number."`
}

func verifyBankDetails(ctx context.Context, tx *store.Tx, d resource.Domain, in verifyDetailsRequest) (payeeDetailsView,
	error) {
	p, err := d.Payees.VerifyBankDetails(ctx, tx, string(in.ID),
		payees.Verification{Version: in.Version, How: in.How, Note: in.Note})
	return shownPayee(tx, p, err)
}

type erasePayeeRequest struct {
	ID     rest.Ref `path:"id" json:"-"`
	Reason string   `json:"reason" validate:"required,max=500" description:"At least ten letters; no person's name."`
}

func erasePayee(ctx context.Context, tx *store.Tx, d resource.Domain, in erasePayeeRequest) (payeeView, error) {
	p, err := d.Payees.Erase(ctx, tx, string(in.ID), in.Reason)
	if errors.Is(err, ledger.ErrReasonRequired) {
		err = rest.At("/reason", ledger.ErrReasonRequired)
	}
	if err != nil {
		return payeeView{}, err
	}
	return viewPayeeAt(tx.At)(p), nil
}
