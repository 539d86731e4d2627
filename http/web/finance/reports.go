package finance

import (
	"net/url"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"supportledger/http/rest"
	"supportledger/http/rest/table"
	"supportledger/http/web/frame"
)

func reportPages(s *frame.Site) {
	s.Page("/reports", []string{"reportTrialBalance"}, func(v *frame.Visit) (frame.Shown, error) {
		return Reports(v, reports), nil
	})
	for _, r := range reports {
		s.Page("/reports/"+r.name, []string{r.operation}, r.show)
		s.File("/reports/"+r.name+"/file", []string{r.operation}, r.file)
	}
	s.Page("/lines", []string{"listJournalLines"}, lines)
}

// report is a report of the API: what it may be asked, and which of its columns a page shows, in order.
type report struct {
	name, operation string
	title           rest.Text
	filters         []string // as_of, or from and to, and others
	columns         []string
}

var reports = []report{
	{name: "trial-balance", operation: "reportTrialBalance", title: rest.Text{EN: "Trial balance", DA: "Råbalance"},
		filters: []string{"as_of", "fund"}, columns: []string{"account", "name", "debit", "credit", "own_currency"}},
	{name: "activities", operation: "reportActivities",
		title:   rest.Text{EN: "Income and expense", DA: "Resultatopgørelse"},
		filters: []string{"from", "to"}, columns: []string{"account", "name", "unrestricted", "restricted", "total"}},
	{name: "fund-balances", operation: "reportFundBalances",
		title:   rest.Text{EN: "Balances of funds", DA: "Formålenes saldi"},
		filters: []string{"as_of"},
		columns: []string{"fund", "name", "bank", "other_assets", "liabilities", "net_assets", "committed"}},
	{name: "budget-actual", operation: "reportBudgetActual",
		title:   rest.Text{EN: "Budget and cost of a grant", DA: "Budget og forbrug på en bevilling"},
		filters: []string{"grant", "as_of"},
		columns: []string{"line_no", "text", "budget", "spent", "left", "committed_own", "available"}},
	{name: "open-commitments", operation: "reportOpenCommitments",
		title: rest.Text{EN: "Set aside for plans", DA: "Disponeret til planer"}, filters: []string{"as_of"}},
	{name: "partner-advances", operation: "reportPartnerAdvances",
		title: rest.Text{EN: "Advances at partners", DA: "Forskud hos partnere"}, filters: []string{"as_of"}},
	{name: "suspense", operation: "reportSuspense",
		title: rest.Text{EN: "What waits to be sorted out", DA: "Det, der afventer afklaring"}, filters: []string{"as_of"}},
}

// sheet is the answer of any report.
type sheet struct {
	AsOf    string           `json:"as_of"`
	From    string           `json:"from"`
	To      string           `json:"to"`
	KnownAt string           `json:"known_at"`
	Rows    []map[string]any `json:"rows"`
	Subject *struct {
		Key    string `json:"key"`
		NameEN string `json:"name_en"`
		NameDA string `json:"name_da"`
	} `json:"subject"`
}

// cell is what stands in a column of a row.
type cell struct {
	text, href string
	right      bool
}

// reportView is what the page of a report shows.
type reportView struct {
	report
	sheet
	columns []string
	query   url.Values
}

// asked are the filters of the address that the report knows.
func (r report) asked(v *frame.Visit) url.Values {
	q := url.Values{}
	for _, name := range r.filters {
		if s := strings.TrimSpace(v.C.Query(name)); s != "" {
			q.Set(name, s)
		}
	}
	return q
}

func (r report) show(v *frame.Visit) (frame.Shown, error) {
	p := reportView{report: r, query: r.asked(v), columns: r.columns}
	f := frame.NewForm()
	for name, values := range p.query {
		f.Values.Set(name, values[0])
	}
	if slices.Contains(r.filters, "grant") && p.query.Get("grant") == "" {
		return Report(v, p, f), nil // a grant has to be named first
	}
	out, err := v.Reply(r.operation, rest.Ask{Query: p.query, Lang: v.Lang})
	if err != nil {
		if err := f.Refused(v, err, nil); err != nil {
			return nil, err
		}
		return Report(v, p, f), nil
	}
	if err := json.Unmarshal(out.Body, &p.sheet); err != nil {
		return nil, err
	}
	if len(p.columns) == 0 {
		p.columns = columnsOf(p.Rows)
	}
	p.columns = slices.DeleteFunc(slices.Clone(p.columns), func(name string) bool {
		return !slices.ContainsFunc(p.Rows, func(row map[string]any) bool { return at(v, row, name).text != "" })
	})
	return Report(v, p, f), nil
}

