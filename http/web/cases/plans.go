package cases

import (
	"net/url"
	"strings"

	"supportledger/http/rest"
	"supportledger/http/web/frame"
)

// plan is a plan as pages show it.
type plan struct {
	ID          string     `json:"id"`
	Number      string     `json:"number"`
	Beneficiary string     `json:"beneficiary_id"`
	Currency    string     `json:"currency"`
	State       string     `json:"state"`
	PlanVersion int        `json:"plan_version"`
	StartsOn    string     `json:"starts_on"`
	Shares      []share    `json:"shares"`
	Lines       []planLine `json:"lines"`
	Goals       []string   `json:"goals"`
	Pending     int        `json:"pending_version"`
}

// planLine is one kind of support in a plan.
type planLine struct {
	Line      string      `json:"line"`
	Category  string      `json:"category"`
	UnitPrice frame.Money `json:"unit_price"`
	Payee     string      `json:"payee"`
	Items     []struct {
		DueOn  string `json:"due_on"`
		Status string `json:"status"`
	} `json:"items"`
}

// left is how many units of a line are not settled.
func (l planLine) left() int {
	n := 0
	for _, i := range l.Items {
		if i.Status != "settled" {
			n++
		}
	}
	return n
}

// turn is one thing that happened to a plan.
type turn struct {
	Kind     string `json:"kind"`
	Date     string `json:"date"`
	StartsOn string `json:"starts_on"`
	Reason   string `json:"reason"`
	Year     int    `json:"year"`
	By       string `json:"created_by"`
	At       string `json:"at"`
}

// planVersion is a version of a plan, with why it was written.
type planVersion struct {
	Number   int        `json:"plan_version"`
	State    string     `json:"state"`
	Kind     string     `json:"kind"`
	StartsOn string     `json:"starts_on"`
	Shares   []share    `json:"shares"`
	Lines    []planLine `json:"lines"`
	Goals    []string   `json:"goals"`
	Reason   string     `json:"reason"`
}

var versionStates = map[string]frame.State{
	"draft":      {Icon: "file", Text: rest.Text{EN: "draft", DA: "kladde"}},
	"in_review":  {Icon: "clock", Text: rest.Text{EN: "waits for a decision", DA: "venter på en afgørelse"}},
	"approved":   {Icon: "ok", Text: rest.Text{EN: "in force", DA: "gælder"}},
	"superseded": {Icon: "info", Text: rest.Text{EN: "replaced by a later one", DA: "afløst af en senere"}},
	"returned":   {Icon: "warning", Text: rest.Text{EN: "sent back", DA: "sendt tilbage"}},
	"rejected":   {Icon: "stop", Text: rest.Text{EN: "rejected", DA: "afvist"}},
}

var versionKinds = map[string]rest.Text{
	"plan":       {EN: "The first plan", DA: "Den første plan"},
	"revision":   {EN: "Revised", DA: "Revideret"},
	"resumption": {EN: "Taken up after a pause", DA: "Genoptaget efter en pause"},
	"top_up":     {EN: "More money for the same support", DA: "Flere penge til den samme støtte"},
	"move":       {EN: "To another country or currency", DA: "Til et andet land eller en anden valuta"},
}

// dueItem is a unit of support that falls due.
type dueItem struct {
	Plan          string      `json:"plan"`
	Line          string      `json:"line"`
	Category      string      `json:"category"`
	DueOn         string      `json:"due_on"`
	Amount        frame.Money `json:"amount"`
	Payee         string      `json:"payee"`
	CommittedYear int         `json:"committed_year"`
	HeldBack      bool        `json:"held_back"`
}

// categories are the words for what support is for, by code.
func categories(v *frame.Visit) (map[string]string, error) {
	found, _, err := frame.Read[frame.List[struct {
		Code   string `json:"code"`
		NameEN string `json:"name_en"`
		NameDA string `json:"name_da"`
	}]](v, "listPlanCategories", rest.Ask{Query: url.Values{"limit": {"200"}}})
	words := map[string]string{}
	for _, c := range found.Data {
		words[c.Code] = v.In(rest.Text{EN: c.NameEN, DA: c.NameDA})
	}
	return words, err
}

func plans(v *frame.Visit) (frame.Shown, error) {
	q := url.Values{"limit": {"50"}}
	if c := v.C.Query("cursor"); c != "" {
		q.Set("cursor", c)
	}
	found, _, err := frame.Read[frame.List[plan]](v, "listPlans", rest.Ask{Query: q})
	return Plans(v, found), err
}

// planPage is all that the page of a plan shows.
type planPage struct {
	plan       plan
	person     string
	budget     planBudget
	turns      []turn
	versions   []planVersion
	due        []dueItem
	categories map[string]string
}

func showPlan(v *frame.Visit) (frame.Shown, error) {
	id := v.C.Param("id")
	var p planPage
	var err error
	if p.plan, _, err = frame.Read[plan](v, "getPlan", rest.ByID(id)); err != nil {
		return nil, err
	}
	if p.budget, _, err = frame.Read[planBudget](v, "getPlanBudget", rest.ByID(id)); err != nil {
		return nil, err
	}
	turns, _, err := frame.Read[frame.List[turn]](v, "getPlanTimeline",
		rest.Ask{Path: map[string]string{"id": id}, Query: url.Values{"limit": {"100"}}})
	if err != nil {
		return nil, err
	}
	p.turns = turns.Data
	if v.Can("listPlanVersions") {
		found, _, err := frame.Read[frame.List[planVersion]](v, "listPlanVersions", rest.ByID(id))
		if err != nil {
			return nil, err
		}
		p.versions = found.Data
	}
	if p.person, err = personOf(v, p.plan.Number); err != nil {
		return nil, err
	}
	if p.categories, err = categories(v); err != nil {
		return nil, err
	}
	all, err := dueItems(v, "", monthEnd(v.Today()))
	for _, i := range all.Data {
		if i.Plan == p.plan.Number {
			p.due = append(p.due, i)
		}
	}
	return Plan(v, p), err
}

