package http_test

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"supportledger/access"
	"supportledger/http/apitest"
)

const permissionsFile = "../docs/PERMISSIONS.md"

// TestPermissionsByRelation asks a server, for every operation on a person, a plan, a disbursement and a statement, as
// people who stand to it in different ways, and holds the last part of docs/PERMISSIONS.md to what it answers. Nothing
// is changed: what writes is rehearsed.
func TestPermissionsByRelation(t *testing.T) {
	onCases(t, func(t *testing.T, s staffed) {
		past := s.c.As(s.db, "past", access.Caseworker)
		s.lead.Post("/beneficiaries/"+s.code+"/caseload", `{"user":"past","from":"2020-01-01","to":"2020-12-31"}`).Want(
			http.StatusCreated)
		got := s.relations(t, []*apitest.Client{s.caring, past, s.outside, s.lead, s.officer})
		s.withFund(t)
		got += s.onPlans(t, past).table(t, s) + s.onDisbursements(t).table(t, s) + s.onStatements(t).table(t, s)
		page, err := os.ReadFile(permissionsFile)
		if err != nil {
			t.Fatal(err)
		}
		const heading = "\n## By relation to the case\n"
		before, now, _ := strings.Cut(string(page), heading)
		if now == got {
			return
		}
		if f := flag.Lookup("update"); f == nil || f.Value.String() != "true" {
			t.Errorf(
				"docs/PERMISSIONS.md, by relation to the case, has\n%s\nand the server answers\n%s\nlook whether that is meant, "+
					"then: go test ./http -run Permissions -update", now, got)
		} else if err := os.WriteFile(permissionsFile, []byte(before+heading+got), 0o644); err != nil {
			t.Fatal(err)
		}
	})
}

// relations writes a row for every operation on a person.
func (s staffed) relations(t *testing.T, askers []*apitest.Client) string {
	t.Helper()
	var out strings.Builder
	out.WriteString(`
What the same role may do with a person depends on the caseload. ● gets as far as the person; · is refused; – is
answered byte for byte like somebody who does not exist, as is a request that names a document, consent or place on
a case that there is not. The emergency opening lies before the privacy officer at once.

| operation | caseworker on the case | caseworker who was on it | any other caseworker | programme lead | privacy officer |
|---|---|---|---|---|---|
`)
	for _, op := range s.c.Operations() {
		method, path, _ := strings.Cut(op, " ")
		rest, about := strings.CutPrefix(path, "/beneficiaries/{id}")
		if !about {
			continue
		}
		rest = parameter.ReplaceAllString(rest, "x_1")
		body := bodiesOf[op]
		if op == opensAnybody {
			body = wholly
		}
		if method != get {
			rest += "?dry_run=true"
		}
		fmt.Fprintf(&out, "| `%s` |", op)
		for _, c := range askers {
			here, nowhere := c.Send(s.request(t, method, s.code, rest, body)),
				c.Send(s.request(t, method, "B-10001", rest, body))
			mark := "●"
			switch {
			case here.Status == http.StatusForbidden:
				mark = "·"
			case here.Status == http.StatusNotFound &&
				strings.ReplaceAll(string(here.Body), s.code, "") == strings.ReplaceAll(string(nowhere.Body), "B-10001", ""):
				mark = "–"
			}
			out.WriteString(" " + mark + " |")
		}
		out.WriteString("\n")
	}
	return out.String()
}
