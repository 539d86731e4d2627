package supportledger_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"testing/fstest"
)

// bites are small mistakes, each written over one file of a sound tree, and the sentence that the rule must answer
// with. A rule without a line here has never been seen to fail, and TestRulesBite says so.
var bites = []struct{ rule, file, text, want string }{
	{"every room exists and no other", "grants/doc.go", "", "package grants is missing"},
	{"every room exists and no other", "cmd/supportledger/main.go", "", "package cmd/supportledger is missing"},
	{"every room exists and no other", "money/money.go", "package money", "package money has no place"},
	{"reading order", "ledger/post.go", "package ledger\nimport _ \"supportledger/grants\"",
		"ledger stands before grants"},
	{"reading order", "grants/give_test.go", "package grants\nimport _ \"supportledger/beneficiaries\"",
		"grants stands before beneficiaries"},
	{"reading order", "http/rest/route.go", "package rest\nimport _ \"supportledger/http/books\"",
		"rest stands before books"},
	{"reading order", "ledger/post.go", "package ledger\nimport _ \"supportledger/store/storetest\"",
		"which is made for tests"},
	{"library homes", "ledger/post.go", "package ledger\nimport _ \"net/http\"",
		"ledger/post.go imports net/http, whose home is http/..."},
	{"library homes", "cmd/supportledger/serve.go", "package main\nimport _ \"net/http/pprof\"",
		"imports net/http/pprof, whose home is http/..."},
	{"library homes", "statements/page/page.go", "package page\nimport _ \"github.com/johnfercher/maroto/v2/pkg/core\"",
		"statements/page/pdf*.go"},
	{"library homes", "ledger/book.go", "package ledger\nimport _ \"github.com/uptrace/bun\"", "SQL stands in files"},
	{"library homes", "ledger/book.go", "package ledger\nfunc f(tx T) { tx.NewSelect() }",
		"NewSelect starts a query outside"},
	{"library homes", "ledger/store.go", "package ledger\nimport _ \"github.com/jackc/pgx/v5/pgconn\"",
		"only store asks which engine"},
	{"library homes", "http/serve.go", "package http\nimport _ \"github.com/alecthomas/kong\"",
		"flags are the command line's business"},
	{"library homes", "ledger/lot.go", "package ledger\nimport _ \"github.com/google/go-cmp/cmp\"", "for tests only"},
	{"library homes", "ledger/lot.go", "package ledger\nimport _ \"example.org/left/pad\"", "which has no home"},
	{"names of packages and files", "ledger/service.go", "package ledger", "ledger/service.go is called after a service"},
	{"names of packages and files", "ledger/money_utils.go", "package ledger", "called after a util"},
	{"names of packages and files", "http/models/plan.go", "package models", "called after a model"},
	{"packages explain themselves", "grants/doc.go", "package grants", "package grants has no package comment"},
	{"packages explain themselves", "grants/doc.go", "// Package grants keeps grants.\npackage grants",
		"package grants explains itself in 29 letters"},
	{"exported names are documented", "ledger/lot.go", "package ledger\nfunc Draw() {}",
		"Draw is exported without a comment"},
	{"exported names are documented", "ledger/lot.go", "package ledger\ntype Lot struct{}",
		"Lot is exported without a comment"},
	{"exported names are documented", "ledger/lot.go", "package ledger\nconst FIFO = 1",
		"FIFO is exported without a comment"},
	{"exported names are documented", "ledger/lot.go",
		"package ledger\n// Lot is.\ntype Lot struct{}\nfunc (l *Lot) Rest() {}", "Rest is exported without a comment"},
	{"files and functions stay readable", "ledger/lot.go", "package ledger\n" + strings.Repeat("\n", 600),
		"ledger/lot.go has 601 lines"},
	{"files and functions stay readable", "ledger/lot.go",
		"package ledger\nfunc draw() {" + strings.Repeat("\n", 70) + "}", "draw has 71 lines"},
	{"files and functions stay readable", "ledger/lot_test.go",
		"package ledger\nfunc test() {\nvar cases = []int{" + strings.Repeat("\n", 99) + "}" + strings.Repeat("\n", 69) + "}",
		"test has 71 lines"},
	{"packages are held in one head", "ledger/lot.go", "package ledger\n" + strings.Repeat("\n", 6000),
		"lines, of at most 6000"},
	{"a type has few methods", "ledger/lot.go",
		"package ledger\ntype lot int\n" + strings.Repeat("func (l *lot) m() {}\n", 61), "ledger.lot has 61 methods"},
	{"lines are short", "ledger/lot.go", "package ledger // " + strings.Repeat("å", 104),
		"ledger/lot.go:1 has 122 columns"},
	{"lines are short", "ledger/lot.go",
		"package ledger\ntype lot struct {\n\tid int // `description:`" + strings.Repeat(" ", 100) + "\n}",
		"ledger/lot.go:3 has"},
	{"lines are short", "ledger/lot_test.go", "package ledger // " + strings.Repeat("å", 103),
		"ledger/lot_test.go:1 has 121 columns"},
	{"functions take few parameters", "ledger/lot.go", "package ledger\nfunc draw(a, b, c int, d, e, f string) {}",
		"draw takes 6 parameters"},
	{"fields are named", "ledger/lot.go",
		"package ledger\ntype lot struct{ a, b, c, d, e int }\nvar l = &lot{1, 2, 3, 4, 5}", "lot is given 5 values"},
	{"fields are named", "grants/give.go",
		"package grants\nimport \"supportledger/ledger\"\nvar l = ledger.Money{1, 2, 3, 4, 5}",
		"ledger.Money is given 5 values"},
	{"comments and documents are plain", "ledger/lot.go", "package ledger // a list for who reads", "name who"},
	{"comments and documents are plain", "ledger/lot.go", "package ledger\n// XX is drawn first", "placeholder"},
	{"comments and documents are plain", "ledger/lot.go", "package ledger // TODO later", "number of its issue"},
	{"comments and documents are plain", "docs/ACCOUNTS.md", "Accounts\nof the house",
		"docs/ACCOUNTS.md:2: \"the house\""},
	{"comments and documents are plain", "migrations/1_ledger.tx.up.sql", "-- Whoever asks",
		"migrations/1_ledger.tx.up.sql:1"},
	{"the clock is injected", "ledger/lot.go", "package ledger\nimport \"time\"\nvar at = time.Now()",
		"time.Now reads the machine's clock"},
	{"the clock is injected", "store/jobs/jobs.go", "package jobs\nimport \"time\"\nvar at = time.Now()",
		"time.Now reads the machine's clock"},
	{"the clock is injected", "http/log.go", "package http\nimport clock \"time\"\nvar took = clock.Since(then)",
		"time.Since reads the machine's clock"},
	{"days are Copenhagen's", "ledger/lot.go", "package ledger\nvar year = tx.At.Year()", "At.Year is of UTC"},
	{"money is never a float", "grants/budget.go", "package grants\nvar share float64", "float64 in grants"},
	{"money is never a float", "http/budget.go", "package http\nvar share = amount.InexactFloat64()",
		"InexactFloat64 takes a decimal through a float"},
	{"money is never a float", "cmd/supportledger/play.go", "package main\nvar rate = decimal.NewFromFloat(226)",
		"NewFromFloat takes a decimal"},
	{"SQL text is constant", "ledger/store.go",
		"package ledger\nfunc f(q Q, name string) { q.Where(\"name = '\" + name + \"'\") }",
		"given to Where is put together"},
	{"SQL text is constant", "ledger/store.go", "package ledger\nfunc f(q Q, sort string) { q.OrderExpr(sort) }",
		"given to OrderExpr"},
	{"SQL text is constant", "ledger/store.go",
		"package ledger\nimport \"fmt\"\nfunc f(q Q) { q.ColumnExpr(fmt.Sprintf(\"%s\", x)) }", "given to ColumnExpr"},
	{"SQL text is constant", "ledger/store.go",
		"package ledger\nimport \"github.com/uptrace/bun\"\nvar _ = bun.Safe(input)", "given to Safe"},
	{"SQL text is constant", "ledger/store.go",
		"package ledger\nfunc f(tx T) { q := \"SELECT 1\"; q = q + input(); tx.NewRaw(q) }", "given to NewRaw"},
	{"SQL text is constant", "ledger/store.go",
		"package ledger\nfunc f(ctx C, tx T) { _, text := both(); tx.ExecContext(ctx, text) }", "given to ExecContext"},
	{"SQL text is portable", "migrations/1_ledger.tx.up.sql", "CREATE TABLE t (at TEXT DEFAULT now())",
		`"now()" in SQL: instants come from tx.At`},
	{"SQL text is portable", "ledger/store.go", "package ledger\nconst q = `SELECT pg_advisory_lock(1)`",
		`"pg_advisory" in SQL`},
	{"SQL text is portable", "migrations/postgres/1_ledger.tx.up.sql", "CREATE INDEX i ON public.entries (id)",
		`"public.e" in SQL`},
	{"every sentinel error is in the error table", "ledger/errors.go", "package ledger\nvar ErrLost = 1",
		"ledger.ErrLost is in no problems.go below http"},
	{"every sentinel error is in the error table", "http/problems.go", "package http", "this rule looks at nothing"},
	{"every library is a decision", "docs/DECISIONS.md", "nothing decided",
		"github.com/alecthomas/kong is used by cmd/supportledger/main.go"},
	{"the glossary names what exists", "docs/GLOSSARY.md", words("ledger.Lost"), "there is no ledger.Lost"},
	{"the glossary names what exists", "docs/GLOSSARY.md", words("ledger.Money.Lost"), "there is no ledger.Money.Lost"},
	{"the glossary names what exists", "docs/GLOSSARY.md", "| word |", "names 0 Go names in 0 rows"},
	{"worked examples are the scenarios'", "docs/ACCOUNTS.md", "```journal\n    assets:bank:dkk  19.99 DKK\n```",
		"docs/ACCOUNTS.md:2 is not a line"},
	{"worked examples are the scenarios'", "docs/ACCOUNTS.md", "no example", "shows no worked example"},
	{"links in the docs lead somewhere", "README.md", "see [the map](docs/MAP.md)", "README.md links to docs/MAP.md"},
}

