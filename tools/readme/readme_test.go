package readme

import (
	"strings"
	"testing"
)

const markdown = "# title\n\n```go\npackage main\n\nfunc main() {\n\tprintln(1)\n}\n```\n\ntext\n"

func TestCompare(t *testing.T) {
	for name, test := range map[string]struct{ markdown, source, want string }{
		"same":           {markdown, "package p\nfunc Example() {\n\tprintln(1)\n}\n", ""},
		"output":         {markdown, "package p\nfunc Example_readme() {\n\tprintln(1)\n\t// Output: 1\n}\n", ""},
		"second example": {markdown, "package p\nfunc Example() {}\nfunc ExampleB() {\n\tprintln(1)\n}\n", ""},
		"differs":        {markdown, "package p\nfunc Example() {\n\tprintln(2)\n}\n", "is not the body"},
		"not an example": {markdown, "package p\nfunc other() {\n\tprintln(1)\n}\n", "needs a main function"},
		"no block":       {"# title\n", "package p\n", "no ```go block"},
		"broken block":   {"\n```go\nfunc (\n```\n", "package p\n", "the README's example:"},
	} {
		t.Run(name, func(t *testing.T) {
			err := Compare([]byte(test.markdown), []byte(test.source))
			if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
}
