package giving

import (
	"fmt"
	"maps"
	"net/url"
	"strings"

	"supportledger/http/rest"
	"supportledger/http/web/frame"
)

func addendumPages(s *frame.Site) {
	s.Page("/grants/:id/addenda", []string{"listAddenda"}, addenda)
	s.Form("/grants/:id/addenda", []string{"proposeAddendum"}, proposeAddendum)
	s.Form("/grants/:id/addenda/:version/decision", []string{"decideAddendum"}, decideAddendum)
}

// line is a budget line as the API has it.
type line struct {
	No         string   `json:"line_no"`
	Text       string   `json:"text"`
	Categories []string `json:"categories"`
	Amount     string   `json:"amount"`
}

// terms are what an agreement says before or after an addendum.
type terms struct {
	Amount   frame.Money `json:"amount"`
	To       string      `json:"to"`
	ReportBy string      `json:"report_due_on"`
	Lines    []line      `json:"budget_lines"`
}

// addendum is a change of an agreement.
type addendum struct {
	Grant      string      `json:"grant"`
	Version    int         `json:"version"`
	State      string      `json:"state"`
	StartsOn   string      `json:"starts_on"`
	Reason     string      `json:"reason"`
	Letter     string      `json:"letter"`
	Before     terms       `json:"before"`
	After      terms       `json:"after"`
	Conditions []condition `json:"conditions"`
}

// side is a line before and after an addendum.
type side struct{ No, Text, Before, After string }

// sides puts the lines before and after an addendum beside each other.
func (a addendum) sides() []side {
	var all []side
	at := map[string]int{}
	for _, l := range a.Before.Lines {
		at[l.No] = len(all)
		all = append(all, side{No: l.No, Text: l.Text, Before: l.Amount, After: ""})
	}
	for _, l := range a.After.Lines {
		i, known := at[l.No]
		if !known {
			i = len(all)
			all = append(all, side{No: l.No, Text: l.Text, Before: "", After: ""})
		}
		all[i].After, all[i].Text = l.Amount, l.Text
	}
	return all
}

// amount shows an amount of a line; a line that is not there has none.
func (a addendum) amount(v *frame.Visit, amount string) string {
	if amount == "" {
		return "–"
	}
	return v.Amount(frame.Money{Amount: amount, Currency: a.After.Amount.Currency})
}

// addendumStates are how the state of an addendum is shown.
var addendumStates = map[string]frame.State{
	"submitted": {Icon: "clock", Text: rest.Text{EN: "Waits for another person", DA: "Afventer en anden person"}},
	"effective": {Icon: "ok", Text: rest.Text{EN: "In force", DA: "Gældende"}},
	"refused":   {Icon: "stop", Text: rest.Text{EN: "Rejected", DA: "Afvist"}},
}

// conditionKinds are what a condition is about.
var conditionKinds = map[string]rest.Text{
	"report": {EN: "Report", DA: "Rapport"}, "purpose": {EN: "Purpose", DA: "Formål"}, "time": {EN: "Time", DA: "Tid"},
	"geography": {EN: "Geography", DA: "Geografi"}, "population": {EN: "Population", DA: "Målgruppe"},
	"matching": {EN: "Matching", DA: "Medfinansiering"}, "ceiling": {EN: "Ceiling", DA: "Loft"},
	"other": {EN: "Other", DA: "Andet"},
}

// addendaOf is what the page of a grant's addenda shows.
type addendaOf struct {
	grant
	lines []line
	all   []addendum
}

func addenda(v *frame.Visit) (frame.Shown, error) {
	f := frame.NewForm()
	f.Values.Set("starts_on", v.Today())
	return showAddenda(v, f)
}

func showAddenda(v *frame.Visit, f frame.Form) (frame.Shown, error) {
	id := rest.ByID(v.C.Param("id"))
	var p addendaOf
	budget, seen, err := frame.Read[struct {
		grant
		Lines []line `json:"budget_lines"`
	}](v, "getGrant", id)
	if err != nil {
		return nil, err
	}
	p.grant, p.lines = budget.grant, budget.Lines
	found, _, err := frame.Read[struct {
		Addenda []addendum `json:"addenda"`
	}](v, "listAddenda", id)
	if err != nil {
		return nil, err
	}
	p.all = found.Addenda
	if f.Text("amount") == "" && f.Text("to") == "" && f.Good() {
		f.Values.Set("to", p.To)
		f.Values.Set("report_due_on", p.ReportBy)
		for _, l := range p.lines {
			f.Values.Set("line."+l.No, frame.Amount(v.Lang, frame.Money{Amount: l.Amount, Currency: ""}))
		}
	}
	decisions := map[int]frame.Form{}
	for _, a := range p.all {
		if a.State == "submitted" && v.May("decideAddendum") == nil {
			_, tag, err := frame.Read[addendum](v, "getAddendum", addendumAsk(v.C.Param("id"), fmt.Sprint(a.Version)))
			if err != nil {
				return nil, err
			}
			decisions[a.Version] = frame.NewForm().Showing(tag)
		}
	}
	return Addenda(v, p, f.Showing(seen), decisions), nil
}

