package cases

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"supportledger/http/rest"
	"supportledger/http/web/frame"
)

// request is a disbursement as pages show it.
type request struct {
	ID         string      `json:"id"`
	Number     string      `json:"number"`
	CreatedBy  string      `json:"created_by"`
	Settlement string      `json:"settlement"`
	Date       string      `json:"date"`
	Plan       string      `json:"plan"`
	Line       string      `json:"line"`
	Units      int         `json:"units"`
	Partner    string      `json:"partner"`
	Payee      string      `json:"payee"`
	PaidBy     string      `json:"paid_by"`
	Reference  string      `json:"reference"`
	Category   string      `json:"category"`
	Account    string      `json:"account"`
	Amount     frame.Money `json:"amount"`
	Shares     []share     `json:"shares"`
	Text       string      `json:"text"`
	State      string      `json:"state"`
	Round      int         `json:"round"`
	Entry      string      `json:"entry_id"`
	Evidence   []string    `json:"evidence_ids"`
	Emergency  bool        `json:"emergency"`
	Approvals  approvals   `json:"approvals"`
	Checks     []check     `json:"checks"`
	Actions    []action    `json:"allowed_actions"`
	Version    int         `json:"version"`
}

// action is what may be done next with a disbursement, by the user or by others, and why not.
type action struct {
	Action  string   `json:"action"`
	Allowed bool     `json:"allowed"`
	Behalf  string   `json:"on_behalf_of"`
	Why     string   `json:"why"`
	Others  []string `json:"others"`
}

// can finds an action that the user may take.
func (d request) can(name string) (action, bool) {
	for _, a := range d.Actions {
		if a.Action == name && a.Allowed {
			return a, true
		}
	}
	return action{}, false
}

type share struct {
	Fund    string `json:"fund"`
	Percent string `json:"percent"`
}

// moment is one thing that happened.
type moment struct {
	At         string `json:"at"`
	Action     string `json:"action"`
	User       string `json:"user"`
	OnBehalfOf string `json:"on_behalf_of"`
	Reason     string `json:"reason"`
	Comment    string `json:"comment"`
}

// document is what the books know of a piece of evidence.
type document struct {
	ID        string `json:"id"`
	MediaType string `json:"media_type"`
	Bytes     int64  `json:"bytes"`
	Kind      string `json:"kind"`
	TakenOn   string `json:"taken_on"`
}

// bar is the budget of a line or fund.
type bar struct {
	Of        string      `json:"of"`
	Planned   frame.Money `json:"planned"`
	Committed frame.Money `json:"committed"`
	Spent     frame.Money `json:"spent"`
	Available frame.Money `json:"available"`
}

type planBudget struct {
	Plan  string `json:"plan"`
	Lines []bar  `json:"lines"`
	Funds []bar  `json:"funds"`
}

// decision is all that the page of a disbursement shows.
type decision struct {
	d       request
	seen    string
	person  string // code; empty for those who do not work with people
	history []moment
	papers  []document
	checks  []check
	meter   *frame.Meter
}

func disbursement(v *frame.Visit) (frame.Shown, error) { return showDecision(v, frame.NewForm()) }

// showDecision reads what the page shows and puts a form into it that was refused, or an empty one.
func showDecision(v *frame.Visit, f frame.Form) (frame.Shown, error) {
	p, err := readDecision(v, v.C.Param("id"))
	if err != nil {
		return nil, err
	}
	f.Seen = p.seen
	return Decision(v, p, f), nil
}

func readDecision(v *frame.Visit, id string) (p decision, err error) {
	if p.d, p.seen, err = frame.Read[request](v, "getDisbursement", rest.ByID(id)); err != nil {
		return p, err
	}
	history, _, err := frame.Read[frame.List[moment]](v, "listDisbursementHistory",
		rest.Ask{Path: map[string]string{"id": id}, Query: url.Values{"limit": {"200"}}})
	if err != nil {
		return p, err
	}
	p.history = history.Data
	for _, one := range p.d.Evidence {
		paper, _, err := frame.Read[document](v, "getEvidence", rest.ByID(one))
		if err != nil {
			return p, err
		}
		p.papers = append(p.papers, paper)
	}
	if p.checks = p.d.Checks; len(p.checks) == 0 && p.undecided() {
		found, _, err := frame.Read[frame.List[check]](v, "listDisbursementChecks", rest.ByID(id))
		if err != nil {
			return p, err
		}
		p.checks = found.Data
	}
	if p.person, err = personOf(v, p.d.Plan); err != nil {
		return p, err
	}
	p.meter, err = budgetOf(v, p)
	return p, err
}

// personOf is the code of whom a plan supports, for those who work with people.
func personOf(v *frame.Visit, number string) (string, error) {
	if number == "" || !v.Can("getBeneficiary") {
		return "", nil
	}
	p, _, err := frame.Aside[plan](v, "getPlan", rest.ByID(number))
	if err != nil {
		return "", err
	}
	person, _, err := frame.Aside[struct {
		Code string `json:"code"`
	}](v, "getBeneficiary", rest.ByID(p.Beneficiary))
	return person.Code, err
}

// budgetOf is the bar of the plan's line, or of the fund that bears it, before and after this disbursement.
func budgetOf(v *frame.Visit, p decision) (*frame.Meter, error) {
	if p.d.Plan == "" || !v.Can("getPlanBudget") {
		return nil, nil //nolint:nilnil // without a plan there is no bar
	}
	b, _, err := frame.Read[planBudget](v, "getPlanBudget", rest.ByID(p.d.Plan))
	if err != nil {
		return nil, err
	}
	for _, bars := range [][]bar{b.Lines, b.Funds} {
		for _, one := range bars {
			if one.Planned.Currency != p.d.Amount.Currency || one.Of != p.d.Line && !p.d.paidBy(one.Of) {
				continue
			}
			m := frame.Meter{Label: v.Tf("Budget of %s in plan %s", "Budget for %s i støtteplan %s", one.Of, p.d.Plan),
				Before: one.Spent, After: one.Spent, All: one.Planned}
			if p.undecided() {
				m.After = one.Spent.Plus(p.d.Amount)
			}
			return &m, nil
		}
	}
	return nil, nil //nolint:nilnil // no budget of the plan bears it
}

