// Package supportledger_test holds the rules of the house, as tests: which package may know which, where each
// library lives, how long things may grow, and what must be written down. A rule answers in a sentence that says
// what is wrong and why it matters. arch_bites_test.go proves on small made-up trees that each rule can fail.
//
// To add a package, a library or an exception, change the table here, and say why in the same line.
package supportledger_test

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "supportledger"

// rooms is the reading order: a package imports only what stands before it. Packages below a room (store/storetest,
// disbursements/iso20022) rank with it. What stands behind cmd is not part of the product.
var rooms = []string{
	"docs", "client", "migrations", "store", "proof", "access", "ledger", "grants", "beneficiaries", "disbursements",
	"statements",
	"backup", "http", "cmd",
	"loadtest", "scripts",
}

// inHTTP is the reading order below http: the machinery, what all resources share, the resources, and http itself,
// which puts them together. apitest and story are clients.
var inHTTP = []string{
	"openapi", "rest", "rest/table", "edge", "metrics", "groupcommit", "resource", "books", "grants", "payments", "people",
	"statements", "calendar", "accounts", "webhooks", "upkeep",
	"web/frame", "web/entry", "web/cases", "web/finance", "web/reporting", "web/giving", "web/admin",
	"web/learn", "web/setup",
	"web",
	".", "apitest", "story",
}

// entrances are the rooms whose first package lies in a folder below them.
var entrances = map[string]string{"cmd": "cmd/" + module, "scripts": "scripts/measure"}

// rule checks one thing over the whole tree and answers with a sentence per breach.
type rule struct {
	name  string
	check func(tree) []string
}

var rules = []rule{
	{"every room exists and no other", roomsExist},
	{"reading order", readingOrder},
	{"library homes", libraryHomes},
	{"names of packages and files", plainNames},
	{"packages explain themselves", packageComments},
	{"exported names are documented", exportedDocs},
	{"files and functions stay readable", sizes},
	{"packages are held in one head", packageLines},
	{"a type has few methods", methodCount},
	{"lines are short", lineWidth},
	{"functions take few parameters", parameterCount},
	{"fields are named", positionalLiterals},
	{"comments and documents are plain", plainWords},
	{"the clock is injected", clock},
	{"days are Copenhagen's", days},
	{"money is never a float", floats},
	{"SQL text is constant", constantSQL},
	{"SQL text is portable", portableSQL},
	{"every sentinel error is in the error table", errorTable},
	{"every library is a decision", decisions},
	{"the glossary names what exists", glossary},
	{"worked examples are the scenarios'", examples},
	{"links in the docs lead somewhere", links},
}

func TestHouse(t *testing.T) {
	house := load(t, os.DirFS("."))
	if len(house.files) < 50 {
		t.Errorf("only %d Go files were found below the root, so these rules would hold without looking at anything",
			len(house.files))
	}
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			for _, breach := range r.check(house) {
				t.Error(breach)
			}
		})
	}
}

// tree is what the rules look at: all our Go files, parsed, and the rest through fsys.
type tree struct {
	fsys  fs.FS
	fset  *token.FileSet
	files []file
}

type file struct {
	path      string // "ledger/lot.go"
	dir       string // "ledger"
	ast       *ast.File
	lines     int
	test      bool // a _test.go file, or a package made for tests such as storetest
	generated bool
}

// load parses every Go file below fsys except the tools module, test data and hidden folders.
func load(t *testing.T, fsys fs.FS) tree {
	t.Helper()
	house := tree{fsys: fsys, fset: token.NewFileSet()}
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (p == "tools" || d.Name() == "testdata" || len(p) > 1 && strings.HasPrefix(d.Name(), ".")):
			return fs.SkipDir
		case d.IsDir() || path.Ext(p) != ".go":
			return nil
		}
		return house.add(p)
	})
	if err != nil {
		t.Fatalf("the tree cannot be read, so no rule can be checked: %v", err)
	}
	return house
}

