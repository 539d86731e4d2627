package grants

import (
	"cmp"
	"context"
	"net/http"

	"supportledger/grants"
	"supportledger/grants/donors"
	"supportledger/grants/rates"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
)

// funders registers donors and grants.
func funders(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/donors", ID: "listDonors", Tag: "donors",
		Roles:   resource.Bookkeeper,
		Summary: "List the donors", Danish: "Vis donorerne"}, listDonors)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/donors", ID: "registerDonor", Tag: "donors",
		NoMatch: rest.MakesNew,
		Roles:   resource.Finance,
		Summary: "Put a donor on record", Danish: "Registrér en donor",
		Refuses: []error{donors.ErrDuplicateDonor, donors.ErrNameOfPerson}}, registerDonor)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/grants", ID: "listGrants", Tag: "grants", Roles: resource.Staff,
		Summary: "List the grants", Danish: "Vis bevillingerne"}, listGrants)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/grants/:id", ID: "getGrant", Tag: "grants",
		Roles:   resource.Staff,
		Summary: "One grant with its policy and budget", Danish: "Én bevilling med vilkår og budget",
		Refuses: []error{grants.ErrUnknownGrant}}, getGrant)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/grants", ID: "signGrant", Tag: "grants",
		NoMatch: rest.MakesNew,
		Roles:   resource.Finance,
		Summary: "Put a signed grant agreement on record and open its fund",
		Danish:  "Registrér en underskrevet bevilling og opret dens formål",
		About:   "Without signed_on it is a draft: no fund yet, and the budget need not sum to the amount.",
		Refuses: []error{donors.ErrUnknownDonor, grants.ErrDuplicateGrant, grants.ErrBudgetTotal, grants.ErrBudgetLineTotal,
			grants.ErrBudgetCategory, ledger.ErrDuplicateFund}}, signGrant)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/grants/:id/amendments", ID: "amendGrant", Tag: "grants",
		Match:   "getGrant",
		Roles:   resource.Finance,
		Summary: "Change a grant's policy from a day on", Danish: "Ændr en bevillings vilkår fra en dag",
		About: "Until an amendment that changes the same rule. What is not sent stays as it is; an empty list takes " +
			"the limit away.",
		Refuses: []error{grants.ErrUnknownGrant, grants.ErrPolicyFixed},
		Example: `{"starts_on":"2026-07-01","fee_bearer":"general","eligible_to":"2027-03-31"}`}, amendGrant)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/grants/:id/instalments", ID: "receiveInstalment", Tag: "grants",
		NoMatch: rest.MakesNew,
		Roles:   resource.Finance, Money: true,
		Summary: "Book an instalment that reached our bank", Danish: "Bogfør en rate, der er nået vores bank",
		Refuses: []error{grants.ErrUnknownGrant, rates.ErrRateMissing, grants.ErrWrongRecognition, grants.ErrGrantState,
			ledger.ErrUnknownAccount, ledger.ErrPeriodClosed},
		Example: `{"date":"2026-01-07","amount":{"amount":"3000.00","currency":"EUR"},"rate":"7.4600 DKK/EUR",` +
			`"account":"1020"}`}, receiveInstalment)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/grants/:id/indirect-charges", ID: "chargeIndirect",
		NoMatch: rest.MakesNew,
		Tag:     "grants", Roles: resource.Finance, Money: true,
		Status: http.StatusOK, Summary: "Charge indirect cost on a grant up to a day",
		Danish: "Træk fællesomkostninger på en bevilling til og med en dag",
		Refuses: []error{grants.ErrUnknownGrant, grants.ErrGrantState, grants.ErrReportDue, ledger.ErrFundOverdrawn,
			ledger.ErrPeriodClosed}}, chargeIndirect)
}

type donorView struct {
	ID       donors.ID       `json:"id"`
	Code     string          `json:"code"`
	Kind     donors.Kind     `json:"kind"`
	Name     string          `json:"name,omitempty"`
	Language string          `json:"language"`
	Delivery donors.Delivery `json:"delivery" enum:"none,email,post,portal"`
	Sealed   []string        `json:"sealed_fields" description:"What is kept of what is personal, sealed."`
}

func viewDonor(d donors.Donor) donorView {
	v := donorView{ID: d.ID, Code: d.Code, Kind: d.Kind, Name: d.Name, Language: d.Language, Delivery: d.Delivery,
		Sealed: []string{}}
	for _, f := range d.Sealed {
		v.Sealed = append(v.Sealed, string(f))
	}
	return v
}

type listDonorsRequest struct {
	rest.Page
	Text string `query:"text" json:"-" validate:"max=120" description:"Only donors with this in their code, or in the name of an institution."`
}

