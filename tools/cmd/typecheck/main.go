// Typecheck type-checks packages and their tests for other systems. It also reads the
// sources of everything that they import, so that nothing is compiled: a system takes
// seconds, where a first "go build" for it takes a minute.
//
//	typecheck PATTERN... GOOS/GOARCH... [PATTERN... GOOS/GOARCH...]
//
// The patterns are those of the go command, and begin with "./". Each system is
// checked with the patterns in front of it.
package main

import (
	"fmt"
	"os"
	"strings"
	"sync"
)

// A job is what to check, and for which system.
type job struct {
	patterns []string
	system   string // GOOS/GOARCH
}

func main() {
	jobs := parseArgs(os.Args[1:])
	if len(jobs) == 0 {
		fmt.Fprintln(os.Stderr, "usage: typecheck PATTERN... GOOS/GOARCH... [PATTERN... GOOS/GOARCH...]")
		os.Exit(2)
	}
	c, err := newChecker()
	if err != nil {
		fmt.Fprintln(os.Stderr, "typecheck:", err)
		os.Exit(2)
	}
	if !c.checkAll(jobs) {
		os.Exit(1)
	}
}

func parseArgs(args []string) (jobs []job) {
	var patterns []string
	closed := false // a system follows the patterns
	for _, arg := range args {
		if !strings.HasPrefix(arg, "./") {
			jobs = append(jobs, job{patterns, arg})
			closed = true
			continue
		}
		if closed {
			patterns, closed = nil, false
		}
		patterns = append(patterns, arg)
	}
	return jobs
}

// parallel is the number of jobs at a time. While one waits for "go list", the other
// keeps the processors busy.
const parallel = 2

// checkAll prints the result of each job, and reports whether no error was found.
func (c *checker) checkAll(jobs []job) (ok bool) {
	var (
		mu   sync.Mutex // of ok and of the output
		all  sync.WaitGroup
		slot = make(chan bool, parallel)
	)
	ok = true
	for _, j := range jobs {
		slot <- true
		all.Go(func() {
			defer func() { <-slot }()
			checked, found := c.check(j)
			mu.Lock()
			defer mu.Unlock()
			for _, line := range found {
				fmt.Printf("%s: %s\n", j.system, line)
			}
			fmt.Printf("%s: %d packages, %d errors\n", j.system, checked, len(found))
			ok = ok && len(found) == 0
		})
	}
	all.Wait()
	return ok
}
