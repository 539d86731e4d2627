package reporting

import (
	"net/url"
	"regexp"
	"strings"

	"supportledger/http/rest"
	"supportledger/http/web/frame"
)

// statement is a statement without its figures.
type statement struct {
	ID       string `json:"id"`
	Number   string `json:"number"`
	Version  int    `json:"version"`
	State    string `json:"state"`
	Kind     string `json:"kind"`
	Subject  string `json:"subject"`
	From     string `json:"from"`
	To       string `json:"to"`
	Language string `json:"language"`
	Hash     string `json:"data_hash"`
	Document string `json:"document_sha256"`
	Code     string `json:"code"`
	Replaces string `json:"replaces"`
}

// name is the number, or what it is about before it has one.
func (s statement) name(v *frame.Visit) string {
	switch {
	case s.Number == "":
		return v.Tf("Draft, %s", "Kladde, %s", s.Subject)
	case s.Version > 1:
		return v.Tf("%s, version %d", "%s, version %d", s.Number, s.Version)
	}
	return s.Number
}

// span is the period that it tells of.
func (s statement) span(v *frame.Visit) string { return v.Day(s.From) + " – " + v.Day(s.To) }

// sealed tells whether its document is frozen.
func (s statement) sealed() bool { return s.Document != "" }

// at is how far it is: collected, checked, reviewed, issued, sealed, sent.
func (s statement) at() int {
	switch s.State {
	case "DRAFT":
		return 1
	case "PRIVACY_CHECKED":
		return 2
	case "REVIEWED":
		return 3
	case "ISSUED":
		if s.sealed() {
			return 5
		}
		return 4
	case "SENT":
		return 6
	}
	return -1
}

var states = map[string]frame.State{
	"DRAFT":           {Icon: "file", Text: rest.Text{EN: "Draft", DA: "Kladde"}},
	"PRIVACY_CHECKED": {Icon: "clock", Text: rest.Text{EN: "Waits for review", DA: "Venter på godkendelse"}},
	"REVIEWED": {Icon: "clock", Text: rest.Text{EN: "Reviewed, waits to be issued",
		DA: "Godkendt, venter på udstedelse"}},
	"ISSUED":     {Icon: "ok", Text: rest.Text{EN: "Issued", DA: "Udstedt"}},
	"SENT":       {Icon: "ok", Text: rest.Text{EN: "Sent", DA: "Sendt"}},
	"SUPERSEDED": {Icon: "stop", Text: rest.Text{EN: "Replaced", DA: "Erstattet"}},
	"WITHDRAWN":  {Icon: "stop", Text: rest.Text{EN: "Withdrawn", DA: "Trukket tilbage"}},
}

var kinds = map[string]rest.Text{
	"":                {EN: "What the code is", DA: "Det, koden er"},
	"grant_financial": {EN: "Financial report of a grant", DA: "Regnskab for en bevilling"},
	"donor_annual":    {EN: "What a donor gave", DA: "Regnskab til en donor"},
	"fund":            {EN: "A whole fund", DA: "Regnskab for et formål"},
}

var languages = map[string]rest.Text{
	"da": {EN: "Danish", DA: "Dansk"}, "en": {EN: "English", DA: "Engelsk"},
}

func list(v *frame.Visit) (frame.Shown, error) { return showList(v, frame.NewForm()) }

func showList(v *frame.Visit, f frame.Form) (frame.Shown, error) {
	found, _, err := frame.Read[frame.List[statement]](v, "listStatements", v.ListAsk("50"))
	if err != nil {
		return nil, err
	}
	return List(v, found, f), nil
}

func draft(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	var made statement
	body := map[string]string{}
	for _, name := range []string{"subject", "kind", "from", "to", "language", "replaces"} {
		if s := f.Text(name); s != "" {
			body[name] = s
		}
	}
	err := v.Do("draftStatement", rest.Ask{Key: f.Key, Body: body}, &made)
	if err != nil {
		if err := f.Refused(v, err, nil); err != nil {
			return nil, err
		}
		return v.Again(func(v *frame.Visit) (frame.Shown, error) { return showList(v, f) })
	}
	done := "drafted"
	if f.Text("replaces") != "" {
		done = "replacing"
	}
	return v.To("/statements/" + made.ID + "?done=" + done)
}

// finding is one thing that a privacy check did.
type finding struct {
	Figure string `json:"figure"`
	Rule   string `json:"rule"`
	Action string `json:"action"`
}

