package supportledger_test

import (
	"fmt"
	"go/ast"
	"go/token"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	maxPackageLines = 6_000 // without tests
	maxMethods      = 60    // of one receiver
	maxColumns      = 120   // a tab is one
	maxParameters   = 5     // a context and a transaction count
	maxPositional   = 4     // values of a struct literal without field names
)

// debts are breaches that are still allowed, by room ("." is the root, "docs" the documents). A number only falls:
// [TestHouse] fails where fewer are owed than the table allows, so whoever mends one lowers it.
var debts = map[string]map[string]int{
	"package lines":         {},
	"methods of a receiver": {},
	"line width":            {},
	"parameters": {
		"access": 3, "disbursements": 6, "grants": 1, "http": 3, "ledger": 5,
	},
	"positional literals": {},
	"plain words":         {},
}

// owed is how many breaches the last tree had that a rule looked at.
var owed = map[string]map[string]int{}

// indebted drops the breaches of a room that are allowed. Above the allowance, it returns all of the room's.
func indebted(kind string, byRoom map[string][]string) []string {
	owed[kind] = map[string]int{}
	for name, found := range byRoom {
		owed[kind][name] = len(found)
	}
	var breaches []string
	for _, name := range slices.Sorted(maps.Keys(byRoom)) {
		if found, allowed := byRoom[name], debts[kind][name]; len(found) > allowed {
			for _, breach := range found {
				breaches = append(breaches, fmt.Sprintf("%s (%d in %s, of at most %d)", breach, len(found), name, allowed))
			}
		}
	}
	return breaches
}

// roomOf is the first folder of a file, or "." for the root.
func roomOf(f file) string {
	name, _ := room(f.dir)
	return name
}

func packageLines(house tree) []string {
	byRoom := map[string][]string{}
	for dir, files := range house.packages() {
		lines := 0
		for _, f := range files {
			if !f.generated {
				lines += f.lines
			}
		}
		if lines > maxPackageLines {
			name, _ := room(dir)
			byRoom[name] = append(byRoom[name],
				fmt.Sprintf("package %s has %d lines, of at most %d: nobody holds it in the head, "+
					"so take out what is not its heart", dir, lines, maxPackageLines))
		}
	}
	return indebted("package lines", byRoom)
}

func methodCount(house tree) []string {
	methods := map[[2]string]int{}
	for _, f := range house.files {
		for _, decl := range f.ast.Decls {
			if d, ok := decl.(*ast.FuncDecl); ok && !f.test {
				if name, method := receiver(d); method {
					methods[[2]string{f.dir, name}]++
				}
			}
		}
	}
	byRoom := map[string][]string{}
	for of, n := range methods {
		if n > maxMethods {
			name, _ := room(of[0])
			byRoom[name] = append(byRoom[name],
				fmt.Sprintf("%s.%s has %d methods, of at most %d: it does the work of several types",
					of[0], of[1], n, maxMethods))
		}
	}
	return indebted("methods of a receiver", byRoom)
}

// unbreakable is what no line break may go into: the tag of a struct field, and in a test a document as it is sent or
// stored.
var unbreakable = struct{ code, test *regexp.Regexp }{
	regexp.MustCompile("`\\w+:\".*`"), regexp.MustCompile("[`\"]|SELECT|WHERE|^[|]"),
}

// lineWidth lets only a field be wider whose tag describes it.
func lineWidth(house tree) []string {
	byRoom := map[string][]string{}
	for _, f := range house.files {
		src, err := fs.ReadFile(house.fsys, f.path)
		if err != nil {
			return []string{err.Error()}
		}
		at := 0
		for line := range strings.Lines(string(src)) {
			at++
			width := utf8.RuneCountInString(strings.TrimSuffix(line, "\n"))
			breakable := !unbreakable.code.MatchString(line) && (!f.test || !unbreakable.test.MatchString(line))
			if width > maxColumns && !f.generated && breakable {
				byRoom[roomOf(f)] = append(byRoom[roomOf(f)],
					fmt.Sprintf("%s:%d has %d columns, of at most %d: the eye loses the line",
						f.path, at, width, maxColumns))
			}
		}
	}
	return indebted("line width", byRoom)
}

func parameterCount(house tree) []string {
	byRoom := map[string][]string{}
	for _, f := range house.files {
		ast.Inspect(f.ast, func(n ast.Node) bool {
			d, ok := n.(*ast.FuncDecl)
			if ok && d.Type.Params.NumFields() > maxParameters {
				byRoom[roomOf(f)] = append(byRoom[roomOf(f)], fmt.Sprintf("%s: %s takes %d parameters, of at most %d: "+
					"two of them belong together, or it does two things", house.at(d), d.Name.Name, d.Type.Params.NumFields(),
					maxParameters))
			}
			return true
		})
	}
	return indebted("parameters", byRoom)
}

