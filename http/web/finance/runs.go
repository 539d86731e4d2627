package finance

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"supportledger/http/rest"
	"supportledger/http/web/frame"
)

func runPages(s *frame.Site) {
	s.Page("/payment-runs", []string{"listPaymentBatches"}, runs)
	s.Form("/payment-runs", []string{"openPaymentBatch"}, openRun)
	s.Page("/payment-runs/:id", []string{"getPaymentBatch", "listPaymentBatchItems"}, runPage)
	for _, step := range runSteps {
		s.Form("/payment-runs/:id/"+step.path, []string{step.operation}, step.act)
	}
	s.File("/payment-runs/:id/file", []string{"getPaymentBatchFile"}, func(v *frame.Visit) (rest.Reply, error) {
		return v.Reply("getPaymentBatchFile", rest.ByID(v.C.Param("id")))
	})
	if s.Demo {
		s.File("/payment-runs/:id/demo-answer", []string{"getPaymentBatch", "listPaymentBatchItems"}, demoAnswer)
	}
}

// run is a payment run.
type run struct {
	ID         string      `json:"id"`
	Number     string      `json:"number"`
	Account    string      `json:"account"`
	Date       string      `json:"date"`
	OneSum     bool        `json:"one_sum"`
	State      string      `json:"state"`
	Count      int         `json:"count"`
	Total      frame.Money `json:"total"`
	Hash       string      `json:"hash"`
	LockedBy   string      `json:"locked_by"`
	LockedAt   string      `json:"locked_at"`
	ReleasedBy string      `json:"released_by"`
	ReleasedAt string      `json:"released_at"`
	Format     string      `json:"file_format"`
	FileName   string      `json:"file_name"`
	FileSHA256 string      `json:"file_sha256"`
	ExportedAt string      `json:"exported_at"`
	Reason     string      `json:"reason"`
	Standing   []struct {
		State  string      `json:"state"`
		Count  int         `json:"count"`
		Amount frame.Money `json:"amount"`
	} `json:"standing"`
	Blocked struct {
		Changed    int `json:"payee_changed"`
		Unverified int `json:"payee_unverified"`
		Cooling    int `json:"payee_cooling_off"`
	} `json:"blocked"`
}

// runItem is a payment of a run.
type runItem struct {
	Number       string      `json:"number"`
	Disbursement string      `json:"disbursement_id"`
	Payee        string      `json:"payee"`
	Reference    string      `json:"reference"`
	Kind         string      `json:"kind"`
	Amount       frame.Money `json:"amount"`
	State        string      `json:"state"`
}

// authorised is a disbursement that may be paid.
type authorised struct {
	ID         string      `json:"id"`
	Number     string      `json:"number"`
	Settlement string      `json:"settlement"`
	Date       string      `json:"date"`
	Account    string      `json:"account"`
	Payee      string      `json:"payee"`
	Reference  string      `json:"reference"`
	Text       string      `json:"text"`
	Amount     frame.Money `json:"amount"`
}

// sum is what the payments of a run come to.
func (r run) sum() (n int, sum frame.Money) {
	for i, s := range r.Standing {
		n += s.Count
		if i == 0 {
			sum = s.Amount
			continue
		}
		sum = sum.Plus(s.Amount)
	}
	return n, sum
}

// steps are the parts of a run's way, and how far it is.
func (r run) at() int {
	return map[string]int{"open": 0, "locked": 1, "released": 2, "exported": 3, "reconciled": 4, "closed": 5,
		"aborted": -1}[r.State]
}

func runs(v *frame.Visit) (frame.Shown, error) { return showRuns(v, frame.NewForm()) }

func showRuns(v *frame.Visit, f frame.Form) (frame.Shown, error) {
	all, err := banks(v)
	if err != nil {
		return nil, err
	}
	list, _, err := frame.Every[run](v, "listPaymentBatches", rest.Ask{}, 2000)
	if err != nil {
		return nil, err
	}
	newest := make([]run, 0, len(list))
	for i := len(list) - 1; i >= 0; i-- {
		newest = append(newest, list[i])
	}
	if f.Text("date") == "" {
		f.Values.Set("date", v.Today())
	}
	return Runs(v, all, newest[:min(len(newest), shownRuns)], f), nil
}

// shownRuns is how many runs the page shows.
const shownRuns = 50

func openRun(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	var made run
	err := v.Do("openPaymentBatch", rest.Ask{Key: f.Key, Body: struct {
		Account string `json:"account"`
		Date    string `json:"date"`
		OneSum  bool   `json:"one_sum"`
	}{f.Text("account"), f.Text("date"), f.Text("one_sum") != ""}}, &made)
	if err != nil {
		if err := f.Refused(v, err, nil); err != nil {
			return nil, err
		}
		return v.Again(func(v *frame.Visit) (frame.Shown, error) { return showRuns(v, f) })
	}
	return v.To("/payment-runs/" + url.PathEscape(made.Number) + "?done=run-opened")
}

// runView is what the page of a run shows.
type runView struct {
	run
	seen  string
	items []runItem
	more  bool
	ready []authorised // that could be added
}

func runPage(v *frame.Visit) (frame.Shown, error) { return showRun(v, frame.NoForms()) }