func listDonors(
	ctx context.Context, tx *store.Tx, d resource.Domain, in listDonorsRequest,
) (rest.List[donorView], error) {
	page, err := in.Keyset(1)
	if err != nil {
		return rest.List[donorView]{}, err
	}
	found, err := donors.List(ctx, tx, donors.Filter{Page: page, Text: in.Text})
	return rest.ListOf(in.Page, found, viewDonor, func(d donors.Donor) []string { return []string{d.Code} }), err
}

type registerDonorRequest struct {
	Code     string          `json:"code" validate:"max=20,printed" description:"Given by us where none is sent."`
	Kind     donors.Kind     `json:"kind" validate:"required,oneof=institution person legacy"`
	Name     string          `json:"name" validate:"max=120,printed" description:"Of an institution. A person's name is refused here."`
	Language string          `json:"language" validate:"required,oneof=da en"`
	Delivery donors.Delivery `json:"delivery" validate:"omitempty,oneof=none email post portal" description:"How the donor wants what is sent; none where nothing is said."`
}

func registerDonor(ctx context.Context, tx *store.Tx, d resource.Domain, in registerDonorRequest) (donorView, error) {
	if err := askName(ctx, tx, donors.Donor{Code: in.Code, Name: in.Name}); err != nil {
		return donorView{}, err
	}
	donor, err := donors.Register(ctx, tx, donors.Donor{Code: in.Code, Kind: in.Kind, Name: in.Name, Language: in.Language,
		Delivery: in.Delivery})
	return viewDonor(donor), err
}

type policyBody struct {
	Recognition     grants.Recognition   `json:"recognition" validate:"required,oneof=deferred immediate" description:"When the grant becomes income. deferred: as it is spent; immediate: when it is awarded."`
	FeeBearer       grants.Bearer        `json:"fee_bearer" validate:"required,oneof=grant general" description:"Who pays transfer fees."`
	CurrencyBearer  grants.Bearer        `json:"currency_bearer" validate:"required,oneof=grant general" description:"Who bears currency differences and conversion fees."`
	IndirectRate    rest.Decimal         `json:"indirect_rate" validate:"omitempty,nonnegative" description:"Percent of cost; none is 0."`
	Excludes        []string             `json:"indirect_excludes" validate:"max=20,unique,dive,min=1,max=40" description:"Cost categories outside the base of indirect cost. Without the field: fx-losses."`
	Interest        grants.InterestOwner `json:"interest" validate:"required,oneof=grantor charity"`
	Ineligible      []string             `json:"ineligible" validate:"max=20,unique,dive,min=1,max=40" description:"Kinds of cost the grant does not pay."`
	RefundDeMinimis rest.Decimal         `json:"refund_de_minimis" validate:"omitempty,nonnegative" description:"Below this an unspent rest need not be repaid."`
	ruleBody
}

type budgetLineBody struct {
	No         string           `json:"line_no" validate:"required,max=20,printed" description:"The funder's own number."`
	Text       string           `json:"text" validate:"required,max=120,printed"`
	Categories []string         `json:"categories" validate:"required,min=1,max=30,unique,dive,min=1,max=40" description:"Cost categories reported on the line; * takes what no other line takes."`
	Amount     rest.Decimal     `json:"amount" validate:"required,positive"`
	Unit       string           `json:"unit,omitempty" validate:"max=40,printed" description:"What is counted, such as month."`
	Quantity   rest.Decimal     `json:"quantity,omitempty" validate:"omitempty,positive" description:"Of units; quantity × unit_price is the amount."`
	UnitPrice  rest.Decimal     `json:"unit_price,omitempty" validate:"omitempty,positive"`
	Salary     bool             `json:"salary,omitempty" description:"Pay of our own people."`
	Years      []budgetYearBody `json:"years,omitempty" validate:"max=20,dive" description:"Where the agreement divides the line by years; they sum to the amount."`
}

type budgetYearBody struct {
	Year   int          `json:"year" validate:"min=2000,max=2100"`
	Amount rest.Decimal `json:"amount" validate:"required,nonnegative"`
}

type signGrantRequest struct {
	Code     string           `json:"code" validate:"max=20,printed" description:"Also the code of the grant's fund; given by us where none is sent."`
	Donor    rest.Ref         `json:"donor" validate:"required" description:"Id or code."`
	Title    string           `json:"title" validate:"required,max=120,printed"`
	Amount   ledger.Money     `json:"amount" validate:"required,positive"`
	SignedOn ledger.Date      `json:"signed_on" validate:"omitempty" description:"Without it the grant is a draft, to be signed later."`
	From     ledger.Date      `json:"from" validate:"omitempty" description:"First day of the period of performance."`
	To       ledger.Date      `json:"to" validate:"omitempty" description:"Last day of the period of performance."`
	ReportBy ledger.Date      `json:"report_due_on" validate:"omitempty" description:"The last day on which cost of the period is paid, once the grant has ended."`
	Policy   policyBody       `json:"policy" validate:"required"`
	Budget   []budgetLineBody `json:"budget_lines" validate:"max=200,dive" description:"In the grant's currency; sums to the amount."`
}

