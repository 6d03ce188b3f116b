package mutants

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
)

// Many mutants are compiled into one program, because compiling takes longer than
// most tests. A number in the environment says which of them is on, and each has its
// region of the source twice:
//
//	x := a + b        if mutantNumber != 3 { x := a + b
//	f(x)       ──▶    f(x) } else { x := a - b
//	                  f(x) }
//
// A region is a statement, or, where that declares something, all that follows in its
// block, too.

// variable is the environment variable with the number of a test program's mutant.
const variable = "ACTUM_MUTANT"

// region returns the part of a file that a mutant needs twice. It reports false outside
// of functions, and where a label is, which cannot occur twice.
func (m Mutant) region(src []byte) (from, to int, ok bool) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, "", src, parser.SkipObjectResolution)
	if err != nil {
		return 0, 0, false
	}
	offset := func(p token.Pos) int { return set.Position(p).Offset }
	within := func(n ast.Node) bool { return offset(n.Pos()) <= m.from && m.to <= offset(n.End()) }
	ast.Inspect(file, func(n ast.Node) bool {
		var list []ast.Stmt
		switch n := n.(type) {
		case *ast.BlockStmt:
			list = n.List
		case *ast.CaseClause:
			list = n.Body
		case *ast.CommClause:
			list = n.Body
		}
		if i := slices.IndexFunc(list, func(s ast.Stmt) bool { return within(s) && !clause(s) }); i >= 0 {
			last := i
			if declares(list[i]) {
				last = len(list) - 1
			}
			from, to = offset(list[i].Pos()), offset(list[last].End())
			ok = !slices.ContainsFunc(list[i:last+1], immovable)
		}
		return true
	})
	return from, to, ok
}

// clause reports whether s is a clause of a switch or a select, which is in no block.
func clause(s ast.Stmt) bool {
	switch s.(type) {
	case *ast.CaseClause, *ast.CommClause:
		return true
	}
	return false
}

func declares(s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.DeclStmt:
		return true
	case *ast.AssignStmt:
		return s.Tok == token.DEFINE
	}
	return false
}

// immovable reports whether s cannot occur twice, or not in a block.
func immovable(s ast.Stmt) (yes bool) {
	ast.Inspect(s, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.LabeledStmt:
			yes = true
		case *ast.BranchStmt:
			yes = yes || n.Tok == token.FALLTHROUGH
		}
		return !yes
	})
	return yes
}

// placed is a mutant in a file with several.
type placed struct {
	Mutant
	number   int
	from, to int // its region in the original
	at, end  int // its changed copy in the file
}

// together makes one file of the mutants of src whose regions do not overlap. The
// rest is left out.
func together(src []byte, list []Mutant, first int) (file []byte, in []placed, out []Mutant) {
	for _, m := range list {
		from, to, ok := m.region(src)
		overlaps := func(p placed) bool { return from < p.to && p.from < to }
		if !ok || slices.ContainsFunc(in, overlaps) {
			out = append(out, m)
			continue
		}
		in = append(in, placed{Mutant: m, number: first + len(in), from: from, to: to})
	}
	slices.SortFunc(in, func(a, b placed) int { return a.from - b.from })
	done := 0
	for i := range in {
		p := &in[i]
		file = append(file, src[done:p.from]...)
		file = fmt.Appendf(file, "if mutantNumber != %d { %s } else { ", p.number, src[p.from:p.to])
		p.at = len(file)
		file = append(file, src[p.from:p.Mutant.from]...)
		file = append(file, p.text...)
		file = append(file, src[p.Mutant.to:p.to]...)
		p.end = len(file)
		file = append(file, " }"...)
		done = p.to
	}
	return append(file, src[done:]...), in, out
}

// switchFile returns the file that declares the number in a package of that name.
func switchFile(name string) []byte {
	return fmt.Appendf(nil, "package %s\n\nimport (\n\t\"os\"\n\t\"strconv\"\n)\n\nvar mutantNumber, _ = strconv.Atoi(os.Getenv(%q))\n", name, variable)
}

var complaint = regexp.MustCompile(`(?m)^(\S+\.go):(\d+):(\d+): `)

// offset returns the offset of a line and column, from 1, in a file.
func offset(file []byte, line, column int) int {
	at := 0
	for ; line > 1; line-- {
		next := slices.Index(file[at:], '\n')
		if next < 0 {
			return len(file)
		}
		at += next + 1
	}
	return at + column - 1
}

// blamed finds the mutants in whose copies the compiler reports errors. The compiler
// names files of one package, in any folder.
func blamed(out []byte, files map[string][]byte, in []placed) (bad []int) {
	for _, c := range complaint.FindAllSubmatch(out, -1) {
		line, _ := strconv.Atoi(string(c[2]))
		column, _ := strconv.Atoi(string(c[3]))
		for _, p := range in {
			if filepath.Base(p.File) != filepath.Base(string(c[1])) {
				continue
			}
			if at := offset(files[p.File], line, column); p.at <= at && at < p.end && !slices.Contains(bad, p.number) {
				bad = append(bad, p.number)
			}
		}
	}
	return bad
}
