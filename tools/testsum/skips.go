// Package testsum reads the output of go test -json and keeps what a reader needs:
// the result of every test, the output of tests that failed, and the tests that were
// skipped, each of which must be on a list.
package testsum

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// Skips is the list of tests that may be skipped. In its text form each line
// has three regular expressions and the reason, separated by blanks: for the
// whole name of the package, the whole name of the test, and a part of what the
// test says when it is skipped. '#' starts a comment line.
type Skips []skip

type skip struct {
	pkg, test, says *regexp.Regexp
	reason          string
}

// ParseSkips reads the text form.
func ParseSkips(r io.Reader) (Skips, error) {
	var skips Skips
	scanner := bufio.NewScanner(r)
	for line := 1; scanner.Scan(); line++ {
		text := strings.TrimSpace(scanner.Text())
		if text == "" || text[0] == '#' {
			continue
		}
		s, err := parseSkip(text)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		skips = append(skips, s)
	}
	return skips, scanner.Err()
}

func parseSkip(text string) (skip, error) {
	fields := strings.Fields(text)
	if len(fields) < 4 {
		return skip{}, fmt.Errorf("%q lacks a package, a test, its words or a reason", text)
	}
	s := skip{reason: strings.Join(fields[3:], " ")}
	var errs [3]error
	s.pkg, errs[0] = regexp.Compile("^(?:" + fields[0] + ")$")
	s.test, errs[1] = regexp.Compile("^(?:" + fields[1] + ")$")
	s.says, errs[2] = regexp.Compile(fields[2])
	return s, errors.Join(errs[:]...)
}

// reason returns why a test with that output may be skipped; "" means that it may not.
func (s Skips) reason(name testName, says string) string {
	for _, entry := range s {
		if entry.pkg.MatchString(name.pkg) && entry.test.MatchString(name.test) && entry.says.MatchString(says) {
			return entry.reason
		}
	}
	return ""
}
