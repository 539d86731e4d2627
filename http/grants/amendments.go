package grants

import (
	"cmp"
	"context"

	"github.com/shopspring/decimal"

	"supportledger/grants"
	"supportledger/grants/rates"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
)

// ruleBody are the rules of a grant that an agreement may leave open. A field that is not sent says nothing.
type ruleBody struct {
	RateMethod   rates.Method  `json:"rate_method" validate:"omitempty,oneof=own receipt ecb_average inforeuro budget" description:"How the report converts. Without it a deferred grant in another currency reports at the rates of its receipts."`
	BudgetRate   ledger.Rate   `json:"budget_rate" validate:"omitempty" description:"Of the agreed budget, for the method budget."`
	IndirectBase []string      `json:"indirect_base" validate:"max=40,unique,dive,min=1,max=40" description:"Cost categories in the base of indirect cost; all where none is named."`
	IndirectCap  rest.Decimal  `json:"indirect_cap" validate:"omitempty,nonnegative" description:"Most indirect cost in all, in the grant's currency; 0 is no cap."`
	Virement     *virementBody `json:"virement" validate:"omitempty" description:"What may be moved between budget lines without asking the funder. Without it every move is asked for."`
	Audit        *auditBody    `json:"audit" validate:"omitempty"`
	EligibleFrom ledger.Date   `json:"eligible_from" validate:"omitempty" description:"First day on which cost may fall; the grant's period where none is sent."`
	EligibleTo   ledger.Date   `json:"eligible_to" validate:"omitempty" description:"Last day."`
	Countries    []string      `json:"countries" validate:"max=60,unique,dive,len=2" description:"Where cost may fall, ISO 3166; anywhere where none is named."`
	Categories   []string      `json:"categories" validate:"max=40,unique,dive,min=1,max=40" description:"Of cost that the grant pays; any where none is named."`
	Report       *reportBody   `json:"report" validate:"omitempty" description:"What the agreement says of its reports."`
}

type reportBody struct {
	Agreement    string `json:"agreement" validate:"max=60,printed" description:"The funder's own number of the agreement."`
	Reference    string `json:"own_reference" validate:"max=60,printed" description:"Our own."`
	Layout       string `json:"layout" validate:"omitempty,oneof=eu state_pool cisu danida foundation" description:"That the funder wants; ours where none is sent."`
	Whole        bool   `json:"whole_units" description:"Reports are in whole units of the currency."`
	Transactions bool   `json:"transactions" description:"Reports list transactions, by code."`
}

type virementBody struct {
	Percent      rest.Decimal        `json:"percent" validate:"omitempty,nonnegative" description:"More than this needs approval; exactly this does not."`
	Absolute     rest.Decimal        `json:"absolute" validate:"omitempty,nonnegative" description:"More than this needs approval, in the grant's currency."`
	Of           grants.VirementBase `json:"of" validate:"required,oneof=line main_line budget" description:"What is held against the limits: each line, each main line (1 of 1.1 and 1.2), or what is moved in all against the budget."`
	SalaryLocked bool                `json:"salary_locked" description:"Any change of a salary line needs approval."`
}

type auditBody struct {
	Above            rest.Decimal `json:"registered_above" validate:"omitempty,nonnegative" description:"A larger grant needs a registered auditor, in its currency; 0 is never."`
	PerformanceAbove rest.Decimal `json:"performance_above" validate:"omitempty,nonnegative" description:"A larger grant needs a performance audit as well; 0 is never."`
}

// change reads what is sent.
func (b ruleBody) change(pointer string, c ledger.Currency) (grants.Change, error) {
	var out grants.Change
	if b.RateMethod != "" {
		out.RateMethod = &b.RateMethod
	}
	if !b.BudgetRate.IsZero() {
		out.BudgetRate = &b.BudgetRate
	}
	if b.EligibleFrom != "" {
		out.EligibleFrom = &b.EligibleFrom
	}
	if b.EligibleTo != "" {
		out.EligibleTo = &b.EligibleTo
	}
	for _, l := range []struct {
		sent []string
		into **[]string
	}{{b.IndirectBase, &out.IndirectBase}, {b.Countries, &out.Countries}, {b.Categories, &out.Categories}} {
		if l.sent != nil {
			*l.into = &l.sent
		}
	}
	var err error
	if b.IndirectCap != "" {
		if out.IndirectCap, err = amountOf(pointer+"/indirect_cap", b.IndirectCap, c); err != nil {
			return out, err
		}
	}
	if b.Virement != nil {
		if out.Virement, err = b.Virement.rule(pointer+"/virement", c); err != nil {
			return out, err
		}
	}
	if b.Report != nil {
		rule := grants.ReportRule(*b.Report)
		out.Report = &rule
	}
	if b.Audit != nil {
		out.Audit, err = b.Audit.rule(pointer+"/audit", c)
	}
	return out, err
}

func amountOf(pointer string, d rest.Decimal, c ledger.Currency) (*ledger.Money, error) {
	m, err := rest.OrZero(d).In(pointer, c)
	return &m, err
}

func (b virementBody) rule(pointer string, c ledger.Currency) (*grants.VirementRule, error) {
	share, err := rest.Percent(pointer+"/percent", rest.OrZero(b.Percent))
	if err != nil {
		return nil, err
	}
	limit, err := amountOf(pointer+"/absolute", b.Absolute, c)
	if err != nil {
		return nil, err
	}
	return &grants.VirementRule{Percent: share, Absolute: *limit, Of: b.Of, SalaryLocked: b.SalaryLocked}, nil
}

