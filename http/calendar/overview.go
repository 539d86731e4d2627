package calendar

import (
	"context"
	"maps"
	"slices"

	"supportledger/access"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
)

type cashRow struct {
	Fund      ledger.FundCode `json:"fund,omitempty" description:"Not of the last row, the total."`
	Name      string          `json:"name,omitempty"`
	Bank      ledger.Money    `json:"bank" description:"Base currency."`
	Other     ledger.Money    `json:"other_assets"`
	Owed      ledger.Money    `json:"liabilities"`
	Own       ledger.Money    `json:"net_assets"`
	Committed ledger.Money    `json:"committed" description:"Set aside for plans."`
}

type usedRow struct {
	Grant       string        `json:"grant"`
	Title       string        `json:"title"`
	Budget      ledger.Money  `json:"budget" description:"In the grant's currency."`
	Spent       *ledger.Money `json:"spent,omitempty"`
	Percent     *int          `json:"spent_percent,omitempty"`
	TimePercent *int          `json:"time_percent,omitempty"`
	ReportDue   string        `json:"report_due_on,omitempty"`
}

type waitingRow struct {
	Kind string `json:"kind" enum:"agreement_change,disbursement_approved,disbursement_authorised,disbursement_submitted,payment_batch,payment_unconfirmed,plan"`
	N    int    `json:"number"`
}

type oldestView struct {
	Holder   string       `json:"holder"`
	Transfer string       `json:"transfer"`
	OpenedOn ledger.Date  `json:"opened_on"`
	Base     ledger.Money `json:"base_amount"`
}

type monthView struct {
	Month string   `json:"month"`
	Done  int      `json:"checks_done"`
	Of    int      `json:"checks"`
	Open  []string `json:"open" description:"Keys of the checks that stand in the way."`
}

type overviewView struct {
	On        ledger.Date  `json:"on"`
	Funds     []cashRow    `json:"funds"`
	Budgets   []usedRow    `json:"budgets"`
	Waiting   []waitingRow `json:"waiting" description:"For another person than who asked, and so for the caller, where the caller's role may."`
	Due       int          `json:"due" description:"Of the calendar, within its lead days."`
	Overdue   int          `json:"overdue"`
	Oldest    *oldestView  `json:"oldest_advance,omitempty"`
	Unmatched int          `json:"unmatched_bank_lines"`
	Month     *monthView   `json:"month,omitempty" description:"The oldest that is not closed."`
}

// acts are the operations by which the caller ends what waits.
var acts = map[string]string{"agreement_change": "decideAddendum", "disbursement_submitted": "decideDisbursement",
	"disbursement_approved": "authoriseDisbursement", "disbursement_authorised": "openPaymentBatch",
	"payment_batch": "openPaymentBatch", "payment_unconfirmed": "matchBankLine", "plan": "decidePlan"}

func getOverview(ctx context.Context, tx *store.Tx, d resource.Domain, _ rest.None) (overviewView, error) {
	o, err := open(d).Overview(ctx, tx, resource.Today(tx, ""))
	if err != nil {
		return overviewView{}, err
	}
	v := overviewView{On: o.On, Funds: []cashRow{}, Budgets: []usedRow{}, Waiting: []waitingRow{}, Due: o.Due,
		Overdue: o.Overdue, Unmatched: o.Unbooked}
	for _, f := range append(o.Funds.Rows, o.Funds.Total) {
		v.Funds = append(v.Funds, cashRow{Fund: f.Fund.Code, Name: f.Fund.Name, Bank: f.Bank.Amount, Other: f.Other.Amount,
			Owed: f.Owed.Amount, Own: f.Own.Amount, Committed: f.Committed.Amount})
	}
	for _, u := range o.Budgets {
		v.Budgets = append(v.Budgets, usedRow{Grant: u.Grant, Title: u.Title, Budget: u.Budget, Spent: u.Spent,
			Percent: u.Percent, TimePercent: u.TimePercent, ReportDue: string(u.ReportDue)})
	}
	who, err := access.PrincipalOf(ctx, tx)
	if err != nil {
		return v, err
	}
	for _, kind := range slices.Sorted(maps.Keys(o.Waiting)) {
		act := d.API.Operation(acts[kind])
		if o.Waiting[kind] > 0 && act != nil && who.HasAny(act.Op.Roles...) {
			v.Waiting = append(v.Waiting, waitingRow{kind, o.Waiting[kind]})
		}
	}
	if o.Oldest != nil {
		v.Oldest = &oldestView{Holder: o.Oldest.Holder, Transfer: o.Oldest.Name, OpenedOn: o.Oldest.OpenedOn,
			Base: o.Oldest.Cost.Amount}
	}
	if o.Month != nil {
		v.Month = &monthView{Month: o.Month.Period.Month, Of: len(o.Month.Checks), Open: []string{}}
		for _, c := range o.Month.Open() {
			v.Month.Open = append(v.Month.Open, string(c.Key))
		}
		v.Month.Done = v.Month.Of - len(v.Month.Open)
	}
	return v, nil
}
