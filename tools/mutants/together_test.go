package mutants

import (
	"context"
	"go/format"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

const several = `package p

func F(a, b int) int {
	x := a + b // which declares
	if x > 7 {
		return b
	}
	switch {
	case a < b:
		a = b
	}
	return a
}

func G(a int) (n int) {
loop:
	for a > 0 {
		a--
		break loop
	}
	return a
}

const limit = 3
`

// find picks the mutants with those changes.
func find(t *testing.T, src string, changes ...string) (list []Mutant) {
	t.Helper()
	found, err := Find("p", "p/p.go", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range changes {
		i := slices.IndexFunc(found, func(m Mutant) bool { return m.what() == change })
		if i < 0 {
			t.Fatalf("no mutant %s", change)
		}
		list = append(list, found[i])
	}
	return list
}

// A mutant has a statement twice, or the rest of the block.
func TestTogether(t *testing.T) {
	for change, want := range map[string]string{
		"a + b => a - b":    "x := a - b // which declares if x > 7 { return b } switch { case a < b: a = b } return a }",
		"x > 7 => x >= 7":   "if x >= 7 { return b } }",
		"return b => zero":  "return func(int) (zero int) { return }(b) }",
		"a < b => !(a < b)": "switch { case !(a < b): a = b } }",
		"a = b => nothing":  "if false { a = b } }",
		"a-- => nothing":    "if false { a-- } }",
		"3 => 4":            "",
		"a > 0 => a >= 0":   "", // it has a label
	} {
		file, in, out := together([]byte(several), find(t, several, change), 1)
		if want == "" {
			if len(in) != 0 || len(out) != 1 || string(file) != several {
				t.Errorf("%s has a region", change)
			}
			continue
		}
		if _, err := format.Source(file); err != nil || len(in) != 1 {
			t.Errorf("%s: %v in\n%s", change, err, file)
			continue
		}
		got := strings.Join(strings.Fields(string(file[in[0].at:in[0].end])), " ") + " }"
		if got != want {
			t.Errorf("%s:\n got %s\nwant %s", change, got, want)
		}
	}
}

// Those that overlap are left for the next program.
func TestTogetherOverlap(t *testing.T) {
	list := find(t, several, "return b => zero", "a + b => a - b", "a = b => nothing")
	file, in, out := together([]byte(several), list, 5)
	if len(in) != 2 || len(out) != 1 || out[0].what() != "a + b => a - b" {
		t.Errorf("%d and %v", len(in), out)
	}
	for _, p := range in {
		if !strings.Contains(string(file), "mutantNumber != "+strconv.Itoa(p.number)) {
			t.Errorf("%d is not in\n%s", p.number, file)
		}
	}
}

// What the compiler complains about is found by line and column.
func TestBlamed(t *testing.T) {
	list := find(t, several, "x > 7 => x >= 7", "a = b => nothing")
	file, in, _ := together([]byte(several), list, 1)
	files := map[string][]byte{"p/p.go": file}
	complaint := func(at int) []byte {
		line := strings.Count(string(file[:at]), "\n") + 1
		column := at - strings.LastIndex(string(file[:at]), "\n")
		return []byte("# p\n/tmp/p.go:" + strconv.Itoa(line) + ":" + strconv.Itoa(column) + ": wrong\n")
	}
	for _, p := range in {
		if bad := blamed(complaint(p.at+3), files, in); !slices.Equal(bad, []int{p.number}) {
			t.Errorf("%s: %v", p, bad)
		}
	}
	if bad := blamed(complaint(2), files, in); bad != nil {
		t.Errorf("a complaint about the original: %v", bad)
	}
	if left := without(list, in, []int{1}); len(left) != 1 || without(list, in, nil) != nil {
		t.Errorf("%v is left", left)
	}
}

// Tests distinguish mutants that are compiled together as they do mutants that are
// compiled alone.
func TestRunTogether(t *testing.T) {
	root := t.TempDir()
	src := "package p\n\nfunc Sum(a, b int) int {\n\tc := a + b\n\tunseen := 1\n\t_ = unseen\n\treturn c\n}\n\nfunc Twice(a int) int {\n\ta = a * 2\n\treturn a\n}\n\nfunc Bad() string {\n\treturn \"a\" + \"b\"\n}\n"
	for name, text := range map[string]string{
		"go.mod":      "module example.test\n\ngo 1.25\n",
		"p/p.go":      src,
		"p/p_test.go": "package p\n\nimport \"testing\"\n\nfunc TestSum(t *testing.T) {\n\tif Sum(1, 2) != 3 || Twice(4) != 8 {\n\t\tt.Fail()\n\t}\n}\n",
	} {
		name = filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	r := Runner{Root: root, Temp: t.TempDir(), Timeout: time.Minute}
	tests := []Test{{Package: "p"}}
	list := find(t, src, `"a" + "b" => "a" - "b"`, "a + b => a - b", "a * 2 => a / 2", `return "a" + "b" => zero`)
	if err := r.Baseline(context.Background(), tests); err != nil {
		t.Fatal(err)
	}
	p, err := r.Together(context.Background(), list, tests)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	verdicts := map[string]Verdict{}
	for _, m := range p.Mutants {
		v, _, err := p.Run(context.Background(), m, tests)
		if err != nil {
			t.Fatal(err)
		}
		verdicts[m.what()] = v
	}
	if verdicts["a + b => a - b"] != Killed || verdicts["a * 2 => a / 2"] != Killed || verdicts[`return "a" + "b" => zero`] != Survived || len(verdicts) != 3 {
		t.Errorf("%v", verdicts)
	}
}