// positionalLiterals knows the structs that the tree declares, by folder and by the package name that a file uses.
func positionalLiterals(house tree) []string {
	structs := map[string]map[string]bool{}
	for _, f := range house.files {
		for _, decl := range f.ast.Decls {
			if d, ok := decl.(*ast.GenDecl); ok && d.Tok == token.TYPE {
				for _, spec := range d.Specs {
					s, _ := spec.(*ast.TypeSpec)
					if _, isStruct := s.Type.(*ast.StructType); isStruct {
						if structs[f.dir] == nil {
							structs[f.dir] = map[string]bool{}
						}
						structs[f.dir][s.Name.Name] = true
					}
				}
			}
		}
	}
	byRoom := map[string][]string{}
	for _, f := range house.files {
		dirs := map[string]string{}
		for p, name := range f.imports() {
			if rel, ours := strings.CutPrefix(p, module+"/"); ours {
				dirs[name] = rel
			}
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			lit, ok := n.(*ast.CompositeLit)
			if !ok || f.test || len(lit.Elts) <= maxPositional {
				return true
			}
			_, keyed := lit.Elts[0].(*ast.KeyValueExpr)
			if name, isStruct := structName(lit.Type, f.dir, dirs, structs); isStruct && !keyed {
				byRoom[roomOf(f)] = append(byRoom[roomOf(f)],
					fmt.Sprintf("%s: %s is given %d values without names, of at most %d: "+
						"swap two of one type and it still compiles", house.at(lit), name, len(lit.Elts), maxPositional))
			}
			return true
		})
	}
	return indebted("positional literals", byRoom)
}

// structName is the name of the struct that a literal makes.
func structName(e ast.Expr, dir string, dirs map[string]string, structs map[string]map[string]bool) (string, bool) {
	switch e := e.(type) {
	case *ast.IndexExpr:
		return structName(e.X, dir, dirs, structs)
	case *ast.StructType:
		return "a struct", true
	case *ast.Ident:
		return e.Name, structs[dir][e.Name]
	case *ast.SelectorExpr:
		if q, ok := e.X.(*ast.Ident); ok {
			return q.Name + "." + e.Sel.Name, structs[dirs[q.Name]][e.Sel.Name]
		}
	}
	return "", false
}

// unplain are phrases that name no actor or are pictures of something else, with what to write.
var unplain = []struct {
	phrase *regexp.Regexp
	advice string
}{
	{regexp.MustCompile(`(?i)\bfor who\b`), "name who: the caller, the user, the approver"},
	{regexp.MustCompile(`(?i)\bwho(ever)? asks\b`), "name who: the caller, the user, the reader"},
	{regexp.MustCompile(`(?i)\bin one way\b`), "in one round trip, in one place, or alike"},
	{regexp.MustCompile(`(?i)\bone way to the server\b`), "one round trip"},
	{regexp.MustCompile(`(?i)\bthe house\b`), "the code, the tree, the project"},
	{regexp.MustCompile(`\bXX\b`), "a placeholder that nobody filled in"},
	{regexp.MustCompile(`\bTODO\b[^#\n]*$`), "a TODO needs the number of its issue (#12)"},
}

// plainWords looks through comments and documents.
func plainWords(house tree) []string {
	byRoom := map[string][]string{}
	look := func(where, name, text string) {
		for _, u := range unplain {
			if found := u.phrase.FindString(text); found != "" {
				byRoom[name] = append(byRoom[name], fmt.Sprintf("%s: %q: %s", where, found, u.advice))
			}
		}
	}
	for _, f := range house.files {
		if strings.HasPrefix(f.path, "arch_") {
			continue // these name the phrases
		}
		for _, group := range f.ast.Comments {
			for _, c := range group.List {
				look(house.at(c), roomOf(f), c.Text)
			}
		}
	}
	err := fs.WalkDir(house.fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(p) != ".md" && path.Ext(p) != ".sql" || strings.Contains(p, "testdata/") ||
			p == "CONTRIBUTING.md" {
			return err
		}
		text, err := fs.ReadFile(house.fsys, p)
		name := "docs"
		if path.Ext(p) == ".sql" {
			name, _ = room(path.Dir(p))
		}
		at := 0
		for line := range strings.Lines(string(text)) {
			at++
			look(fmt.Sprintf("%s:%d", p, at), name, strings.TrimSuffix(line, "\n"))
		}
		return err
	})
	if err != nil {
		return []string{err.Error()}
	}
	return indebted("plain words", byRoom)
}
