package reporting

import (
	"html"

	"supportledger/http/rest"
	"supportledger/http/web/frame"
)

func unescaped(s string) string { return html.UnescapeString(s) }

// step is a form of a statement's page.
type step struct {
	path, operation, done string
	reason                string // the field of its reason, where it takes one
}

var steps = []step{
	{path: "privacy-checks", operation: "checkStatementPrivacy", done: "cleared"},
	{path: "reviews", operation: "reviewStatement", done: "reviewed"},
	{path: "issues", operation: "issueStatement", done: "issued"},
	{path: "seals", operation: "sealStatement", done: "sealed"},
	{path: "deliveries", operation: "deliverStatement", done: "delivering"},
	{path: "withdrawals", operation: "withdrawStatement", done: "withdrawn", reason: "withdraw_reason"},
}

func (s step) act(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	ask := f.SeenOf(rest.ByID(v.C.Param("id")), "getStatement")
	name := s.path
	if s.reason != "" {
		name, ask.Body = s.reason, frame.Reason{Reason: f.Text(s.reason)}
	}
	if err := v.Do(s.operation, ask, nil); err != nil {
		if err := f.Refused(v, err, map[string]string{"reason": s.reason}); err != nil {
			return nil, err
		}
		return v.Again(func(v *frame.Visit) (frame.Shown, error) { return show(v, frame.Back(name, f)) })
	}
	return v.To("/statements/" + v.C.Param("id") + "?done=" + s.done)
}

// document sends a statement as a file.
func document(v *frame.Visit) (rest.Reply, error) {
	ask := rest.ByID(v.C.Param("id"))
	ask.Query = v.C.Request.URL.Query()
	return v.Reply("getStatementDocument", ask)
}

// bookedLine is a line of the books that a figure is the sum of.
type bookedLine struct {
	Number string      `json:"entry"`
	Entry  string      `json:"entry_id"`
	Date   string      `json:"date"`
	Text   string      `json:"text"`
	Fund   string      `json:"fund"`
	Amount frame.Money `json:"amount"`
	Base   frame.Money `json:"base_amount"`
	Side   string      `json:"direction"`
}

// sumOf is a figure of a statement with its lines.
type sumOf struct {
	Key    string `json:"key"`
	Figure struct {
		Amount   string `json:"amount"`
		Currency string `json:"currency"`
	} `json:"figure"`
	Lines []bookedLine `json:"lines"`
}

func figurePage(v *frame.Visit) (frame.Shown, error) {
	id := v.C.Param("id")
	s, _, err := frame.Aside[statement](v, "getStatement", rest.ByID(id))
	if err != nil {
		return nil, err
	}
	found, _, err := frame.Read[sumOf](v, "getStatementFigure",
		rest.Ask{Path: map[string]string{"id": id, "key": v.C.Param("key")}})
	if err != nil {
		return nil, err
	}
	return Figure(v, s, found), nil
}
