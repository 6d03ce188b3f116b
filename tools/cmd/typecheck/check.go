package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"

	"golang.org/x/tools/go/packages"
)

// A checker type-checks packages for several systems. Most files belong to all of
// them, and are parsed once.
type checker struct {
	fset         *token.FileSet
	dependencies []string // folders of the standard library and of other modules

	mu    sync.Mutex
	files map[string]*parsed
}

type parsed struct {
	once sync.Once
	file *ast.File
	err  error
}

func newChecker() (*checker, error) {
	folders, err := exec.Command("go", "env", "GOROOT", "GOMODCACHE").Output()
	if err != nil {
		return nil, fmt.Errorf("go env: %w", err)
	}
	return &checker{
		fset:         token.NewFileSet(),
		files:        make(map[string]*parsed),
		dependencies: strings.Fields(string(folders)),
	}, nil
}

// check returns the errors in the packages of a job, and how many packages were read:
// those and what they import.
func (c *checker) check(j job) (checked int, found []string) {
	goos, goarch, ok := strings.Cut(j.system, "/")
	if !ok || len(j.patterns) == 0 {
		return 0, []string{fmt.Sprintf("%q is not GOOS/GOARCH, or no pattern is in front of it", j.system)}
	}
	loaded, err := packages.Load(&packages.Config{
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedImports |
			packages.NeedDeps | packages.NeedTypes | packages.NeedTypesSizes | packages.NeedSyntax,
		Tests:     true,
		Env:       append(os.Environ(), "GOOS="+goos, "GOARCH="+goarch, "CGO_ENABLED=0"),
		Fset:      c.fset,
		ParseFile: c.parse,
	}, j.patterns...)
	if err != nil {
		return 0, []string{err.Error()}
	}
	packages.Visit(loaded, nil, func(p *packages.Package) {
		checked++
		for _, e := range p.Errors {
			// Without its functions, a file seems not to use its imports.
			if e.Kind == packages.TypeError && len(p.GoFiles) > 0 && c.isDependency(p.GoFiles[0]) {
				continue
			}
			found = append(found, e.Error())
		}
	})
	return checked, found
}

// parse parses a file, or returns what it has parsed. The function bodies of other
// modules are left out: only their declarations matter here.
func (c *checker) parse(_ *token.FileSet, name string, source []byte) (*ast.File, error) {
	c.mu.Lock()
	p := c.files[name]
	if p == nil {
		p = new(parsed)
		c.files[name] = p
	}
	c.mu.Unlock()
	p.once.Do(func() {
		p.file, p.err = parser.ParseFile(c.fset, name, source, parser.SkipObjectResolution)
		if p.file != nil && c.isDependency(name) {
			dropBodies(p.file)
		}
	})
	return p.file, p.err
}

func dropBodies(file *ast.File) {
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok {
			f.Body = nil
		}
	}
}

// isDependency reports whether a file belongs to the standard library or to another
// module.
func (c *checker) isDependency(file string) bool {
	return slices.ContainsFunc(c.dependencies, func(folder string) bool {
		return strings.HasPrefix(file, folder+string(os.PathSeparator))
	})
}
