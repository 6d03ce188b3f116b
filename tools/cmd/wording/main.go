// Wording checks the prose of a repository; see package wording. It prints one
// line a finding and exits with 1 if there is any, with 2 if it could not check.
//
//	wording -phrases tools/phrases.txt .
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/actum-go/actum/tools/wording"
)

func main() {
	phrases := flag.String("phrases", "phrases.txt", "the table of banned phrases, a `file`")
	flag.Parse()
	root := "."
	if flag.NArg() > 0 {
		root = flag.Arg(0)
	}
	findings, err := check(*phrases, root)
	if err != nil {
		fmt.Fprintln(os.Stderr, "wording:", err)
		os.Exit(2)
	}
	for _, f := range findings {
		fmt.Println(f)
	}
	if len(findings) > 0 {
		fmt.Fprintf(os.Stderr, "wording: %d places to rewrite\n", len(findings))
		os.Exit(1)
	}
}

func check(name, root string) ([]wording.Finding, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	phrases, err := wording.ParsePhrases(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return phrases.Check(root)
}
