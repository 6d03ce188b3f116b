// Importrule checks the imports of a module against a table of layers; see
// package importrule for what the table says. It prints one line a finding
// and exits with 1 if there is any, with 2 if it could not check.
//
//	importrule -table tools/layers.txt -module github.com/actum-go/actum .
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/actum-go/actum/tools/importrule"
)

func main() {
	tableName := flag.String("table", "layers.txt", "the table, a `file`")
	module := flag.String("module", "github.com/actum-go/actum", "the module's `path`")
	flag.Parse()
	root := "."
	if flag.NArg() > 0 {
		root = flag.Arg(0)
	}
	findings, err := check(*tableName, root, *module)
	if err != nil {
		fmt.Fprintln(os.Stderr, "importrule:", err)
		os.Exit(2)
	}
	for _, f := range findings {
		fmt.Println(f)
	}
	if len(findings) > 0 {
		fmt.Fprintf(os.Stderr, "importrule: %d imports or packages that %s does not allow\n", len(findings), *tableName)
		os.Exit(1)
	}
}

func check(tableName, root, module string) ([]importrule.Finding, error) {
	file, err := os.Open(tableName)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	table, err := importrule.ParseTable(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", tableName, err)
	}
	return table.Check(root, module)
}
