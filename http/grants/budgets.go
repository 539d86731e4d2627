package grants

import (
	"context"
	"fmt"

	"supportledger/access"
	"supportledger/grants"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
)

// budgets registers the versions of a grant's budget and what is moved between its lines.
func budgets(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/grants/:id/budget-versions", ID: "listBudgetVersions",
		Tag: "grants", Roles: resource.Staff,
		Summary: "The versions of a grant's budget", Danish: "Versionerne af en bevillings budget",
		Refuses: []error{grants.ErrUnknownGrant}}, listBudgets)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/grants/:id/virements", ID: "moveBudget", Tag: "grants",
		Match:   "listBudgetVersions",
		Roles:   resource.Finance,
		Summary: "Move money between budget lines or years", Danish: "Flyt penge mellem budgetlinjer eller år",
		About: "Within the limits of the grant's policy, measured from the budget that the funder last approved, the " +
			"move takes effect at once and " +
			"the next report names it. Beyond them it waits for the funder's answer.",
		Refuses: []error{grants.ErrUnknownGrant, grants.ErrGrantState, grants.ErrUnknownLine, grants.ErrBelowSpent,
			grants.ErrVirementOpen},
		Example: `{"starts_on":"2026-09-01","reason":"Fewer sessions, more legal aid","moves":[{"from_line":"1",` +
			`"to_line":"2","amount":"5000.00"}]}`}, moveBudget)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/grants/:id/budget-decisions", ID: "decideBudget", Tag: "grants",
		Match:   "listBudgetVersions",
		Roles:   resource.Finance,
		Summary: "Put down what the funder answered to a change of the budget",
		Danish:  "Registrér bevillingsgivers svar på en budgetændring",
		About:   "By another person than the one who asked for the change.",
		Refuses: []error{grants.ErrUnknownGrant, grants.ErrUnknownBudget, grants.ErrBudgetDecided, grants.ErrBelowSpent,
			access.ErrMakerCannotApprove},
		Example: `{"version":2,"decision":"approve","letter":"2026-4711"}`}, decideBudget)
}

type moveBody struct {
	From     string       `json:"from_line" validate:"required,max=20"`
	FromYear int          `json:"from_year,omitzero" validate:"omitempty,min=2000,max=2100" description:"Where the line has years."`
	To       string       `json:"to_line" validate:"required,max=20"`
	ToYear   int          `json:"to_year,omitzero" validate:"omitempty,min=2000,max=2100"`
	Amount   rest.Decimal `json:"amount" validate:"required,positive" description:"In the grant's currency."`
}

type budgetVersionView struct {
	Grant    string             `json:"grant"`
	Version  int                `json:"version"`
	Kind     grants.BudgetKind  `json:"kind" enum:"agreed,virement,amendment"`
	State    grants.BudgetState `json:"state" enum:"effective,submitted,refused"`
	Approved bool               `json:"approved" description:"By the funder: the next moves are measured from it."`
	StartsOn ledger.Date        `json:"starts_on"`
	Reason   string             `json:"reason,omitempty"`
	Letter   string             `json:"letter,omitempty" description:"The funder's reference."`
	Moves    []moveBody         `json:"moves"`
	Lines    []budgetLineBody   `json:"budget_lines"`
	Over     []string           `json:"needs_approval" description:"Why the funder is asked, when the change is made."`
}

func viewBudgetVersion(v grants.BudgetVersion) budgetVersionView {
	return budgetVersionView{Grant: v.Grant, Version: v.Version, Kind: v.Kind, State: v.State, Approved: v.Approved,
		StartsOn: v.StartsOn, Reason: v.Reason, Letter: v.Letter, Moves: rest.Views(v.Moves, viewBudgetMove),
		Lines: viewBudget(v.Lines), Over: emptyNotNil(v.Over)}
}

func viewBudgetMove(m grants.Move) moveBody {
	return moveBody{From: m.From, FromYear: m.FromYear, To: m.To, ToYear: m.ToYear,
		Amount: rest.Decimal(m.Amount.String())}
}

