package importrule

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
)

// goosUse is the name under which the use of runtime.GOOS is granted.
const goosUse = "runtime.GOOS"

// A Finding is one import that the table does not grant, or a package or row
// without its counterpart.
type Finding struct {
	Position string // file:line:column, or a package's folder, or a row's name
	Text     string
}

func (f Finding) String() string { return f.Position + ": " + f.Text }

// Check reads every Go file of the module at root and returns what the table
// does not allow, in the order of the files. Folders that the go command
// ignores (testdata, names that start with "." or "_") are left out, and so are modules
// below root, unless the table has a row for a module's folder. The error is about files that cannot be read or parsed.
func (t *Table) Check(root, module string) ([]Finding, error) {
	c := checker{table: t, root: root, module: module, used: make(map[string]bool), known: make(map[string]bool)}
	if err := filepath.WalkDir(root, c.visit); err != nil {
		return nil, err
	}
	c.reportStaleRows()
	return c.findings, nil
}

type checker struct {
	table    *Table
	root     string
	module   string
	files    token.FileSet
	known    map[string]bool // packages seen
	used     map[string]bool // rows that applied to a package
	findings []Finding
}

func (c *checker) visit(name string, entry fs.DirEntry, err error) error {
	if err != nil {
		return err
	}
	if entry.IsDir() {
		if name != c.root && (ignored(entry.Name()) || isModule(name) && !c.hasRow(name)) {
			return filepath.SkipDir
		}
		return nil
	}
	if !strings.HasSuffix(entry.Name(), ".go") || ignored(entry.Name()) {
		return nil
	}
	return c.checkFile(name)
}

func ignored(name string) bool {
	return name == "testdata" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_")
}

// hasRow reports whether the table has a row for the package in a folder.
func (c *checker) hasRow(dir string) bool {
	relative, err := filepath.Rel(c.root, dir)
	if err != nil {
		return false
	}
	_, r := c.table.lookup(filepath.ToSlash(relative))
	return r != nil
}

func isModule(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil
}

func (c *checker) checkFile(name string) error {
	file, err := parser.ParseFile(&c.files, name, nil, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	relative, err := filepath.Rel(c.root, name)
	if err != nil {
		return err
	}
	relative = filepath.ToSlash(relative)
	pkg := path.Dir(relative)
	rowName, r := c.table.lookup(pkg)
	if r == nil {
		c.reportUnknown(pkg)
		return nil
	}
	c.known[pkg], c.used[rowName] = true, true
	f := fileRule{table: c.table, pkg: pkg, row: r, module: c.module, test: strings.HasSuffix(relative, "_test.go")}
	for _, spec := range file.Imports {
		target, _ := strconv.Unquote(spec.Path.Value) // the parser has checked it
		if reason := f.refuse(target); reason != "" {
			c.report(relative, spec.Pos(), reason)
		} else if r.grantsNames(target) && !f.test {
			c.reportCalls(relative, file, spec)
		}
	}
	if !f.test && matchAny(c.table.Restricted, goosUse) && !matchAny(r.grants, goosUse) {
		c.reportGOOS(relative, file)
	}
	return nil
}

// fileRule is the rule that applies to one file.
type fileRule struct {
	table  *Table
	pkg    string
	row    *row
	module string
	test   bool
}

// refuse says why the file may not import target; "" means that it may.
func (f fileRule) refuse(target string) string {
	name, kind := f.classify(target)
	if name == f.pkg && kind == ours {
		return "" // an external test package imports the package it tests
	}
	if matchAny(f.row.grants, name) || f.row.grantsNames(name) {
		return ""
	}
	if f.test && (matchAny(f.row.testGrants, name) || matchAny(f.table.Tests, name)) {
		return ""
	}
	switch kind {
	case standard:
		if f.test && name != "C" || !matchAny(f.table.Restricted, name) {
			return ""
		}
		return fmt.Sprintf("%s may not import %s: it is restricted to the packages that the table names", f.pkg, name)
	case ours:
		return fmt.Sprintf("%s may not import %s: its layer is below that one, or beside it", f.pkg, name)
	default:
		return fmt.Sprintf("%s may not import %s: it depends on another module that the table does not grant", f.pkg, name)
	}
}

type kind int

const (
	standard kind = iota
	ours
	external
)

// classify returns which kind of package an import path names, and its name in the
// table: the folder for ours, the path itself for others.
func (f fileRule) classify(target string) (string, kind) {
	if target == f.module {
		return ".", ours
	}
	if below, found := strings.CutPrefix(target, f.module+"/"); found {
		return below, ours
	}
	// The first element of a path outside the standard library holds a dot.
	first, _, _ := strings.Cut(target, "/")
	if strings.Contains(first, ".") {
		return target, external
	}
	return target, standard
}

func (c *checker) reportGOOS(relative string, file *ast.File) {
	ast.Inspect(file, func(n ast.Node) bool {
		selector, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := selector.X.(*ast.Ident); ok && x.Name+"."+selector.Sel.Name == goosUse {
			c.report(relative, n.Pos(), "runtime.GOOS: probe what the system can do, or use a pair of files x_linux.go and x_other.go")
		}
		return true
	})
}

// reportCalls reports the file's calls of an imported package.
func (c *checker) reportCalls(relative string, file *ast.File, spec *ast.ImportSpec) {
	target, _ := strconv.Unquote(spec.Path.Value)
	local := path.Base(target)
	if spec.Name != nil {
		local = spec.Name.Name
	}
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		selector, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || selector.Sel.Name == "Errno" {
			return true
		}
		if x, ok := selector.X.(*ast.Ident); ok && x.Name == local {
			c.report(relative, n.Pos(), fmt.Sprintf("%s.%s is called, and only names of %s are granted here", local, selector.Sel.Name, target))
		}
		return true
	})
}

func (c *checker) report(relative string, pos token.Pos, text string) {
	p := c.files.Position(pos)
	c.findings = append(c.findings, Finding{fmt.Sprintf("%s:%d:%d", relative, p.Line, p.Column), text})
}

// reportUnknown reports a package without a row, once.
func (c *checker) reportUnknown(pkg string) {
	if !c.known[pkg] {
		c.known[pkg] = true
		c.findings = append(c.findings, Finding{pkg, "the table has no row for this package: decide on its layer and add one"})
	}
}

// reportStaleRows reports rows that applied to no package.
func (c *checker) reportStaleRows() {
	for _, name := range c.table.names() {
		if !c.used[name] {
			text := fmt.Sprintf("the row in line %d of the table matches no package: remove it", c.table.rows[name].line)
			c.findings = append(c.findings, Finding{name, text})
		}
	}
}
