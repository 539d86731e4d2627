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
	"strconv"
	"strings"
)

const (
	maxFileLines     = 600
	maxFuncLines     = 70
	minPackageLetter = 200 // a package comment shorter than this names the package, it does not explain it
)

func packageComments(house tree) []string {
	var breaches []string
	dirs := house.packages()
	for _, dir := range slices.Sorted(maps.Keys(dirs)) {
		var text string
		for _, f := range dirs[dir] {
			text += f.ast.Doc.Text()
		}
		switch {
		case text == "":
			breaches = append(breaches,
				fmt.Sprintf("package %s has no package comment: a reader who opens it first learns nothing", dir))
		case len(text) < minPackageLetter:
			breaches = append(breaches, fmt.Sprintf(
				"package %s explains itself in %d letters, of at least %d: say what it keeps, which rule it holds and where to "+
					"start reading",
				dir, len(text), minPackageLetter))
		}
	}
	return breaches
}

// selfEvident are the methods that every error has and that only do what their names promise everywhere.
var selfEvident = []string{"Error", "Unwrap", "Is"}

// exportedDocs asks for a comment on every exported name at the top of a package and on every exported method of an
// exported type. A comment on a group of constants or variables covers the group.
func exportedDocs(house tree) []string {
	var breaches []string
	undocumented := func(n ast.Node, name string) {
		breaches = append(breaches,
			fmt.Sprintf("%s: %s is exported without a comment: its unit, its errors and its source are in nobody's head "+
				"but yours", house.at(n), name))
	}
	for _, f := range house.files {
		if f.generated || strings.HasSuffix(f.path, "_test.go") {
			continue
		}
		for _, decl := range f.ast.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				recv, method := receiver(d)
				hidden := !d.Name.IsExported() || method && (!ast.IsExported(recv) || slices.Contains(selfEvident, d.Name.Name))
				if !hidden && d.Doc.Text() == "" {
					undocumented(d, d.Name.Name)
				}
			case *ast.GenDecl:
				for _, name := range bareNames(d) {
					undocumented(name, name.Name)
				}
			}
		}
	}
	return breaches
}

// receiver is the name of the type that a method belongs to.
func receiver(d *ast.FuncDecl) (name string, method bool) {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return "", false
	}
	expr := d.Recv.List[0].Type
	for {
		switch e := expr.(type) {
		case *ast.StarExpr:
			expr = e.X
		case *ast.IndexExpr:
			expr = e.X
		case *ast.IndexListExpr:
			expr = e.X
		case *ast.Ident:
			return e.Name, true
		default:
			return "", true
		}
	}
}

// bareNames are the exported names of a declaration that no comment explains.
func bareNames(d *ast.GenDecl) []*ast.Ident {
	var bare []*ast.Ident
	for _, spec := range d.Specs {
		switch s := spec.(type) {
		case *ast.TypeSpec:
			if s.Name.IsExported() && s.Doc.Text() == "" && (d.Doc.Text() == "" || d.Lparen.IsValid()) {
				bare = append(bare, s.Name)
			}
		case *ast.ValueSpec:
			for _, name := range s.Names {
				if name.IsExported() && s.Doc.Text() == "" && s.Comment.Text() == "" && d.Doc.Text() == "" {
					bare = append(bare, name)
				}
			}
		}
	}
	return bare
}

func sizes(house tree) []string {
	var breaches []string
	for _, f := range house.files {
		if f.generated {
			continue
		}
		if f.lines > maxFileLines {
			breaches = append(breaches,
				fmt.Sprintf("%s has %d lines, of at most %d: split it where a reader would look for the second half", f.path,
					f.lines, maxFileLines))
		}
		for _, decl := range f.ast.Decls {
			if d, ok := decl.(*ast.FuncDecl); ok {
				if n := house.length(f, d); n > maxFuncLines {
					breaches = append(breaches,
						fmt.Sprintf("%s: %s has %d lines, of at most %d: what cannot be seen at once cannot be checked at once",
							house.at(d), d.Name.Name, n, maxFuncLines))
				}
			}
		}
	}
	return breaches
}