func viewBudget(lines []grants.BudgetLine) []budgetLineBody {
	out := []budgetLineBody{}
	for _, l := range lines {
		v := budgetLineBody{No: l.No, Text: l.Text, Categories: l.Categories, Amount: rest.Decimal(l.Amount.String()),
			Unit: l.Unit, Salary: l.Salary}
		if !l.Quantity.IsZero() {
			v.Quantity, v.UnitPrice = rest.Decimal(l.Quantity.String()), rest.Decimal(l.UnitPrice.String())
		}
		for _, y := range l.Years {
			v.Years = append(v.Years, budgetYearBody{y.Year, rest.Decimal(y.Amount.String())})
		}
		out = append(out, v)
	}
	return out
}

// budgetLines reads a budget in the grant's currency.
func budgetLines(sent []budgetLineBody, c ledger.Currency) ([]grants.BudgetLine, error) {
	var lines []grants.BudgetLine
	for i, b := range sent {
		pointer := fmt.Sprintf("/budget_lines/%d", i)
		l := grants.BudgetLine{No: b.No, Text: b.Text, Categories: b.Categories, Unit: b.Unit, Salary: b.Salary,
			UnitPrice: ledger.Zero(c)}
		var err error
		if l.Amount, err = b.Amount.In(pointer+"/amount", c); err != nil {
			return nil, err
		}
		if b.Quantity != "" || b.UnitPrice != "" {
			if l.Quantity, err = ledger.ParseDecimal(string(rest.OrZero(b.Quantity))); err != nil {
				return nil, rest.At(pointer+"/quantity", err)
			}
			if l.UnitPrice, err = rest.OrZero(b.UnitPrice).In(pointer+"/unit_price", c); err != nil {
				return nil, err
			}
		}
		for j, y := range b.Years {
			amount, err := y.Amount.In(fmt.Sprintf("%s/years/%d/amount", pointer, j), c)
			if err != nil {
				return nil, err
			}
			l.Years = append(l.Years, grants.BudgetYear{Year: y.Year, Amount: amount})
		}
		lines = append(lines, l)
	}
	return lines, nil
}

type budgetVersionsView struct {
	Versions []budgetVersionView `json:"versions"`
}

func listBudgets(ctx context.Context, tx *store.Tx, d resource.Domain, in rest.ByRef) (budgetVersionsView, error) {
	g, err := d.Grants.Grant(ctx, tx, string(in.ID))
	if err != nil {
		return budgetVersionsView{}, err
	}
	found, err := grants.Budgets(ctx, tx, g)
	return budgetVersionsView{rest.Views(found, viewBudgetVersion)}, err
}

type moveBudgetRequest struct {
	ID       rest.Ref    `path:"id" json:"-" description:"Id or code of the grant."`
	StartsOn ledger.Date `json:"starts_on" validate:"required"`
	Reason   string      `json:"reason" validate:"required,max=500,printed" description:"For the report; no person's name."`
	Moves    []moveBody  `json:"moves" validate:"required,min=1,max=100,dive"`
}

func moveBudget(ctx context.Context, tx *store.Tx, d resource.Domain, in moveBudgetRequest) (budgetVersionView, error) {
	g, err := d.Grants.Grant(ctx, tx, string(in.ID))
	if err != nil {
		return budgetVersionView{}, err
	}
	var moves []grants.Move
	for i, m := range in.Moves {
		amount, err := m.Amount.In(fmt.Sprintf("/moves/%d/amount", i), g.Amount.Currency)
		if err != nil {
			return budgetVersionView{}, err
		}
		moves = append(moves, grants.Move{From: m.From, To: m.To, FromYear: m.FromYear, ToYear: m.ToYear, Amount: amount})
	}
	v, err := d.Grants.Virement(ctx, tx, g.Code,
		grants.BudgetVersion{StartsOn: in.StartsOn, Moves: moves, Reason: in.Reason})
	return viewBudgetVersion(v), err
}

type decideBudgetRequest struct {
	ID       rest.Ref `path:"id" json:"-" description:"Id or code of the grant."`
	Version  int      `json:"version" validate:"min=1"`
	Decision string   `json:"decision" validate:"required,oneof=approve refuse"`
	Letter   string   `json:"letter" validate:"required,max=120,printed" description:"The funder's reference; no person's name."`
}

func decideBudget(
	ctx context.Context, tx *store.Tx, d resource.Domain, in decideBudgetRequest,
) (budgetVersionView, error) {
	v, err := d.Grants.DecideBudget(ctx, tx, string(in.ID),
		grants.BudgetDecision{Version: in.Version, Approve: in.Decision == "approve", Letter: in.Letter})
	return viewBudgetVersion(v), err
}
