// Command measure prints how the hand-written Go of a tree reads: the sizes of packages and functions, the number of
// parameters, the width of lines, what is documented. Each row is one figure, so that two runs can be compared by
// `diff`. Tests, generated files and test data are left out; test lines are only counted against code lines. It parses
// the files and type-checks nothing, so it works on any tree.
//
//	go run ./scripts/measure [-packages] [folder]
//	go run ./scripts/measure -weights binary       what each library adds to a binary that kept its symbols
package main

import (
	"cmp"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	maxWidth = 120 // columns; a tab is one, as arch_test.go counts
	tab      = 4   // columns of a tab, as the widths of other projects were measured
)

func main() {
	packages := flag.Bool("packages", false, "print a row per package instead")
	weights := flag.Bool("weights", false, "print the bytes of each module in a binary instead")
	flag.Parse()
	if *weights {
		if err := printWeights(flag.Arg(0)); err != nil {
			fmt.Fprintln(os.Stderr, "measure:", err)
			os.Exit(1)
		}
		return
	}
	dir := cmp.Or(flag.Arg(0), ".")
	m, err := measure(os.DirFS(dir))
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "measure:", err)
		os.Exit(1)
	case *packages:
		m.printPackages()
	default:
		m.print()
	}
}

// measures are the figures of a tree.
type measures struct {
	code, tests, comments int
	packages              map[string]*figures
	widths                []int
	functions             []function
	types                 int
	exported, documented  int
}

// figures are those of one package.
type figures struct {
	lines, wide, manyParameters, positional int
	longestFunction, longestFile            int
	methods                                 map[string]int // by receiver
	structs                                 map[string]bool
	files                                   []*ast.File
}

type function struct{ lines, branches, parameters int }

func measure(tree fs.FS) (*measures, error) {
	m := &measures{packages: map[string]*figures{}}
	fset := token.NewFileSet()
	err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "testdata" || len(name) > 1 && strings.HasPrefix(d.Name(), ".")):
			return fs.SkipDir
		case d.IsDir() || path.Ext(name) != ".go":
			return nil
		}
		return m.file(tree, fset, name)
	})
	for _, p := range m.packages {
		for _, f := range p.files {
			p.positional += positionalLiterals(f, p.structs, m.packages)
		}
	}
	return m, err
}

// file adds the figures of one file.
func (m *measures) file(tree fs.FS, fset *token.FileSet, name string) error {
	src, err := fs.ReadFile(tree, name)
	if err != nil {
		return err
	}
	lines := strings.Count(string(src), "\n")
	if strings.HasSuffix(name, "_test.go") {
		m.tests += lines
		return nil
	}
	f, err := parser.ParseFile(fset, name, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil || ast.IsGenerated(f) {
		return err
	}
	p := m.packages[path.Dir(name)]
	if p == nil {
		p = &figures{methods: map[string]int{}, structs: map[string]bool{}}
		m.packages[path.Dir(name)] = p
	}
	p.files = append(p.files, f)
	p.lines += lines
	p.longestFile = max(p.longestFile, lines)
	m.code += lines
	for line := range strings.Lines(string(src)) {
		line = strings.TrimSuffix(line, "\n")
		width := utf8.RuneCountInString(line)
		if line != "" {
			m.widths = append(m.widths, width+(tab-1)*strings.Count(line, "\t"))
		}
		if width > maxWidth {
			p.wide++
		}
	}
	m.comments += commentLines(fset, f, src)
	for _, decl := range f.Decls {
		m.declaration(fset, p, decl)
	}
	return nil
}

// commentLines counts the lines that hold nothing but a comment.
func commentLines(fset *token.FileSet, f *ast.File, src []byte) int {
	lines := strings.Split(string(src), "\n")
	n := 0
	for _, group := range f.Comments {
		for _, c := range group.List {
			first, last := fset.Position(c.Pos()).Line, fset.Position(c.End()).Line
			for at := first; at <= last; at++ {
				if at > first || strings.HasPrefix(strings.TrimSpace(lines[at-1]), "/") {
					n++
				}
			}
		}
	}
	return n
}

func (m *measures) declaration(fset *token.FileSet, p *figures, decl ast.Decl) {
	switch d := decl.(type) {
	case *ast.FuncDecl:
		f := function{
			lines:      fset.Position(d.End()).Line - fset.Position(d.Pos()).Line + 1,
			branches:   branches(d),
			parameters: d.Type.Params.NumFields(),
		}
		m.functions = append(m.functions, f)
		p.longestFunction = max(p.longestFunction, f.lines)
		if f.parameters > 5 {
			p.manyParameters++
		}
		receiver := receiverName(d)
		if receiver != "" {
			p.methods[receiver]++
		}
		if d.Name.IsExported() && (receiver == "" || ast.IsExported(receiver)) {
			m.export(d.Doc.Text() != "")
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			m.specification(p, d, spec)
		}
	}
}

func (m *measures) specification(p *figures, d *ast.GenDecl, spec ast.Spec) {
	switch s := spec.(type) {
	case *ast.TypeSpec:
		m.types++
		if _, isStruct := s.Type.(*ast.StructType); isStruct {
			p.structs[s.Name.Name] = true
		}
		if s.Name.IsExported() {
			m.export(s.Doc.Text() != "" || d.Doc.Text() != "")
		}
	case *ast.ValueSpec:
		for _, name := range s.Names {
			if name.IsExported() {
				m.export(s.Doc.Text() != "" || s.Comment.Text() != "" || d.Doc.Text() != "")
			}
		}
	}
}

func (m *measures) export(documented bool) {
	m.exported++
	if documented {
		m.documented++
	}
}

// receiverName is the name of the type that a method belongs to, or nothing.
func receiverName(d *ast.FuncDecl) string {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return ""
	}
	return typeName(d.Recv.List[0].Type)
}

