package resource

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"supportledger/access"
	"supportledger/access/vault"
	"supportledger/beneficiaries"
	"supportledger/beneficiaries/casefile"
	"supportledger/disbursements"
	"supportledger/disbursements/advances"
	"supportledger/disbursements/banking"
	"supportledger/disbursements/complaints"
	"supportledger/disbursements/judge"
	"supportledger/disbursements/payees"
	"supportledger/disbursements/paymentbatch"
	"supportledger/grants"
	"supportledger/grants/gifts"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/ledger/evidence"
	"supportledger/statements"
	"supportledger/store"
)

// API is the API with what the acts of the resources need besides the books of their tx.
type API struct {
	*rest.API
	Vault   *vault.Vault      // of personal data; nil refuses
	Archive *evidence.Archive // of evidence; nil refuses
	Address string            // of this server as the public reaches it, https://…; "" where it is not
}

// Domain holds the objects of each domain, opened on the books of a tx.
type Domain struct {
	API         *API
	Book        ledger.Book
	Grants      grants.Register
	Gifts       gifts.Register
	People      beneficiaries.Register
	Requests    disbursements.Requests
	Decisions   disbursements.Decisions
	Settlements disbursements.Settlements
	Advances    advances.Register
	Policies    disbursements.Policies
	Payees      payees.Register
	Payments    banking.Payments
	Lines       banking.Lines
	Batches     paymentbatch.Batches
	Statements  statements.Issuer
}

// Open opens the domains on the books of a tx.
func (a *API) Open(ctx context.Context, tx *store.Tx) (Domain, error) {
	book, err := ledger.Open(ctx, tx)
	if err != nil {
		return Domain{}, err
	}
	book.Banks, book.Judge = banking.Closings, judge.Entry
	register := grants.Register{Book: book}
	people := beneficiaries.Register{Book: book, Grants: register, Vault: a.Vault, Payees: payees.OnRecord}
	issuer := statements.Issuer{Book: book, Grants: register}
	issuer.Disclosure = statements.Blocks{Issuer: issuer}
	requests := disbursements.New(book, register, people)
	payments := banking.Payments{Requests: requests}
	return Domain{
		API: a, Book: book, Grants: register, Gifts: gifts.Register{Grants: register}, People: people,
		Requests: requests, Decisions: disbursements.Decisions{Requests: requests},
		Settlements: disbursements.Settlements{Requests: requests},
		Advances:    requests.Advances, Policies: requests.Policies, Payees: requests.Payees,
		Payments: payments, Lines: banking.Lines{Payments: payments}, Batches: paymentbatch.Batches{Payments: payments},
		Statements: issuer,
	}, nil
}

// File keeps what is known of people beside identity and plan.
func (d Domain) File() casefile.File { return casefile.File{People: d.People} }

// Complaints takes complaints in.
func (d Domain) Complaints() complaints.Register {
	return complaints.Register{People: d.People, Vault: d.API.Vault}
}

// Route registers an operation whose act works with the domains; see [Route].
func Route[In, Out any](api *API, op rest.Op,
	act func(ctx context.Context, tx *store.Tx, d Domain, in In) (Out, error)) {
	rest.Route(api.API, op, func(ctx context.Context, tx *store.Tx, in In) (Out, error) {
		d, err := api.Open(ctx, tx)
		if err != nil {
			var none Out
			return none, err
		}
		return act(ctx, tx, d, in)
	})
}

// Who may do what, in groups. Reading the books is for everyone who works with money or checks it.
var (
	Finance    = []access.Role{access.FinanceOfficer, access.Treasurer}
	Casework   = []access.Role{access.Caseworker, access.ProgrammeLead}
	Leads      = []access.Role{access.ProgrammeLead, access.Treasurer}
	Bookkeeper = []access.Role{access.FinanceOfficer, access.Treasurer, access.Auditor}
	Staff      = []access.Role{access.Caseworker, access.ProgrammeLead, access.FinanceOfficer, access.Treasurer,
		access.Auditor}
)

// PostedView is a posted entry where an act's answer names it.
type PostedView struct {
	ID     ledger.EntryID `json:"id"`
	Number string         `json:"number" description:"Fiscal year and running number, without a gap."`
	Date   ledger.Date    `json:"date"`
}

// ViewPosted shows a posted entry.
func ViewPosted(p ledger.Posted) PostedView { return PostedView{p.ID, p.Number, p.Date} }

// Roles that may call what is about people. Which people they may know of, the caseload decides.
var (
	Privacy  = []access.Role{access.PrivacyOfficer}
	Knowing  = []access.Role{access.Caseworker, access.ProgrammeLead, access.PrivacyOfficer}
	Deciding = []access.Role{access.ProgrammeLead, access.PrivacyOfficer}
)

// Today is the day an act takes effect on where the request names none.
func Today(tx *store.Tx, on ledger.Date) ledger.Date { return cmp.Or(on, ledger.DateOf(tx.At)) }

// DayRequest is the request of an act on one thing on a day.
type DayRequest struct {
	ID   rest.Ref    `path:"id" json:"-"`
	Date ledger.Date `json:"date" validate:"required"`
}

// ShareBody is the part of a sum that a fund bears.
type ShareBody struct {
	Fund    ledger.FundCode `json:"fund" validate:"required"`
	Percent rest.Decimal    `json:"percent" validate:"required,positive" description:"All shares sum to 100."`
}

// ViewShares shows shares in percent.
func ViewShares(shares []beneficiaries.Share) []ShareBody {
	out := make([]ShareBody, len(shares))
	for i, s := range shares {
		out[i] = ShareBody{s.Fund, rest.Decimal(s.Percent.String())}
	}
	return out
}

// ReadShares reads shares, and places at pointer what is wrong with one.
func ReadShares(pointer string, in []ShareBody) ([]beneficiaries.Share, error) {
	shares := make([]beneficiaries.Share, len(in))
	for i, s := range in {
		p, err := rest.Percent(fmt.Sprintf("%s/%d/percent", pointer, i), s.Percent)
		if err != nil {
			return nil, err
		}
		shares[i] = beneficiaries.Share{Fund: s.Fund, Percent: p}
	}
	return shares, nil
}

// NotPaid is what every act refuses that puts support on a grant which the agreement does not pay.
var NotPaid = []error{grants.ErrOutsidePeriod, grants.ErrOutsideCountry, grants.ErrOutsideCategory,
	grants.ErrOutsideBudget, grants.ErrOverLine,
	grants.ErrGrantState, grants.ErrReportDue}

// AtReason places a missing reason at its field.
func AtReason(err error) error {
	if errors.Is(err, ledger.ErrReasonRequired) {
		return rest.At("/reason", err)
	}
	return err
}

// EntryHref is the address of an entry.
func EntryHref(id ledger.EntryID) string { return rest.Base + "/journal-entries/" + string(id) }

// One is the one of all that is meant, or unknown where there is none.
func One[T any](all []T, err, unknown error, is func(T) bool) (T, error) {
	i := slices.IndexFunc(all, is)
	if err == nil && i < 0 {
		err = unknown
	}
	if err != nil {
		var none T
		return none, err
	}
	return all[i], nil
}
