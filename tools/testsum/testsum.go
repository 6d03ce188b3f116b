package testsum

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// maxLine bounds one line of input. A test that prints a longer one is broken.
const maxLine = 16 << 20

// An event is one line of go test -json; see "go doc test2json".
type event struct {
	Action     string
	Package    string
	ImportPath string // of the events about a build
	Test       string
	Elapsed    float64 // seconds
	Output     string
}

type testName struct{ pkg, test string }

// A summary collects the results of one run.
type summary struct {
	skips   Skips
	out     io.Writer
	pending map[testName]*bytes.Buffer // output of tests that have not ended

	packages, passed, skipped, failed int
	refused                           int // skips that the list does not have
}

// Summarize copies what a reader needs of in, the output of go test -json, to out
// while it comes, and ends with a line of totals. It returns an error if a test or a
// build failed, if a test was skipped that skips does not list, or if no test
// ran at all.
func Summarize(in io.Reader, out io.Writer, skips Skips) error {
	s := summary{skips: skips, out: out, pending: make(map[testName]*bytes.Buffer)}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil || e.Action == "" {
			fmt.Fprintf(out, "%s\n", lines.Bytes()) // not an event: go's own words
			continue
		}
		s.take(e)
	}
	if err := lines.Err(); err != nil {
		return err
	}
	fmt.Fprintf(out, "total: %d tests passed, %d failed, %d skipped, in %d packages\n",
		s.passed, s.failed, s.skipped, s.packages)
	return s.verdict()
}

func (s *summary) take(e event) {
	name := testName{e.Package, e.Test}
	switch e.Action {
	case "build-output":
		io.WriteString(s.out, e.Output)
	case "build-fail":
		s.failed++
	case "output":
		s.output(name, e.Output)
	case "pass", "fail", "skip":
		if e.Test == "" {
			s.endPackage(e)
		} else {
			s.endTest(name, e)
		}
	}
}

// output keeps a test's line until the test ends, and prints a package's at once. It
// drops the lines that only say which test runs now.
func (s *summary) output(name testName, text string) {
	if strings.HasPrefix(text, "=== ") {
		return
	}
	if name.test == "" {
		if text != "PASS\n" {
			io.WriteString(s.out, text)
		}
		return
	}
	b := s.pending[name]
	if b == nil {
		b = new(bytes.Buffer)
		s.pending[name] = b
	}
	b.WriteString(text)
}

func (s *summary) endTest(name testName, e event) {
	text := s.pending[name]
	delete(s.pending, name)
	switch e.Action {
	case "pass":
		s.passed++
		if !strings.Contains(e.Test, "/") {
			fmt.Fprintf(s.out, "--- PASS: %s (%.2fs)\n", e.Test, e.Elapsed)
		}
	case "fail":
		s.failed++
		if text != nil {
			text.WriteTo(s.out)
		}
	case "skip":
		s.endSkipped(name, text)
	}
}

func (s *summary) endSkipped(name testName, text *bytes.Buffer) {
	s.skipped++
	var says string
	if text != nil {
		says = text.String()
	}
	reason := s.skips.reason(name, says)
	if reason == "" {
		s.refused++
		reason = "NOT ON THE LIST of tests that may be skipped"
	}
	fmt.Fprintf(s.out, "%s    skipped %s of %s: %s\n", says, name.test, name.pkg, reason)
}

// endPackage prints the output of tests that never ended, because a panic or a timeout
// has stopped the process.
func (s *summary) endPackage(e event) {
	if e.Action == "skip" {
		return // a package without tests
	}
	s.packages++
	if e.Action == "fail" {
		s.failed++
	}
	for name, text := range s.pending {
		if name.pkg == e.Package {
			text.WriteTo(s.out)
			delete(s.pending, name)
		}
	}
}

func (s *summary) verdict() error {
	switch {
	case s.failed > 0:
		return fmt.Errorf("%d tests, packages or builds failed", s.failed)
	case s.refused > 0:
		return fmt.Errorf("%d tests were skipped that are not on the list", s.refused)
	case s.passed == 0:
		return errors.New("no test ran")
	}
	return nil
}