// length counts the lines of a function. In a test the tables of cases are data and do not count.
func (house tree) length(f file, d *ast.FuncDecl) int {
	span := func(n ast.Node) int { return house.fset.Position(n.End()).Line - house.fset.Position(n.Pos()).Line }
	lines := span(d) + 1
	ast.Inspect(d, func(n ast.Node) bool {
		table, ok := n.(*ast.CompositeLit)
		if ok && f.test {
			lines -= span(table)
		}
		return !ok
	})
	return lines
}

// clock keeps the time of day out of everything that must give the same answer tomorrow.
func clock(house tree) []string {
	var breaches []string
	for _, f := range house.files {
		here, _ := room(f.dir)
		if f.test || here == "store" && f.dir != "store/jobs" || here == "cmd" || here == "scripts" {
			continue
		}
		name, imported := f.imports()["time"]
		if !imported {
			continue
		}
		each(f, func(sel *ast.SelectorExpr) {
			if isIdent(sel.X, name) && slices.Contains([]string{"Now", "Since", "Until"}, sel.Sel.Name) {
				breaches = append(breaches,
					fmt.Sprintf("%s: time.%s reads the machine's clock: take tx.At or the store's Clock, so that a test and a "+
						"replay see the same instant", house.at(sel), sel.Sel.Name))
			}
		})
	}
	return breaches
}

// days keeps the calendar of the machine, and UTC's, out of the books: after midnight in Copenhagen UTC is a day
// behind, in the first hour of a year a year.
func days(house tree) []string {
	var breaches []string
	for _, f := range house.files {
		if f.test {
			continue
		}
		each(f, func(sel *ast.SelectorExpr) {
			of, instant := sel.X.(*ast.SelectorExpr)
			parts := []string{"Date", "Day", "Month", "Weekday", "Year", "YearDay"}
			if instant && of.Sel.Name == "At" && slices.Contains(parts, sel.Sel.Name) {
				breaches = append(breaches, fmt.Sprintf("%s: At.%s is of UTC: take ledger.DateOf, the day in Copenhagen",
					house.at(sel), sel.Sel.Name))
			}
		})
	}
	return breaches
}

// noFloats are the rooms in which a float can only be money, a rate or a share.
var noFloats = []string{"migrations", "store", "proof", "access", "ledger", "grants", "beneficiaries", "disbursements",
	"statements"}

// floatsAllowed are the exceptions, with the reason.
var floatsAllowed = map[string]string{
	"statements/page/pdf*.go": "positions and widths on a page are millimetres",
}

// floats refuses float types in the rooms of money, and decimal's doors to them everywhere.
func floats(house tree) []string {
	var breaches []string
	for _, f := range house.files {
		here, _ := room(f.dir)
		if f.test || anyMatch(slices.Collect(maps.Keys(floatsAllowed)), f.path) {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			switch {
			case !ok:
			case slices.Contains(noFloats, here) && (id.Name == "float64" || id.Name == "float32"):
				breaches = append(breaches,
					fmt.Sprintf("%s: %s in %s: 0.10 has no exact float, use ledger.Money, ledger.Rate or decimal.Decimal",
						house.at(id), id.Name, here))
			case slices.Contains([]string{"NewFromFloat", "NewFromFloat32", "NewFromFloatWithExponent", "InexactFloat64"},
				id.Name):
				breaches = append(breaches,
					fmt.Sprintf("%s: %s takes a decimal through a float: the øre that it loses has to be found by an accountant",
						house.at(id), id.Name))
			}
			return true
		})
	}
	return breaches
}

func each(f file, visit func(*ast.SelectorExpr)) {
	ast.Inspect(f.ast, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			visit(sel)
		}
		return true
	})
}

func isIdent(e ast.Expr, name string) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == name
}

// textArgument says which argument of a method of bun or database/sql is SQL text.
var textArgument = map[string]int{
	"ColumnExpr": 0, "DistinctOn": 0, "GroupExpr": 0, "Having": 0, "Join": 0, "JoinOn": 0, "ModelTableExpr": 0,
	"NewRaw": 0,
	"On":     0, "OrderExpr": 0, "Raw": 0, "Returning": 0, "Safe": 0, "Set": 0, "SetColumn": 1, "TableExpr": 0, "Where": 0,
	"WhereOr": 0,
	"Exec":    0, "Query": 0, "QueryRow": 0, "ExecContext": 1, "QueryContext": 1, "QueryRowContext": 1,
	"PrepareContext": 1,
	"Stream":         1, // store.Tx.Stream
}