// typeName is the name of a named type, behind its pointer and its type arguments.
func typeName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return typeName(e.X)
	case *ast.IndexExpr:
		return typeName(e.X)
	case *ast.IndexListExpr:
		return typeName(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

// branches is the cyclomatic complexity of a function: one, and one more for each condition.
func branches(d *ast.FuncDecl) int {
	n := 1
	ast.Inspect(d, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.IfStmt, *ast.ForStmt, *ast.RangeStmt:
			n++
		case *ast.CaseClause:
			if node.List != nil {
				n++
			}
		case *ast.CommClause:
			if node.Comm != nil {
				n++
			}
		case *ast.BinaryExpr:
			if node.Op == token.LAND || node.Op == token.LOR {
				n++
			}
		}
		return true
	})
	return n
}

// positionalLiterals counts the struct literals of more than four values without field names. Structs are known by the
// declarations of the tree: those of the package by name, those of another by the last element of its path.
func positionalLiterals(f *ast.File, own map[string]bool, packages map[string]*figures) int {
	isStruct := func(e ast.Expr) bool {
		switch e := e.(type) {
		case *ast.StructType:
			return true
		case *ast.SelectorExpr:
			qualifier, ok := e.X.(*ast.Ident)
			for dir, p := range packages {
				if ok && path.Base(dir) == qualifier.Name && p.structs[e.Sel.Name] {
					return true
				}
			}
			return false
		}
		return own[typeName(e)]
	}
	n := 0
	ast.Inspect(f, func(node ast.Node) bool {
		if lit, ok := node.(*ast.CompositeLit); ok && len(lit.Elts) > 4 && isStruct(lit.Type) {
			if _, keyed := lit.Elts[0].(*ast.KeyValueExpr); !keyed {
				n++
			}
		}
		return true
	})
	return n
}

func (m *measures) print() {
	column := func(of func(function) int) []int {
		values := make([]int, len(m.functions))
		for i, f := range m.functions {
			values[i] = of(f)
		}
		return values
	}
	above := func(values []int, least int) (n int) {
		for _, v := range values {
			if v >= least {
				n++
			}
		}
		return n
	}
	var sizes, methods []int
	positional, wide := 0, 0
	for _, p := range m.packages {
		sizes, positional, wide = append(sizes, p.lines), positional+p.positional, wide+p.wide
		methods = append(methods, slices.Collect(maps.Values(p.methods))...)
	}
	lines, parameters := column(func(f function) int { return f.lines }),
		column(func(f function) int { return f.parameters })
	complexity := column(func(f function) int { return f.branches })
	share := func(part, whole int) float64 { return 100 * float64(part) / float64(max(whole, 1)) }
	fmt.Printf("lines                          %d\n", m.code)
	fmt.Printf("test/code                      %.2f\n", float64(m.tests)/float64(max(m.code, 1)))
	fmt.Printf("packages                       %d\n", len(sizes))
	fmt.Printf("package lines p50/max          %d / %d\n", percentile(sizes, 50), percentile(sizes, 100))
	fmt.Printf("functions                      %d\n", len(m.functions))
	fmt.Printf("function lines p50/p90/p99/max %d / %d / %d / %d\n",
		percentile(lines, 50), percentile(lines, 90), percentile(lines, 99), percentile(lines, 100))
	fmt.Printf("cyclomatic p99/max             %d / %d\n", percentile(complexity, 99), percentile(complexity, 100))
	fmt.Printf("functions, >= 5 parameters     %d (%.1f %%)\n", above(parameters, 5),
		share(above(parameters, 5), len(parameters)))
	fmt.Printf("functions, > 5 parameters      %d\n", above(parameters, 6))
	fmt.Printf("methods per receiver, max      %d\n", percentile(methods, 100))
	fmt.Printf("types per 1,000 lines          %.1f\n", share(m.types, m.code)*10)
	fmt.Printf("positional literals >= 5       %d\n", positional)
	fmt.Printf("width p90/p99                  %d / %d\n", percentile(m.widths, 90), percentile(m.widths, 99))
	fmt.Printf("lines wider than %d           %d\n", maxWidth, wide)
	fmt.Printf("comment lines                  %.0f %%\n", share(m.comments, m.code))
	fmt.Printf("exported names documented      %.0f %%\n", share(m.documented, m.exported))
}

// printPackages prints what each package has to do with the caps.
func (m *measures) printPackages() {
	fmt.Printf("%-28s %7s %6s %6s %6s %6s %6s %7s\n", "package", "lines", "file", "func", "recv", "wide", "param",
		"literal")
	for _, dir := range slices.Sorted(maps.Keys(m.packages)) {
		p := m.packages[dir]
		most := percentile(slices.Collect(maps.Values(p.methods)), 100)
		fmt.Printf("%-28s %7d %6d %6d %6d %6d %6d %7d\n",
			dir, p.lines, p.longestFile, p.longestFunction, most, p.wide, p.manyParameters, p.positional)
	}
}

// percentile is the value at a rank of n in a hundred; of nothing it is 0.
func percentile(values []int, n int) int {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[(len(sorted)-1)*n/100]
}