func showRun(v *frame.Visit, forms frame.Forms) (frame.Shown, error) {
	id := v.C.Param("id")
	var p runView
	var err error
	if p.run, p.seen, err = frame.Read[run](v, "getPaymentBatch", rest.ByID(id)); err != nil {
		return nil, err
	}
	if p.items, p.more, err = frame.Every[runItem](v, "listPaymentBatchItems", rest.ByID(id), 1000); err != nil {
		return nil, err
	}
	if p.State == "open" {
		if p.ready, err = readyFor(v, p.Account, p.items); err != nil {
			return nil, err
		}
	}
	return Run(v, p, forms), nil
}

// readyFor are the authorised disbursements that a run of an account could pay and does not pay yet.
func readyFor(v *frame.Visit, account string, items []runItem) ([]authorised, error) {
	all, _, err := frame.Every[authorised](v, "listDisbursements",
		rest.Ask{Query: url.Values{"status": {"authorised"}}}, 1000)
	if err != nil {
		return nil, err
	}
	inside := map[string]bool{}
	for _, i := range items {
		inside[i.Disbursement] = true
	}
	var out []authorised
	for _, d := range all {
		paid := d.Settlement == "payment" || d.Settlement == "invoice"
		if paid && !inside[d.ID] && (d.Account == "" || d.Account == account) {
			out = append(out, d)
		}
	}
	return out, nil
}

// demoProfile is how the bank of a demo writes.
const demoProfile = "danske-erhverv"

// answered is where the bank's answer to a run is uploaded.
func answered(v *frame.Visit, r run) templ.SafeURL {
	to := url.Values{"account": {r.Account}}
	if v.Site.Demo {
		to.Set("profile", demoProfile)
	}
	return templ.SafeURL("/bank/imports?" + to.Encode())
}

// demoAnswer is what the bank of a demo says: that it paid everything in the run's file today.
func demoAnswer(v *frame.Visit) (rest.Reply, error) {
	id := v.C.Param("id")
	r, _, err := frame.Aside[run](v, "getPaymentBatch", rest.ByID(id))
	if err != nil {
		return rest.Reply{}, err
	}
	items, _, err := frame.Every[runItem](v, "listPaymentBatchItems", rest.ByID(id), 1000)
	if err != nil {
		return rest.Reply{}, err
	}
	year, month, day := v.Today()[:4], v.Today()[5:7], v.Today()[8:]
	var text strings.Builder
	text.WriteString("\"Dato\";\"Tekst\";\"Beløb\"\n")
	for _, i := range items {
		fmt.Fprintf(&text, "\"%s.%s.%s\";\"Overførsel %s\";\"-%s\"\n", day, month, year, i.Number,
			strings.ReplaceAll(i.Amount.Amount, ".", ","))
	}
	return rest.Reply{Kind: "text/csv; charset=utf-8", Name: "bank-" + r.Number + ".csv", Body: []byte(text.String())}, nil
}

// runStep is a step of a run: a form of its page.
type runStep struct {
	path, operation, done string
	body                  func(f frame.Form) any
	reason                string // the field of its reason, where it takes one
}

func (s runStep) act(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	ask := f.SeenOf(rest.ByID(v.C.Param("id")), "getPaymentBatch")
	if s.body != nil {
		ask.Body = s.body(f)
	}
	name := s.path
	if s.reason != "" {
		name = s.reason
		ask.Body = frame.Reason{Reason: f.Text(s.reason)}
	}
	if s.path == "removals" && len(f.Values["payment"]) == 0 || s.path == "items" && len(f.Values["item"]) == 0 {
		f.Above = append(f.Above, v.T("Choose at least one payment.", "Vælg mindst én betaling."))
		v.Status(http.StatusUnprocessableEntity)
		return v.Again(func(v *frame.Visit) (frame.Shown, error) { return showRun(v, frame.Back(name, f)) })
	}
	if err := v.Do(s.operation, ask, nil); err != nil {
		if err := f.Refused(v, err, map[string]string{"reason": s.reason}); err != nil {
			return nil, err
		}
		return v.Again(func(v *frame.Visit) (frame.Shown, error) { return showRun(v, frame.Back(name, f)) })
	}
	return v.To("/payment-runs/" + url.PathEscape(v.C.Param("id")) + "?done=" + s.done)
}

var runSteps = []runStep{
	{path: "items", operation: "addToPaymentBatch", done: "run-added", body: func(f frame.Form) any {
		return struct {
			Items []string `json:"items"`
		}{f.Values["item"]}
	}},
	{path: "removals", operation: "takeFromPaymentBatch", done: "run-taken", body: func(f frame.Form) any {
		return struct {
			Payments []string `json:"payments"`
		}{f.Values["payment"]}
	}},
	{path: "locks", operation: "lockPaymentBatch", done: "locked"},
	{path: "unlocks", operation: "unlockPaymentBatch", done: "unlocked", reason: "unlock_reason"},
	{path: "releases", operation: "releasePaymentBatch", done: "released"},
	{path: "exports", operation: "exportPaymentBatch", done: "exported", body: func(f frame.Form) any {
		return struct {
			Format string `json:"file_format"`
		}{f.Text("file_format")}
	}},
	{path: "reconciliations", operation: "reconcilePaymentBatch", done: "reconciled"},
	{path: "closings", operation: "closePaymentBatch", done: "run-closed"},
	{path: "aborts", operation: "abortPaymentBatch", done: "aborted", reason: "abort_reason"},
}
