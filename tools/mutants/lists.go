package mutants

import (
	"bufio"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
)

// Equivalents has the reasons why mutants behave like the original.
type Equivalents map[string]string

// ParseEquivalents reads a list of such mutants. Each has a line with its file and
// function, one with the change as the report prints it, and a reason, both
// indented. Lines that start with # are comments.
//
//	zmq/socket.go (*Socket).Send
//		a < b => a <= b
//		When a is b there is nothing to send.
func ParseEquivalents(r io.Reader) (Equivalents, error) {
	list := Equivalents{}
	var place, change string
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		text := strings.TrimSpace(line)
		switch {
		case text == "" || strings.HasPrefix(line, "#"):
		case line == strings.TrimLeft(line, " \t"):
			if change != "" && list[change] == "" {
				return nil, fmt.Errorf("line %d: the change before has no reason", n)
			}
			file, fn, _ := strings.Cut(text, " ")
			place, change = file+"\n"+fn+"\n", ""
		case place == "":
			return nil, fmt.Errorf("line %d: a change without a file", n)
		case strings.Contains(text, " => "):
			if change != "" && list[change] == "" {
				return nil, fmt.Errorf("line %d: the change before has no reason", n)
			}
			change = place + text
			if _, twice := list[change]; twice {
				return nil, fmt.Errorf("line %d: listed twice: %s", n, text)
			}
			list[change] = ""
		case change == "":
			return nil, fmt.Errorf("line %d: a reason without a change", n)
		default:
			list[change] = strings.TrimSpace(list[change] + " " + text)
		}
	}
	if change != "" && list[change] == "" {
		return nil, fmt.Errorf("the last change has no reason")
	}
	return list, lines.Err()
}

// Tests lists which tests are run on the mutants of a package, after its own.
type Tests []row

type row struct {
	pattern string
	tests   []Test
}

// Test selects the tests of a package, or those that match a pattern.
type Test struct {
	Package   string
	Run, Skip string // as in go test -run and -skip; "" for all, and for none
}

// ParseTests reads the table. Each line names a package, or several with a pattern
// of path.Match, and the packages to be tested, each with an optional =pattern of
// go test -run, or !pattern of -skip. A package that names itself runs
// only these of its own tests, before all others, and may name itself again. A line
// for @name gives the tests that follow a name, which later lines may use.
func ParseTests(r io.Reader) (Tests, error) {
	var table Tests
	named := map[string][]Test{}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line, _, _ := strings.Cut(lines.Text(), "#")
		if strings.TrimSpace(line) == "" {
			continue
		}
		pattern, rest, ok := strings.Cut(line, ":")
		if _, err := path.Match(pattern, ""); !ok || err != nil {
			return nil, fmt.Errorf("line %d: want package: tests", n)
		}
		one := row{pattern: strings.TrimSpace(pattern)}
		for _, word := range strings.Fields(rest) {
			if strings.HasPrefix(word, "@") {
				tests, ok := named[word]
				if !ok {
					return nil, fmt.Errorf("line %d: %s is not defined", n, word)
				}
				one.tests = append(one.tests, tests...)
				continue
			}
			test := Test{Package: word}
			if pkg, run, ok := strings.Cut(word, "="); ok {
				test = Test{Package: pkg, Run: run}
			} else if pkg, skip, ok := strings.Cut(word, "!"); ok {
				test = Test{Package: pkg, Skip: skip}
			}
			one.tests = append(one.tests, test)
		}
		if strings.HasPrefix(one.pattern, "@") {
			named[one.pattern] = one.tests
			continue
		}
		table = append(table, one)
	}
	return table, lines.Err()
}

// Of returns the tests that check the package, its own first.
func (t Tests) Of(pkg string) []Test {
	list := []Test{{Package: pkg}}
	for _, one := range t {
		if ok, _ := path.Match(one.pattern, pkg); !ok {
			continue
		}
		own := false
		for _, test := range one.tests {
			if test.Package == pkg && !own {
				list[0], own = test, true
			} else {
				list = append(list, test)
			}
		}
		break
	}
	return list
}

// Stale returns the entries for files of found that are in none of its mutants, sorted:
// the code has changed, and the entries have to be looked at again.
func (e Equivalents) Stale(found []Mutant) (stale []string) {
	files, keys := map[string]bool{}, map[string]bool{}
	for _, m := range found {
		files[m.File], keys[m.key()] = true, true
	}
	for key := range e {
		if file, _, _ := strings.Cut(key, "\n"); files[file] && !keys[key] {
			stale = append(stale, strings.ReplaceAll(key, "\n", ": "))
		}
	}
	slices.Sort(stale)
	return stale
}

// Has reports whether the mutant is on the list.
func (e Equivalents) Has(m Mutant) bool {
	_, ok := e[m.key()]
	return ok
}
