package statements

import (
	"context"

	"supportledger/access"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/statements"
	"supportledger/store"
)

// letterheads registers what statements say of the organisation.
func letterheads(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/letterheads", ID: "setLetterhead", Tag: "statements",
		NoMatch: rest.NewVersion,
		Roles:   []access.Role{access.Treasurer, access.FinanceOfficer},
		Summary: "Say what statements print of the organisation beside its name",
		Danish:  "Angiv, hvad regnskaber skriver om foreningen ud over navnet",
		About:   "Statements that are collected from now on have it; issued ones keep theirs.",
		Example: `{"registration":"CVR 12345678","address":"Havnegade 1, 8000 Aarhus C","contact":"post@example.org",` +
			`"tax_approval":""}`}, setLetterhead)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/letterheads", ID: "listLetterheads", Tag: "statements",
		Roles:   readers,
		Summary: "List letterheads, the one in force first", Danish: "Vis brevhoveder, det gældende først"}, listLetterheads)
}

type letterhead struct {
	Registration string `json:"registration" validate:"max=60,printed"`
	Address      string `json:"address" validate:"max=120,printed" description:"In one line."`
	Contact      string `json:"contact" validate:"max=120,printed" description:"For questions, complaints and data protection; of the organisation, of no person."`
	TaxApproval  string `json:"tax_approval" validate:"max=120,printed" description:"By which gifts may be deducted; empty for none."`
	Account      string `json:"account" validate:"max=60,printed" description:"Our bank account, for instalments."`
	Binds        string `json:"binds" validate:"max=200,printed" description:"Who may bind the organisation, as the public register names them; printed where the organisation signs."`
	Auditor      string `json:"auditor" validate:"max=120,printed" description:"The firm, with its registration; printed where the auditor signs."`
}

type letterheadView struct {
	ID           string        `json:"id"`
	Registration string        `json:"registration"`
	Address      string        `json:"address"`
	Contact      string        `json:"contact"`
	TaxApproval  string        `json:"tax_approval"`
	Account      string        `json:"account"`
	Binds        string        `json:"binds"`
	Auditor      string        `json:"auditor"`
	SetBy        access.UserID `json:"set_by"`
	SetAt        string        `json:"set_at"`
}

func viewLetterhead(l statements.Letterhead) letterheadView {
	return letterheadView{ID: l.ID, Registration: l.Registration, Address: l.Address, Contact: l.Contact,
		TaxApproval: l.TaxApproval, Account: l.Account, Binds: l.Binds, Auditor: l.Auditor, SetBy: l.By,
		SetAt: store.FormatTime(l.At)}
}

func setLetterhead(ctx context.Context, tx *store.Tx, d resource.Domain, in letterhead) (letterheadView, error) {
	l, err := d.Statements.SetLetterhead(ctx, tx,
		statements.Letterhead{Registration: in.Registration, Address: in.Address, Contact: in.Contact,
			TaxApproval: in.TaxApproval, Account: in.Account, Binds: in.Binds, Auditor: in.Auditor})
	return viewLetterhead(l), err
}

func listLetterheads(ctx context.Context, tx *store.Tx, d resource.Domain,
	in struct{ rest.Page }) (rest.List[letterheadView], error) {
	after, err := in.After(1)
	if err != nil {
		return rest.List[letterheadView]{}, err
	}
	rows, err := d.Statements.Letterheads(ctx, tx, store.Keyset{After: after, Limit: in.Size() + 1})
	if err != nil {
		return rest.List[letterheadView]{}, err
	}
	return rest.ListOf(in.Page, rows, viewLetterhead,
		func(r statements.Letterhead) []string { return []string{r.ID} }), nil
}