func (house *tree) add(p string) error {
	src, err := fs.ReadFile(house.fsys, p)
	if err != nil {
		return err
	}
	parsed, err := parser.ParseFile(house.fset, p, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	house.files = append(house.files, file{
		path:      p,
		dir:       path.Dir(p),
		ast:       parsed,
		lines:     strings.Count(string(src), "\n"),
		test:      strings.HasSuffix(p, "_test.go") || strings.HasSuffix(path.Dir(p), "test"),
		generated: ast.IsGenerated(parsed),
	})
	return nil
}

// packages groups the files that are no tests by folder, the root apart.
func (house tree) packages() map[string][]file {
	dirs := map[string][]file{}
	for _, f := range house.files {
		if f.dir != "." && !strings.HasSuffix(f.path, "_test.go") {
			dirs[f.dir] = append(dirs[f.dir], f)
		}
	}
	return dirs
}

// at names a place as file:line.
func (house tree) at(n ast.Node) string {
	p := house.fset.Position(n.Pos())
	return fmt.Sprintf("%s:%d", p.Filename, p.Line)
}

// room is the first folder of a path, and its place in the reading order, -1 for none.
func room(dir string) (string, int) {
	name, _, _ := strings.Cut(dir, "/")
	return name, slices.Index(rooms, name)
}

// imports gives the import paths of a file with the name that each has there.
func (f file) imports() map[string]string {
	found := map[string]string{}
	for _, spec := range f.ast.Imports {
		p, _ := strconv.Unquote(spec.Path.Value) // the parser accepted it
		switch {
		case spec.Name != nil:
			found[p] = spec.Name.Name
		default:
			found[p] = guessName(p)
		}
	}
	return found
}

// guessName is the usual name of a package: the last element of its path that is no version.
func guessName(importPath string) string {
	name := path.Base(importPath)
	if len(name) > 1 && name[0] == 'v' && strings.Trim(name[1:], "0123456789") == "" {
		name = path.Base(path.Dir(importPath))
	}
	return strings.TrimPrefix(name, "go-")
}

func roomsExist(house tree) []string {
	var breaches []string
	dirs := house.packages()
	for _, name := range rooms {
		want := cmp.Or(entrances[name], name)
		if len(dirs[want]) == 0 {
			breaches = append(breaches,
				fmt.Sprintf("package %s is missing: the other rules would pass by having nothing to look at", want))
		}
	}
	for _, dir := range slices.Sorted(maps.Keys(dirs)) {
		if _, rank := room(dir); rank < 0 {
			breaches = append(breaches, fmt.Sprintf(
				"package %s has no place in the reading order: put it into the room it belongs to, or into the list of rooms "+
					"with a decision", dir))
		}
	}
	return breaches
}

func readingOrder(house tree) []string {
	var breaches []string
	for _, f := range house.files {
		if f.dir == "." {
			continue
		}
		here, rank := room(f.dir)
		for p := range f.imports() {
			rel, ours := strings.CutPrefix(p, module+"/")
			if !ours {
				continue
			}
			there, other := room(rel)
			forTests := strings.HasSuffix(rel, "test")
			switch {
			case forTests && !f.test:
				breaches = append(breaches, fmt.Sprintf("%s imports %s, which is made for tests: what ships must not carry it",
					f.path, rel))
			case forTests:
			case here == there:
				breaches = append(breaches, readingOrderInHTTP(f, rel)...)
			case other >= rank:
				breaches = append(breaches, fmt.Sprintf("%s imports %s, but %s stands before %s in the reading order (%s): "+
					"one can read the house from left to right only while nothing points back", f.path, rel, here, there,
					strings.Join(rooms, " → ")))
			}
		}
	}
	return breaches
}

// readingOrderInHTTP holds the packages below http to their own order.
func readingOrderInHTTP(f file, imported string) []string {
	within := func(dir string) (string, int) {
		name := path.Clean(strings.TrimPrefix(strings.TrimPrefix(dir, "http"), "/"))
		return name, slices.Index(inHTTP, name)
	}
	here, rank := within(f.dir)
	there, other := within(imported)
	if f.test || f.dir != "http" && !strings.HasPrefix(f.dir, "http/") || other < rank {
		return nil
	}
	return []string{fmt.Sprintf("%s imports %s, but %s stands before %s in the reading order below http (%s)",
		f.path, imported, here, there, strings.Join(inHTTP, " → "))}
}

// plainNames refuses words that say nothing about what a package or file is for.
func plainNames(house tree) []string {
	var breaches []string
	for _, f := range house.files {
		for _, word := range []string{"service", "manager", "helper", "util", "model"} {
			if strings.Contains(f.path, word) {
				breaches = append(breaches,
					fmt.Sprintf("%s is called after a %s: name it for the noun or the act it holds, "+
						"or nobody will find anything in it",
						f.path, word))
			}
		}
	}
	return breaches
}
