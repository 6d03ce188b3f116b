// Package testsum reads what go test -json writes and keeps what a reader
// needs of it: the result of every test, the output of those that failed, and
// the tests that were skipped, each of which must be on a list.
package testsum

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// Skips is the list of tests that may be skipped. In its text form each line
// has a package and a test, both regular expressions for the whole name, and
// the reason; '#' starts a comment line.
type Skips []skip

type skip struct {
	pkg, test *regexp.Regexp
	reason    string
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
	if len(fields) < 3 {
		return skip{}, fmt.Errorf("%q lacks a package, a test or a reason", text)
	}
	pkg, err := whole(fields[0])
	if err != nil {
		return skip{}, err
	}
	test, err := whole(fields[1])
	if err != nil {
		return skip{}, err
	}
	return skip{pkg, test, strings.Join(fields[2:], " ")}, nil
}

func whole(expression string) (*regexp.Regexp, error) {
	return regexp.Compile("^(?:" + expression + ")$")
}

// reason returns why a test may be skipped; "" means that it may not.
func (s Skips) reason(pkg, test string) string {
	for _, entry := range s {
		if entry.pkg.MatchString(pkg) && entry.test.MatchString(test) {
			return entry.reason
		}
	}
	return ""
}
