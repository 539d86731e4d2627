package grants

import (
	"cmp"
	"context"

	"github.com/shopspring/decimal"
	"github.com/uptrace/bun"

	"supportledger/grants/rates"
	"supportledger/ledger"
	"supportledger/store"
)

type policyRow struct {
	bun.BaseModel    `bun:"table:grant_policies"`
	GrantID          GrantID     `bun:",pk"`
	StartsOn         ledger.Date `bun:",pk"`
	Recognition      Recognition
	RateMethod       rates.Method
	BudgetRate       string
	FeeBearer        Bearer
	FxBearer         Bearer
	IndirectRate     string
	IndirectCap      int64
	Interest         InterestOwner
	RefundDeMinimis  int64
	VirementPercent  string
	VirementAbsolute int64
	VirementOf       VirementBase
	SalaryLocked     bool
	AuditAbove       int64
	PerformanceAbove int64
	EligibleFrom     ledger.Date
	EligibleTo       ledger.Date
	Agreement        string
	OurReference     string
	Layout           string
	WholeUnits       bool
	Transactions     bool
}

// policyColumns are those that an amendment of the same day overwrites.
var policyColumns = []string{"recognition", "rate_method", "budget_rate", "fee_bearer", "fx_bearer", "indirect_rate",
	"indirect_cap", "interest", "refund_de_minimis", "virement_percent", "virement_absolute", "virement_of",
	"salary_locked", "audit_above", "performance_above", "eligible_from", "eligible_to", "agreement", "our_reference",
	"layout", "whole_units", "transactions"}

type policyListRow struct {
	bun.BaseModel `bun:"table:grant_policy_lists"`
	GrantID       GrantID     `bun:",pk"`
	StartsOn      ledger.Date `bun:",pk"`
	List          string      `bun:",pk"`
	Position      int         `bun:",pk"`
	Code          string
}

// lists are the lists of a policy by their names in the table.
func (p *Policy) lists() map[string]*[]string {
	return map[string]*[]string{"categories": &p.Categories, "countries": &p.Countries,
		"indirect_base": &p.IndirectBase, "indirect_excludes": &p.IndirectExcludes, "ineligible": &p.Ineligible}
}

// savePolicy writes a version, over one of the same day.
func savePolicy(ctx context.Context, tx *store.Tx, id GrantID, p Policy) error {
	row := policyRow{GrantID: id, StartsOn: p.StartsOn, Recognition: p.Recognition, RateMethod: p.RateMethod,
		BudgetRate: p.BudgetRate.String(), FeeBearer: p.FeeBearer, FxBearer: p.CurrencyBearer,
		IndirectRate: p.IndirectRate.String(), IndirectCap: p.IndirectCap.Minor(), Interest: p.Interest,
		RefundDeMinimis: p.RefundDeMinimis.Minor(),
		VirementPercent: p.Virement.Percent.String(), VirementAbsolute: p.Virement.Absolute.Minor(),
		VirementOf: cmp.Or(p.Virement.Of, OfLine), SalaryLocked: p.Virement.SalaryLocked, AuditAbove: p.Audit.Above.Minor(),
		PerformanceAbove: p.Audit.PerformanceAbove.Minor(), EligibleFrom: p.EligibleFrom, EligibleTo: p.EligibleTo,
		Agreement: p.Report.Agreement, OurReference: p.Report.Reference, Layout: p.Report.Layout, WholeUnits: p.Report.Whole,
		Transactions: p.Report.Transactions}
	q := tx.NewInsert().Model(&row).On("CONFLICT (grant_id, starts_on) DO UPDATE")
	for _, column := range policyColumns {
		q = q.Set("? = EXCLUDED.?", bun.Ident(column), bun.Ident(column))
	}
	if _, err := q.Exec(ctx); err != nil {
		return err
	}
	var rows []policyListRow
	for name, list := range p.lists() {
		for i, code := range *list {
			rows = append(rows, policyListRow{GrantID: id, StartsOn: p.StartsOn, List: name, Position: i, Code: code})
		}
	}
	var s store.Script
	s.Add(tx.NewDelete().Model((*policyListRow)(nil)).Where("grant_id = ?", id).Where("starts_on = ?", p.StartsOn))
	store.AddRows(&s, tx, rows)
	return s.Run(ctx, tx)
}

// readPolicies reads the policies of grants in two queries.
func readPolicies(ctx context.Context, tx *store.Tx, all []Grant) (map[GrantID]Policies, error) {
	var rows []policyRow
	err := tx.NewSelect().Model(&rows).Where("grant_id IN (?)", idsOf(all)).Order("grant_id", "starts_on").Scan(ctx)
	if err != nil {
		return nil, err
	}
	var codes []policyListRow
	err = tx.NewSelect().Model(&codes).Where("grant_id IN (?)", idsOf(all)).Order("grant_id", "starts_on", "list",
		"position").Scan(ctx)
	if err != nil {
		return nil, err
	}
	policies, currency := map[GrantID]Policies{}, currencies(all)
	for _, row := range rows {
		p, err := row.policy(currency[row.GrantID])
		if err != nil {
			return nil, err
		}
		lists := p.lists()
		for len(codes) > 0 && codes[0].GrantID == row.GrantID && codes[0].StartsOn == row.StartsOn {
			list := lists[codes[0].List]
			*list, codes = append(*list, codes[0].Code), codes[1:]
		}
		policies[row.GrantID] = append(policies[row.GrantID], p)
	}
	return policies, nil
}

func (r policyRow) policy(c ledger.Currency) (Policy, error) {
	p := Policy{StartsOn: r.StartsOn, Recognition: r.Recognition, RateMethod: r.RateMethod, FeeBearer: r.FeeBearer,
		CurrencyBearer: r.FxBearer, IndirectCap: ledger.OfMinor(r.IndirectCap, c), Interest: r.Interest,
		RefundDeMinimis: ledger.OfMinor(r.RefundDeMinimis, c), EligibleFrom: r.EligibleFrom, EligibleTo: r.EligibleTo,
		Audit: AuditRule{ledger.OfMinor(r.AuditAbove, c), ledger.OfMinor(r.PerformanceAbove, c)},
		Report: ReportRule{Agreement: r.Agreement, Reference: r.OurReference, Layout: r.Layout, Whole: r.WholeUnits,
			Transactions: r.Transactions},
		Virement: VirementRule{Absolute: ledger.OfMinor(r.VirementAbsolute, c), Of: r.VirementOf,
			SalaryLocked: r.SalaryLocked}}
	var err error
	if p.IndirectRate, err = decimal.NewFromString(r.IndirectRate); err != nil {
		return p, err
	}
	if p.Virement.Percent, err = decimal.NewFromString(r.VirementPercent); err != nil {
		return p, err
	}
	if r.BudgetRate != "" {
		p.BudgetRate, err = ledger.ParseRate(r.BudgetRate)
	}
	return p, err
}