func TestRulesBite(t *testing.T) {
	quiet := map[string]bool{}
	for _, r := range rules {
		quiet[r.name] = true
		if breaches := r.check(load(t, soundTree())); len(breaches) > 0 {
			t.Errorf("%q complains about a sound tree: %s", r.name, strings.Join(breaches, "; "))
		}
	}
	for _, b := range bites {
		t.Run(b.rule+" "+b.want, func(t *testing.T) {
			tree := soundTree()
			if tree[b.file] = (&fstest.MapFile{Data: []byte(b.text)}); b.text == "" {
				delete(tree, b.file)
			}
			for _, r := range rules {
				if r.name == b.rule {
					delete(quiet, r.name)
					if got := strings.Join(r.check(load(t, tree)), "\n"); !strings.Contains(got, b.want) {
						t.Errorf("the rule says %q and not %q", got, b.want)
					}
					return
				}
			}
			t.Errorf("there is no rule %q", b.rule)
		})
	}
	for name := range quiet {
		t.Errorf("no mistake is known that %q would find: a rule that was never seen to fail may look at nothing", name)
	}
}

// soundTree is a house in small to which no rule objects.
func soundTree() fstest.MapFS {
	text := map[string]string{
		"ledger/money.go": "package ledger\n// Money is an amount.\ntype Money struct{ Amount int }\n// ErrRefused is met " +
			"at closing.\nvar ErrRefused = 1",
		"ledger/store.go": "package ledger\nimport \"github.com/uptrace/bun\"\nconst byID = \"id = ?\"\n" +
			"func f(q Q, pg bool) { text := byID + \" AND a = ?\"; if pg { text = \"b = ?\" }; q.Where(text); _ = " +
			"bun.Safe(\"x\") }",
		"ledger/lot_test.go": "package ledger\nimport \"time\"\nimport _ \"supportledger/store/storetest\"\nvar at, f = " +
			"time.Now(), float64(1)\n" +
			"func test() {\nvar cases = []int{" + strings.Repeat("\n", 99) + "}\n}",
		"store/storetest/pg.go": "// Package storetest " + essay +
			"\npackage storetest\nimport \"time\"\nvar at = time.Now()",
		"statements/page/pdf_layout.go": "// Package page " + essay + "\npackage page\nimport _ \"github.com/johnfercher/maroto/v2\"\nvar " +
			"millimetres float64",
		"http/problems.go":              "package http\nimport \"supportledger/ledger\"\nvar table = []any{ledger.ErrRefused}",
		"migrations/1_ledger.tx.up.sql": "CREATE TABLE t (at TEXT) -- never now(): public.t would tie us",
		"cmd/supportledger/main.go": "// Command supportledger " + essay +
			"\npackage main\nimport _ \"github.com/alecthomas/kong\"",
		"scripts/measure/main.go":              "// Command measure " + essay + "\npackage main",
		"docs/DECISIONS.md":                    "`github.com/alecthomas/kong`: one struct. See [words](GLOSSARY.md).",
		"docs/GLOSSARY.md":                     words("ledger.Money", "ledger.Money.Amount"),
		"docs/ACCOUNTS.md":                     "```journal\n    assets:bank:dkk  20.00 DKK\n```",
		"testdata/scenarios/scenarios.journal": "    assets:bank:dkk  20.00 DKK",
	}
	for _, room := range rooms {
		if _, below := entrances[room]; !below {
			text[room+"/doc.go"] = "// Package " + room + " " + essay + "\npackage " + room
		}
	}
	tree := fstest.MapFS{}
	for name, data := range maps.All(text) {
		tree[name] = &fstest.MapFile{Data: []byte(data)}
	}
	return tree
}

var essay = strings.Repeat("keeps what it keeps and says why.\n// ", 8)

// words is a glossary with the given Go names, filled up with a known one.
func words(names ...string) string {
	page := "| word | Go name |\n|---|---|\n"
	for i := range 20 {
		name := "ledger.Money"
		if i < len(names) {
			name = names[i]
		}
		page += fmt.Sprintf("| word %d | %#q |\n", i, name)
	}
	return page
}
