package wording

import (
	"fmt"
	"go/ast"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// pkg holds the names that the files of a folder declare, in tests and for all systems, too.
type pkg struct {
	declared map[string]bool // "Name" and "Type.Member"
	members  map[string]bool // "Member" of any type
	aliases  map[string]bool // types that have members of another type
}

// declare notes the declarations of a file.
func (c *checker) declare(name string, file *ast.File) {
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
		default: // a type that may have the members of another
			p.aliases[s.Name.Name] = true
			return
		}
		for _, field := range fields.List {
			for _, name := range field.Names {
				p.member(s.Name.Name, name.Name)
			}
			if len(field.Names) == 0 { // embedded: its members are this type's
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

// scope holds the names that a file's prose may use.
type scope struct {
	c        *checker
	file     string
	own      *pkg            // nil in a Markdown file
	packages map[string]*pkg // of this repository, by their names in the file
}

// known are the packages that every page and comment may call by their last element.
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
		delete(s.packages, as) // here the name may belong to another package
		for folder, p := range c.packages {
			if strings.HasSuffix(target, "/"+folder) {
				s.packages[as] = p
			}
		}
	}
	return s
}

var (
	sourceFile  = regexp.MustCompile(`[\w./-]*\w\.(?:go|sh)\b`)
	placeholder = regexp.MustCompile(`(?:^|/)(?:x_\w+|\w*[A-Z]{2}\w*)\.\w+$`)
	link        = regexp.MustCompile(`\[(?:(\w+)\.)?([A-Z]\w*)(?:\.(\w+))?\]`)
	qualified   = regexp.MustCompile(`(?:^|[^\w./])([a-z]\w*)\.([A-Z]\w*)(?:\.([A-Z]\w*))?`)
)

// check reports the names in text, which begins on the given line, that do not
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
	if s.own == nil || strings.HasPrefix(text, "//\t") { // an indented line is code, not a link
		return
	}
	for _, m := range link.FindAllStringSubmatch(text, -1) {
		usage := m[2] == strings.ToUpper(m[2]) // [OPTION] in a usage line
		if m[1] == "" && !usage && !s.own.has(m[2], m[3]) && !(m[3] == "" && s.own.members[m[2]]) {
			s.c.report(s.file, line, fmt.Sprintf("this package has no %s", strings.TrimSuffix(m[2]+"."+m[3], ".")))
		}
	}
}

// exists reports whether there is such a file. A comment names files of its own
// folder by their name alone; every other name may be the end of a path. A name is not
// checked if it is main.go, which users write, or a placeholder: its last element begins
// with "x_" or contains a word in capitals, as in x_linux.go and choose_SYSTEM.go.
func (s *scope) exists(name string) bool {
	if path.Base(name) == "main.go" || placeholder.MatchString(name) || strings.HasPrefix(name, "/") || strings.HasPrefix(name, "_") {
		return true
	}
	if s.own != nil && !strings.Contains(name, "/") {
		return slices.Contains(s.c.all, path.Join(path.Dir(s.file), name))
	}
	name = strings.TrimPrefix(name, "./")
	return slices.ContainsFunc(s.c.all, func(file string) bool { return file == name || strings.HasSuffix(file, "/"+name) })
}