func (b auditBody) rule(pointer string, c ledger.Currency) (*grants.AuditRule, error) {
	above, err := amountOf(pointer+"/registered_above", b.Above, c)
	if err != nil {
		return nil, err
	}
	performance, err := amountOf(pointer+"/performance_above", b.PerformanceAbove, c)
	if err != nil {
		return nil, err
	}
	return &grants.AuditRule{Above: *above, PerformanceAbove: *performance}, nil
}

// ruleView are the same rules as they hold.
type ruleView struct {
	BudgetRate   string           `json:"budget_rate,omitempty"`
	IndirectBase []string         `json:"indirect_base"`
	IndirectCap  ledger.Money     `json:"indirect_cap"`
	Virement     virementView     `json:"virement"`
	Audit        grants.AuditKind `json:"audit" enum:"none,independent_person,registered_auditor,registered_auditor_with_performance_audit" description:"Who looks at the final account of a grant of this size."`
	EligibleFrom string           `json:"eligible_from,omitempty"`
	EligibleTo   string           `json:"eligible_to,omitempty"`
	Countries    []string         `json:"countries"`
	Categories   []string         `json:"categories"`
	Report       reportView       `json:"report"`
}

type reportView struct {
	Agreement    string `json:"agreement,omitempty"`
	Reference    string `json:"own_reference,omitempty"`
	Layout       string `json:"layout,omitempty" enum:"eu,state_pool,cisu,danida,foundation"`
	Whole        bool   `json:"whole_units,omitempty"`
	Transactions bool   `json:"transactions,omitempty"`
}

type virementView struct {
	Percent      string              `json:"percent"`
	Absolute     ledger.Money        `json:"absolute"`
	Of           grants.VirementBase `json:"of,omitempty" enum:"line,main_line,budget"`
	SalaryLocked bool                `json:"salary_locked"`
}

func viewRules(p grants.Policy, amount ledger.Money) ruleView {
	in := func(m ledger.Money) ledger.Money { return ledger.Round(m.Amount, amount.Currency) }
	return ruleView{BudgetRate: p.BudgetRate.String(), IndirectBase: emptyNotNil(p.IndirectBase),
		IndirectCap: in(p.IndirectCap), Audit: p.Audit.Needs(amount), EligibleFrom: string(p.EligibleFrom),
		EligibleTo: string(p.EligibleTo), Countries: emptyNotNil(p.Countries),
		Categories: emptyNotNil(p.Categories), Report: reportView(p.Report),
		Virement: virementView{Percent: p.Virement.Percent.String(),
			Absolute: in(p.Virement.Absolute), Of: cmp.Or(p.Virement.Of, grants.OfLine),
			SalaryLocked: p.Virement.SalaryLocked}}
}

type amendGrantRequest struct {
	ID              rest.Ref             `path:"id" json:"-"`
	StartsOn        ledger.Date          `json:"starts_on" validate:"required" description:"The day from which the change holds."`
	Recognition     grants.Recognition   `json:"recognition" validate:"omitempty,oneof=deferred immediate" description:"Only while the grant's fund has no entries."`
	FeeBearer       grants.Bearer        `json:"fee_bearer" validate:"omitempty,oneof=grant general"`
	CurrencyBearer  grants.Bearer        `json:"currency_bearer" validate:"omitempty,oneof=grant general"`
	IndirectRate    rest.Decimal         `json:"indirect_rate" validate:"omitempty,nonnegative"`
	Excludes        []string             `json:"indirect_excludes" validate:"max=20,unique,dive,min=1,max=40"`
	Interest        grants.InterestOwner `json:"interest" validate:"omitempty,oneof=grantor charity"`
	Ineligible      []string             `json:"ineligible" validate:"max=20,unique,dive,min=1,max=40"`
	RefundDeMinimis rest.Decimal         `json:"refund_de_minimis" validate:"omitempty,nonnegative"`
	ruleBody
}

func amendGrant(ctx context.Context, tx *store.Tx, d resource.Domain, in amendGrantRequest) (grantView, error) {
	g, err := d.Grants.Grant(ctx, tx, string(in.ID))
	if err != nil {
		return grantView{}, err
	}
	change, err := in.change(g.Amount.Currency)
	if err != nil {
		return grantView{}, err
	}
	g, err = d.Grants.Amend(ctx, tx, g.Code, in.StartsOn, change)
	return viewGrant(g), err
}

// change reads what is sent.
func (in amendGrantRequest) change(c ledger.Currency) (grants.Change, error) {
	change, err := in.ruleBody.change("", c)
	if err != nil {
		return change, err
	}
	change.Recognition, change.Interest = sent(in.Recognition), sent(in.Interest)
	change.FeeBearer, change.CurrencyBearer = sent(in.FeeBearer), sent(in.CurrencyBearer)
	if in.Excludes != nil {
		change.IndirectExcludes = &in.Excludes
	}
	if in.Ineligible != nil {
		change.Ineligible = &in.Ineligible
	}
	if in.IndirectRate != "" {
		var rate decimal.Decimal
		if rate, err = rest.Percent("/indirect_rate", in.IndirectRate); err != nil {
			return change, err
		}
		change.IndirectRate = &rate
	}
	if in.RefundDeMinimis != "" {
		change.RefundDeMinimis, err = amountOf("/refund_de_minimis", in.RefundDeMinimis, c)
	}
	return change, err
}

// sent is nil for what a request does not say.
func sent[T ~string](s T) *T {
	if s == "" {
		return nil
	}
	return &s
}
