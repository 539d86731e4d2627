package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// others are what a comparison or a sign is changed into.
var others = map[token.Token][]token.Token{
	token.LSS: {token.LEQ, token.GEQ}, token.LEQ: {token.LSS, token.GTR},
	token.GTR: {token.GEQ, token.LEQ}, token.GEQ: {token.GTR, token.LSS},
	token.EQL: {token.NEQ}, token.NEQ: {token.EQL},
	token.ADD: {token.SUB}, token.SUB: {token.ADD}, token.MUL: {token.ADD},
}

// twins are methods and functions that are taken for each other.
var twins = map[string]string{"Add": "Sub", "Sub": "Add", "Before": "After", "After": "Before",
	"GreaterThan": "GreaterThanOrEqual", "GreaterThanOrEqual": "GreaterThan", "LessThan": "LessThanOrEqual",
	"LessThanOrEqual": "LessThan"}

// node notes the mutants of one node. It returns whether to look inside.
func (f *finder) node(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.GenDecl:
		return n.Tok != token.CONST
	case *ast.ForStmt:
		f.clause(n.Init)
		f.clause(n.Post)
	case *ast.SwitchStmt:
		f.clause(n.Init)
	case *ast.IfStmt:
		f.clause(n.Init)
		f.ifStatement(n)
	case *ast.CaseClause:
		for _, e := range n.List {
			f.condition(e)
		}
	case *ast.BinaryExpr:
		f.binary(n)
	case *ast.UnaryExpr:
		if n.Op == token.NOT {
			f.replace(n, f.text(n.X), short("! dropped: "+f.text(n)))
		}
	case *ast.CallExpr:
		return f.call(n)
	case *ast.ExprStmt:
		f.statement(n)
	case *ast.AssignStmt:
		f.assignment(n)
	case *ast.ReturnStmt:
		f.returned(n)
	}
	return true
}

// clause notes a statement that stands in the head of another one, where no block can take its place.
func (f *finder) clause(s ast.Stmt) {
	if s != nil {
		f.clauses[s] = true
	}
}

// short is a text in one line that fits a table.
func short(s string) string {
	s = strings.ReplaceAll(strings.Join(strings.Fields(s), " "), "|", "¦")
	if r := []rune(s); len(r) > 90 {
		s = string(r[:89]) + "…"
	}
	return s
}

func isError(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	return ok && (id.Name == "err" || id.Name == "nil")
}

// binary changes comparisons, signs, and the words and and or. A comparison with err or nil is plumbing.
func (f *finder) binary(n *ast.BinaryExpr) {
	left, right := f.text(n.X), f.text(n.Y)
	switch n.Op {
	case token.LAND, token.LOR:
		other := map[token.Token]string{token.LAND: "||", token.LOR: "&&"}[n.Op]
		f.replace(n, fmt.Sprintf("(%s) %s (%s)", left, other, right),
			short(fmt.Sprintf("%s → %s: %s", n.Op, other, f.text(n))))
		if !checksError(n.X) {
			f.replace(n, right, short("left side dropped: "+f.text(n)))
		}
		if !checksError(n.Y) {
			f.replace(n, left, short("right side dropped: "+f.text(n)))
		}
		f.condition(n.X)
		f.condition(n.Y)
		return
	case token.ADD, token.MUL, token.SUB:
		if basic, ok := f.info.Types[n].Type.Underlying().(*types.Basic); !ok || basic.Info()&types.IsNumeric == 0 {
			return
		}
	default:
		if isError(n.X) || isError(n.Y) {
			return
		}
	}
	for _, op := range others[n.Op] {
		f.replace(n, fmt.Sprintf("%s %s %s", left, op, right), short(fmt.Sprintf("%s → %s: %s", n.Op, op, f.text(n))))
	}
}

// checksError reports a comparison with nil: without it the other side would often panic.
func checksError(e ast.Expr) bool {
	b, ok := e.(*ast.BinaryExpr)
	return ok && (isError(b.X) || isError(b.Y))
}

// condition negates what is asked, where it is no comparison of its own.
func (f *finder) condition(e ast.Expr) {
	switch e.(type) {
	case *ast.CallExpr, *ast.Ident, *ast.SelectorExpr, *ast.IndexExpr:
		if basic, ok := f.info.Types[e].Type.Underlying().(*types.Basic); ok && basic.Kind() == types.Bool {
			f.replace(e, "!("+f.text(e)+")", short("negated: "+f.text(e)))
		}
	}
}

// ifStatement negates a condition, and leaves out an act whose only result is the error that is asked for.
func (f *finder) ifStatement(n *ast.IfStmt) {
	f.condition(n.Cond)
	assign, ok := n.Init.(*ast.AssignStmt)
	if ok && len(assign.Lhs) == 1 && len(assign.Rhs) == 1 && isError(assign.Lhs[0]) {
		f.dropCall(assign.Rhs[0])
	}
}

// dropCall takes a call that returns only an error for one that was not made.
func (f *finder) dropCall(e ast.Expr) {
	call, ok := e.(*ast.CallExpr)
	if ok && f.isErrorType(call) && !makesError(call) {
		f.replace(call, "nil", short("not called: "+f.text(call.Fun)))
	}
}

