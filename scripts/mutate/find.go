package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// mutant is one small fault.
type mutant struct {
	id     int
	key    string // file, function, change and which of these in the function: the same after edits elsewhere
	place  string // file:line
	fn     string
	change string
	file   *source
	edit   edit
}

// edit replaces the text of a node. It is given the text with the mutants inside it, and the text as written.
type edit struct {
	from, to int
	build    func(id int, inner string) string
}

// source is one file with its mutants.
type source struct {
	name string
	text string
	ast  *ast.File
}

// target is a package whose mutants are looked for.
type target struct {
	name    string
	fset    *token.FileSet
	info    *types.Info
	pkg     *types.Package
	sources []*source
	found   []*mutant
}

// load parses and checks a package, and finds every mutant of it.
func load(o options) (*target, error) {
	exports, err := exportData("./" + o.pkg)
	if err != nil {
		return nil, err
	}
	t := &target{fset: token.NewFileSet(),
		info: &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{},
			Selections: map[*ast.SelectorExpr]*types.Selection{}, Defs: map[*ast.Ident]types.Object{}}}
	names, err := filepath.Glob(filepath.Join(o.pkg, "*.go"))
	if err != nil {
		return nil, err
	}
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		parsed, err := parser.ParseFile(t.fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		files = append(files, parsed)
		t.sources = append(t.sources, &source{name, string(text), parsed})
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("no Go files in %s", o.pkg)
	}
	t.name = files[0].Name.Name
	conf := types.Config{Importer: importer.ForCompiler(t.fset, "gc", func(path string) (io.ReadCloser, error) {
		return os.Open(exports[path])
	})}
	if t.pkg, err = conf.Check(o.pkg, t.fset, files, t.info); err != nil {
		return nil, err
	}
	for _, s := range t.sources {
		if o.files.MatchString(s.name) && !o.skip.MatchString(s.name) {
			t.findIn(s)
		}
	}
	return t, nil
}

// exportData names the files with the compiled types of a package's dependencies.
func exportData(pkg string) (map[string]string, error) {
	var stderr bytes.Buffer
	cmd := exec.CommandContext(context.Background(), "go", "list", "-export", "-deps",
		"-f", "{{.ImportPath}}={{.Export}}", pkg)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w\n%s", err, stderr.String())
	}
	exports := map[string]string{}
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), "=")
		exports[path] = file
	}
	return exports, nil
}

// sample chooses mutants by the hash of their keys, so that the choice is spread over the package and changes little
// with the code.
func (t *target) sample(o options) []*mutant {
	chosen := slices.Clone(t.found)
	switch {
	case o.again != nil:
		chosen = slices.DeleteFunc(chosen, func(m *mutant) bool { return !o.again[m.key] })
	case o.only != nil:
		chosen = slices.DeleteFunc(chosen, func(m *mutant) bool {
			return !slices.ContainsFunc(o.only, func(place string) bool { return strings.HasPrefix(m.key, place) })
		})
	default:
		rank := func(m *mutant) string { sum := sha256.Sum256([]byte(o.seed + m.key)); return string(sum[:]) }
		slices.SortFunc(chosen, func(a, b *mutant) int { return strings.Compare(rank(a), rank(b)) })
		chosen = chosen[:min(o.n, len(chosen))]
	}
	slices.SortStableFunc(chosen, func(a, b *mutant) int { return strings.Compare(a.key, b.key) })
	for i, m := range chosen {
		m.id = i + 1
	}
	return chosen
}

// finder looks for mutants in one function.
type finder struct {
	*target
	s       *source
	fn      *ast.FuncDecl
	seen    map[string]int
	clauses map[ast.Stmt]bool // statements in the heads of others
}

func (t *target) findIn(s *source) {
	for _, decl := range s.ast.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok || fn.Body == nil || fn.Name.Name == "String" || fn.Name.Name == "Error" {
			continue
		}
		f := &finder{target: t, s: s, fn: fn, seen: map[string]int{}, clauses: map[ast.Stmt]bool{}}
		ast.Inspect(fn.Body, f.node)
	}
}

func (f *finder) offset(p token.Pos) int { return f.fset.Position(p).Offset }

func (f *finder) text(n ast.Node) string { return f.s.text[f.offset(n.Pos()):f.offset(n.End())] }

// add notes a mutant that replaces a node.
func (f *finder) add(n ast.Node, change string, build func(id int, inner string) string) {
	name := f.fn.Name.Name
	base := filepath.Base(f.s.name) + " " + name + " " + change
	f.seen[base]++
	f.found = append(f.found, &mutant{
		key:    fmt.Sprintf("%s #%d", base, f.seen[base]),
		place:  fmt.Sprintf("%s:%d", f.s.name, f.fset.Position(n.Pos()).Line),
		fn:     name,
		change: change,
		file:   f.s,
		edit:   edit{f.offset(n.Pos()), f.offset(n.End()), build},
	})
}

// replace notes a mutant that makes another expression of the same type.
func (f *finder) replace(e ast.Expr, other, change string) {
	typ := f.typeText(e)
	if typ == "" {
		return
	}
	f.add(e, change, func(id int, inner string) string {
		return fmt.Sprintf("func() %s { if mutantOn(%d) { return %s }; return %s }()", typ, id, other, inner)
	})
}

// typeText writes the type of an expression as its file may write it, or nothing.
func (f *finder) typeText(e ast.Expr) string {
	tv, ok := f.info.Types[e]
	if !ok || tv.Value != nil || tv.Type == nil || tv.IsVoid() {
		return ""
	}
	hidden := false
	text := types.TypeString(types.Default(tv.Type), func(p *types.Package) string {
		if p == f.pkg {
			return ""
		}
		for _, spec := range f.s.ast.Imports {
			if strings.Trim(spec.Path.Value, `"`) == p.Path() {
				if spec.Name != nil {
					return spec.Name.Name
				}
				return p.Name()
			}
		}
		hidden = true
		return ""
	})
	if _, tuple := tv.Type.(*types.Tuple); tuple || hidden {
		return ""
	}
	return text
}
