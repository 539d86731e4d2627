package supportledger_test

import (
	"fmt"
	"go/ast"
	"maps"
	"path"
	"slices"
	"strings"
)

// home is where a library lives. A place is a folder with everything below it ("http/..."), a file name in any
// folder ("store*.go") or a path ("statements/page/pdf*.go").
type home struct {
	library string   // an import path with everything below it
	at      []string // its places
	tests   []string // places of tests besides; "..." is every test
	why     string
}

// inSQL is where SQL may be written.
var inSQL = []string{"store/...", "migrations/...", "store*.go"}

// homes has a line for every library outside the standard one, and for those of the standard one that pull a
// package towards another's work. What is not listed is refused: a new library needs a home and a decision.
var homes = []home{
	{"net/http", []string{"http/...", "client/..."}, []string{"cmd/..."},
		"a rule that knows about requests cannot be used by the command line or read by an accountant"},
	{"github.com/gin-gonic/gin", []string{"http/..."}, nil, "the router is an edge that must stay replaceable"},
	{"github.com/go-playground/validator/v10", []string{"http/..."}, nil,
		"tags check the shape of requests; meaning is checked by constructors that cannot be skipped"},
	{"github.com/yuin/goldmark", []string{"http/help*.go"}, nil, "the book is written in Markdown and read as HTML"},
	{"github.com/prometheus/client_golang", []string{"http/metrics/..."}, nil, "what is counted is said in one place"},
	{"google.golang.org/protobuf", nil, []string{"http/traces/..."}, "a collector in tests reads what is sent"},
	{"go.opentelemetry.io", []string{"http/traces/..."}, nil, "what a collector is told is said in one place"},
	{"github.com/letsencrypt", nil, []string{"http/edge/..."}, "an authority that issues certificates in tests"},
	{"golang.org/x/crypto/acme", []string{"http/edge/..."}, nil, "certificates are the edge's business"},
	{"golang.org/x/sys", []string{"cmd/..."}, nil, "how full a disk is, each system says its own way"},
	{"github.com/a-h/templ", []string{"http/web/..."}, nil,
		"pages are one way to show an answer; nothing else writes HTML"},
	{"github.com/boombuler/barcode", []string{"http/web/frame/*.go"}, nil, "one place draws squares for phones"},
	{"github.com/chromedp", nil, []string{"http/web/..."}, "it drives a browser in tests of the pages"},
	{"github.com/swaggest", []string{"http/..."}, nil, "the API description is made from the same types as the routes"},
	{"golang.org/x/text", []string{"access/vault/...", "ledger/...", "statements/...", "http/...", "cmd/..."}, nil,
		"languages and the form of letters; store keeps text as it came"},
	{"github.com/go-json-experiment/json", []string{"http/...", "cmd/..."}, nil,
		"one strict decoder reads what comes from outside"},

	{"database/sql", inSQL, []string{"..."}, "SQL stands in files that one can list"},
	{"github.com/uptrace/bun", inSQL, []string{"..."},
		"SQL stands in files that one can list, and domain types carry no table tags"},
	{"modernc.org/sqlite", []string{"store/..."}, nil, "only store asks which engine it is"},
	{"github.com/jackc/pgx/v5", []string{"store/..."}, nil, "only store asks which engine it is"},
	{"github.com/riverqueue/river", []string{"store/jobs/..."}, nil,
		"what is done later is one package's business; acts enqueue in their own tx and know no queue"},
	{"github.com/google/uuid", []string{"store/..."}, nil, "identifiers are made in one place"},
	{"golang.org/x/mod/sumdb", []string{"proof/..."}, nil,
		"audit events and entries are leaves of one tree, which lies before both"},

	{"golang.org/x/crypto/argon2", []string{"access/passwords*.go", "access/vault/master.go"}, nil,
		"what a password costs, and a passphrase, is said once each"},
	{"github.com/alexedwards/scs/v2", []string{"http/..."}, nil, "cookies are the edge's business"},
	{"github.com/coreos/go-oidc/v3", []string{"http/accounts/oidc*.go"}, nil,
		"whom an identity provider vouches for is read in one file; access gets issuer and subject"},
	{"github.com/go-webauthn/webauthn", []string{"http/accounts/passkeys*.go"}, nil,
		"what a device signs is checked in one file; access gets the public key"},
	{"golang.org/x/oauth2", []string{"http/accounts/oidc*.go"}, nil, "no other server is called on somebody's behalf"},
	{"github.com/cedar-policy/cedar-go", []string{"access/policy*.go"}, nil, "who may do what is asked in one place"},

	{"github.com/shopspring/decimal", []string{"ledger/...", "grants/...", "beneficiaries/...", "disbursements/...",
		"statements/...", "http/..."}, []string{"..."},
		"store and access move no money, and the command line passes text"},
	{"github.com/teambition/rrule-go", []string{"beneficiaries/schedule*.go"}, nil,
		"what a rule may ask for is bounded in one place"},
	{"github.com/tink-crypto/tink-go/v2", []string{"access/vault/...", "ledger/evidence/..."}, nil,
		"what is encrypted, and under which key, is seen in two places: people and documents"},
	{"golang.org/x/crypto", []string{"access/..."}, nil, "passphrases become keys where people and secrets are kept"},
	{"filippo.io/age", []string{"backup/...", "cmd/..."}, nil,
		"a backup is encrypted in one place; the command line reads the keys"},
	{"github.com/gabriel-vasile/mimetype", []string{"ledger/evidence/..."}, nil,
		"what a document is, its bytes say, in one place"},
	{"github.com/bojanz/currency", []string{"ledger/...", "statements/...", "http/..."}, nil,
		"decimals of a currency and printed amounts come from one table"},

	{"github.com/xuri/excelize/v2", []string{"http/rest/table/...", "ledger/journal/workbook*.go",
		"statements/page/xlsx*.go"},
		[]string{"http/..."}, "a workbook is one way to write an answer, and all answers take the same way; the journal " +
			"leaves and enters the books as one"},

	{"github.com/johnfercher/maroto/v2", []string{"statements/page/pdf*.go"}, nil,
		"a page only draws what the statement already says"},
	{"github.com/pdfcpu/pdfcpu", []string{"statements/page/lock*.go"}, []string{"statements/..."},
		"a document is locked in one place, for the way through mailboxes"},
	{"github.com/wneessen/go-mail", []string{"statements/smtp/..."}, nil,
		"how a mail is written and handed over is one small package's business"},
	{"github.com/goccy/go-yaml", nil, []string{"cmd/supportledger/..."},
		"the files for containers and alerts are read in a test"},
	{"github.com/emersion/go-smtp", nil, []string{"statements/smtp/...", "cmd/supportledger/..."},
		"a mail server on a socket for the tests of ours"},
	{"github.com/phpdave11/gofpdf", []string{"statements/page/pdf*.go"}, nil,
		"maroto's own basis, for two settings that make the bytes repeatable"},
	{"golang.org/x/image", []string{"statements/page/pdf*.go"}, nil, "it measures letters before they are set"},

	{"github.com/alecthomas/kong", []string{"cmd/..."}, nil, "flags are the command line's business"},
	{"github.com/schollz/progressbar/v3", []string{"cmd/..."}, nil, "only a person at a terminal needs a bar"},
	{"golang.org/x/term", []string{"cmd/..."}, nil, "only the command line has a terminal"},
	{"github.com/mattn/go-isatty", []string{"cmd/..."}, nil, "only the command line has a terminal"},

	{"github.com/google/go-cmp", nil, []string{"..."}, "it panics on unexported fields and is made for tests"},
	{"pgregory.net/rapid", nil, []string{"..."}, "it makes up values for property tests"},
	{"github.com/rogpeppe/go-internal", nil, []string{"..."}, "it runs command transcripts in tests"},
	{"github.com/pb33f", nil, []string{"http/...", "cmd/..."}, "it checks the API against its description in tests"},
	{"golang.org/x/mod", nil, []string{"..."}, "it reads go.mod for the tests of the house"},
}

