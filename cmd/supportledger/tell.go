package main

import (
	"fmt"

	"supportledger/access"
	"supportledger/http/rest"
	"supportledger/http/story"
)

// summary is what a demo has to tell when it is ready: everything that one needs to look around. --json prints it.
type summary struct {
	Version    string            `json:"version"`
	Acts       int               `json:"acts_played"`
	URL        string            `json:"url,omitempty"` // while it serves
	Docs       string            `json:"docs,omitempty"`
	Books      string            `json:"books,omitempty"` // where they are kept
	Statements []string          `json:"statements,omitempty"`
	Tokens     map[string]string `json:"tokens,omitempty"` // by role
	Try        []string          `json:"try,omitempty"`    // commands to paste into a shell
}

// tell prints what a visitor needs while the demo serves: addresses, files, a token per role, three calls to try.
func (r *demo) tell(c console, d demoCommand) error {
	r.left.Docs = r.left.URL + rest.Base + "/docs"
	if d.JSON {
		return writeJSON(c.out, r.left)
	}
	fmt.Fprintf(c.out, "\nDEMO: invented figures.\n\n")
	fmt.Fprintf(c.out, "  Pages       %s/   choose who you are; no password\n", r.left.URL)
	fmt.Fprintf(c.out, "  API         %s%s\n  API docs    %s\n", r.left.URL, rest.Base, r.left.Docs)
	r.tellFiles(c)
	fmt.Fprintln(c.out, "\nTokens. Each belongs to another person, since nobody may act twice on one case:")
	fmt.Fprintln(c.out)
	r.tellTokens(c)
	fmt.Fprintf(c.out, "\nTry:\n\n")
	for _, line := range r.left.Try {
		fmt.Fprintf(c.out, "  %s\n", line)
	}
	fmt.Fprintf(c.out, "\nCtrl-C ends the demo%s.\n", r.gone(d))
	return nil
}

// tellLeft prints what a demo that does not serve has left.
func (r *demo) tellLeft(c console, d demoCommand) error {
	r.left.URL, r.left.Try = "", nil
	if d.Keep == "" {
		r.left.Statements = nil
	}
	if r.left.Books == "" {
		r.left.Tokens = nil
	}
	if d.JSON {
		return writeJSON(c.out, r.left)
	}
	if r.left.Books == "" {
		fmt.Fprintln(c.err, "Nothing is kept; --keep DIR keeps the books and the statements.")
		return nil
	}
	fmt.Fprintln(c.out, "Kept:")
	r.tellFiles(c)
	fmt.Fprintf(c.out, "\n%s serves these books, with these tokens:\n\n", r.serving)
	r.tellTokens(c)
	return nil
}

func (r *demo) tellFiles(c console) {
	if r.left.Books != "" {
		fmt.Fprintf(c.out, "  Books       %s\n", r.left.Books)
	}
	for i, name := range r.left.Statements {
		label := ""
		if i == 0 {
			label = "Statements"
		}
		fmt.Fprintf(c.out, "  %-10s  %s\n", label, name)
	}
}

func (r *demo) tellTokens(c console) {
	for _, role := range firstRoles {
		fmt.Fprintf(c.out, "  %-16s %s\n", role, r.left.Tokens[string(role)])
	}
}

// gone says what the end of the demo takes away.
func (r *demo) gone(d demoCommand) string {
	switch {
	case d.Keep != "":
		return "; what is in " + d.Keep + " stays"
	case r.left.Books != "":
		return "; the books stay, the statements above go"
	}
	return " and removes its books and files"
}

// tries are three calls that work when they are pasted, as the auditor, who reads everything and changes nothing.
func (r *demo) tries(issued []story.Statement) []string {
	as := fmt.Sprintf("curl -s -H 'Authorization: Bearer %s' ", r.left.Tokens[string(access.Auditor)])
	at := r.left.URL + rest.Base
	if len(issued) == 0 {
		return []string{as + at + "/funds", as + "'" + at + "/journal-entries?limit=2'", as + at + "/balances"}
	}
	s := issued[0]
	return []string{
		as + at + "/grants/" + s.Subject,
		as + "'" + at + "/balances?as_of=" + s.To + "'",
		as + "-o " + s.Number + ".pdf '" + at + "/statements/" + s.Number + "/document'",
	}
}
