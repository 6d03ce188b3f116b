package mutants

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"strconv"
	"strings"
)

// Find lists the mutants of a file, in the order of their places. Every change
// leaves the lines where they are. Some do not compile; only the compiler knows.
//
//	statement removed   f()           if false { f() }      also defer, go, send, =, ++, return, break
//	condition negated   if a {        if !(a) {             also of for, and cases of a switch without a tag
//	comparison shifted  a < b         a <= b                == and != where they are not a whole condition
//	arithmetic          a + b         a - b                 also * and /, << and >>, & and |, += and -=, ++ and --
//	constant            n             n + 1
//	result              return f()    return zero value     the value is still computed; bool: negated
//	logic               a && b        a || b
//
// Calls to Lock and Unlock stay: without them a test hangs, or its outcome is random.
// The race detector finds these.
func Find(pkg, file string, src []byte) ([]Mutant, error) {
	set := token.NewFileSet()
	parsed, err := parser.ParseFile(set, file, src, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	f := finder{pkg: pkg, file: file, src: src, set: set, whole: map[ast.Expr]bool{}, fixed: map[ast.Node]bool{}, seen: map[string]int{}}
	for _, decl := range parsed.Decls {
		f.function(decl)
	}
	return f.found, nil
}

type finder struct {
	pkg, file string
	src       []byte
	set       *token.FileSet
	name      string            // of the function
	results   []*ast.FuncType   // of the function and the literals in it that are being walked
	whole     map[ast.Expr]bool // conditions that are negated as a whole
	fixed     map[ast.Node]bool // statements that cannot be removed
	seen      map[string]int
	found     []Mutant
}

func (f *finder) function(decl ast.Decl) {
	f.name = ""
	f.results = nil
	if fn, ok := decl.(*ast.FuncDecl); ok {
		f.name = fn.Name.Name
		if fn.Recv != nil && len(fn.Recv.List) > 0 {
			f.name = receiver(fn.Recv.List[0].Type) + "." + f.name
		}
		if fn.Body != nil {
			f.body(fn.Type, fn.Body)
		}
		return
	}
	if gen, ok := decl.(*ast.GenDecl); ok && gen.Tok != token.IMPORT && gen.Tok != token.TYPE {
		f.walk(gen)
	}
}

// receiver is T or (*T), without type parameters.
func receiver(typ ast.Expr) string {
	star := false
	if s, ok := typ.(*ast.StarExpr); ok {
		star, typ = true, s.X
	}
	switch t := typ.(type) {
	case *ast.IndexExpr:
		typ = t.X
	case *ast.IndexListExpr:
		typ = t.X
	}
	if name := types.ExprString(typ); star {
		return "(*" + name + ")"
	} else {
		return name
	}
}

func (f *finder) body(typ *ast.FuncType, body *ast.BlockStmt) {
	f.results = append(f.results, typ)
	f.walk(body)
	f.results = f.results[:len(f.results)-1]
}

func (f *finder) walk(root ast.Node) {
	ast.Inspect(root, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			f.body(n.Type, n.Body)
			return false
		case *ast.ArrayType:
			f.walk(n.Elt)
			return false // its length is part of a type
		case *ast.IfStmt:
			f.keep(n.Init)
			f.negate(n.Cond)
		case *ast.ForStmt:
			f.keep(n.Init, n.Post)
			f.negate(n.Cond)
		case *ast.SwitchStmt:
			f.keep(n.Init)
			f.cases(n)
		case *ast.TypeSwitchStmt:
			f.keep(n.Init, n.Assign)
		case *ast.CommClause:
			f.keep(n.Comm)
		case *ast.LabeledStmt:
			f.keep(n.Stmt)
		}
		f.statement(n)
		f.expression(n)
		return true
	})
}

// keep marks statements that are part of another one.
func (f *finder) keep(stmts ...ast.Stmt) {
	for _, s := range stmts {
		if s != nil {
			f.fixed[s] = true
		}
	}
}

func (f *finder) cases(n *ast.SwitchStmt) {
	if n.Tag != nil {
		return
	}
	for _, clause := range n.Body.List {
		for _, cond := range clause.(*ast.CaseClause).List {
			f.negate(cond)
		}
	}
}

func (f *finder) negate(cond ast.Expr) {
	if cond == nil {
		return
	}
	f.whole[cond] = true
	f.add(cond, "!("+f.text(cond)+")")
}

func (f *finder) statement(n ast.Node) {
	switch n := n.(type) {
	case *ast.ExprStmt:
		if !locks(n.X) {
			f.remove(n)
		}
	case *ast.DeferStmt:
		if !locks(n.Call) {
			f.remove(n)
		}
	case *ast.AssignStmt:
		if n.Tok != token.DEFINE && !blank(n.Lhs) {
			f.remove(n)
		}
		f.operator(n, n.TokPos, n.Tok)
	case *ast.IncDecStmt:
		f.remove(n)
		f.operator(n, n.TokPos, n.Tok)
	case *ast.SendStmt, *ast.GoStmt:
		f.remove(n)
	case *ast.BranchStmt:
		if n.Tok == token.BREAK || n.Tok == token.CONTINUE {
			f.remove(n)
		}
	case *ast.ReturnStmt:
		f.returns(n)
	}
}

