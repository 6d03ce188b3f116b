// Testsum reads go test -json on its standard input and prints the results, the
// output of what failed, and what was skipped; see package testsum. It exits
// with 1 if a test failed, or was skipped without being on the list.
//
//	go test -json ./... | testsum -skips scripts/skips.txt
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/actum-go/actum/tools/testsum"
)

func main() {
	list := flag.String("skips", "", "the tests that may be skipped, a `file`")
	flag.Parse()
	if err := run(*list); err != nil {
		fmt.Fprintln(os.Stderr, "testsum:", err)
		os.Exit(1)
	}
}

func run(list string) error {
	var skips testsum.Skips
	if list != "" {
		file, err := os.Open(list)
		if err != nil {
			return err
		}
		defer file.Close()
		if skips, err = testsum.ParseSkips(file); err != nil {
			return fmt.Errorf("%s: %w", list, err)
		}
	}
	return testsum.Summarize(os.Stdin, os.Stdout, skips)
}
