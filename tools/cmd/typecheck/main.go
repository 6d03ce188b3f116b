// Typecheck type-checks packages and their tests for another system. It also reads
// the sources of everything that they import, so that nothing is compiled: a system
// takes seconds, where a first "go build" for it takes a minute.
//
//	typecheck GOOS/GOARCH PATTERN...
package main

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/tools/go/packages"
)

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: typecheck GOOS/GOARCH PATTERN...")
		os.Exit(2)
	}
	system, patterns := os.Args[1], os.Args[2:]
	checked, found, err := check(system, patterns)
	if err != nil {
		found = append(found, err.Error())
	}
	for _, line := range found {
		fmt.Printf("%s: %s\n", system, line)
	}
	fmt.Printf("%s: %d packages, %d errors\n", system, checked, len(found))
	if len(found) > 0 {
		os.Exit(1)
	}
}

// check returns the errors in the packages that the patterns name and in what
// they import, and how many packages those are.
func check(system string, patterns []string) (checked int, found []string, err error) {
	goos, goarch, ok := strings.Cut(system, "/")
	if !ok {
		return 0, nil, fmt.Errorf("%q is not GOOS/GOARCH", system)
	}
	config := &packages.Config{
		Mode:  packages.LoadAllSyntax,
		Tests: true,
		Env:   append(os.Environ(), "GOOS="+goos, "GOARCH="+goarch, "CGO_ENABLED=0"),
	}
	loaded, err := packages.Load(config, patterns...)
	if err != nil {
		return 0, nil, err
	}
	packages.Visit(loaded, nil, func(p *packages.Package) {
		checked++
		for _, e := range p.Errors {
			found = append(found, e.Error())
		}
	})
	return checked, found, nil
}
