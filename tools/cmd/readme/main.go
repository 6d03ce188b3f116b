// Readme fails if the Go example of a Markdown file is not the body of an
// Example function of a test file.
//
//	readme README.md zmq/example_readme_test.go
package main

import (
	"fmt"
	"os"

	"github.com/actum-go/actum/tools/readme"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: readme README.md example_test.go")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "readme:", err)
		os.Exit(1)
	}
}

func run(markdownName, sourceName string) error {
	markdown, err := os.ReadFile(markdownName)
	if err != nil {
		return err
	}
	source, err := os.ReadFile(sourceName)
	if err != nil {
		return err
	}
	return readme.Compare(markdown, source)
}