// file sends all rows as a table for a spreadsheet.
func (r report) file(v *frame.Visit) (rest.Reply, error) {
	q := r.asked(v)
	q.Set("format", "xlsx")
	if v.C.Query("format") == "csv" {
		q.Set("format", "csv")
		q.Set("csv_profile", "da-excel")
	}
	return v.Reply(r.operation, rest.Ask{Query: q, Lang: v.Lang})
}

// columnsOf are the columns that rows have, in a fixed order; what is only for programs is left out.
func columnsOf(rows []map[string]any) []string {
	known := map[string]bool{}
	for _, row := range rows {
		for name := range row {
			known[name] = true
		}
	}
	var out []string
	for name := range known {
		if _, worded := table.Headings[name]; worded && name != "kind" && name != "name_en" && name != "name_da" {
			out = append(out, name)
		}
	}
	slices.SortFunc(out, func(a, b string) int {
		if money := compareBool(isMoney(rows, a), isMoney(rows, b)); money != 0 {
			return money
		}
		return strings.Compare(a, b)
	})
	return out
}

// compareBool puts false before true.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

func isMoney(rows []map[string]any, name string) bool {
	for _, row := range rows {
		if _, is := row[name].(map[string]any); is {
			return true
		}
	}
	return false
}

// heading is what a column is called.
func heading(v *frame.Visit, name string) string {
	if name == "name" {
		return v.T("Name", "Navn")
	}
	return frame.Said(v, table.Headings, name)
}

// at is what stands in a column of a row.
func at(v *frame.Visit, row map[string]any, name string) cell {
	if name == "name" && row["name"] == nil {
		en, _ := row["name_en"].(string)
		da, _ := row["name_da"].(string)
		if text := (rest.Text{EN: en, DA: da}).In(v.Lang); text != "" {
			return cell{text: text}
		}
		kind, _ := row["kind"].(string)
		return cell{text: frame.Said(v, rowKinds, kind)}
	}
	switch value := row[name].(type) {
	case string:
		return cell{text: value}
	case map[string]any:
		amount, _ := value["amount"].(string)
		currency, _ := value["currency"].(string)
		href, _ := value["href"].(string)
		return cell{text: v.Amount(frame.Money{Amount: amount, Currency: currency}), href: pageOf(href), right: true}
	}
	return cell{}
}

// pageOf is the page that shows what an address of the API answers.
func pageOf(href string) string {
	if _, query, found := strings.Cut(href, "/journal-lines?"); found {
		return "/lines?" + query
	}
	return ""
}

// isSum tells whether a row is the sum of others.
func isSum(row map[string]any) bool {
	kind, _ := row["kind"].(string)
	return kind == "total" || kind == "result" || strings.HasPrefix(kind, "total_") || kind == "carried_forward"
}

// rowKinds name the rows that are no account, fund or line of a budget.
var rowKinds = map[string]rest.Text{
	"total":           {EN: "Total", DA: "I alt"},
	"total_income":    {EN: "Total income", DA: "Indtægter i alt"},
	"total_expense":   {EN: "Total expense", DA: "Omkostninger i alt"},
	"result":          {EN: "Result", DA: "Resultat"},
	"other_movements": {EN: "Other movements", DA: "Øvrige bevægelser"},
	"brought_forward": {EN: "Brought forward", DA: "Overført fra tidligere"},
	"carried_forward": {EN: "Carried forward", DA: "Overføres til næste periode"},
	"outside_budget":  {EN: "Outside the budget", DA: "Uden for budgettet"},
	"committed":       {EN: "Set aside for plans", DA: "Disponeret til planer"},
	"account":         {}, "fund": {}, "budget_line": {},
}

// bookedLine is a line of the books.
type bookedLine struct {
	Number    string      `json:"entry"`
	Date      string      `json:"date"`
	Text      string      `json:"text"`
	Account   string      `json:"account"`
	Fund      string      `json:"fund"`
	Direction string      `json:"direction"`
	Amount    frame.Money `json:"amount"`
	Base      frame.Money `json:"base_amount"`
}

// linesView is the lines that a figure is the sum of, and their sums.
type linesView struct {
	lines         []bookedLine
	more          bool
	debit, credit frame.Money
}

// shownLines is how many lines a page shows at most.
const shownLines = 1000

// lines shows what an amount of a report is the sum of, by the very query that the report gives.
func lines(v *frame.Visit) (frame.Shown, error) {
	q := v.C.Request.URL.Query()
	for _, ours := range []string{"done", "cursor", "limit", "format"} {
		q.Del(ours)
	}
	var p linesView
	var err error
	if p.lines, p.more, err = frame.Every[bookedLine](v, "listJournalLines", rest.Ask{Query: q}, shownLines); err != nil {
		return nil, err
	}
	for _, l := range p.lines {
		sum := &p.debit
		if l.Direction == "credit" {
			sum = &p.credit
		}
		if sum.Currency == "" {
			*sum = l.Base
			continue
		}
		*sum = sum.Plus(l.Base)
	}
	return Lines(v, p), nil
}