// sqlAllowed are the functions that may pass on SQL text that is not seen to be constant, with the reason.
var sqlAllowed = map[string]string{
	"store/stream.go:Stream":             "it passes on what its callers give, and theirs is looked at",
	"store/eachrow.go:EachRow":           "the text is that of a query that bun has written",
	"store/stream.go:stream":             "what is given to Raw is a function",
	"store/stream.go:streamPostgres":     "the text is of Stream",
	"store/stream.go:streamSQLite":       "the text is of Stream",
	"store/stream.go:assign":             "what is given to Set is a value of reflect",
	"store/open_sqlite.go:assertPragmas": "a pragma takes no arguments; the names are constants of the table above it",
	"store/script.go:runTexts": "it passes on what bun has written from queries that are looked at where " +
		"they are made",
	"store/dump.go:Dump":                    "what is given to Raw is a function",
	"store/dump.go:Tables":                  "the text is of a table of constants",
	"store/dump.go:columns":                 "the text is of a table of constants",
	"store/dump.go:dumpPostgres":            "the text is that of a query that bun has written",
	"store/load.go:restSQLite":              "a trigger is put back by the text that the database kept of it",
	"store/load.go:restPostgres":            "a foreign key is put back by the text that the database gave of it",
	"store/load.go:Fill":                    "what is given to Raw is a function",
	"store/load.go:fillSQLite":              "names of a table and its columns, quoted, as the catalog gave them",
	"store/jobs/kept.go:Waiting":            "the text is of a table of constants",
	"store/jobs/kept.go:Overdue":            "the text is of a table of constants",
	"store/batch.go:queryBatch":             "what is given to Raw is a function",
	"store/remember.go:NewRaw":              "it passes on what its callers give, and theirs is looked at",
	"store/remember.go:QueryContext":        "the text is that of a query that bun has written",
	"store/remember.go:QueryRowContext":     "the text is that of a query that bun has written",
	"store/remember.go:recall":              "the text is that of a query that bun has written",
	"store/fuse.go:commitWith":              "what is given to Raw is a function; the script is of bun's texts",
	"store/conn_postgres.go:begun":          "the text is of a table of constants",
	"store/conn_postgres.go:ExecContext":    "it passes on what database/sql gives",
	"store/conn_postgres.go:QueryContext":   "it passes on what database/sql gives",
	"store/conn_postgres.go:PrepareContext": "it passes on what database/sql gives",
	"store/conn_postgres.go:Commit":         "the text is a constant behind a context",
	"store/conn_postgres.go:Rollback":       "the text is a constant behind a context",
	"store/rowchanges.go:watch":             "what is given to Raw is a function",
	"store/rowchanges.go:unwatch":           "what is given to Raw is a function",
	"store/rowchanges.go:runFinal":          "what is given to Raw is a function; the script is of bun's texts",
	"store/rowchanges.go:changed":           "names of a table and its columns, as package migrations has them",
	"store/insert_sqlite.go:insertCompiled": "the text is of insertText; what is given to Raw is a function, to " +
		"ExecContext the values",
	"store/batch.go:querySQLite":  "what is given to QueryContext are the arguments of a compiled text",
	"store/compiled.go:statement": "the text is of insertText, or a BatchQuery's",
	"store/compiled.go:endOne":    "what is given to Raw is a function",
	"store/insert.go:columns": "one array per column of the model: names and values are arguments, only " +
		"their count is put together",
}

// constantSQL refuses SQL text that is put together at run time. bun writes every value into the text itself, so a
// text that holds a stray `?` or a user's words is an injection that no driver can stop.
func constantSQL(house tree) []string {
	var breaches []string
	consts := constants(house)
	for _, f := range house.files {
		if f.test || !anyMatch(inSQL, f.path) {
			continue
		}
		for _, decl := range f.ast.Decls {
			if d, ok := decl.(*ast.FuncDecl); ok && sqlAllowed[f.path+":"+d.Name.Name] != "" {
				continue
			}
			in := scope{f, consts, assigned(decl), map[string]bool{}}
			ast.Inspect(decl, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				if name, text := sqlText(f, call); text != nil && !in.constant(text) {
					breaches = append(breaches,
						fmt.Sprintf("%s: the text given to %s is put together at run time: write it as a constant with ? for values, "+
							"and choose among constants where it varies", house.at(call), name))
				}
				return true
			})
		}
	}
	return breaches
}