func addendumAsk(id, version string) rest.Ask {
	return rest.Ask{Path: map[string]string{"id": id, "version": version}}
}

func proposeAddendum(v *frame.Visit) (frame.Shown, error) {
	f, id := v.Form(), v.C.Param("id")
	again := func() (frame.Shown, error) {
		return v.Again(func(v *frame.Visit) (frame.Shown, error) { return showAddenda(v, f) })
	}
	now, _, err := frame.Read[struct {
		grant
		Lines []line `json:"budget_lines"`
	}](v, "getGrant", rest.ByID(id))
	if err != nil {
		return nil, err
	}
	body := map[string]any{"starts_on": f.Need(v, "starts_on"), "reason": f.Need(v, "reason"),
		"letter": f.Need(v, "letter")}
	maps.Copy(body, changedTerms(v, f, now.grant))
	if lines := changedLines(v, f, now.Amount.Currency, now.Lines); lines != nil {
		body["budget_lines"] = lines
	}
	if f.Text("condition") != "" {
		c := map[string]any{"kind": f.Need(v, "kind"), "text": f.Text("condition")}
		if f.Text("due_on") != "" {
			c["due_on"] = f.Text("due_on")
		}
		body["conditions"] = []any{c}
	}
	if !f.Good() {
		v.Status(422)
		return again()
	}
	ask := f.SeenOf(rest.ByID(id), "getGrant")
	ask.Body = body
	if err := v.Do("proposeAddendum", ask, nil); err != nil {
		if err := f.Refused(v, err, nil); err != nil {
			return nil, err
		}
		return again()
	}
	return v.To("/grants/" + url.PathEscape(id) + "/addenda?done=addendum")
}

// changedTerms are the terms that the form says otherwise than the grant.
func changedTerms(v *frame.Visit, f frame.Form, now grant) map[string]any {
	body := map[string]any{}
	if f.Text("amount") != "" {
		body["amount"] = f.ReadAmount(v, "amount", now.Amount.Currency)
	}
	for name, was := range map[string]string{"to": now.To, "report_due_on": now.ReportBy} {
		if said := f.Text(name); said != "" && said != was {
			body[name] = said
		}
	}
	return body
}

// changedLines are all lines as they will be; nil where the form changes none.
func changedLines(v *frame.Visit, f frame.Form, currency string, now []line) []line {
	var lines []line
	changed := false
	for _, l := range now {
		was := l.Amount
		if f.Text("line."+l.No) != "" {
			l.Amount = f.ReadAmount(v, "line."+l.No, currency)
		}
		changed = changed || l.Amount != was
		if strings.Trim(l.Amount, "0.") != "" {
			lines = append(lines, l)
		}
	}
	if f.Text("new_no") != "" {
		l := line{No: f.Text("new_no"), Text: f.Need(v, "new_text"), Amount: f.ReadAmount(v, "new_amount", currency),
			Categories: strings.Fields(strings.ReplaceAll(f.Need(v, "new_categories"), ",", " "))}
		lines, changed = append(lines, l), true
	}
	if !changed {
		return nil
	}
	return lines
}

func decideAddendum(v *frame.Visit) (frame.Shown, error) {
	f, id := v.Form(), v.C.Param("id")
	ask := f.SeenOf(addendumAsk(id, v.C.Param("version")), "getAddendum")
	body := map[string]string{"decision": f.Text("decision")}
	if f.Text("reason") != "" {
		body["reason"] = f.Text("reason")
	}
	ask.Body = body
	if err := v.Do("decideAddendum", ask, nil); err != nil {
		if err := f.Refused(v, err, nil); err != nil {
			return nil, err
		}
		return v.Again(func(v *frame.Visit) (frame.Shown, error) { return showAddenda(v, f) })
	}
	return v.To("/grants/" + url.PathEscape(id) + "/addenda?done=decided")
}
