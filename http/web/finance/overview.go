package finance

import (
	"net/url"

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

// fundRow is a fund with what it has.
type fundRow struct {
	Kind        string `json:"kind"`
	Fund        string `json:"fund"`
	Name        string `json:"name"`
	Restriction string `json:"restriction"`
	Bank        figure `json:"bank"`
	Other       figure `json:"other_assets"`
	Owed        figure `json:"liabilities"`
	Own         figure `json:"net_assets"`
	Committed   figure `json:"committed"`
}

// task is something that finance has to see to, with the page for it.
type task struct {
	path, text string
	n          int
	more       bool
	icon       string
}

// overviewOf is what the first page of finance shows.
type overviewOf struct {
	tasks []task
	month *checklist
	funds []fundRow
}

func overview(v *frame.Visit) (frame.Shown, error) {
	var o overviewOf
	var err error
	if o.tasks, err = tasks(v); err != nil {
		return nil, err
	}
	if o.month, err = oldestOpen(v); err != nil {
		return nil, err
	}
	funds, _, err := frame.Read[struct {
		Rows []fundRow `json:"rows"`
	}](v, "reportFundBalances", rest.Ask{})
	if err != nil {
		return nil, err
	}
	o.funds = funds.Rows
	return Overview(v, o), nil
}

// oldestOpen is the checklist of the oldest month that is not closed.
func oldestOpen(v *frame.Visit) (*checklist, error) {
	all, _, err := frame.Every[month](v, "listPeriods", rest.Ask{}, 1200)
	if err != nil {
		return nil, err
	}
	at := v.Today()[:7]
	for _, m := range all {
		if m.State != "closed" {
			at = m.Month
			break
		}
	}
	list, _, err := frame.Read[checklist](v, "getChecklist", byMonth(at))
	return &list, err
}

// tasks counts what waits, by the page on which it is done.
func tasks(v *frame.Visit) ([]task, error) {
	type id struct {
		ID    string `json:"id"`
		State string `json:"state"`
	}
	counted := func(operation, path, text string, query url.Values, keep func(string) bool) (task, error) {
		all, more, err := frame.Every[id](v, operation, rest.Ask{Query: query}, 400)
		n := 0
		for _, one := range all {
			if keep == nil || keep(one.State) {
				n++
			}
		}
		icon := "clock"
		if n == 0 {
			icon = "ok"
		}
		return task{path: path, text: text, n: n, more: more, icon: icon}, err
	}
	underway := func(s string) bool { return s == "open" || s == "locked" || s == "released" || s == "exported" }
	var out []task
	for _, one := range []struct {
		operation, path, text string
		query                 url.Values
		keep                  func(string) bool
	}{
		{operation: "listDisbursements", path: "/payment-runs",
			text: v.T("Authorised, to be paid", "Bemyndiget, skal betales"), query: url.Values{"status": {"authorised"}}},
		{operation: "listPaymentBatches", path: "/payment-runs",
			text: v.T("Payment runs under way", "Betalingskørsler i gang"), keep: underway},
		{operation: "listPayments", path: "/bank",
			text:  v.T("Payments the bank has not confirmed", "Betalinger, banken ikke har bekræftet"),
			query: url.Values{"status": {"sent"}}},
		{operation: "listDrafts", path: "/journal/drafts", text: v.T("Drafts of entries", "Kladder"),
			keep: func(s string) bool { return s == "draft" }},
	} {
		if v.May(one.operation) != nil {
			continue
		}
		t, err := counted(one.operation, one.path, one.text, one.query, one.keep)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}