// paidBy tells whether one fund bears all of it.
func (d request) paidBy(fund string) bool {
	return d.Line == "" && len(d.Shares) == 1 && d.Shares[0].Fund == fund
}

// undecided tells whether its money is not in the budget's spending yet.
func (p decision) undecided() bool {
	switch p.d.State {
	case "draft", "info_requested", "submitted", "approved", "authorised", "on_hold":
		return true
	}
	return false
}

// decisions are the words that a decision form may send, and the notice after each.
var decisions = map[string]string{"approve": "approved", "return": "returned", "reject": "rejected",
	"request_info": "asked"}

type decisionBody struct {
	Decision string `json:"decision"`
	Reason   string `json:"reason"`
}

// act sends a form about a disbursement to an operation, under the form's key and the version that the user saw.
func act(v *frame.Visit, f frame.Form, operation string, body any) (frame.Shown, error) {
	ask := rest.ByID(v.C.Param("id"))
	ask.Body, ask.Key = body, f.Key
	if f.Seen != "" {
		ask.Seen, ask.Of = f.Seen, "getDisbursement"
	}
	if behalf := f.Text("on_behalf_of"); behalf != "" {
		ask.Query = url.Values{"on_behalf_of": {behalf}}
	}
	err := v.Do(operation, ask, nil)
	if err == nil {
		return nil, nil //nolint:nilnil // there is no page yet: the caller leads on
	}
	return shownAgain(v, f, err)
}

// shownAgain is the page with what was refused, in its state of now.
func shownAgain(v *frame.Visit, f frame.Form, err error) (frame.Shown, error) {
	if err := f.Refused(v, err, map[string]string{"reason": "reason", "text": "comment"}); err != nil {
		return nil, err
	}
	return v.Again(func(v *frame.Visit) (frame.Shown, error) { return showDecision(v, f) })
}

func decide(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	word := f.Text("decision")
	notice, known := decisions[word]
	if !known || f.Seen == "" {
		return nil, rest.Refuse("validation_failed")
	}
	if word != "approve" {
		if len([]rune(f.Text("reason"))) < shortestReason {
			f.Fault("reason", v.T("Give a reason of at least ten letters.", "Skriv en begrundelse på mindst ti tegn."))
			v.Status(http.StatusUnprocessableEntity)
			return v.Again(func(v *frame.Visit) (frame.Shown, error) { return showDecision(v, f) })
		}
	}
	shown, err := act(v, f, "decideDisbursement", decisionBody{word, f.Text("reason")})
	if shown != nil || err != nil {
		return shown, err
	}
	return v.To("/inbox?done=" + notice)
}

// shortestReason is how many letters a reason has at least.
const shortestReason = 10

func authorise(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	if f.Seen == "" {
		return nil, rest.Refuse("validation_failed")
	}
	shown, err := act(v, f, "authoriseDisbursement", nil)
	if shown != nil || err != nil {
		return shown, err
	}
	return v.To("/inbox?done=authorised")
}

func submit(v *frame.Visit) (frame.Shown, error) {
	shown, err := act(v, v.Form(), "submitDisbursement", nil)
	if shown != nil || err != nil {
		return shown, err
	}
	return v.To("/disbursements/" + v.C.Param("id") + "?done=sent")
}

func cancel(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	shown, err := act(v, f, "cancelDisbursement", struct {
		Reason string `json:"reason"`
	}{f.Text("reason")})
	if shown != nil || err != nil {
		return shown, err
	}
	return v.To("/disbursements/" + v.C.Param("id") + "?done=saved")
}

func comment(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	ask := rest.ByID(v.C.Param("id"))
	ask.Key = f.Key
	ask.Body = struct {
		Text string `json:"text"`
	}{f.Text("comment")}
	if err := v.Do("commentDisbursement", ask, nil); err != nil {
		return shownAgain(v, f, err)
	}
	return v.To("/disbursements/" + v.C.Param("id") + "?done=commented#history")
}

// paper sends a document: a picture is shown, anything else is saved.
func paper(v *frame.Visit) (rest.Reply, error) {
	return v.Reply("getEvidenceContent", rest.ByID(v.C.Param("id")))
}

// count writes how many there are, with a plus where there are more.
func count(n int, more bool) string {
	if more {
		return strconv.Itoa(n) + "+"
	}
	return strconv.Itoa(n)
}

// kilobytes writes the size of a document.
func kilobytes(n int64) string { return strconv.FormatInt((n+1023)/1024, 10) + "\u00a0kB" }

// isPicture tells whether a browser shows a document in the page.
func (d document) isPicture() bool { return strings.HasPrefix(d.MediaType, "image/") }

// kindWords name the kinds of documents.
var kindWords = map[string]rest.Text{
	"receipt": {EN: "Receipt", DA: "Kvittering"}, "invoice": {EN: "Invoice", DA: "Faktura"},
	"attendance": {EN: "Attendance list", DA: "Fremmødeliste"}, "results": {EN: "Results", DA: "Resultater"},
	"agreement": {EN: "Agreement", DA: "Aftale"}, "bank": {EN: "Bank document", DA: "Bilag fra banken"},
	"other": {EN: "Document", DA: "Bilag"},
}
