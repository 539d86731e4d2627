package http

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"supportledger/access"
	"supportledger/http/rest"
	"supportledger/store"
	"supportledger/store/storetest"
)

var update = flag.Bool("update", false, "write the files that tests compare with")

const permissionsFile = "../docs/PERMISSIONS.md"

// byRelation begins the part of the file that a server was asked for.
const byRelation = "\n## By relation to the case\n"

// asked are the principals of the matrix: one a role, and one signed in without any.
func asked() []access.Principal {
	list := make([]access.Principal, 0, len(access.Roles)+1)
	for _, r := range append(slices.Clone(access.Roles), "") {
		p := access.Principal{User: "usr_1", Session: true, Factors: 2}
		if r != "" {
			p.Roles = []access.Role{r}
		}
		list = append(list, p)
	}
	return list
}

// permissions writes docs/PERMISSIONS.md out of the routes and the policies.
func permissions(api *rest.API) string {
	var out strings.Builder
	out.WriteString(`# Permissions

Who may call what, made from the routes and the policies by ` + "`go test ./http -run Permissions -update`" +
		`; a test holds this file to them.
The rules themselves are in [access/policies.cedar](../access/policies.cedar), written to be read.

● may call it. ○ may call it for what is the caller's own. · may not. A right to call is not a right to see: which
rows come back, and what one may not see of a single thing (answered like what does not exist), is decided where the
rows are. Nobody acts twice on one case, with another token or another account of the same person neither. A token
may be issued for less than its user may. The last mark says what more the operation asks: *money* an Idempotency-
Key; *person* a sign-in at a screen, no token; *own eyes* an answer that is not kept under a key.

`)
	fmt.Fprintf(&out, "| operation | %s | signed in | asks |\n|---|%s---|---|\n", strings.Join(roleHeads(), " | "),
		strings.Repeat("---|", len(access.Roles)))
	for _, e := range api.Endpoints {
		fmt.Fprintf(&out, "| `%s %s` |", e.Op.Method, rest.OpenPath(e.Op.Path))
		for _, p := range asked() {
			mark := "·"
			if e.Op.Public || access.Allow(p, e.Action()) == nil {
				mark = "●"
				if e.Op.Own {
					mark = "○"
				}
			}
			out.WriteString(" " + mark + " |")
		}
		fmt.Fprintf(&out, " %s |\n", strings.Join(wants(e.Op), ", "))
	}
	out.WriteString("\n## Roles that one person does not hold together\n\n| role | and | because |\n|---|---|---|\n")
	for _, p := range access.Incompatible {
		fmt.Fprintf(&out, "| %s | %s | %s |\n", p.A, p.B, p.Why)
	}
	return out.String()
}

func roleHeads() []string {
	heads := make([]string, len(access.Roles))
	for i, r := range access.Roles {
		heads[i] = strings.ReplaceAll(string(r), "_", " ")
	}
	return heads
}

func wants(op rest.Op) []string {
	var marks []string
	for _, m := range []struct {
		on   bool
		word string
	}{{op.Public, "nothing"}, {op.Money, "money"}, {op.Screen, "person"}, {op.Personal, "own eyes"}} {
		if m.on {
			marks = append(marks, m.word)
		}
	}
	return marks
}

func TestPermissionsAreWrittenDown(t *testing.T) {
	s, err := New(storetest.SQLite(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(permissionsFile)
	if err != nil {
		t.Fatal(err)
	}
	_, asked, _ := strings.Cut(string(want), byRelation) // TestPermissionsByRelation looks after what it asked a server
	got := permissions(s.api) + byRelation + asked
	if *update {
		if err := os.WriteFile(permissionsFile, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		want = []byte(got)
	}
	known := strings.Split(string(want), "\n")
	for _, line := range strings.Split(got, "\n") {
		if !slices.Contains(known, line) {
			t.Errorf(
				"docs/PERMISSIONS.md does not say\n%s\nlook whether that is meant, then: go test ./http -run Permissions -update",
				line)
		}
	}
	if string(want) != got && !t.Failed() {
		t.Error("docs/PERMISSIONS.md says more than the routes, or in another order; go test ./http -run Permissions -update")
	}
}

// TestNoDeclarationIsDead holds Op.Roles and the policies together: a role that is named for an operation can call it.
func TestNoDeclarationIsDead(t *testing.T) {
	s, err := New(storetest.SQLite(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range s.api.Endpoints {
		for _, r := range e.Op.Roles {
			p := access.Principal{User: "usr_1", Roles: []access.Role{r}, Session: true, Factors: 2}
			if err := access.Allow(p, e.Action()); err != nil {
				t.Errorf(
					"%s names %s in Roles, but access/policies.cedar refuses it (%v): take the role out, or change the policy and "+
						"say why in docs/DECISIONS.md",
					e.Op.ID, r, err)
			}
		}
	}
}

// TestEveryRoleOnEveryRoute asks the real server with a token of every role, and holds its answer against the policies.
func TestEveryRoleOnEveryRoute(t *testing.T) {
	db := storetest.SQLite(t)
	s, err := New(db, Options{})
	if err != nil {
		t.Fatal(err)
	}
	base, secrets := start(t, s), map[access.Role]string{}
	if err := db.Update(t.Context(), func(tx *store.Tx) error {
		for _, r := range access.Roles {
			u, err := access.CreateUser(t.Context(), tx, string(r), r)
			if err != nil {
				return err
			}
			if secrets[r], err = access.IssueToken(t.Context(), tx, u.ID, time.Hour); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	counts := map[int]int{}
	for _, e := range s.api.Endpoints {
		for _, r := range access.Roles {
			if e.Op.Method == http.MethodDelete && e.Op.Own {
				continue // it would end the very token that asks
			}
			want := http.StatusOK
			if err := access.Allow(access.Principal{User: "usr_1", Roles: []access.Role{r}, Factors: 2},
				e.Action()); err != nil && !e.Op.Public {
				want = http.StatusForbidden
			}
			got := callAs(t, base, e, secrets[r])
			if got == http.StatusUnauthorized && !e.Op.Public ||
				(got == http.StatusForbidden) != (want == http.StatusForbidden) {
				t.Errorf("%s as %s: status %d, the policies say %d", e.Op.ID, r, got, want)
			}
			counts[want]++
		}
	}
	if counts[http.StatusForbidden] < 100 || counts[http.StatusOK] < 100 {
		t.Errorf("only %v were asked", counts)
	}
}

// callAs sends the emptiest request there is: what comes after the door does not matter.
func callAs(t *testing.T, base string, e *rest.Endpoint, secret string) int {
	t.Helper()
	path := strings.NewReplacer(":id", "none", ":month", "2026-01", ":year", "2026", ":", "").Replace(e.Op.Path)
	body := "{}"
	if e.Reads() {
		body = ""
	}
	req, err := http.NewRequestWithContext(t.Context(), e.Op.Method, base+rest.Base+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+secret)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	return resp.StatusCode
}