// delivery is one way of a statement to its donor.
type delivery struct {
	ID       string `json:"id"`
	AskedAt  string `json:"asked_at"`
	Attempts []struct {
		Outcome string `json:"outcome"`
		Code    int    `json:"code"`
		At      string `json:"at"`
	} `json:"attempts"`
}

// view is what the page of a statement shows.
type view struct {
	statement
	seen       string
	twin       string // the document as HTML, without its frame
	privacy    []finding
	checked    bool
	deliveries []delivery
	before     *statement   // the version that it replaces
	changes    []difference // to that version
}

// waits is the step that comes next, which others take.
func (p view) waits(v *frame.Visit) frame.Action {
	for _, s := range steps {
		if a := v.Next(s.operation); s.reason == "" && !a.Allowed && len(a.Others) > 0 {
			return a
		}
	}
	return frame.Action{}
}

func page(v *frame.Visit) (frame.Shown, error) { return show(v, frame.NoForms()) }

func show(v *frame.Visit, forms frame.Forms) (frame.Shown, error) {
	id := v.C.Param("id")
	var p view
	var err error
	if p.statement, p.seen, err = frame.Read[statement](v, "getStatement", rest.ByID(id)); err != nil {
		return nil, err
	}
	html, err := twin(v, id)
	if err != nil {
		return nil, err
	}
	p.twin = linked(v, p.ID, frame.Twin(html))
	if p.State != "DRAFT" {
		report, _, err := frame.Read[struct {
			Findings []finding `json:"findings"`
		}](v, "getStatementPrivacyReport", rest.ByID(id))
		if err != nil {
			return nil, err
		}
		p.privacy, p.checked = report.Findings, true
	}
	if p.deliveries, _, err = frame.Every[delivery](v, "listStatementDeliveries", rest.ByID(id), 100); err != nil {
		return nil, err
	}
	if p.Replaces != "" {
		before, _, err := frame.Aside[statement](v, "getStatement", rest.ByID(p.Replaces))
		if err != nil {
			return nil, err
		}
		old, err := twin(v, p.Replaces)
		if err != nil {
			return nil, err
		}
		p.before, p.changes = &before, differences(old, html)
	}
	return Page(v, p, forms), nil
}

// twin is the document of a statement as HTML.
func twin(v *frame.Visit, id string) (string, error) {
	ask := rest.ByID(id)
	ask.Query = url.Values{"format": {"html"}}
	out, err := v.Reply("getStatementDocument", ask)
	return string(out.Body), err
}

var keyed = regexp.MustCompile(`data-figure="([^"<>]+)">([^<]+)<`)

// linked makes every figure of the document lead to the lines that it is the sum of.
func linked(v *frame.Visit, id, html string) string {
	if v.May("getStatementFigure") != nil {
		return html
	}
	return keyed.ReplaceAllStringFunc(html, func(found string) string {
		m := keyed.FindStringSubmatch(found)
		return `data-figure="` + m[1] + `"><a href="/statements/` + url.PathEscape(id) + `/figures/` + url.PathEscape(m[1]) +
			`">` + m[2] + `</a><`
	})
}

// difference is a figure that is another than in the version before.
type difference struct{ Label, Before, After string }

var rowed = regexp.MustCompile(`(?s)<(?:th scope="row"|dt)>(.*?)</(?:th|dt)>|data-figure="([^"<>]+)">([^<]*)<`)

// labelled reads the figures of a document, with the label of the row that each stands in.
func labelled(html string) (keys []string, label, text map[string]string) {
	label, text = map[string]string{}, map[string]string{}
	row := ""
	for _, m := range rowed.FindAllStringSubmatch(html, -1) {
		if m[2] == "" {
			row = strings.TrimSpace(tags.ReplaceAllString(m[1], ""))
			continue
		}
		if _, twice := text[m[2]]; !twice {
			keys = append(keys, m[2])
		}
		label[m[2]], text[m[2]] = row, m[3]
	}
	return keys, label, text
}

var tags = regexp.MustCompile(`<[^>]*>`)

// differences are the figures in which two versions of a statement differ, in the order of the newer one.
func differences(before, after string) []difference {
	oldKeys, oldLabel, oldText := labelled(before)
	keys, label, text := labelled(after)
	var out []difference
	for _, k := range keys {
		if old, there := oldText[k]; !there || old != text[k] {
			out = append(out, difference{unescaped(label[k]), unescaped(old), unescaped(text[k])})
		}
	}
	for _, k := range oldKeys {
		if _, there := text[k]; !there {
			out = append(out, difference{unescaped(oldLabel[k]), unescaped(oldText[k]), ""})
		}
	}
	return out
}