// sqlText finds the SQL text among the arguments of a call, or nil where there is none.
func sqlText(f file, call *ast.CallExpr) (method string, text ast.Expr) {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return "", nil
	}
	at, known := textArgument[sel.Sel.Name]
	if !known || len(call.Args) <= at {
		return "", nil
	}
	if id, ok := sel.X.(*ast.Ident); ok && id.Name != "bun" &&
		slices.Contains(slices.Collect(maps.Values(f.imports())), id.Name) {
		return "", nil // strings.Join and its like
	}
	if sel.Sel.Name == "Exec" && isIdent(call.Args[0], "ctx") {
		return "", nil // the end of a bun query
	}
	return sel.Sel.Name, call.Args[at]
}

// constants are the names of all constants, by "folder.Name"; those inside functions count for their package.
func constants(house tree) map[string]bool {
	found := map[string]bool{}
	for _, f := range house.files {
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if d, ok := n.(*ast.GenDecl); ok && d.Tok == token.CONST {
				for _, spec := range d.Specs {
					for _, name := range spec.(*ast.ValueSpec).Names {
						found[f.dir+"."+name.Name] = true
					}
				}
			}
			return true
		})
	}
	return found
}

// scope is what a name in a function may stand for.
type scope struct {
	file   file
	consts map[string]bool
	locals map[string][]ast.Expr // every value that a local variable is given; nil where one cannot be seen
	seen   map[string]bool       // names on the way, so that `q = q + "…"` does not go in circles
}

// constant says whether an expression is text that stands in the source: literals, constants, their sums, and local
// variables that are only ever given such.
func (in scope) constant(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.BasicLit:
		return true
	case *ast.ParenExpr:
		return in.constant(e.X)
	case *ast.BinaryExpr:
		return in.constant(e.X) && in.constant(e.Y)
	case *ast.Ident:
		values, local := in.locals[e.Name]
		if !local {
			return in.consts[in.file.dir+"."+e.Name]
		}
		if in.seen[e.Name] {
			return true
		}
		in.seen[e.Name] = true
		defer delete(in.seen, e.Name)
		return values != nil && !slices.ContainsFunc(values, func(v ast.Expr) bool { return !in.constant(v) })
	case *ast.SelectorExpr:
		for p, name := range in.file.imports() {
			if rel, ours := strings.CutPrefix(p, module+"/"); ours && isIdent(e.X, name) {
				return in.consts[rel+"."+e.Sel.Name]
			}
		}
	}
	return false
}

// assigned collects what each local variable of a function is given. A parameter, a loop variable or one of several
// results has no value that can be seen here.
func assigned(decl ast.Node) map[string][]ast.Expr {
	locals := map[string][]ast.Expr{}
	give := func(to ast.Expr, v ast.Expr) {
		if id, ok := to.(*ast.Ident); ok {
			if values, known := locals[id.Name]; v == nil || known && values == nil {
				locals[id.Name] = nil
			} else {
				locals[id.Name] = append(values, v)
			}
		}
	}
	ast.Inspect(decl, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for i, to := range n.Lhs {
				if len(n.Lhs) == len(n.Rhs) {
					give(to, n.Rhs[i])
				} else {
					give(to, nil)
				}
			}
		case *ast.RangeStmt:
			give(n.Key, nil)
			give(n.Value, nil)
		case *ast.FuncType:
			for _, param := range n.Params.List {
				for _, name := range param.Names {
					give(name, nil)
				}
			}
		}
		return true
	})
	return locals
}

// unportable are words that tie SQL to one engine, one schema or the database's clock.
var unportable = []struct {
	word *regexp.Regexp
	why  string
}{
	{regexp.MustCompile(`(?i)\bnow\s*\(\)|\bcurrent_timestamp\b|\bclock_timestamp\b|\bdatetime\s*\('now'`),
		"instants come from tx.At, so that a replay and a replica agree"},
	{regexp.MustCompile(`(?i)\bpg_(try_)?advisory`),
		"a lock that the schema does not hold is lost behind a pooler and on a cluster"},
	{regexp.MustCompile(`(?i)\bpublic\.\w`), "one organisation is one schema, so no text names any"},
}

