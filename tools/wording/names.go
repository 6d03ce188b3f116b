package wording

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// pkg is what the files of a folder declare, tests and all systems included.
type pkg struct {
	declared map[string]bool // "Name" and "Type.Member"
	members  map[string]bool // "Member" of any type
	aliases  map[string]bool // types whose members another package declares
}

// declare notes the declarations of a file.
func (c *checker) declare(name string) error {
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(c.root, name), nil, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	folder := path.Dir(name)
	p := c.packages[folder]
	if p == nil {
		p = &pkg{declared: make(map[string]bool), members: make(map[string]bool), aliases: make(map[string]bool)}
		c.packages[folder] = p
	}
	for _, declaration := range file.Decls {
		switch d := declaration.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				p.declared[d.Name.Name] = true
			} else {
				p.member(receiver(d), d.Name.Name)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				p.spec(spec)
			}
		}
	}
	return nil
}

func (p *pkg) spec(spec ast.Spec) {
	switch s := spec.(type) {
	case *ast.ValueSpec:
		for _, name := range s.Names {
			p.declared[name.Name] = true
		}
	case *ast.TypeSpec:
		p.declared[s.Name.Name] = true
		var fields *ast.FieldList
		switch t := s.Type.(type) {
		case *ast.StructType:
			fields = t.Fields
		case *ast.InterfaceType:
			fields = t.Methods
		default: // of another type, whose members it may have
			p.aliases[s.Name.Name] = true
			return
		}
		for _, field := range fields.List {
			for _, name := range field.Names {
				p.member(s.Name.Name, name.Name)
			}
			if len(field.Names) == 0 { // embedded: it brings members of its own
				p.aliases[s.Name.Name] = true
			}
		}
	}
}

func (p *pkg) member(owner, name string) {
	p.declared[owner+"."+name] = true
	p.members[name] = true
}

// receiver is the name of the type that a method is of.
func receiver(d *ast.FuncDecl) string {
	t := d.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}

// has reports whether p declares a name, or a member of a type.
func (p *pkg) has(name, member string) bool {
	switch {
	case !p.declared[name]:
		return false
	case member == "":
		return true
	}
	return p.declared[name+"."+member] || p.aliases[name]
}

// scope is what a file's prose may name.
type scope struct {
	c        *checker
	file     string
	own      *pkg            // nil in a Markdown file
	packages map[string]*pkg // of this repository, by the name that the file has for them
}

// known are the packages that every page and comment may name by their last name.
var known = []string{"zmq", "proactor", "proactor/netio", "proactor/trace", "proactor/debug"}

func (c *checker) names(name string, file *ast.File) *scope {
	s := &scope{c: c, file: name, packages: make(map[string]*pkg)}
	for _, folder := range known {
		if p := c.packages[folder]; p != nil {
			s.packages[path.Base(folder)] = p
		}
	}
	if file == nil {
		return s
	}
	s.own = c.packages[path.Dir(name)]
	for _, spec := range file.Imports {
		target, _ := strconv.Unquote(spec.Path.Value) // the parser has checked it
		as := path.Base(target)
		if spec.Name != nil {
			as = spec.Name.Name
		}
		delete(s.packages, as) // it may be another one's name here
		for folder, p := range c.packages {
			if strings.HasSuffix(target, "/"+folder) {
				s.packages[as] = p
			}
		}
	}
	return s
}

var (
	sourceFile = regexp.MustCompile(`[\w./-]*\w\.(?:go|sh)\b`)
	link       = regexp.MustCompile(`\[(?:(\w+)\.)?([A-Z]\w*)(?:\.(\w+))?\]`)
	qualified  = regexp.MustCompile(`(?:^|[^\w./])([a-z]\w*)\.([A-Z]\w*)(?:\.([A-Z]\w*))?`)
)

// check reports names in text, which begins on the given line, of what does not
// exist.
func (s *scope) check(line int, text string) {
	for _, name := range sourceFile.FindAllString(text, -1) {
		if !s.exists(name) {
			s.c.report(s.file, line, fmt.Sprintf("%s does not exist", name))
		}
	}
	for _, m := range qualified.FindAllStringSubmatch(text, -1) {
		if p := s.packages[m[1]]; p != nil && !p.has(m[2], m[3]) {
			s.c.report(s.file, line, fmt.Sprintf("package %s has no %s", m[1], strings.TrimSuffix(m[2]+"."+m[3], ".")))
		}
	}
	if s.own == nil {
		return
	}
	for _, m := range link.FindAllStringSubmatch(text, -1) {
		placeholder := m[2] == strings.ToUpper(m[2])
		if m[1] == "" && !placeholder && !s.own.has(m[2], m[3]) && !(m[3] == "" && s.own.members[m[2]]) {
			s.c.report(s.file, line, fmt.Sprintf("this package has no %s", strings.TrimSuffix(m[2]+"."+m[3], ".")))
		}
	}
}

// exists reports whether there is such a file. A comment names those of its own
// folder by their name alone; every other name may be the end of a path. The name of
// a file that a user is to write, main.go as a rule, is no name of ours.
func (s *scope) exists(name string) bool {
	if name == "main.go" || strings.HasPrefix(name, "/") || strings.HasPrefix(name, "_") {
		return true
	}
	if s.own != nil && !strings.Contains(name, "/") {
		_, err := os.Stat(filepath.Join(s.c.root, path.Dir(s.file), name))
		return err == nil
	}
	name = strings.TrimPrefix(name, "./")
	return slices.ContainsFunc(s.c.all, func(file string) bool { return file == name || strings.HasSuffix(file, "/"+name) })
}