func (f *finder) isErrorType(e ast.Expr) bool {
	t := f.info.Types[e].Type
	return t != nil && types.Identical(t, types.Universe.Lookup("error").Type())
}

func makesError(call *ast.CallExpr) bool {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	return ok && (sel.Sel.Name == "Errorf" || sel.Sel.Name == "New")
}

// call swaps methods that are taken for each other, drops Neg and Abs, and swaps min with max. Inside the text of an
// error nothing is changed.
func (f *finder) call(n *ast.CallExpr) bool {
	if makesError(n) {
		return false
	}
	if id, ok := n.Fun.(*ast.Ident); ok && (id.Name == "min" || id.Name == "max") && f.info.Types[n.Fun].IsBuiltin() {
		other := map[string]string{"min": "max", "max": "min"}[id.Name]
		f.replace(n, other+strings.TrimPrefix(f.text(n), id.Name), short(id.Name+" → "+other+": "+f.text(n)))
	}
	sel, ok := n.Fun.(*ast.SelectorExpr)
	if !ok {
		return true
	}
	selection := f.info.Selections[sel]
	if selection == nil || selection.Kind() != types.MethodVal {
		return true
	}
	name := sel.Sel.Name
	if (name == "Neg" || name == "Abs") && len(n.Args) == 0 &&
		types.Identical(f.info.Types[n].Type, f.info.Types[sel.X].Type) {
		f.replace(n, f.text(sel.X), short(name+" dropped: "+f.text(n)))
	}
	other := twins[name]
	twin, _, _ := types.LookupFieldOrMethod(selection.Recv(), true, f.pkg, other)
	if other != "" && twin != nil && types.Identical(twin.Type(), selection.Obj().Type()) {
		args := strings.TrimPrefix(f.text(n), f.text(n.Fun))
		f.replace(n, f.text(sel.X)+"."+other+args, short(name+" → "+other+": "+f.text(n)))
	}
	return true
}

// statement leaves a call out whose result nobody takes.
func (f *finder) statement(n *ast.ExprStmt) {
	if call, ok := n.X.(*ast.CallExpr); ok && f.text(call.Fun) != "panic" && !f.clauses[n] {
		f.add(n, short("not called: "+f.text(n)), func(id int, inner string) string {
			return fmt.Sprintf("if !mutantOn(%d) { %s }", id, inner)
		})
	}
}

// assignment leaves an assignment out, or turns its sign.
func (f *finder) assignment(n *ast.AssignStmt) {
	if f.clauses[n] || len(n.Lhs) != 1 || isError(n.Lhs[0]) || f.text(n.Lhs[0]) == "_" || n.Tok == token.DEFINE {
		return
	}
	other := map[token.Token]string{token.ADD_ASSIGN: "-=", token.SUB_ASSIGN: "+="}[n.Tok]
	basic, isBasic := f.info.Types[n.Lhs[0]].Type.Underlying().(*types.Basic)
	if other != "" && isBasic && basic.Info()&types.IsNumeric != 0 {
		f.add(n, short(fmt.Sprintf("%s → %s: %s", n.Tok, other, f.text(n))), func(id int, inner string) string {
			return fmt.Sprintf("if mutantOn(%d) { %s %s %s } else { %s }", id, f.text(n.Lhs[0]), other, f.text(n.Rhs[0]), inner)
		})
		return
	}
	f.add(n, short("left out: "+f.text(n)), func(id int, inner string) string {
		return fmt.Sprintf("if !mutantOn(%d) { %s }", id, inner)
	})
}

// returned turns a verdict around, and returns nil in the place of a refusal or of a call.
func (f *finder) returned(n *ast.ReturnStmt) {
	if len(n.Results) == 0 {
		return
	}
	last := n.Results[len(n.Results)-1]
	if id, ok := last.(*ast.Ident); ok && (id.Name == "true" || id.Name == "false") {
		build := func(id int, _ string) string { return fmt.Sprintf("mutantOn(%d)", id) }
		if id.Name == "true" {
			build = func(id int, _ string) string { return fmt.Sprintf("!mutantOn(%d)", id) }
		}
		f.add(last, "returns not "+id.Name, build)
		return
	}
	f.condition(last)
	if !f.isErrorType(last) && !f.implementsError(last) || isError(last) {
		return
	}
	if call, ok := last.(*ast.CallExpr); ok && !makesError(call) {
		f.dropCall(call)
		return
	}
	f.add(last, short("not refused: "+f.text(last)), func(id int, inner string) string {
		return fmt.Sprintf("func() error { if mutantOn(%d) { return nil }; return %s }()", id, inner)
	})
}

// implementsError reports a value that stands for an error that the function returns.
func (f *finder) implementsError(e ast.Expr) bool {
	results := f.fn.Type.Results
	if results == nil || results.NumFields() == 0 || f.info.Types[e].Type == nil {
		return false
	}
	declared := results.List[len(results.List)-1].Type
	return f.text(declared) == "error" &&
		types.AssignableTo(f.info.Types[e].Type, types.Universe.Lookup("error").Type())
}