type grantView struct {
	ID       grants.GrantID    `json:"id"`
	Code     string            `json:"code"`
	Donor    string            `json:"donor" description:"Code of the donor."`
	Title    string            `json:"title"`
	Amount   ledger.Money      `json:"amount"`
	State    grants.GrantState `json:"state"`
	SignedOn string            `json:"signed_on,omitempty" description:"Not of a draft."`
	From     string            `json:"from,omitempty"`
	To       string            `json:"to,omitempty"`
	ReportBy string            `json:"report_due_on,omitempty"`
	Policies []policyView      `json:"policies" description:"By the day from which each holds."`
	Budget   []budgetLineBody  `json:"budget_lines"`
	Version  int               `json:"version"`
}

type policyView struct {
	StartsOn        string               `json:"starts_on,omitempty" description:"Not of a draft."`
	Recognition     grants.Recognition   `json:"recognition"`
	RateMethod      rates.Method         `json:"rate_method"`
	FeeBearer       grants.Bearer        `json:"fee_bearer"`
	CurrencyBearer  grants.Bearer        `json:"currency_bearer"`
	IndirectRate    string               `json:"indirect_rate"`
	Excludes        []string             `json:"indirect_excludes"`
	Interest        grants.InterestOwner `json:"interest"`
	Ineligible      []string             `json:"ineligible"`
	RefundDeMinimis ledger.Money         `json:"refund_de_minimis"`
	ruleView
}

func viewGrant(g grants.Grant) grantView {
	v := grantView{ID: g.ID, Code: g.Code, Donor: g.Donor.Code, Title: g.Title, Amount: g.Amount, State: g.State,
		SignedOn: string(g.SignedOn),
		From:     string(g.From), To: string(g.To), ReportBy: string(g.ReportDueOn), Version: g.Version,
		Policies: []policyView{},
		Budget:   []budgetLineBody{}}
	for _, p := range g.Policies {
		v.Policies = append(v.Policies, policyView{StartsOn: string(p.StartsOn), Recognition: p.Recognition,
			RateMethod: p.RateMethod,
			FeeBearer:  p.FeeBearer, CurrencyBearer: p.CurrencyBearer, IndirectRate: p.IndirectRate.String(),
			Excludes: emptyNotNil(p.IndirectExcludes), Interest: p.Interest, Ineligible: emptyNotNil(p.Ineligible),
			RefundDeMinimis: ledger.Round(p.RefundDeMinimis.Amount, g.Amount.Currency), ruleView: viewRules(p, g.Amount)})
	}
	v.Budget = viewBudget(g.Budget)
	return v
}

func emptyNotNil(s []string) []string { return append([]string{}, s...) }

func signGrant(ctx context.Context, tx *store.Tx, d resource.Domain, in signGrantRequest) (grantView, error) {
	donor, err := donors.Find(ctx, tx, string(in.Donor))
	if err != nil {
		return grantView{}, rest.At("/donor", err)
	}
	policy, err := in.Policy.policy(in.Amount.Currency, d.Book.Base)
	if err != nil {
		return grantView{}, err
	}
	g := grants.Grant{Code: in.Code, Donor: donor, Title: in.Title, Amount: in.Amount, SignedOn: in.SignedOn,
		From: in.From, To: in.To, ReportDueOn: in.ReportBy,
		Policies: grants.Policies{policy}}
	if g.Budget, err = budgetLines(in.Budget, in.Amount.Currency); err != nil {
		return grantView{}, err
	}
	if in.SignedOn == "" {
		g, err = d.Grants.Draft(ctx, tx, g)
	} else {
		g, err = d.Grants.Sign(ctx, tx, g)
	}
	return viewGrant(g), err
}

// policy reads the rules of a grant in currency c. A deferred grant in another currency reports at the rates of its
// receipts, any other the books' own figures.
func (b policyBody) policy(c, base ledger.Currency) (grants.Policy, error) {
	p := grants.Policy{Recognition: b.Recognition, RateMethod: rates.OwnCurrency, FeeBearer: b.FeeBearer,
		CurrencyBearer:   b.CurrencyBearer,
		IndirectExcludes: b.Excludes, Interest: b.Interest, Ineligible: b.Ineligible, RefundDeMinimis: ledger.Zero(c)}
	if c != base && b.Recognition == grants.Deferred {
		p.RateMethod = rates.ReceiptRate
	}
	if b.Excludes == nil {
		p.IndirectExcludes = []string{grants.CurrencyDifferences}
	}
	var err error
	if b.RefundDeMinimis != "" {
		if p.RefundDeMinimis, err = b.RefundDeMinimis.In("/policy/refund_de_minimis", c); err != nil {
			return grants.Policy{}, err
		}
	}
	if p.IndirectRate, err = rest.Percent("/policy/indirect_rate", cmp.Or(b.IndirectRate, "0")); err != nil {
		return p, err
	}
	change, err := b.change("/policy", c)
	return change.On(p), err
}

