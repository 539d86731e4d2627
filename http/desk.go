package http

import (
	"context"
	"net/http"

	"supportledger/access"
	"supportledger/access/vault"
	"supportledger/beneficiaries"
	"supportledger/disbursements"
	"supportledger/grants"
	"supportledger/ledger"
	"supportledger/statements"
	"supportledger/store"
)

// desk is everything that a request's act works with, over the books of its tx.
type desk struct {
	book       ledger.Book
	grants     grants.Register
	people     beneficiaries.Register
	office     disbursements.Office
	statements statements.Office
	vault      *vault.Vault // of personal data; nil refuses
}

type vaultKey struct{}

// withVault lays the server's vault on the desk of every act below.
func withVault(ctx context.Context, v *vault.Vault) context.Context {
	return context.WithValue(ctx, vaultKey{}, v)
}

func vaultOf(ctx context.Context) *vault.Vault {
	v, _ := ctx.Value(vaultKey{}).(*vault.Vault) // none is a nil vault, which refuses
	return v
}

func open(ctx context.Context, tx *store.Tx) (desk, error) {
	book, err := ledger.Open(ctx, tx)
	if err != nil {
		return desk{}, err
	}
	register := grants.Register{Book: book}
	people := beneficiaries.Register{Book: book, Grants: register, Vault: vaultOf(ctx), Payees: disbursements.OnRecord}
	office := statements.Office{Book: book, Grants: register}
	office.Disclosure = statements.Blocks{Office: office}
	return desk{
		book: book, grants: register, people: people,
		office:     disbursements.Office{Book: book, Grants: register, People: people},
		statements: office,
		vault:      vaultOf(ctx),
	}, nil
}

// at runs an act at a desk: the shape that every resource is written in.
func at[In, Out any](act func(ctx context.Context, tx *store.Tx, d desk, in In) (Out, error)) func(context.Context, *store.Tx, In) (Out, error) {
	return func(ctx context.Context, tx *store.Tx, in In) (Out, error) {
		d, err := open(ctx, tx)
		if err != nil {
			var none Out
			return none, err
		}
		return act(ctx, tx, d, in)
	}
}

// Who may do what, in groups. Reading the books is for everyone who works with money or checks it.
var (
	finance    = []access.Role{access.FinanceOfficer, access.Treasurer}
	casework   = []access.Role{access.Caseworker, access.ProgrammeLead}
	leads      = []access.Role{access.ProgrammeLead, access.Treasurer}
	bookkeeper = []access.Role{access.FinanceOfficer, access.Treasurer, access.Auditor}
	staff      = []access.Role{access.Caseworker, access.ProgrammeLead, access.FinanceOfficer, access.Treasurer, access.Auditor}
)

const (
	get  = http.MethodGet
	post = http.MethodPost
)

// byRef is the request of everything that is asked for by id or number alone.
type byRef struct {
	ID Ref `path:"id" json:"-" description:"Its id or its number."`
}

// postedView is a posted entry where an act's answer names it.
type postedView struct {
	ID     ledger.EntryID `json:"id"`
	Number string         `json:"number" description:"Fiscal year and running number, without a gap."`
	Date   ledger.Date    `json:"date"`
}

func viewPosted(p ledger.Posted) postedView { return postedView{p.ID, p.Number, p.Date} }