// unportableAllowed are the files that may use such a word, with the reason.
var unportableAllowed = map[string]string{
	"store/migrate.go": "its advisory lock only keeps two migrations from colliding politely; correctness " +
		"rests on the row that is claimed",
	"store/turn.go": "the lock is the transaction's and ends with it, so a pooler that keeps a transaction together " +
		"keeps it; where it fails, the act's own version still holds",
	"jobs.sql": "the tables of the queue of jobs are river's, and keep river's time: nothing about money",
}

// portableSQL reads the SQL files and the string constants of the files in which SQL may be written.
func portableSQL(house tree) []string {
	var breaches []string
	look := func(at, text string) {
		for _, u := range unportable {
			if word := u.word.FindString(text); word != "" {
				breaches = append(breaches, fmt.Sprintf("%s: %q in SQL: %s", at, word, u.why))
			}
		}
	}
	for _, f := range house.files {
		if f.test || !anyMatch(inSQL, f.path) || unportableAllowed[f.path] != "" {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				text, _ := strconv.Unquote(lit.Value) // the parser accepted it
				look(house.at(lit), text)
			}
			return true
		})
	}
	for _, pattern := range []string{"migrations/*.sql", "migrations/*/*.sql", "migrations/*/*/*.sql"} {
		names, _ := fs.Glob(house.fsys, pattern) // the pattern is well formed
		for _, name := range names {
			if unportableAllowed[path.Base(name)] != "" {
				continue
			}
			src, err := fs.ReadFile(house.fsys, name)
			if err != nil {
				breaches = append(breaches, err.Error())
			}
			for i, line := range strings.Split(string(src), "\n") {
				code, _, _ := strings.Cut(line, "--")
				look(fmt.Sprintf("%s:%d", name, i+1), code)
			}
		}
	}
	return breaches
}

// errorTable holds that the error table, the files problems*.go below http, mentions every exported sentinel of the
// rooms, so that no refusal reaches a client as "internal error". Migrations run before there is a client; the
// command line and what it plays through the API (http/story) speak for themselves.
func errorTable(house tree) []string {
	mentioned := map[string]bool{}
	for _, f := range house.files {
		if strings.HasPrefix(f.path, "http/") && strings.HasPrefix(path.Base(f.path), "problems") && !f.test {
			ast.Inspect(f.ast, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.SelectorExpr:
					for p, name := range f.imports() {
						if rel, ours := strings.CutPrefix(p, module+"/"); ours && isIdent(n.X, name) {
							mentioned[rel+"."+n.Sel.Name] = true
						}
					}
				case *ast.CompositeLit:
					for _, e := range n.Elts {
						mentionOwn(f.dir, e, mentioned)
					}
				}
				return true
			})
		}
	}
	var breaches []string
	if len(mentioned) == 0 {
		return []string{"problems*.go below http mentions no sentinel error: either the table moved or this rule looks at " +
			"nothing"}
	}
	for _, f := range house.files {
		here, _ := room(f.dir)
		if f.test || !slices.Contains(rooms, here) || here == "cmd" || here == "migrations" || f.dir == "http/story" {
			continue
		}
		for _, name := range sentinels(f) {
			if !mentioned[f.dir+"."+name.Name] {
				breaches = append(breaches,
					fmt.Sprintf("%s: %s.%s is in no problems.go below http: a client who meets it is told \"internal error\" "+
						"instead of what to do", house.at(name), f.dir, name.Name))
			}
		}
	}
	return breaches
}

// mentionOwn counts a sentinel of a package that holds a part of the table, where it stands there.
func mentionOwn(dir string, e ast.Expr, mentioned map[string]bool) {
	if kv, ok := e.(*ast.KeyValueExpr); ok {
		mentionOwn(dir, kv.Key, mentioned)
		e = kv.Value
	}
	if id, ok := e.(*ast.Ident); ok {
		mentioned[dir+"."+id.Name] = true
	}
}

// sentinels are the exported package variables called Err….
func sentinels(f file) []*ast.Ident {
	var found []*ast.Ident
	for _, decl := range f.ast.Decls {
		d, ok := decl.(*ast.GenDecl)
		if !ok || d.Tok != token.VAR {
			continue
		}
		for _, spec := range d.Specs {
			for _, name := range spec.(*ast.ValueSpec).Names {
				if strings.HasPrefix(name.Name, "Err") && len(name.Name) > 3 {
					found = append(found, name)
				}
			}
		}
	}
	return found
}
