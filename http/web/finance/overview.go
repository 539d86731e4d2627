package finance

import (
	"fmt"

	"supportledger/http/rest"
	"supportledger/http/web/frame"
)

// figure is an amount of a report.
type figure struct {
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
	Side     string `json:"side"`
	Href     string `json:"href"`
}

func (f figure) money() frame.Money { return frame.Money{Amount: f.Amount, Currency: f.Currency} }

// fundRow is a fund with what it has; the last one, without a code, is the total.
type fundRow struct {
	Fund      string      `json:"fund"`
	Name      string      `json:"name"`
	Bank      frame.Money `json:"bank"`
	Other     frame.Money `json:"other_assets"`
	Owed      frame.Money `json:"liabilities"`
	Own       frame.Money `json:"net_assets"`
	Committed frame.Money `json:"committed"`
}

// usedRow is a grant's budget used beside the time that has passed.
type usedRow struct {
	Grant       string       `json:"grant"`
	Title       string       `json:"title"`
	Budget      frame.Money  `json:"budget"`
	Spent       *frame.Money `json:"spent"`
	Percent     *int         `json:"spent_percent"`
	TimePercent *int         `json:"time_percent"`
	ReportDue   string       `json:"report_due_on"`
}

// percent writes a part, or a dash where nothing says it.
func percent(n *int) string {
	if n == nil {
		return "–"
	}
	return fmt.Sprintf("%d %%", *n)
}

// task is something that finance has to see to, with the page for it.
type task struct {
	path, text string
	n          int
}

// overviewOf is what the first page of finance shows, as one call answers it.
type overviewOf struct {
	On      string    `json:"on"`
	Funds   []fundRow `json:"funds"`
	Budgets []usedRow `json:"budgets"`
	Waiting []struct {
		Kind string `json:"kind"`
		N    int    `json:"number"`
	} `json:"waiting"`
	Due     int `json:"due"`
	Overdue int `json:"overdue"`
	Oldest  *struct {
		Holder   string      `json:"holder"`
		Transfer string      `json:"transfer"`
		OpenedOn string      `json:"opened_on"`
		Base     frame.Money `json:"base_amount"`
	} `json:"oldest_advance"`
	Unmatched int `json:"unmatched_bank_lines"`
	Month     *struct {
		Month string `json:"month"`
		Done  int    `json:"checks_done"`
		Of    int    `json:"checks"`
	} `json:"month"`
}

// waits say what waits, and on which page it is done.
var waits = map[string]struct {
	path string
	text rest.Text
}{
	"agreement_change": {"/calendar", rest.Text{EN: "Changes of agreements to decide on",
		DA: "Ændrede aftaler at tage stilling til"}},
	"disbursement_submitted":  {"/inbox", rest.Text{EN: "Requests to decide on", DA: "Anmodninger at tage stilling til"}},
	"disbursement_approved":   {"/inbox", rest.Text{EN: "Approved, to be authorised", DA: "Godkendt, skal bemyndiges"}},
	"disbursement_authorised": {"/payment-runs", rest.Text{EN: "Authorised, to be paid", DA: "Bemyndiget, skal betales"}},
	"payment_batch": {"/payment-runs", rest.Text{EN: "Payment runs to release",
		DA: "Betalingskørsler at frigive"}},
	"payment_unconfirmed": {"/bank", rest.Text{EN: "Payments the bank has not confirmed",
		DA: "Betalinger, banken ikke har bekræftet"}},
	"plan": {"/plans", rest.Text{EN: "Plans to decide on", DA: "Planer at tage stilling til"}},
}

func overview(v *frame.Visit) (frame.Shown, error) {
	o, _, err := frame.Read[overviewOf](v, "getOverview", rest.Ask{})
	if err != nil {
		return nil, err
	}
	return Overview(v, o), nil
}

// tasks are what waits, is due and is not explained, by the page on which it is done.
func (o overviewOf) tasks(v *frame.Visit) []task {
	var out []task
	for _, w := range o.Waiting {
		out = append(out, task{waits[w.Kind].path, v.In(waits[w.Kind].text), w.N})
	}
	return append(out, task{"/bank", v.T("Bank lines nobody has explained", "Banklinjer uden forklaring"), o.Unmatched},
		task{"/calendar?state=overdue", v.T("Overdue", "Overskredet"), o.Overdue},
		task{"/calendar", v.T("Due soon", "Snart forfaldent"), o.Due})
}