// builders are the methods by which a bun query starts; calling one needs no import, so they are looked for by name.
var builders = []string{"NewSelect", "NewInsert", "NewUpdate", "NewDelete", "NewRaw", "NewMerge", "NewValues"}

func libraryHomes(house tree) []string {
	var breaches []string
	for _, f := range house.files {
		for _, p := range slices.Sorted(maps.Keys(f.imports())) {
			if breach := misplaced(f, p); breach != "" {
				breaches = append(breaches, breach)
			}
		}
		if f.test || anyMatch(inSQL, f.path) {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				if sel, ok := call.Fun.(*ast.SelectorExpr); ok && slices.Contains(builders, sel.Sel.Name) {
					breaches = append(breaches, fmt.Sprintf("%s: %s starts a query outside %s: SQL stands in files that one can list",
						house.at(n), sel.Sel.Name, strings.Join(inSQL, ", ")))
				}
			}
			return true
		})
	}
	return breaches
}

// misplaced says why a file may not import p, or nothing.
func misplaced(f file, p string) string {
	h, listed := homeOf(p)
	first, _, _ := strings.Cut(p, "/")
	switch {
	case !listed && (!strings.Contains(first, ".") || first == module):
		return "" // the standard library, or ours
	case !listed:
		return fmt.Sprintf("%s imports %s, which has no home: give it a line in the table of homes and one in "+
			"docs/DECISIONS.md", f.path, p)
	case anyMatch(h.at, f.path), f.test && anyMatch(h.tests, f.path):
		return ""
	case len(h.at) == 0:
		return fmt.Sprintf("%s imports %s, which is for tests only: %s", f.path, p, h.why)
	}
	return fmt.Sprintf("%s imports %s, whose home is %s: %s", f.path, p, strings.Join(h.at, ", "), h.why)
}

// homeOf finds the line of the longest library path that covers p.
func homeOf(p string) (best home, found bool) {
	for _, h := range homes {
		if (p == h.library || strings.HasPrefix(p, h.library+"/")) && len(h.library) > len(best.library) {
			best, found = h, true
		}
	}
	return best, found
}

func anyMatch(places []string, p string) bool {
	return slices.ContainsFunc(places, func(place string) bool {
		if folder, whole := strings.CutSuffix(place, "..."); whole {
			return strings.HasPrefix(p, folder)
		}
		name := p
		if !strings.Contains(place, "/") {
			name = path.Base(p)
		}
		ok, err := path.Match(place, name)
		return ok && err == nil
	})
}
