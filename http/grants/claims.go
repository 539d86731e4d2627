package grants

import (
	"context"
	"fmt"
	"net/http"

	"supportledger/grants"
	"supportledger/grants/claims"
	"supportledger/http/books"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/ledger/evidence"
	"supportledger/store"
)

// claimRoutes registers who pays which share of which cost, and the reconciliation of all grants.
func claimRoutes(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/cost-claims", ID: "claimCost", Tag: "cost-claims",
		NoMatch: rest.MakesNew,
		Roles:   resource.Finance, Status: http.StatusOK,
		Summary: "Claim shares of a cost on a document for funds",
		Danish:  "Henfør andele af en udgift på et bilag til formål",
		About:   "All funds together claim no more than the document says, and no fund twice: a cost is never funded twice.",
		Refuses: []error{evidence.ErrUnknown, ledger.ErrUnknownFund, ledger.ErrUnknownEntry,
			claims.ErrEvidenceOverclaimed, claims.ErrCostClaimed,
			claims.ErrCostAmount, claims.ErrCostLines},
		Example: `{"evidence":"evd_0123456789","amount":"4200.00","shares":[{"fund":"G1","share":"2520.00"},` +
			`{"fund":"G2","share":"1680.00"}]}`}, claimCost)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/cost-claims", ID: "listCostClaims", Tag: "cost-claims",
		Roles:   resource.Bookkeeper,
		Summary: "Which fund claims which share of which cost",
		Danish:  "Hvilket formål der bærer hvilken andel af hvilken udgift"}, listCostClaims)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/reports/grant-reconciliation", ID: "reportGrantReconciliation",
		Tag: "reports", Roles: resource.Bookkeeper,
		Summary: "All grants added up and held against the general ledger",
		Danish:  "Alle bevillinger lagt sammen og holdt op mod finansbogholderiet",
		About: "Every difference is 0.00: received + interest - released - refunded = deferred, released = spent, and " +
			"grants + other funds = general ledger. " +
			"Every figure has an `href` to the lines that it is the sum of."}, reportGrantReconciliation)
}

type claimCostRequest struct {
	Evidence rest.Ref     `json:"evidence" validate:"required" description:"Id of the document."`
	Line     string       `json:"line" validate:"max=80" description:"Of the document, where it is claimed line by line; empty for all of it."`
	Amount   rest.Decimal `json:"amount" validate:"required,positive" description:"Base currency: what the document, or the line, says."`
	Shares   []claimBody  `json:"shares" validate:"required,min=1,max=50,dive"`
}

type claimBody struct {
	Fund  ledger.FundCode `json:"fund" validate:"required"`
	Share rest.Decimal    `json:"share" validate:"required,positive" description:"Base currency."`
	Entry rest.Ref        `json:"entry" validate:"omitempty" description:"Id or number of the entry that put it on the fund."`
}

type costView struct {
	ID       string       `json:"id"`
	Evidence evidence.ID  `json:"evidence"`
	Line     string       `json:"line,omitempty"`
	Amount   ledger.Money `json:"amount"`
	Left     ledger.Money `json:"left" description:"What nobody claims."`
	Claims   []claimView  `json:"claims"`
}

type claimView struct {
	ID    string          `json:"id"`
	Fund  ledger.FundCode `json:"fund"`
	Share ledger.Money    `json:"share"`
	Entry ledger.EntryID  `json:"entry_id,omitempty"`
}

func claimCost(ctx context.Context, tx *store.Tx, d resource.Domain, in claimCostRequest) (costView, error) {
	amount, err := in.Amount.In("/amount", d.Book.Base)
	if err != nil {
		return costView{}, err
	}
	cost := claims.Cost{Evidence: evidence.ID(in.Evidence), Line: in.Line, Amount: amount}
	for i, s := range in.Shares {
		at := fmt.Sprintf("/shares/%d", i)
		claim := claims.Claim{Fund: s.Fund}
		if claim.Share, err = s.Share.In(at+"/share", d.Book.Base); err != nil {
			return costView{}, err
		}
		if _, err := d.Book.Fund(ctx, tx, s.Fund); err != nil {
			return costView{}, rest.At(at+"/fund", err)
		}
		if s.Entry != "" {
			posted, err := d.Book.Entry(ctx, tx, string(s.Entry))
			if err != nil {
				return costView{}, rest.At(at+"/entry", err)
			}
			claim.Entry = posted.ID
		}
		cost.Claims = append(cost.Claims, claim)
	}
	cost, err = claims.Make(ctx, tx, d.Book, cost)
	if err != nil {
		return costView{}, err
	}
	return costView{ID: cost.ID, Evidence: cost.Evidence, Line: cost.Line, Amount: cost.Amount, Left: cost.Left(),
		Claims: rest.Views(cost.Claims, func(c claims.Claim) claimView { return claimView(c) })}, nil
}

