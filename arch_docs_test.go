package supportledger_test

import (
	"fmt"
	"go/ast"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/semver"
)

// mandated are the libraries that the project was started with; every other one needs its reason in DECISIONS.md.
var mandated = []string{
	"github.com/gin-gonic/gin", "github.com/uptrace/bun", "modernc.org/sqlite", "github.com/jackc/pgx/v5",
	"github.com/shopspring/decimal",
	"github.com/go-playground/validator/v10", "github.com/johnfercher/maroto/v2",
}

func decisions(house tree) []string {
	text, err := fs.ReadFile(house.fsys, "docs/DECISIONS.md")
	if err != nil {
		return []string{"docs/DECISIONS.md cannot be read, so no library has its reason written down"}
	}
	var breaches []string
	asked := map[string]bool{}
	for _, f := range house.files {
		for p := range f.imports() {
			h, listed := homeOf(p)
			first, _, _ := strings.Cut(p, "/")
			if !listed || asked[h.library] || !strings.Contains(first, ".") || slices.Contains(mandated, h.library) {
				continue
			}
			asked[h.library] = true
			if !strings.Contains(string(text), "`"+h.library) {
				breaches = append(breaches,
					fmt.Sprintf("%s is used by %s but docs/DECISIONS.md does not name it: say why, under which licence and who "+
						"keeps it alive", h.library, f.path))
			}
		}
	}
	return breaches
}

// goName is a name such as ledger.Money or ledger.Money.String in backticks.
var goName = regexp.MustCompile("`([a-z][a-z0-9]*)\\.([A-Z]\\w*)(?:\\.(\\w+))?`")

// glossary holds that every Go name in the table of words exists. The column is found by its heading.
func glossary(house tree) []string {
	text, err := fs.ReadFile(house.fsys, "docs/GLOSSARY.md")
	if err != nil {
		return []string{"docs/GLOSSARY.md cannot be read, so code, API and page may each use words of their own"}
	}
	var breaches []string
	known := declared(house)
	column, rows, names := -1, 0, 0
	for i, line := range strings.Split(string(text), "\n") {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		for c := range cells {
			if strings.TrimSpace(cells[c]) == "Go name" {
				column = c
			}
		}
		if !strings.HasPrefix(line, "|") || column < 0 || column >= len(cells) {
			continue
		}
		rows++
		for _, m := range goName.FindAllStringSubmatch(cells[column], -1) {
			names++
			if name := strings.Trim(strings.Join(m[1:], "."), "."); !known[name] {
				breaches = append(breaches, fmt.Sprintf("docs/GLOSSARY.md:%d: there is no %s: the word and the code have parted",
					i+1, name))
			}
		}
	}
	if rows < 15 || names < 15 {
		breaches = append(breaches,
			fmt.Sprintf("docs/GLOSSARY.md names %d Go names in %d rows: its table lost its column \"Go name\" or most of "+
				"its words", names, rows))
	}
	return breaches
}

// declared are the exported names of all rooms: "ledger.Money", and "ledger.Money.Amount" for methods and fields.
func declared(house tree) map[string]bool {
	found := map[string]bool{}
	for _, f := range house.files {
		if strings.HasSuffix(f.path, "_test.go") {
			continue
		}
		pkg := path.Base(f.dir) + "."
		for _, decl := range f.ast.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				name := d.Name.Name
				if recv, method := receiver(d); method {
					name = recv + "." + name
				}
				found[pkg+name] = true
			case *ast.GenDecl:
				declare(d, pkg, found)
			}
		}
	}
	return found
}

func declare(d *ast.GenDecl, pkg string, found map[string]bool) {
	for _, spec := range d.Specs {
		switch s := spec.(type) {
		case *ast.ValueSpec:
			for _, name := range s.Names {
				found[pkg+name.Name] = true
			}
		case *ast.TypeSpec:
			found[pkg+s.Name.Name] = true
			var members *ast.FieldList
			switch t := s.Type.(type) {
			case *ast.StructType:
				members = t.Fields
			case *ast.InterfaceType:
				members = t.Methods
			default:
				continue
			}
			for _, field := range members.List {
				for _, name := range field.Names {
					found[pkg+s.Name.Name+"."+name.Name] = true
				}
			}
		}
	}
}

// examples holds the worked examples of docs/ACCOUNTS.md to the journal they were cut from, line by line.
func examples(house tree) []string {
	page, err := fs.ReadFile(house.fsys, "docs/ACCOUNTS.md")
	if err != nil {
		return []string{"docs/ACCOUNTS.md cannot be read, so nobody can look up the entry that an act makes"}
	}
	journal, err := fs.ReadFile(house.fsys, "testdata/scenarios/scenarios.journal")
	if err != nil {
		return []string{"testdata/scenarios/scenarios.journal cannot be read, so the worked examples hang in the air"}
	}
	var breaches []string
	worked, inside := strings.Split(string(journal), "\n"), false
	shown := 0
	for i, line := range strings.Split(string(page), "\n") {
		switch {
		case strings.HasPrefix(line, "```"):
			inside = line == "```journal"
		case inside:
			shown++
			if !slices.Contains(worked, line) {
				breaches = append(breaches,
					fmt.Sprintf("docs/ACCOUNTS.md:%d is not a line of the worked journal: the example and the proof have parted", i+1))
			}
		}
	}
	if shown == 0 {
		breaches = append(breaches, "docs/ACCOUNTS.md shows no worked example in a ```journal block")
	}
	return breaches
}

