package reporting

import (
	"net/url"
	"strings"

	"supportledger/http/rest"
	"supportledger/http/web/frame"
)

func runPages(s *frame.Site) {
	s.Page("/statement-runs", []string{"listStatementRuns"}, runs)
	s.Form("/statement-runs", []string{"startStatementRun"}, startRun)
	s.Page("/statement-runs/:id", []string{"getStatementRun", "listStatementRunOutcomes"}, runPage)
	for _, one := range runSteps {
		s.Form("/statement-runs/:id/"+one.path, []string{one.operation}, one.act)
	}
	s.File("/statement-runs/:id/letters", []string{"openStatementRunLetters"}, func(v *frame.Visit) (rest.Reply, error) {
		ask := rest.ByID(v.C.Param("id"))
		if v.C.Query("all") != "" {
			ask.Query = url.Values{"all": {"true"}}
		}
		return v.Reply("openStatementRunLetters", ask)
	})
	s.File("/statement-runs/:id/archive", []string{"getStatementRunArchive"}, func(v *frame.Visit) (rest.Reply, error) {
		return v.Reply("getStatementRunArchive", rest.ByID(v.C.Param("id")))
	})
}

// run is a run of statements of many subjects.
type run struct {
	ID        string    `json:"id"`
	Kind      string    `json:"kind"`
	From      string    `json:"from"`
	To        string    `json:"to"`
	Language  string    `json:"language"`
	CreatedAt string    `json:"created_at"`
	Progress  *progress `json:"progress"`
	seen      string
}

// progress is how far the last step of a run is.
type progress struct {
	Step     string `json:"step"`
	Total    int    `json:"total"`
	Done     int    `json:"done"`
	Refused  int    `json:"refused"`
	Rate     int    `json:"per_minute"`
	ETA      int    `json:"eta_seconds"`
	Finished bool   `json:"finished"`
}

// outcome is what became of a subject.
type outcome struct {
	Subject   string `json:"subject"`
	Statement string `json:"statement_id"`
	Refusal   string `json:"refusal"`
	Mail      string `json:"mail"`
}

// refusal says why a subject was refused: in the reader's language where it is a common reason, else as the rules say.
func (o outcome) refusal(v *frame.Visit) string {
	for reason, text := range refusalWords {
		if strings.HasPrefix(o.Refusal, reason) {
			return v.In(text)
		}
	}
	return o.Refusal
}

var refusalWords = map[string]rest.Text{
	"statements: the donor did not ask":   {EN: "wants no e-mail", DA: "ønsker ikke e-mail"},
	"statements: the donor does not want": {EN: "wants nothing by post", DA: "ønsker ikke post"},
	"statements: it goes by e-mail":       {EN: "gets an e-mail", DA: "får en e-mail"},
	"statements: no postal address":       {EN: "no postal address", DA: "ingen postadresse"},
	"statements: nothing was given":       {EN: "nothing to report", DA: "intet at vise"},
	"statements: the step before":         {EN: "refused in a step before", DA: "afvist i et tidligere trin"},
}

// mail is what became of a mail: its icon, and words.
func (o outcome) mail(v *frame.Visit) (icon, text string) {
	code, bounced := strings.CutPrefix(o.Mail, "bounced")
	switch {
	case o.Mail == "sent":
		return "ok", v.T("sent", "sendt")
	case o.Mail == "waiting":
		return "clock", v.T("waits to be sent", "venter på at blive sendt")
	case bounced:
		return "stop", v.T("bounced", "kom retur") + code
	}
	return "stop", v.T("no e-mail address, or not wanted any more", "ingen e-mailadresse, eller ikke ønsket længere")
}

var runWords = map[string]rest.Text{
	"prepare": {EN: "Collect and check privacy", DA: "Saml og kør privatlivstjek"},
	"review":  {EN: "Review", DA: "Godkend"},
	"issue":   {EN: "Issue", DA: "Udsted"},
	"seal":    {EN: "Seal", DA: "Forsegl"},
	"deliver": {EN: "Send by e-mail", DA: "Send pr. e-mail"},
	"print":   {EN: "Find who gets a letter by post", DA: "Find dem, der får brev med posten"},
}

// runStep is a step that a run takes with all its statements.
type runStep struct{ path, operation, after, word string }

var runSteps = []runStep{
	{"preparations", "prepareStatementRun", "", "prepare"},
	{"reviews", "reviewStatementRun", "prepare", "review"},
	{"issues", "issueStatementRun", "review", "issue"},
	{"seals", "sealStatementRun", "issue", "seal"},
	{"deliveries", "deliverStatementRun", "seal", "deliver"},
	{"prints", "printStatementRun", "seal", "print"},
}

func (s runStep) act(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	ask := f.SeenOf(rest.ByID(v.C.Param("id")), "getStatementRun")
	if err := v.Do(s.operation, ask, nil); err != nil {
		if err := f.Refused(v, err, nil); err != nil {
			return nil, err
		}
		return v.Again(func(v *frame.Visit) (frame.Shown, error) { return showRun(v, frame.Back(s.path, f)) })
	}
	return v.To("/statement-runs/" + v.C.Param("id") + "?done=run-goes-on")
}

// next are the steps that may come after the last one: the same for what was refused, and the following.
func (r run) next() []runStep {
	var out []runStep
	for _, s := range runSteps {
		if r.Progress != nil && r.Progress.Finished && (s.word == r.Progress.Step && r.Progress.Refused > 0 ||
			s.after == r.Progress.Step && r.Progress.Done > 0 || s.word == "print" && r.Progress.Step == "deliver" ||
			s.word == "deliver" && r.Progress.Step == "deliver") {
			out = append(out, s)
		}
	}
	return out
}

func runs(v *frame.Visit) (frame.Shown, error) { return showRuns(v, frame.NewForm()) }

func showRuns(v *frame.Visit, f frame.Form) (frame.Shown, error) {
	found, _, err := frame.Read[frame.List[run]](v, "listStatementRuns", v.ListAsk("25"))
	if err != nil {
		return nil, err
	}
	return Runs(v, found, f), nil
}

func startRun(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	var made run
	err := v.Do("startStatementRun", rest.Ask{Key: f.Key, Body: struct {
		Kind     string `json:"kind"`
		From     string `json:"from,omitempty"`
		To       string `json:"to"`
		Language string `json:"language,omitempty"`
	}{f.Text("kind"), f.Text("from"), f.Text("to"), f.Text("language")}}, &made)
	if err != nil {
		if err := f.Refused(v, err, nil); err != nil {
			return nil, err
		}
		return v.Again(func(v *frame.Visit) (frame.Shown, error) { return showRuns(v, f) })
	}
	return v.To("/statement-runs/" + made.ID + "?done=run-started")
}

func runPage(v *frame.Visit) (frame.Shown, error) { return showRun(v, frame.NoForms()) }

func showRun(v *frame.Visit, forms frame.Forms) (frame.Shown, error) {
	id := v.C.Param("id")
	r, seen, err := frame.Read[run](v, "getStatementRun", rest.ByID(id))
	if err != nil {
		return nil, err
	}
	r.seen = seen
	ask := rest.ByID(id)
	ask.Query = url.Values{"limit": {"100"}}
	if c := v.C.Query("cursor"); c != "" {
		ask.Query.Set("cursor", c)
	}
	found, _, err := frame.Read[frame.List[outcome]](v, "listStatementRunOutcomes", ask)
	if err != nil {
		return nil, err
	}
	if r.Progress != nil && !r.Progress.Finished {
		v.C.Header("Refresh", "3") // a page without script follows the run as well
	}
	return Run(v, r, found, forms), nil
}
