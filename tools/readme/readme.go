// Package readme compares the Go code of a Markdown file with an Example function,
// so that the compiler and the tests check what the README shows.
package readme

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"strings"
)

// Compare reports how the first ```go block of markdown differs from the
// Example functions of source, a Go test file. The block is a whole program:
// its main function must have the body of an Example. A "// Output:" comment at
// the end of an Example is not compared, nor are package clause and imports.
func Compare(markdown, source []byte) error {
	block, err := firstBlock(markdown)
	if err != nil {
		return err
	}
	shown, err := bodies(block, func(name string) bool { return name == "main" })
	if err != nil {
		return fmt.Errorf("the README's example: %w", err)
	}
	examples, err := bodies(source, func(name string) bool { return strings.HasPrefix(name, "Example") })
	if err != nil {
		return err
	}
	if len(shown) != 1 || len(examples) == 0 {
		return errors.New("the README's example needs a main function and the test file an Example function")
	}
	return compareOne(shown[0], examples)
}

func compareOne(shown string, examples []string) error {
	for _, example := range examples {
		if example == shown {
			return nil
		}
	}
	return fmt.Errorf("the README's example:\n%s\n\nis not the body of an Example function:\n%s",
		shown, strings.Join(examples, "\n\n"))
}

func firstBlock(markdown []byte) ([]byte, error) {
	_, rest, found := bytes.Cut(markdown, []byte("\n```go\n"))
	block, _, closed := bytes.Cut(rest, []byte("\n```\n"))
	if !found || !closed {
		return nil, errors.New("the README has no ```go block")
	}
	return block, nil
}

// bodies returns the formatted bodies of the functions named in want.
func bodies(source []byte, want func(name string) bool) ([]string, error) {
	formatted, err := format.Source(source)
	if err != nil {
		return nil, err
	}
	var files token.FileSet
	file, err := parser.ParseFile(&files, "", formatted, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	var texts []string
	for _, declaration := range file.Decls {
		if f, ok := declaration.(*ast.FuncDecl); ok && want(f.Name.Name) {
			text := string(formatted[files.Position(f.Body.Lbrace).Offset+1 : files.Position(f.Body.Rbrace).Offset])
			texts = append(texts, withoutOutput(text))
		}
	}
	return texts, nil
}

func withoutOutput(body string) string {
	for _, mark := range []string{"// Output:", "// Unordered output:"} {
		if i := strings.LastIndex(body, mark); i >= 0 {
			body = body[:i]
		}
	}
	return strings.TrimSpace(body)
}