// monthEnd is a day that no month of a date goes beyond.
func monthEnd(date string) string { return date[:len("2006-01")] + "-" + lastDay(date) }

// lastDay is the last day of a date's month.
func lastDay(date string) string {
	switch month := date[len("2006-"):len("2006-01")]; month {
	case "04", "06", "09", "11":
		return "30"
	case "02":
		if year := date[:4]; leap(year) {
			return "29"
		}
		return "28"
	}
	return "31"
}

// leap tells whether a year of four digits has a 29 February.
func leap(year string) bool {
	n := 0
	for _, digit := range year {
		n = n*10 + int(digit-'0')
	}
	return n%4 == 0 && (n%100 != 0 || n%400 == 0)
}

func dueItems(v *frame.Visit, cursor, to string) (frame.List[dueItem], error) {
	q := url.Values{"to": {to}, "limit": {"100"}}
	if cursor != "" {
		q.Set("cursor", cursor)
	}
	found, _, err := frame.Read[frame.List[dueItem]](v, "listDueItems", rest.Ask{Query: q})
	return found, err
}

// due shows what falls due this month, each with a way to ask for it.
func due(v *frame.Visit) (frame.Shown, error) {
	found, err := dueItems(v, v.C.Query("cursor"), monthEnd(v.Today()))
	if err != nil {
		return nil, err
	}
	words, err := categories(v)
	return Due(v, found, words, frame.NewForm()), err
}

// dueDrafts are the drafts of what is due, and what becomes none.
type dueDrafts struct {
	Drafts  []request `json:"drafts"`
	Skipped []struct {
		Plan  string `json:"plan"`
		Line  string `json:"line"`
		DueOn string `json:"due_on"`
		Why   string `json:"why"`
	} `json:"skipped"`
}

// skipWords say why something that is due becomes no draft.
var skipWords = map[string]rest.Text{
	"asked_for":    {EN: "there is a request for it", DA: "der er en anmodning om den"},
	"held_back":    {EN: "a milestone is open", DA: "en milepæl mangler"},
	"not_approved": {EN: "its year is not approved", DA: "året er ikke godkendt"},
	"abroad":       {EN: "its partner accounts for it", DA: "partneren aflægger regnskab for den"},
	"no_payee":     {EN: "the plan does not say who is paid", DA: "planen siger ikke, hvem der skal have pengene"},
}

// draftDue shows the drafts of what is due this month, or writes them.
func draftDue(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	ask := rest.Ask{Key: f.Key, Body: struct {
		To string `json:"to"`
	}{monthEnd(v.Today())}}
	preview := f.Text("only") == "preview"
	if preview {
		ask.Query = url.Values{"dry_run": {"true"}}
	}
	var made dueDrafts
	if err := v.Do("draftDueItems", ask, &made); err != nil {
		return nil, err
	}
	if !preview {
		return v.To("/due?done=saved")
	}
	return DueDrafts(v, made, frame.NewForm()), nil
}

// named is a category as people say it.
func named(words map[string]string, code string) string {
	if w := words[code]; w != "" {
		return w
	}
	return code
}

// meters are the bars of a plan's lines.
func (p planPage) meters() []frame.Meter {
	var all []frame.Meter
	for _, l := range p.budget.Lines {
		all = append(all, frame.Meter{Label: l.Of, Before: l.Spent, After: l.Spent, All: l.Planned})
	}
	return all
}

// planStates are the states of a plan as people say them.
var planStates = map[string]struct {
	icon string
	text rest.Text
}{
	"draft":     {"file", rest.Text{EN: "Draft", DA: "Kladde"}},
	"active":    {"ok", rest.Text{EN: "In force", DA: "Gælder"}},
	"suspended": {"warning", rest.Text{EN: "Suspended", DA: "Sat i bero"}},
	"completed": {"ok", rest.Text{EN: "Completed", DA: "Gennemført"}},
	"exited":    {"stop", rest.Text{EN: "Ended early", DA: "Afsluttet før tid"}},
}

// turnWords are what happens to a plan.
var turnWords = map[string]rest.Text{
	"drafted": {EN: "drafted", DA: "kladde skrevet"}, "submitted": {EN: "sent for approval", DA: "sendt til godkendelse"},
	"approved": {EN: "approved", DA: "godkendt"}, "year_approved": {EN: "year approved", DA: "år godkendt"},
	"revised": {EN: "new version", DA: "ny version"}, "rejected": {EN: "rejected", DA: "afvist"},
	"returned": {EN: "sent back", DA: "sendt tilbage"}, "suspended": {EN: "suspended", DA: "sat i bero"},
	"resumed": {EN: "resumed", DA: "genoptaget"}, "completed": {EN: "completed", DA: "gennemført"},
	"exited": {EN: "ended", DA: "afsluttet"}, "version": {EN: "version", DA: "version"},
}

// readable is a code as words, for what has no words of its own.
func readable(code string) string { return strings.ReplaceAll(code, "_", " ") }
