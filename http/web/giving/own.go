package giving

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"supportledger/http/rest"
	"supportledger/http/web/frame"
)

// owned is a statement of the donor whose link it is.
type owned struct {
	ID       string `json:"id"`
	Number   string `json:"number"`
	Version  int    `json:"version"`
	Status   string `json:"status"`
	Kind     string `json:"kind"`
	From     string `json:"from"`
	To       string `json:"to"`
	Language string `json:"language"`
	Code     string `json:"code"`
}

// choices are how a donor wants to get statements.
type choices struct {
	Language string `json:"language"`
	Delivery string `json:"delivery"`
}

var deliveries = map[string]rest.Text{
	"email":  {EN: "By e-mail", DA: "Pr. e-mail"},
	"post":   {EN: "By post", DA: "Med post"},
	"portal": {EN: "Only on this page", DA: "Kun her på siden"},
	"none":   {EN: "Not at all", DA: "Slet ikke"},
}

var languages = map[string]rest.Text{
	"da": {EN: "Danish", DA: "Dansk"}, "en": {EN: "English", DA: "Engelsk"},
}

// link is the address of the donor's own pages.
func link(v *frame.Visit) string { return "/own/" + url.PathEscape(v.C.Param("secret")) }

// with asks about what the link leads to.
func with(v *frame.Visit) rest.Ask {
	ask := rest.Ask{Path: map[string]string{"secret": v.C.Param("secret")}}
	if id := v.C.Param("id"); id != "" {
		ask.Path["id"] = id
	}
	return ask
}

func own(v *frame.Visit) (frame.Shown, error) { return showOwn(v, frame.NewForm()) }

// showOwn is the donor's own page. A link that leads nowhere says how to get another, and nothing else.
func showOwn(v *frame.Visit, f frame.Form) (frame.Shown, error) {
	var found frame.List[owned]
	ask := with(v)
	ask.Query = v.ListAsk("50").Query
	if err := v.Do("listOwnStatements", ask, &found); err != nil {
		return nowhere(v, err)
	}
	out, err := v.Site.API.Do(v.C, "getOwnChoices", with(v))
	if err != nil {
		return nowhere(v, err)
	}
	var chosen choices
	if err := json.Unmarshal(out.Body, &chosen); err != nil {
		return nil, fmt.Errorf("web: a donor's choices: %w", err)
	}
	if f.Text("delivery") == "" {
		f.Values.Set("delivery", chosen.Delivery)
		f.Values.Set("language", chosen.Language)
	}
	return Own(v, found, f.Showing(v.Site.API.Operation("getOwnChoices").Tag(out.Body))), nil
}

func nowhere(v *frame.Visit, err error) (frame.Shown, error) {
	if p := v.Problem(err); p.Status != http.StatusNotFound && p.Status != http.StatusUnprocessableEntity {
		return nil, err
	}
	v.Status(http.StatusNotFound)
	return Nowhere(v), nil
}

func ownStatement(v *frame.Visit) (frame.Shown, error) {
	var s owned
	if err := v.Do("getOwnStatement", with(v), &s); err != nil {
		return nowhere(v, err)
	}
	ask := with(v)
	ask.Query = url.Values{"format": {"html"}, "lang": {string(v.Lang)}}
	ask.Lang = v.Lang
	out, err := v.Site.API.Do(v.C, "getOwnStatementDocument", ask)
	if err != nil {
		return nowhere(v, err)
	}
	return OwnStatement(v, s, frame.Twin(string(out.Body))), nil
}

// ownDocument sends the frozen PDF.
func ownDocument(v *frame.Visit) (frame.Shown, error) {
	ask := with(v)
	ask.Lang = v.Lang
	out, err := v.Site.API.Do(v.C, "getOwnStatementDocument", ask)
	if err != nil {
		return nowhere(v, err)
	}
	return v.Send(out)
}

func choose(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	ask := f.SeenOf(with(v), "getOwnChoices")
	ask.Body = choices{f.Text("language"), f.Text("delivery")}
	if err := v.Do("chooseDelivery", ask, nil); err != nil {
		if p := v.Problem(err); p.Status == http.StatusNotFound {
			return nowhere(v, err)
		}
		if err := f.Refused(v, err, nil); err != nil {
			return nil, err
		}
		return showOwn(v, f)
	}
	return v.To(link(v) + "?done=chosen")
}

// span is the period that a statement tells of.
func (s owned) span(v *frame.Visit) string { return v.Day(s.From) + " – " + v.Day(s.To) }

// name is the number, and the version where there are several.
func (s owned) name(v *frame.Visit) string {
	if s.Version > 1 {
		return v.Tf("%s, version %d", "%s, version %d", s.Number, s.Version)
	}
	return s.Number
}

// plain is a code without the spaces of print.
func plain(code string) string { return strings.NewReplacer(" ", "", "-", "").Replace(code) }

// filled is a form with one field in it.
func filled(name, text string) frame.Form {
	f := frame.NewForm()
	f.Values.Set(name, text)
	return f
}
