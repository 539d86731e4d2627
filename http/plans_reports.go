package http

import (
	"context"
	"fmt"

	"supportledger/beneficiaries"
	"supportledger/ledger"
	"supportledger/store"
)

// planReports registers what a plan looks like on a page: its timeline, its budget, what falls due.
func planReports(api *API) {
	unknown := []error{beneficiaries.ErrUnknownPlan}
	Route(api, Op{Method: get, Path: "/plans/:id/timeline", ID: "getPlanTimeline", Tag: "plans", Roles: staff,
		Summary: "What became of a plan, in order", Danish: "Hvad der er sket med en støtteplan, i rækkefølge", Refuses: unknown}, at(planTimeline))
	Route(api, Op{Method: get, Path: "/plans/:id/budget", ID: "getPlanBudget", Tag: "plans", Roles: staff,
		Summary: "A plan's budget by line and fund", Danish: "En støtteplans budget efter linje og fond",
		About:   "By line in the plan's currency at planned prices; by fund in base currency as the books have it.",
		Refuses: unknown}, at(planBudget))
	Route(api, Op{Method: get, Path: "/due-items", ID: "listDueItems", Tag: "plans", Roles: staff,
		Summary: "Units of support that fall due", Danish: "Enheder af støtte, der forfalder"}, at(listDueItems))
}

type turnView struct {
	ID       string                 `json:"id"`
	Kind     beneficiaries.TurnKind `json:"kind"`
	Date     ledger.Date            `json:"date"`
	StartsOn ledger.Date            `json:"starts_on,omitempty"`
	Reason   string                 `json:"reason,omitempty" description:"A code; the milestone's where one was decided."`
	Year     int                    `json:"year,omitempty"`
	Entry    ledger.EntryID         `json:"entry_id,omitempty"`
	By       string                 `json:"created_by"`
	At       string                 `json:"created_at"`
}

func viewTurn(t beneficiaries.Turn) turnView {
	return turnView{t.ID, t.Kind, t.Day, t.Starts, t.Reason, t.Year, t.Entry, t.By, t.At}
}

func planTimeline(ctx context.Context, tx *store.Tx, d desk, in struct {
	Page
	ID Ref `path:"id" json:"-"`
}) (List[turnView], error) {
	turns, err := d.people.Timeline(ctx, tx, string(in.ID))
	if err != nil {
		return List[turnView]{}, err
	}
	return pageOf(in.Page, turns, viewTurn, func(t beneficiaries.Turn) string { return t.At + t.ID })
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

func planBudget(ctx context.Context, tx *store.Tx, d desk, in byRef) (planBudgetView, error) {
	b, err := d.people.Budget(ctx, tx, string(in.ID))
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

func listDueItems(ctx context.Context, tx *store.Tx, d desk, in struct {
	Page
	From ledger.Date `query:"from" json:"-" validate:"omitempty" description:"First day; the beginning where none is given."`
	To   ledger.Date `query:"to" json:"-" validate:"omitempty" description:"Last day; today where none is given."`
}) (List[dueItemView], error) {
	items, err := d.people.DueItems(ctx, tx, in.From, today(tx, in.To))
	if err != nil {
		return List[dueItemView]{}, err
	}
	return pageOf(in.Page, items, func(i beneficiaries.DueItem) dueItemView {
		return dueItemView{i.Plan.Number, i.Line.Line, i.Line.Word(), i.Item.DueOn, i.Amount, i.Line.Payee, i.Item.CommittedYear, len(i.Held) > 0}
	}, func(i beneficiaries.DueItem) string {
		return fmt.Sprintf("%s %s %s %04d", i.Item.DueOn, i.Plan.Number, i.Line.Line, i.Item.Position)
	})
}
