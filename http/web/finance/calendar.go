package finance

import (
	"net/url"
	"strings"

	"supportledger/http/rest"
	"supportledger/http/web/frame"
)

func calendarPages(s *frame.Site) {
	s.Page("/calendar", []string{"listCalendar"}, calendar)
	s.Form("/calendar", []string{"noteCalendar"}, noteCalendar)
	s.Page("/search", []string{"search"}, found)
}

// dueItem is something of the calendar.
type dueItem struct {
	Kind    string       `json:"kind"`
	Subject string       `json:"subject"`
	Grant   string       `json:"grant"`
	DueOn   string       `json:"due_on"`
	Amount  *frame.Money `json:"amount"`
	Held    string       `json:"held_by"`
	Towards string       `json:"towards"`
	State   string       `json:"state"`
	Owner   string       `json:"owner"`
}

// dueKinds are what something in the calendar is about.
var dueKinds = map[string]rest.Text{
	"report":     {EN: "Report to the funder", DA: "Rapport til bevillingsgiver"},
	"condition":  {EN: "Condition", DA: "Betingelse"},
	"instalment": {EN: "Instalment", DA: "Rate"}, "pledge": {EN: "Pledge", DA: "Tilsagn"},
	"agreement_change": {EN: "Change of an agreement", DA: "Ændret aftale"},
	"bank_details":     {EN: "Bank details to verify", DA: "Kontooplysninger at bekræfte"},
	"consent":          {EN: "Consent ends", DA: "Samtykke udløber"}, "milestone": {EN: "Milestone", DA: "Milepæl"},
	"plan_end":       {EN: "Plan ends", DA: "Plan slutter"},
	"partner_report": {EN: "Report of a partner", DA: "Partners rapport"},
	"recoverable":    {EN: "Owed by a partner", DA: "Tilgodehavende hos partner"},
	"receipt":        {EN: "Receipt", DA: "Kvittering"}, "decision": {EN: "Decision", DA: "Afgørelse"},
}

var dueStates = map[string]frame.State{
	"due":     {Icon: "clock", Text: rest.Text{EN: "Due", DA: "Kommer"}},
	"overdue": {Icon: "stop", Text: rest.Text{EN: "Overdue", DA: "Overskredet"}},
	"done":    {Icon: "ok", Text: rest.Text{EN: "Done", DA: "Gjort"}},
}

func (i dueItem) key() string { return i.Kind + " " + i.Subject + " " + i.DueOn }

// page is where something of the calendar is seen to; "" where a list has no page of one.
func (i dueItem) page() string {
	code, _, _ := strings.Cut(i.Subject, "/")
	switch i.Kind {
	case "agreement_change":
		return "/grants/" + url.PathEscape(i.Grant) + "/addenda"
	case "report", "condition", "instalment":
		return "/grants/" + url.PathEscape(i.Grant)
	case "bank_details":
		return "/payees/" + url.PathEscape(code)
	}
	return ""
}

func calendar(v *frame.Visit) (frame.Shown, error) { return showCalendar(v, frame.NewForm()) }

func showCalendar(v *frame.Visit, f frame.Form) (frame.Shown, error) {
	ask := rest.Ask{Query: url.Values{}}
	for _, name := range []string{"state", "kind", "grant"} {
		if s := v.C.Query(name); s != "" {
			ask.Query.Set(name, s)
		}
	}
	list, _, err := frame.Read[struct {
		Rows []dueItem `json:"rows"`
	}](v, "listCalendar", ask)
	if err != nil {
		return nil, err
	}
	return Calendar(v, list.Rows, f), nil
}

// noteCalendar notes that the user sees to something, or that it is done.
func noteCalendar(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	part := strings.SplitN(f.Text("item"), " ", 3)
	if len(part) != 3 {
		return v.To("/calendar")
	}
	body := map[string]any{"kind": part[0], "subject": part[1], "due_on": part[2]}
	if f.Text("act") == "done" {
		body["done"] = true
	} else {
		me, _, err := frame.Read[struct {
			Handle string `json:"handle"`
		}](v, "getMe", rest.Ask{})
		if err != nil {
			return nil, err
		}
		body["owner"] = me.Handle
	}
	if err := v.Do("noteCalendar", rest.Ask{Key: f.Key, Body: body}, nil); err != nil {
		if err := f.Refused(v, err, nil); err != nil {
			return nil, err
		}
		return v.Again(func(v *frame.Visit) (frame.Shown, error) { return showCalendar(v, f) })
	}
	return v.To("/calendar?done=noted")
}

// hit is something that a search found.
type hit struct {
	Kind string `json:"kind"`
	Code string `json:"code"`
	Text string `json:"text"`
	On   string `json:"on"`
}

// hitPages are where one thing of a kind is shown.
var hitPages = map[string]struct {
	path string
	text rest.Text
}{
	"grant": {"/grants/", rest.Text{EN: "Grant", DA: "Bevilling"}},
	"donor": {"/donors/", rest.Text{EN: "Donor", DA: "Donor"}},
	"gift":  {"", rest.Text{EN: "Gift", DA: "Gave"}}, "pledge": {"", rest.Text{EN: "Pledge", DA: "Tilsagn"}},
	"payee":        {"/payees/", rest.Text{EN: "Payee", DA: "Betalingsmodtager"}},
	"payment":      {"", rest.Text{EN: "Payment", DA: "Betaling"}},
	"bank_line":    {"/bank/lines/", rest.Text{EN: "Bank line", DA: "Banklinje"}},
	"entry":        {"/journal/", rest.Text{EN: "Entry", DA: "Bilag"}},
	"disbursement": {"/disbursements/", rest.Text{EN: "Request", DA: "Anmodning"}},
	"plan":         {"/plans/", rest.Text{EN: "Plan", DA: "Plan"}},
	"beneficiary":  {"", rest.Text{EN: "Person", DA: "Person"}},
}

func found(v *frame.Visit) (frame.Shown, error) {
	q := v.C.Query("q")
	var list struct {
		Hits []hit `json:"hits"`
	}
	if len(q) >= 2 {
		var err error
		list, _, err = frame.Read[struct {
			Hits []hit `json:"hits"`
		}](v, "search", rest.Ask{Query: url.Values{"q": {q}}})
		if err != nil {
			return nil, err
		}
	}
	return Found(v, q, list.Hits), nil
}
