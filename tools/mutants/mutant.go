// Package mutants measures what the tests notice. It puts one small fault, a mutant,
// at a time into the code, and runs the tests that should fail because of it.
//
//  1. find.go lists the mutants of a file: which bytes are replaced by which
//  2. sample.go picks some of them, the same ones for the same seed
//  3. program.go compiles many of them into one program (together.go) with the tests
//     of their package, and then of the packages that use it (tests.txt); where that
//     does not work, run.go compiles one mutant. The tree itself is never edited:
//     the compiler is given the changed files as an overlay
//  4. report.go counts by package what was caught. A mutant that behaves
//     like the original is listed with a reason in equivalent.txt, and not counted
package mutants

import "fmt"

// A Mutant is one change to one file.
type Mutant struct {
	Package string // its folder, relative to the module
	File    string // relative to the module
	Line    int
	Func    string // the function with its receiver, as in (*T).Method; "" outside of any
	Change  string // what changes, on one line: before => after
	Repeat  int    // how many mutants of the same function and change stand before it

	from, to int    // the bytes of the file that are replaced
	text     string // by this
}

// String is the mutant's place and change.
func (m Mutant) String() string {
	return fmt.Sprintf("%s:%d: %s: %s", m.File, m.Line, m.Func, m.what())
}

// what is the change, and which of several in one function.
func (m Mutant) what() string {
	if m.Repeat == 0 {
		return m.Change
	}
	return fmt.Sprintf("%s (%d)", m.Change, m.Repeat+1)
}

// key names the mutant as long as its function does not change.
func (m Mutant) key() string { return m.File + "\n" + m.Func + "\n" + m.what() }

// Apply returns the file's content with the change made.
func (m Mutant) Apply(src []byte) []byte {
	changed := append([]byte(nil), src[:m.from]...)
	changed = append(changed, m.text...)
	return append(changed, src[m.to:]...)
}
