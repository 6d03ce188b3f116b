package proactor_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestQuickstart checks that the Go code of the quickstart is compiled and run: each
// block is a part of quickstart_example_test.go, where a main function is an Example.
func TestQuickstart(t *testing.T) {
	page, err := os.ReadFile("../docs/proactor-quickstart.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("quickstart_example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	compiled := regexp.MustCompile(`(?m)^\t// Output:.*\n(\t//.*\n)*`).ReplaceAllString(string(source), "")
	blocks := strings.Split(strings.ReplaceAll(string(page), "\r\n", "\n"), "\n```go\n")[1:]
	if len(blocks) < 5 {
		t.Fatalf("the page has %d blocks of Go code", len(blocks))
	}
	for _, block := range blocks {
		code, _, closed := strings.Cut(block, "\n```\n")
		body := strings.TrimPrefix(code, "func main() {\n")
		if !closed || !strings.Contains(compiled, body) {
			t.Errorf("this is not what is compiled:\n%s", code)
		}
	}
}
