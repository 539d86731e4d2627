package grants

import (
	"context"
	"errors"

	"github.com/uptrace/bun"

	"supportledger/grants/donors"
	"supportledger/ledger"
	"supportledger/store"
)

type grantRow struct {
	bun.BaseModel `bun:"table:grants"`
	ID            GrantID `bun:",pk"`
	Code          string
	DonorID       donors.ID
	Title         string
	Currency      ledger.Currency
	Amount        int64
	State         GrantState
	SignedOn      ledger.Date
	PeriodFrom    ledger.Date
	PeriodTo      ledger.Date
	ReportDueOn   ledger.Date
	Version       int
}

// duplicate turns a broken unique key into the sentinel that says what is there already.
func duplicate(err, sentinel error) error {
	if errors.Is(store.Classify(err), store.ErrDuplicate) {
		return sentinel
	}
	return err
}

func insertGrant(ctx context.Context, tx *store.Tx, g Grant) error {
	row := grantRow{ID: g.ID, Code: g.Code, DonorID: g.Donor.ID, Title: g.Title, Currency: g.Amount.Currency,
		Amount: g.Amount.Minor(), State: g.State, SignedOn: g.SignedOn, PeriodFrom: g.From, PeriodTo: g.To,
		ReportDueOn: g.ReportDueOn, Version: g.Version}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return duplicate(err, ErrDuplicateGrant)
	}
	for _, p := range g.Policies {
		if err := savePolicy(ctx, tx, g.ID, p); err != nil {
			return err
		}
	}
	if len(g.Budget) == 0 {
		return nil
	}
	return insertBudget(ctx, tx, g.ID, BudgetVersion{Version: 1, Kind: BudgetAgreed, State: BudgetEffective,
		Approved: true,
		StartsOn: g.SignedOn, Lines: g.Budget})
}

// codeTaken tells whether a grant or a fund has a code; a draft has no fund yet.
func codeTaken(ctx context.Context, tx *store.Tx, code string) (bool, error) {
	taken, err := tx.NewSelect().TableExpr("funds").Where("code = ?", code).Exists(ctx)
	if err != nil || taken {
		return taken, err
	}
	return tx.NewSelect().Model((*grantRow)(nil)).Where("code = ?", code).Exists(ctx)
}

// Grant finds a grant by id or code. [ErrUnknownGrant].
func (r Register) Grant(ctx context.Context, tx *store.Tx, key string) (Grant, error) {
	return find(ctx, tx, key)
}

func find(ctx context.Context, tx *store.Tx, key string) (Grant, error) {
	var rows []grantRow
	if err := tx.NewSelect().Model(&rows).Where("id = ? OR code = ?", key, key).Scan(ctx); err != nil {
		return Grant{}, err
	}
	if len(rows) == 0 {
		return Grant{}, ErrUnknownGrant
	}
	found, err := withTerms(ctx, tx, rows)
	if err != nil {
		return Grant{}, err
	}
	return found[0], nil
}

// readGrantsOf reads the grants of some funds.
func readGrantsOf(ctx context.Context, tx *store.Tx, funds []ledger.FundCode) ([]Grant, error) {
	if len(funds) == 0 {
		return nil, nil
	}
	var rows []grantRow
	if err := tx.NewSelect().Model(&rows).Where("code IN (?)", bun.List(funds)).Scan(ctx); err != nil {
		return nil, err
	}
	return withTerms(ctx, tx, rows)
}

// Filter says which grants a list has.
type Filter struct {
	Page store.Keyset // by code
}

// Grants lists grants by code.
func (r Register) Grants(ctx context.Context, tx *store.Tx, f Filter) ([]Grant, error) {
	var rows []grantRow
	if err := f.Page.Ascending(tx.NewSelect().Model(&rows), "code").Scan(ctx); err != nil {
		return nil, err
	}
	return withTerms(ctx, tx, rows)
}

// withTerms reads the donors, the policies and the budgets in force of grants, in a constant number of queries.
func withTerms(ctx context.Context, tx *store.Tx, rows []grantRow) ([]Grant, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	found := make([]Grant, len(rows))
	givers := make([]donors.ID, len(rows))
	for i, r := range rows {
		givers[i] = r.DonorID
		found[i] = Grant{ID: r.ID, Code: r.Code, Title: r.Title, Amount: ledger.OfMinor(r.Amount, r.Currency), State: r.State,
			SignedOn: r.SignedOn, From: r.PeriodFrom, To: r.PeriodTo, ReportDueOn: r.ReportDueOn, Version: r.Version}
	}
	byID, err := donors.ByID(ctx, tx, givers)
	if err != nil {
		return nil, err
	}
	policies, err := readPolicies(ctx, tx, found)
	if err != nil {
		return nil, err
	}
	budgets, err := readBudgetsInForce(ctx, tx, found)
	for i := range found {
		found[i].Donor = byID[givers[i]]
		found[i].Policies, found[i].Budget = policies[found[i].ID], budgets[found[i].ID]
	}
	return found, err
}

// idsOf lists the ids of grants for an IN.
func idsOf(all []Grant) bun.ListValues {
	ids := make([]GrantID, len(all))
	for i, g := range all {
		ids[i] = g.ID
	}
	return bun.List(ids)
}

// currencies are those of grants, by id.
func currencies(all []Grant) map[GrantID]ledger.Currency {
	of := make(map[GrantID]ledger.Currency, len(all))
	for _, g := range all {
		of[g.ID] = g.Amount.Currency
	}
	return of
}
