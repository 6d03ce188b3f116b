package wording

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// check is what is found in files, given by their names and contents. The
// banned phrase is "by dint".
func check(t *testing.T, files map[string]string) []string {
	t.Helper()
	root := t.TempDir()
	for name, content := range files {
		name = filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	phrases, err := ParsePhrases(strings.NewReader("# a comment\n\n\\bby dint\\b => what failed\n"))
	if err != nil {
		t.Fatal(err)
	}
	findings, err := phrases.Check(root)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, f := range findings {
		list = append(list, f.String())
	}
	return list
}

func TestPhrases(t *testing.T) {
	got := check(t, map[string]string{
		"a.go":          "package a\n\n// It waits by\n// dint.\nvar text = \"done By dint\"\n",
		"b.md":          "Tried by dint.\n\n```\nby dint\n```\n    by dint\n\nAnd `by dint`, by\ndint.\n",
		"c.go":          "package a\n\nvar bydint = 1 // not by dintglory\n",
		"testdata/d.go": "package d // by dint\n",
	})
	want := []string{
		`a.go:3: "by dint": write what failed`,
		`a.go:5: "By dint": write what failed`,
		`b.md:1: "by dint": write what failed`,
		`b.md:8: "by dint": write what failed`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
}

func TestNames(t *testing.T) {
	files := map[string]string{
		"zmq/a.go": `package zmq

// [Socket.Close] is in here.go, see [Gone], [Socket.Gone], x/b.go, x/gone.go and
// here_gone.go, but x_linux.go and x/here_SYSTEM.go are placeholders, and xx_linux.go is not.
//
//	tcp://[Address]:1 is code
type Socket struct{ base }

type base struct{}

// Close is like [Alias.Anything] and [base].
func (s Other) Close() {}

// Other [USAGE] is one.
type Other struct{ Field int }

type Alias Socket
`,
		"zmq/here.go": "package zmq\n",
		"x/b.go":      "package x\n\n// A zmq.Socket, a zmq.Gone, and a zmq.Other.Gone but no net.Gone.\nvar V int\n",
		"docs/c.md":   "`zmq.Other.Field` and `zmq.Nothing`, `b.go` and `z.go`, zmq.Gone without quotes.\n",
	}
	want := []string{
		"docs/c.md:1: package zmq has no Nothing",
		"docs/c.md:1: z.go does not exist",
		"x/b.go:3: package zmq has no Gone",
		"x/b.go:3: package zmq has no Other.Gone",
		"zmq/a.go:3: this package has no Gone",
		"zmq/a.go:3: x/gone.go does not exist",
		"zmq/a.go:4: here_gone.go does not exist",
		"zmq/a.go:4: xx_linux.go does not exist",
	}
	got := check(t, files)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("found\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestParsePhrasesRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"by dint":         `line 1: no " => "`,
		"\n( => anything": "line 2: error parsing regexp",
	} {
		if _, err := ParsePhrases(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want one that contains %q", text, err, want)
		}
	}
}