func getGrant(ctx context.Context, tx *store.Tx, d resource.Domain, in rest.ByRef) (grantView, error) {
	g, err := d.Grants.Grant(ctx, tx, string(in.ID))
	return viewGrant(g), err
}

func listGrants(
	ctx context.Context, tx *store.Tx, d resource.Domain, in struct{ rest.Page },
) (rest.List[grantView], error) {
	page, err := in.Keyset(1)
	if err != nil {
		return rest.List[grantView]{}, err
	}
	found, err := d.Grants.Grants(ctx, tx, grants.Filter{Page: page})
	return rest.ListOf(in.Page, found, viewGrant, func(g grants.Grant) []string { return []string{g.Code} }), err
}

type instalmentRequest struct {
	ID      rest.Ref         `path:"id" json:"-"`
	Date    ledger.Date      `json:"date" validate:"required" description:"Value date."`
	Amount  ledger.Money     `json:"amount" validate:"required,positive" description:"In the grant's currency."`
	Rate    ledger.Rate      `json:"rate" validate:"omitempty" description:"The bank's rate to base currency, as quoted; not for a grant in base currency."`
	Account ledger.AccountNo `json:"account" validate:"required" description:"Our bank account."`
	Text    string           `json:"text" validate:"max=120,printed"`
}

type instalmentView struct {
	ID     string              `json:"id"`
	Grant  string              `json:"grant"`
	Date   ledger.Date         `json:"date"`
	Amount ledger.Money        `json:"amount"`
	Base   ledger.Money        `json:"base_amount"`
	Entry  resource.PostedView `json:"entry"`
}

func receiveInstalment(
	ctx context.Context, tx *store.Tx, d resource.Domain, in instalmentRequest,
) (instalmentView, error) {
	g, err := d.Grants.Grant(ctx, tx, string(in.ID))
	if err != nil {
		return instalmentView{}, err
	}
	if g.Amount.Currency != in.Amount.Currency {
		return instalmentView{}, rest.At("/amount/currency", &ledger.AmountError{Code: "currency_mismatch",
			Got:  string(in.Amount.Currency),
			Hint: "the grant is in " + string(g.Amount.Currency)})
	}
	out, err := d.Grants.Receive(ctx, tx, grants.Receipt{Grant: g.Code, On: in.Date, Amount: in.Amount, Rate: in.Rate,
		Account: in.Account, Text: in.Text})
	if err != nil {
		return instalmentView{}, err
	}
	return instalmentView{ID: out.ID, Grant: out.Grant, Date: out.On, Amount: out.Amount, Base: out.Base,
		Entry: resource.ViewPosted(out.Entry)}, nil
}

type indirectRequest struct {
	ID   rest.Ref    `path:"id" json:"-"`
	Date ledger.Date `json:"date" validate:"required" description:"Cost up to and including this day counts."`
}

type indirectView struct {
	Grant  string                `json:"grant"`
	Date   ledger.Date           `json:"date"`
	Base   ledger.Money          `json:"base" description:"Cost that the rate applies to, from the start of the grant."`
	Rate   string                `json:"rate" description:"Percent."`
	Before ledger.Money          `json:"charged_before"`
	Charge ledger.Money          `json:"charge" description:"Rate × base less what was charged before; may be negative."`
	Entry  []resource.PostedView `json:"entries" description:"None when there was nothing to charge."`
}

func chargeIndirect(ctx context.Context, tx *store.Tx, d resource.Domain, in indirectRequest) (indirectView, error) {
	c, err := d.Grants.ChargeIndirect(ctx, tx, string(in.ID), in.Date)
	if err != nil {
		return indirectView{}, err
	}
	v := indirectView{Grant: c.Grant, Date: c.On, Base: c.Base, Rate: c.Rate.String(), Before: c.Before, Charge: c.Charge,
		Entry: []resource.PostedView{}}
	if c.Entry != nil {
		v.Entry = append(v.Entry, resource.ViewPosted(*c.Entry))
	}
	return v, nil
}

// Register registers donors, grants, gifts and exchange rates.
func Register(api *resource.API) {
	funders(api)
	donorRoutes(api)
	donorImports(api)
	grantLife(api)
	claimRoutes(api)
	awards(api)
	giftRoutes(api)
	exchangeRates(api)
	budgets(api)
	addenda(api)
}
