package grants

import (
	"context"
	"strings"

	"github.com/shopspring/decimal"
	"github.com/uptrace/bun"

	"supportledger/ledger"
	"supportledger/store"
)

type policyRow struct {
	bun.BaseModel    `bun:"table:grant_policies"`
	GrantID          GrantID     `bun:",pk"`
	StartsOn         ledger.Date `bun:",pk"`
	Recognition      Recognition
	RateMethod       RateMethod
	BudgetRate       string
	FeeBearer        Bearer
	FxBearer         Bearer
	IndirectRate     string
	IndirectBase     string
	IndirectExcludes string
	IndirectCap      int64
	Interest         InterestOwner
	Ineligible       string
	RefundDeMinimis  int64
	VirementPercent  string
	VirementAbsolute int64
	VirementOf       VirementBase
	SalaryLocked     bool
	AuditAbove       int64
	PerformanceAbove int64
	EligibleFrom     ledger.Date
	EligibleTo       ledger.Date
	Countries        string
	Categories       string
}

// savePolicy writes a version, over one of the same day.
func savePolicy(ctx context.Context, tx *store.Tx, id GrantID, p Policy) error {
	row := policyRow{GrantID: id, StartsOn: p.StartsOn, Recognition: p.Recognition, RateMethod: p.RateMethod, BudgetRate: p.BudgetRate.String(),
		FeeBearer: p.FeeBearer, FxBearer: p.CurrencyBearer, IndirectRate: p.IndirectRate.String(), IndirectBase: strings.Join(p.IndirectBase, ","),
		IndirectExcludes: strings.Join(p.IndirectExcludes, ","), IndirectCap: p.IndirectCap.Minor(), Interest: p.Interest,
		Ineligible: strings.Join(p.Ineligible, ","), RefundDeMinimis: p.RefundDeMinimis.Minor(), VirementPercent: p.Virement.Percent.String(),
		VirementAbsolute: p.Virement.Absolute.Minor(), VirementOf: p.Virement.Of, SalaryLocked: p.Virement.SalaryLocked,
		AuditAbove: p.Audit.Above.Minor(), PerformanceAbove: p.Audit.PerformanceAbove.Minor(), EligibleFrom: p.EligibleFrom, EligibleTo: p.EligibleTo,
		Countries: strings.Join(p.Countries, ","), Categories: strings.Join(p.Categories, ",")}
	if row.VirementOf == "" {
		row.VirementOf = OfLine
	}
	q := tx.NewInsert().Model(&row).On("CONFLICT (grant_id, starts_on) DO UPDATE")
	for _, column := range []string{"recognition", "rate_method", "budget_rate", "fee_bearer", "fx_bearer", "indirect_rate", "indirect_base", "indirect_excludes",
		"indirect_cap", "interest", "ineligible", "refund_de_minimis", "virement_percent", "virement_absolute", "virement_of", "salary_locked",
		"audit_above", "performance_above", "eligible_from", "eligible_to", "countries", "categories"} {
		q = q.Set("? = EXCLUDED.?", bun.Ident(column), bun.Ident(column))
	}
	_, err := q.Exec(ctx)
	return err
}

func readPolicies(ctx context.Context, tx *store.Tx, id GrantID, c ledger.Currency) (Policies, error) {
	var rows []policyRow
	if err := tx.NewSelect().Model(&rows).Where("grant_id = ?", id).Order("starts_on").Scan(ctx); err != nil {
		return nil, err
	}
	policies := make(Policies, len(rows))
	for i, r := range rows {
		var err error
		if policies[i], err = r.policy(c); err != nil {
			return nil, err
		}
	}
	return policies, nil
}

func (r policyRow) policy(c ledger.Currency) (Policy, error) {
	p := Policy{StartsOn: r.StartsOn, Recognition: r.Recognition, RateMethod: r.RateMethod, FeeBearer: r.FeeBearer, CurrencyBearer: r.FxBearer,
		IndirectBase: list(r.IndirectBase), IndirectExcludes: list(r.IndirectExcludes), IndirectCap: ledger.OfMinor(r.IndirectCap, c),
		Interest: r.Interest, Ineligible: list(r.Ineligible), RefundDeMinimis: ledger.OfMinor(r.RefundDeMinimis, c),
		Virement:     VirementRule{Absolute: ledger.OfMinor(r.VirementAbsolute, c), Of: r.VirementOf, SalaryLocked: r.SalaryLocked},
		Audit:        AuditRule{ledger.OfMinor(r.AuditAbove, c), ledger.OfMinor(r.PerformanceAbove, c)},
		EligibleFrom: r.EligibleFrom, EligibleTo: r.EligibleTo, Countries: list(r.Countries), Categories: list(r.Categories)}
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