// remove keeps the statement compiled, so that its names count as used.
func (f *finder) remove(n ast.Node) {
	if !f.fixed[n] {
		f.record(n, n.Pos(), n.End(), "if false { "+f.text(n)+" }", f.text(n)+" => nothing")
	}
}

// locks reports whether the call is to a lock's method.
func locks(x ast.Expr) bool {
	call, ok := x.(*ast.CallExpr)
	if !ok {
		return false
	}
	method, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	switch method.Sel.Name {
	case "Lock", "Unlock", "RLock", "RUnlock":
		return true
	}
	return false
}

func blank(left []ast.Expr) bool {
	for _, x := range left {
		if id, ok := x.(*ast.Ident); !ok || id.Name != "_" {
			return false
		}
	}
	return true
}

// returns replaces each result by the zero value of its type, and a bool by its
// opposite.
func (f *finder) returns(n *ast.ReturnStmt) {
	fn := f.results[len(f.results)-1]
	if len(n.Results) == 0 {
		f.remove(n)
		return
	}
	var list []ast.Expr
	for _, field := range fn.Results.List {
		for range max(1, len(field.Names)) {
			list = append(list, field.Type)
		}
	}
	if len(list) != len(n.Results) {
		return // several results of one call
	}
	for i, x := range n.Results {
		typ := types.ExprString(list[i])
		switch {
		case typ == "bool":
			f.add(x, "!("+f.text(x)+")")
			f.whole[x] = true
		case !zero(x):
			text := "func(" + typ + ") (zero " + typ + ") { return }(" + f.text(x) + ")"
			f.record(x, x.Pos(), x.End(), text, "return "+f.text(x)+" => zero")
		}
	}
}

func zero(x ast.Expr) bool {
	switch x := x.(type) {
	case *ast.Ident:
		return x.Name == "nil"
	case *ast.BasicLit:
		return x.Value == "0" || x.Value == `""`
	case *ast.CompositeLit:
		return len(x.Elts) == 0
	}
	return false
}

// swaps maps an operator to its replacement.
var swaps = map[token.Token]token.Token{
	token.LSS: token.LEQ, token.LEQ: token.LSS, token.GTR: token.GEQ, token.GEQ: token.GTR,
	token.EQL: token.NEQ, token.NEQ: token.EQL,
	token.ADD: token.SUB, token.SUB: token.ADD, token.MUL: token.QUO, token.QUO: token.MUL,
	token.SHL: token.SHR, token.SHR: token.SHL, token.AND: token.OR, token.OR: token.AND,
	token.ADD_ASSIGN: token.SUB_ASSIGN, token.SUB_ASSIGN: token.ADD_ASSIGN,
	token.INC: token.DEC, token.DEC: token.INC,
	token.LAND: token.LOR, token.LOR: token.LAND,
}

func (f *finder) operator(n ast.Node, at token.Pos, op token.Token) {
	other, ok := swaps[op]
	if !ok {
		return
	}
	before := f.text(n)
	place := f.offset(at) - f.offset(n.Pos())
	after := before[:place] + other.String() + before[place+len(op.String()):]
	f.record(n, at, at+token.Pos(len(op.String())), other.String(), before+" => "+after)
}

func (f *finder) expression(n ast.Node) {
	switch n := n.(type) {
	case *ast.BinaryExpr:
		if equality := n.Op == token.EQL || n.Op == token.NEQ; !equality || !f.whole[n] {
			f.operator(n, n.OpPos, n.Op)
		}
	case *ast.BasicLit:
		if n.Kind != token.INT {
			return
		}
		if v, err := strconv.ParseUint(n.Value, 0, 63); err == nil {
			f.add(n, strconv.FormatUint(v+1, 10))
		}
	}
}

// add replaces an expression.
func (f *finder) add(x ast.Expr, by string) {
	f.record(x, x.Pos(), x.End(), by, f.text(x)+" => "+by)
}

func (f *finder) record(n ast.Node, from, to token.Pos, text, change string) {
	m := Mutant{Package: f.pkg, File: f.file, Line: f.set.Position(n.Pos()).Line, Func: f.name,
		Change: oneLine(change), from: f.offset(from), to: f.offset(to), text: text}
	m.Repeat = f.seen[m.Func+"\n"+m.Change]
	f.seen[m.Func+"\n"+m.Change]++
	f.found = append(f.found, m)
}

// longest bounds the text of a change.
const longest = 160

func oneLine(s string) string {
	before, after, _ := strings.Cut(s, " => ")
	return shortened(before) + " => " + shortened(after)
}

func shortened(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > longest {
		s = s[:longest] + "..."
	}
	return s
}

func (f *finder) offset(p token.Pos) int { return f.set.Position(p).Offset }

func (f *finder) text(n ast.Node) string { return string(f.src[f.offset(n.Pos()):f.offset(n.End())]) }