var mdLink = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// links follows the relative links of our own pages.
func links(house tree) []string {
	var breaches []string
	pages := 0
	err := fs.WalkDir(house.fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && len(p) > 1 && strings.HasPrefix(d.Name(), ".") {
			return skipOr(err)
		}
		if d.IsDir() || path.Ext(p) != ".md" {
			return nil
		}
		pages++
		text, err := fs.ReadFile(house.fsys, p)
		for _, m := range mdLink.FindAllStringSubmatch(string(text), -1) {
			target, _, _ := strings.Cut(m[1], "#")
			if target == "" || strings.Contains(target, ":") {
				continue
			}
			if _, missing := fs.Stat(house.fsys, path.Join(path.Dir(p), target)); missing != nil {
				breaches = append(breaches,
					fmt.Sprintf("%s links to %s, which is not there: a reader follows it and stops trusting the rest", p, m[1]))
			}
		}
		return err
	})
	if err != nil {
		breaches = append(breaches, err.Error())
	}
	if pages == 0 {
		breaches = append(breaches, "there is no page of documentation whose links could be followed")
	}
	return breaches
}

func skipOr(err error) error {
	if err != nil {
		return err
	}
	return fs.SkipDir
}

// floors are versions below which something is known to be wrong; go.mod may only be above.
var floors = []struct{ library, version, why string }{
	{"github.com/uptrace/bun", "v1.3.0", "older ones write a negative argument after a minus as an SQL comment"},
	{"github.com/uptrace/bun/dialect/pgdialect", "v1.3.0", "it goes with bun"},
	{"github.com/uptrace/bun/dialect/sqlitedialect", "v1.3.0", "it goes with bun"},
	{"github.com/shopspring/decimal", "v1.5.0", "older ones let 1e1000000000 eat the processor"},
	{"github.com/jackc/pgx/v5", "v5.9.0", "older ones have GO-2026-4771 and GO-2026-4772"},
	{"golang.org/x/image", "v0.43.0", "older ones, which maroto asks for, have a vulnerability that a statement reaches"},
	{"github.com/johnfercher/maroto/v2", "v2.3.3", "the statement's layout was looked at with this one"},
	{"github.com/gin-gonic/gin", "v1.12.0", "the edge was measured with this one"},
	{"github.com/go-playground/validator/v10", "v10.30.0", "its tags are read into the API description"},
	{"modernc.org/sqlite", "v1.62.0", "the embedded engine was tried with this one"},
}

func TestDependencyFloors(t *testing.T) {
	required := requirements(t, "go.mod")
	for _, f := range floors {
		switch have := required[f.library]; {
		case have == "":
			t.Errorf("go.mod does not require %s, so its floor %s holds nothing: drop the floor or the mistake", f.library,
				f.version)
		case semver.Compare(have, f.version) < 0:
			t.Errorf("go.mod requires %s %s, of at least %s: %s", f.library, have, f.version, f.why)
		}
	}
}

// TestLibcIsTheOneThatSQLiteNames: modernc.org/sqlite is C translated against one exact modernc.org/libc. An upgrade of
// the latter alone builds, and then misbehaves.
func TestLibcIsTheOneThatSQLiteNames(t *testing.T) {
	const sqlite, libc = "modernc.org/sqlite", "modernc.org/libc"
	out, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.GoMod}}", sqlite).Output()
	if err != nil {
		t.Fatalf("go list does not know where the go.mod of %s is: %v", sqlite, err)
	}
	want, have := requirements(t, strings.TrimSpace(string(out)))[libc], requirements(t, "go.mod")[libc]
	if want == "" || have != want {
		t.Errorf("go.mod requires %s %q but %s names %q: they are made for each other, so run `go get %s@%s`", libc, have,
			sqlite, want, libc, want)
	}
}

// requirements reads the versions that a go.mod asks for.
func requirements(t *testing.T, name string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	mod, err := modfile.ParseLax(name, text, nil)
	if err != nil {
		t.Fatalf("%s cannot be read: %v", name, err)
	}
	versions := map[string]string{}
	for _, r := range mod.Require {
		versions[r.Mod.Path] = r.Mod.Version
	}
	return versions
}

// namesTests are the pages that say which test shows what.
var namesTests = []string{"SECURITY.md", "docs/PROOF.md", "docs/RELIABILITY.md"}

var namedTest = regexp.MustCompile("`(Test[A-Za-z0-9_]+)`")

// TestNamedTestsExist holds that what a page calls shown by a test is: the test is there.
func TestNamedTestsExist(t *testing.T) {
	there, named := map[string]bool{}, 0
	declared := regexp.MustCompile(`(?m)^func (Test[A-Za-z0-9_]+)\(`)
	err := filepath.WalkDir(".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range declared.FindAllSubmatch(text, -1) {
			there[string(m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range namesTests {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range namedTest.FindAllSubmatch(text, -1) {
			if named++; !there[string(m[1])] {
				t.Errorf("%s names %s, and there is no such test", page, m[1])
			}
		}
	}
	if named < 80 {
		t.Errorf("only %d tests are named", named)
	}
}
