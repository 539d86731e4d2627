package people

import (
	"context"

	"supportledger/beneficiaries"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
)

// planReports registers what a plan looks like on a page: its timeline, its budget, what falls due.
func planReports(api *resource.API) {
	unknown := []error{beneficiaries.ErrUnknownPlan}
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/plans/:id/timeline", ID: "getPlanTimeline", Tag: "plans",
		Roles:   resource.Staff,
		Summary: "What became of a plan, in order", Danish: "Hvad der er sket med en støtteplan, i rækkefølge",
		Refuses: unknown}, planTimeline)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/plans/:id/budget", ID: "getPlanBudget", Tag: "plans",
		Roles:   resource.Staff,
		Summary: "A plan's budget by line and fund", Danish: "En støtteplans budget efter linje og formål",
		About:   "By line in the plan's currency at planned prices; by fund in base currency as the books have it.",
		Refuses: unknown}, planBudget)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/due-items", ID: "listDueItems", Tag: "plans",
		Roles:   resource.Staff,
		Summary: "Units of support that fall due", Danish: "Enheder af støtte, der forfalder"}, listDueItems)
}

type turnView struct {
	ID       string                 `json:"id"`
	Kind     beneficiaries.TurnKind `json:"kind"`
	Date     ledger.Date            `json:"date"`
	StartsOn ledger.Date            `json:"starts_on,omitempty"`
	Reason   string                 `json:"reason,omitempty" description:"A code; the milestone's where one was decided."`
	Year     int                    `json:"year,omitzero"`
	Entry    ledger.EntryID         `json:"entry_id,omitempty"`
	By       string                 `json:"created_by"`
	At       string                 `json:"created_at"`
}

func viewTurn(t beneficiaries.Turn) turnView {
	return turnView{ID: t.ID, Kind: t.Kind, Date: t.Day, StartsOn: t.Starts, Reason: t.Reason, Year: t.Year,
		Entry: t.Entry, By: t.By, At: t.At}
}

func planTimeline(ctx context.Context, tx *store.Tx, d resource.Domain, in struct {
	rest.Page
	ID rest.Ref `path:"id" json:"-"`
}) (rest.List[turnView], error) {
	page, err := keyset(in.Page, 2)
	if err != nil {
		return rest.List[turnView]{}, err
	}
	turns, err := d.People.Timeline(ctx, tx, string(in.ID), page)
	return rest.ListOf(in.Page, turns, viewTurn, func(t beneficiaries.Turn) []string { return []string{t.At, t.ID} }), err
}

type barView struct {
	Of        string       `json:"of"`
	Planned   ledger.Money `json:"planned"`
	Committed ledger.Money `json:"committed"`
	Spent     ledger.Money `json:"spent"`
	Available ledger.Money `json:"available"`
}

type planBudgetView struct {
	Plan  string    `json:"plan"`
	Lines []barView `json:"lines"`
	Funds []barView `json:"funds"`
}

func viewBars(bars []beneficiaries.Bar) []barView {
	out := []barView{}
	for _, b := range bars {
		out = append(out, barView(b))
	}
	return out
}

func planBudget(ctx context.Context, tx *store.Tx, d resource.Domain, in rest.ByRef) (planBudgetView, error) {
	b, err := d.People.Budget(ctx, tx, string(in.ID))
	if err != nil {
		return planBudgetView{}, err
	}
	return planBudgetView{b.Plan.Number, viewBars(b.Lines), viewBars(b.Funds)}, nil
}

type dueItemView struct {
	Plan          string       `json:"plan"`
	Line          string       `json:"line"`
	Category      string       `json:"category"`
	DueOn         ledger.Date  `json:"due_on"`
	Amount        ledger.Money `json:"amount"`
	Payee         string       `json:"payee" description:"By code; empty where the plan names none."`
	CommittedYear int          `json:"committed_year" description:"0 while no year's approval has set it aside."`
	HeldBack      bool         `json:"held_back" description:"A milestone that nobody found met holds its money back."`
}

func viewDueItem(i beneficiaries.DueItem) dueItemView {
	return dueItemView{Plan: i.Plan.Number, Line: i.Line.Line, Category: i.Line.Word(), DueOn: i.Item.DueOn,
		Amount: i.Amount, Payee: i.Line.Payee, CommittedYear: i.Item.CommittedYear, HeldBack: len(i.Held) > 0}
}

func listDueItems(ctx context.Context, tx *store.Tx, d resource.Domain, in struct {
	rest.Page
	From ledger.Date `query:"from" json:"-" validate:"omitempty" description:"First day; the beginning where none is given."`
	To   ledger.Date `query:"to" json:"-" validate:"omitempty" description:"Last day; today where none is given."`
}) (rest.List[dueItemView], error) {
	page, err := keyset(in.Page, 4)
	if err != nil {
		return rest.List[dueItemView]{}, err
	}
	items, err := d.People.DueItems(ctx, tx,
		beneficiaries.DueFilter{From: in.From, To: resource.Today(tx, in.To), Page: page})
	return rest.ListOf(in.Page, items, viewDueItem, beneficiaries.DueItem.Key), err
}