type listClaimsRequest struct {
	rest.Page
	Evidence evidence.ID `query:"evidence" json:"-" description:"Only on this document."`
}

type claimRow struct {
	ID       string          `json:"id"`
	Evidence evidence.ID     `json:"evidence"`
	Line     string          `json:"line,omitempty"`
	Amount   ledger.Money    `json:"amount" table:"base" description:"What the document says."`
	Fund     ledger.FundCode `json:"fund"`
	Share    ledger.Money    `json:"share" table:"base"`
	Entry    ledger.EntryID  `json:"entry_id,omitempty"`
}

func viewClaim(c claims.Listed) claimRow {
	return claimRow{ID: c.ID, Evidence: c.Evidence, Line: c.Line, Amount: c.Amount, Fund: c.Fund, Share: c.Share,
		Entry: c.Entry}
}

func listCostClaims(
	ctx context.Context, tx *store.Tx, d resource.Domain, in listClaimsRequest,
) (rest.List[claimRow], error) {
	page, err := in.Keyset(1)
	if err != nil {
		return rest.List[claimRow]{}, err
	}
	found, err := claims.List(ctx, tx, d.Book.Base, claims.Filter{Evidence: in.Evidence, Page: page})
	return rest.ListOf(in.Page, found, viewClaim, func(c claims.Listed) []string { return []string{c.ID} }), err
}

type reconciliationRow struct {
	Kind       string           `json:"kind" enum:"grant,grants,other_funds,general_ledger,difference"`
	Grant      string           `json:"grant,omitempty"`
	Received   books.FigureView `json:"received" table:"base" description:"Instalments received in advance."`
	Interest   books.FigureView `json:"interest" table:"base" description:"The grantors'."`
	Awarded    books.FigureView `json:"awarded" table:"base" description:"Recognised at once."`
	Spent      books.FigureView `json:"spent" table:"base" description:"Cost and currency differences."`
	Released   books.FigureView `json:"released" table:"base" description:"Income of cost."`
	Refunded   books.FigureView `json:"refunded" table:"base"`
	Deferred   books.FigureView `json:"deferred" table:"base" description:"What stands on 2100."`
	Receivable books.FigureView `json:"receivable" table:"base" description:"What stands on 1200."`
	Roll       *rest.Decimal    `json:"roll_difference,omitempty" description:"received + interest - released - refunded - deferred."`
	Release    *rest.Decimal    `json:"release_difference,omitempty" description:"spent - released of a grant that is deferred."`
	Record     *ledger.Money    `json:"record_difference,omitempty" description:"The grant's own record of what was received, less its lines; in the grant's currency."`
}

func viewReconciled(kind, grant string, f grants.Reconciled) reconciliationRow {
	return reconciliationRow{Kind: kind, Grant: grant, Received: books.ViewFigure(f.Received),
		Interest: books.ViewFigure(f.Interest), Awarded: books.ViewFigure(f.Awarded),
		Spent: books.ViewFigure(f.Spent), Released: books.ViewFigure(f.Released), Refunded: books.ViewFigure(f.Refunded),
		Deferred:   books.ViewFigure(f.Deferred),
		Receivable: books.ViewFigure(f.Receivable)}
}

func reportGrantReconciliation(
	ctx context.Context, tx *store.Tx, d resource.Domain, in books.AsOfRequest,
) (books.Report[reconciliationRow], error) {
	r, span, err := books.NewReport[reconciliationRow](ctx, tx, d, in)
	if err != nil {
		return r, err
	}
	all, err := d.Grants.Reconcile(ctx, tx, span)
	if err != nil {
		return r, err
	}
	for _, g := range all.Grants {
		row := viewReconciled("grant", g.Grant.Code, g.Reconciled)
		roll := rest.Decimal(g.Roll.String())
		row.Roll, row.Record = &roll, &g.Record
		if g.Release != nil {
			release := rest.Decimal(g.Release.String())
			row.Release = &release
		}
		r.Rows = append(r.Rows, row)
	}
	r.Rows = append(r.Rows, viewReconciled("grants", "", all.Total), viewReconciled("other_funds", "", all.Others),
		viewReconciled("general_ledger", "", all.General), viewReconciled("difference", "", all.Difference))
	return r, nil
}
