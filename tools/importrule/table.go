// Package importrule checks the imports of a module against a table.
//
// Go's compiler forbids cycles between packages and nothing else. The table
// (layers.txt) lists which packages of the module a package may import, which
// packages of other modules, and which sensitive parts of the standard library.
// Every other import is refused. A package without a row is an error, so that the
// layer of a new package has to be decided.
//
// The check reads every Go file of the module, whatever its build constraints:
// one run covers all systems.
package importrule

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
)

// A Table holds the rules of one module.
//
// Its text form has one row a line: a name, a colon, and what is granted,
// separated by blanks. An indented line continues the row above. '#' starts a
// comment.
//
//	restricted: unsafe syscall golang.org/x/sys/...
//	tests: internal/leakcheck
//	zmq/internal/pipe: zmq/internal/message
//	zmq/internal/pipe (tests): zmq/internal/wire
//	proactor/internal/sys: unsafe golang.org/x/sys/...  # the one home of system calls
//
// A package is named by its folder within the module ("." is the root), a
// package of the standard library or of another module by its import path.
// "x/..." stands for x and everything below it, in names and in grants. The row
// with the package's exact name applies, or else the longest that matches.
//
// A grant that ends in ":names" is for constants, types and variables only:
// nothing of that package may be called but Errno, which is a conversion. So a
// package can compare error numbers, and make no system call.
type Table struct {
	// Restricted lists packages of the standard library that need a grant, and
	// "runtime.GOOS", which stands for the use of that constant. The rest of
	// the standard library is free. A row that grants one of these must say
	// why in a comment on one of its lines. Test files need no such grant.
	Restricted []string
	// Tests lists what the test files of every package may import.
	Tests []string

	rows map[string]*row
}

// namesOnly ends a grant that does not allow calls.
const namesOnly = ":names"

type row struct {
	grants     []string // for all files of the package
	testGrants []string // for its _test.go files in addition
	reason     string   // the comments on the lines of the row
	line       int
}

// ParseTable reads a table's text form.
func ParseTable(r io.Reader) (*Table, error) {
	t := &Table{rows: make(map[string]*row)}
	var current string
	scanner := bufio.NewScanner(r)
	for number := 1; scanner.Scan(); number++ {
		text, comment, _ := strings.Cut(scanner.Text(), "#")
		if strings.TrimSpace(text) == "" {
			continue
		}
		if text[0] != ' ' && text[0] != '\t' {
			name, rest, found := strings.Cut(text, ":")
			if !found {
				return nil, fmt.Errorf("line %d: no colon after the name in %q", number, text)
			}
			current, text = strings.TrimSpace(name), rest
		}
		if current == "" {
			return nil, fmt.Errorf("line %d: continues a row, and there is none above it", number)
		}
		t.add(current, strings.Fields(text), strings.TrimSpace(comment), number)
	}
	if err := scanner.Err(); err != nil {
		return nil, err
	}
	return t, t.validate()
}

func (t *Table) add(name string, grants []string, reason string, line int) {
	switch name {
	case "restricted":
		t.Restricted = append(t.Restricted, grants...)
		return
	case "tests":
		t.Tests = append(t.Tests, grants...)
		return
	}
	pkg, forTests := strings.CutSuffix(name, " (tests)")
	r := t.rows[pkg]
	if r == nil {
		r = &row{line: line}
		t.rows[pkg] = r
	}
	if forTests {
		r.testGrants = append(r.testGrants, grants...)
	} else {
		r.grants = append(r.grants, grants...)
	}
	r.reason += reason
}

// validate reports the first row, in the order of names, that grants a restricted
// package without a reason.
func (t *Table) validate() error {
	for _, name := range t.names() {
		r := t.rows[name]
		for _, grant := range r.grants {
			target := strings.TrimSuffix(strings.TrimSuffix(grant, namesOnly), "/...")
			if matchAny(t.Restricted, target) && r.reason == "" {
				return fmt.Errorf("line %d: %s is granted %s without a comment that says why", r.line, name, grant)
			}
		}
	}
	return nil
}

func (t *Table) names() []string {
	names := make([]string, 0, len(t.rows))
	for name := range t.rows {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// lookup returns the name of the row that applies to pkg and the row, or "" and nil.
func (t *Table) lookup(pkg string) (string, *row) {
	if r := t.rows[pkg]; r != nil {
		return pkg, r
	}
	best := ""
	for name := range t.rows {
		if match(name, pkg) && len(name) > len(best) {
			best = name
		}
	}
	return best, t.rows[best]
}

// grantsNames reports whether the row grants the names of a package, and no calls.
func (r *row) grantsNames(target string) bool {
	return slices.ContainsFunc(r.grants, func(grant string) bool {
		pattern, found := strings.CutSuffix(grant, namesOnly)
		return found && match(pattern, target)
	})
}

func matchAny(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return match(p, name) })
}

// match reports whether name is pattern, or below it where pattern ends in "/...".
func match(pattern, name string) bool {
	stem, below := strings.CutSuffix(pattern, "/...")
	if name == stem {
		return true
	}
	return below && strings.HasPrefix(name, stem+"/")
}
