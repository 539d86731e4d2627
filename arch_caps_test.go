package supportledger_test

import (
	"fmt"
	"go/ast"
	"go/token"
	"io/fs"
	"path"
	"regexp"
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

func packageLines(house tree) []string {
	var breaches []string
	for dir, files := range house.packages() {
		lines := 0
		for _, f := range files {
			if !f.generated {
				lines += f.lines
			}
		}
		if lines > maxPackageLines {
			breaches = append(breaches, fmt.Sprintf("package %s has %d lines, of at most %d: nobody holds it in the head, "+
				"so take out what is not its heart", dir, lines, maxPackageLines))
		}
	}
	return breaches
}

func methodCount(house tree) []string {
	methods := map[[2]string]int{}
	for _, f := range house.files {
		for _, decl := range f.ast.Decls {
			if d, ok := decl.(*ast.FuncDecl); ok && !f.test && !f.generated {
				if name, method := receiver(d); method {
					methods[[2]string{f.dir, name}]++
				}
			}
		}
	}
	var breaches []string
	for of, n := range methods {
		if n > maxMethods {
			breaches = append(breaches, fmt.Sprintf("%s.%s has %d methods, of at most %d: it does the work of several types",
				of[0], of[1], n, maxMethods))
		}
	}
	return breaches
}

// unbreakable is what no line break may go into: the tag of a struct field, and in a test a document as it is sent or
// stored.
var unbreakable = struct{ code, test *regexp.Regexp }{
	regexp.MustCompile("`\\w+:\".*`"), regexp.MustCompile("[`\"]|SELECT|WHERE|^[|]"),
}

// lineWidth lets only a field be wider whose tag describes it.
func lineWidth(house tree) []string {
	var breaches []string
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
				breaches = append(breaches, fmt.Sprintf("%s:%d has %d columns, of at most %d: the eye loses the line",
					f.path, at, width, maxColumns))
			}
		}
	}
	return breaches
}

func parameterCount(house tree) []string {
	var breaches []string
	for _, f := range house.files {
		ast.Inspect(f.ast, func(n ast.Node) bool {
			d, ok := n.(*ast.FuncDecl)
			if ok && d.Type.Params.NumFields() > maxParameters {
				breaches = append(breaches, fmt.Sprintf("%s: %s takes %d parameters, of at most %d: "+
					"two of them belong together, or it does two things", house.at(d), d.Name.Name, d.Type.Params.NumFields(),
					maxParameters))
			}
			return true
		})
	}
	return breaches
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
	var breaches []string
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
				breaches = append(breaches, fmt.Sprintf("%s: %s is given %d values without names, of at most %d: "+
					"swap two of one type and it still compiles", house.at(lit), name, len(lit.Elts), maxPositional))
			}
			return true
		})
	}
	return breaches
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
	var breaches []string
	look := func(where, text string) {
		for _, u := range unplain {
			if found := u.phrase.FindString(text); found != "" {
				breaches = append(breaches, fmt.Sprintf("%s: %q: %s", where, found, u.advice))
			}
		}
	}
	for _, f := range house.files {
		if strings.HasPrefix(f.path, "arch_") || f.generated && strings.HasPrefix(f.path, "client/") {
			continue // these name the phrases; the client repeats words of the API that stand where it is written
		}
		for _, group := range f.ast.Comments {
			for _, c := range group.List {
				look(house.at(c), c.Text)
			}
		}
	}
	err := fs.WalkDir(house.fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(p) != ".md" && path.Ext(p) != ".sql" || strings.Contains(p, "testdata/") ||
			p == "CONTRIBUTING.md" {
			return err
		}
		text, err := fs.ReadFile(house.fsys, p)
		at := 0
		for line := range strings.Lines(string(text)) {
			at++
			look(fmt.Sprintf("%s:%d", p, at), strings.TrimSuffix(line, "\n"))
		}
		return err
	})
	if err != nil {
		return []string{err.Error()}
	}
	return breaches
}
