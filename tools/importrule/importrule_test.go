package importrule

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const layers = `
restricted: C unsafe syscall net net/... runtime.GOOS
tests: internal/check
# a comment
top: middle
     bottom example.com/cli/...
middle: bottom
middle (tests): helper
bottom: unsafe syscall:names  # maps memory, tells errors apart
bottom/...:
`

func TestParseTableRefuses(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"no colon":            {"zmq zmq/internal", "line 1: no colon"},
		"nothing to continue": {"  zmq", "line 1: continues a row"},
		"no reason":           {"restricted: unsafe\nzmq: unsafe", "line 2: zmq is granted unsafe without"},
		"no reason, pattern":  {"restricted: net/...\nzmq: net/...", "zmq is granted net/... without"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ParseTable(strings.NewReader(test.text))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want one that contains %q", err, test.want)
			}
		})
	}
}

func TestCheck(t *testing.T) {
	for name, test := range map[string]struct {
		file, source string
		want         string // part of the finding; "" for none
	}{
		"own layer":            {"top/a.go", `import "m.org/m/middle"`, ""},
		"continued row":        {"top/a.go", `import "m.org/m/bottom"`, ""},
		"external granted":     {"top/a.go", `import "example.com/cli/v2"`, ""},
		"external refused":     {"middle/a.go", `import "example.com/cli/v2"`, "middle/a.go:2:8: middle may not import example.com/cli/v2"},
		"upwards":              {"bottom/a.go", `import "m.org/m/middle"`, "bottom may not import middle: its layer"},
		"standard":             {"middle/a.go", `import "os"`, ""},
		"restricted":           {"middle/a.go", `import "net"`, "middle may not import net: it is restricted"},
		"restricted, granted":  {"bottom/a.go", `import "unsafe"`, ""},
		"restricted, in tests": {"middle/a_test.go", `import "net"`, ""},
		"cgo in tests":         {"middle/a_test.go", `import "C"`, "middle may not import C"},
		"other system":         {"middle/a_windows.go", "import \"net\"", "middle/a_windows.go:2:8"},
		"tests everywhere":     {"middle/a_test.go", `import "m.org/m/internal/check"`, ""},
		"only tests":           {"middle/a.go", `import "m.org/m/internal/check"`, "middle may not import internal/check"},
		"tests of one package": {"middle/a_test.go", `import "m.org/m/helper"`, ""},
		"tests of another":     {"top/a_test.go", `import "m.org/m/helper"`, "top may not import helper"},
		"itself, from a test":  {"middle/a_test.go", `import "m.org/m/middle"`, ""},
		"unknown package":      {"side/a.go", `import "os"`, "side: the table has no row"},
		"GOOS":                 {"middle/a.go", "import \"runtime\"\nvar s = runtime.GOOS", "middle/a.go:3:9: runtime.GOOS"},
		"another name":         {"middle/a.go", "import \"runtime\"\nvar s = runtime.GOARCH", ""},
		"names":                {"bottom/a.go", "import \"syscall\"\nvar e error = syscall.Errno(1)\nvar f = syscall.EAGAIN", ""},
		"names, called":        {"bottom/a.go", "import s \"syscall\"\nvar x, _ = s.Dup(1)", "bottom/a.go:3:12: s.Dup is called"},
		"below":                {"bottom/deep/a.go", `import "unsafe"`, "bottom/deep may not import unsafe"},
		"ignored folder":       {"middle/testdata/a.go", `import "net"`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			for _, dir := range []string{"top", "middle", "bottom", "bottom/deep"} {
				write(t, root, dir+"/doc.go", "")
			}
			write(t, root, test.file, test.source)
			compare(t, check(t, root), test.want)
		})
	}
}

func TestCheckLeavesOtherModulesAlone(t *testing.T) {
	root := t.TempDir()
	for _, dir := range []string{"top", "middle", "bottom", "bottom/deep"} {
		write(t, root, dir+"/doc.go", "")
	}
	write(t, root, "top/other/a.go", `import "C"`)
	if err := os.WriteFile(filepath.Join(root, "top/other/go.mod"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	compare(t, check(t, root), "")
}

func TestCheckEntersModulesOfTheTable(t *testing.T) {
	root := t.TempDir()
	for _, dir := range []string{"top", "middle", "bottom", "bottom/deep"} {
		write(t, root, dir+"/doc.go", "")
	}
	write(t, root, "bottom/deep/a.go", `import "C"`)
	if err := os.WriteFile(filepath.Join(root, "bottom/deep/go.mod"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	compare(t, check(t, root), "bottom/deep/a.go")
}

func TestCheckReportsStaleRows(t *testing.T) {
	root := t.TempDir()
	for _, dir := range []string{"top", "middle", "bottom"} {
		write(t, root, dir+"/doc.go", "")
	}
	compare(t, check(t, root), "bottom/...: the row in line 10")
}

func check(t *testing.T, root string) []Finding {
	t.Helper()
	table, err := ParseTable(strings.NewReader(layers))
	if err != nil {
		t.Fatal(err)
	}
	findings, err := table.Check(root, "m.org/m")
	if err != nil {
		t.Fatal(err)
	}
	return findings
}

func write(t *testing.T, root, name, source string) {
	t.Helper()
	full := filepath.Join(root, name)
	if err := os.MkdirAll(filepath.Dir(full), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(full, []byte("package p\n"+source+"\n"), 0o666); err != nil {
		t.Fatal(err)
	}
}

func compare(t *testing.T, findings []Finding, want string) {
	t.Helper()
	if want == "" {
		if len(findings) > 0 {
			t.Errorf("findings %v, want none", findings)
		}
		return
	}
	if len(findings) != 1 || !slices.ContainsFunc(findings, func(f Finding) bool { return strings.Contains(f.String(), want) }) {
		t.Errorf("findings %v, want one that contains %q", findings, want)
	}
}
