package mutants

import (
	"errors"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// changes returns the changes that Find makes to a function's body, in package p.
func changes(t *testing.T, result, body string) (list []string) {
	t.Helper()
	src := "package p\n\nfunc (x *T[K]) F(a, b int, s []int) " + result + " {\n" + body + "\n}\n"
	found, err := Find("p", "p/p.go", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range found {
		if m.Func != "(*T).F" || m.File != "p/p.go" || m.Package != "p" {
			t.Errorf("%+v is not in (*T).F of p/p.go", m)
		}
		changed := m.Apply([]byte(src))
		if _, err := parser.ParseFile(token.NewFileSet(), "", changed, 0); err != nil {
			t.Errorf("%s: %v in\n%s", m, err, changed)
		}
		if strings.Count(string(changed), "\n") != strings.Count(src, "\n") {
			t.Errorf("%s moves lines", m)
		}
		list = append(list, m.what())
	}
	return list
}

func TestFind(t *testing.T) {
	for body, want := range map[string][]string{
		"f(a)":                                {"f(a) => nothing"},
		"mu.Lock(); defer mu.Unlock()":        nil,
		"defer f()":                           {"defer f() => nothing"},
		"go f()":                              {"go f() => nothing"},
		"c <- a":                              {"c <- a => nothing"},
		"x := a; _ = x":                       nil,
		"a = b":                               {"a = b => nothing"},
		"a++":                                 {"a++ => nothing", "a++ => a--"},
		"a -= b":                              {"a -= b => nothing", "a -= b => a += b"},
		"a = b + a":                           {"a = b + a => nothing", "b + a => b - a"},
		"a = b << a & b":                      {"a = b << a & b => nothing", "b << a & b => b << a | b", "b << a => b >> a"},
		"if f() { f() }":                      {"f() => !(f())", "f() => nothing"},
		"if a < b {}":                         {"a < b => !(a < b)", "a < b => a <= b"},
		"if a == b {}":                        {"a == b => !(a == b)"},
		"if a == b || f() {}":                 {"a == b || f() => !(a == b || f())", "a == b || f() => a == b && f()", "a == b => a != b"},
		"for a > 7 {}":                        {"a > 7 => !(a > 7)", "a > 7 => a >= 7", "7 => 8"},
		"for a = 0; ; a++ { break }":          {"0 => 1", "a++ => a--", "break => nothing"},
		"for { f(); if a == b { continue } }": {"f() => nothing", "a == b => !(a == b)", "continue => nothing"},
		"switch { case a >= b: return }":      {"a >= b => !(a >= b)", "a >= b => a > b", "return => nothing"},
		"switch a { case 3: }":                {"3 => 4"},
		"f(a); f(a)":                          {"f(a) => nothing", "f(a) => nothing (2)"},
		"var q [4]int; _ = q":                 nil,
		"if f(); a != b {}":                   {"a != b => !(a != b)"},
		"select { case c <- a: f(b) }":        {"f(b) => nothing"},
		"func() int { return a }()":           {"func() int { return a }() => nothing", "return a => zero"},
	} {
		if got := changes(t, "", body); !slices.Equal(got, want) {
			t.Errorf("%s:\n got %q\nwant %q", body, got, want)
		}
	}
}

// Results are replaced by their zero values, unless they are zero.
func TestFindResults(t *testing.T) {
	for body, want := range map[string][]string{
		"return f(), a == b, nil": {"return f() => zero", "a == b => !(a == b)"},
		"return 0, false, err":    {"false => !(false)", "return err => zero", "0 => 1"},
		"return f()":              nil,
		"return":                  {"return => nothing"},
	} {
		if got := changes(t, "(n int, ok bool, err error)", body); !slices.Equal(got, want) {
			t.Errorf("%s:\n got %q\nwant %q", body, got, want)
		}
	}
}

// Code outside of functions is changed, too.
func TestFindDeclarations(t *testing.T) {
	src := "package p\n\nimport \"x\"\n\nconst n = 3\n\ntype T [5]int\n\nvar f = func() { g() }\n"
	found, err := Find("p", "p.go", []byte(src))
	if err != nil || len(found) != 2 || found[0].String() != "p.go:5: : 3 => 4" || found[1].String() != "p.go:9: : g() => nothing" {
		t.Errorf("%v, %v", found, err)
	}
	if _, err := Find("p", "p.go", []byte("package")); err == nil {
		t.Error("no error for a file that does not parse")
	}
}

// A sample depends on the seed, and not on other mutants.
func TestShuffle(t *testing.T) {
	var all []Mutant
	for _, change := range strings.Fields("a b c d e f g h i j") {
		all = append(all, Mutant{File: "f", Change: change})
	}
	order := func(list []Mutant, seed uint64) (names string) {
		list = slices.Clone(list)
		Shuffle(list, seed)
		for _, m := range list {
			names += m.Change
		}
		return names
	}
	one := order(all, 1)
	if one == order(all, 2) || one != order(all, 1) {
		t.Errorf("seeds 1, 2 and 1: %s, %s, %s", one, order(all, 2), order(all, 1))
	}
	if got, want := order(all[1:], 1), strings.Replace(one, "a", "", 1); got != want {
		t.Errorf("without a: %s, want %s", got, want)
	}
}

// An entry whose mutant is gone is found, if its file was looked at.
func TestStaleEquivalents(t *testing.T) {
	list, err := ParseEquivalents(strings.NewReader("p/a.go F\n\ta => b\n\tWhy.\n\ta => b (2)\n\tWhy.\n\np/a.go Gone\n\ta => b\n\tWhy.\n\np/b.go F\n\ta => b\n\tWhy.\n"))
	if err != nil {
		t.Fatal(err)
	}
	found := []Mutant{{File: "p/a.go", Func: "F", Change: "a => b"}, {File: "p/c.go", Func: "F", Change: "x => y"}}
	if got, want := list.Stale(found), []string{"p/a.go: F: a => b (2)", "p/a.go: Gone: a => b"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestEquivalents(t *testing.T) {
	list, err := ParseEquivalents(strings.NewReader("# comment\np/a.go (*T).F\n\ta < b => a <= b\n\tWhen a is b\n\tnothing differs.\n\n" +
		"\tf() => nothing (2)\n\tIt does nothing.\np/b.go\n\t3 => 4\n\tUnused.\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		m    Mutant
		want bool
	}{
		{Mutant{File: "p/a.go", Func: "(*T).F", Change: "a < b => a <= b", Line: 77}, true},
		{Mutant{File: "p/a.go", Func: "(*T).F", Change: "a < b => a <= b", Repeat: 1}, false},
		{Mutant{File: "p/a.go", Func: "(*T).F", Change: "f() => nothing", Repeat: 1}, true},
		{Mutant{File: "p/a.go", Func: "(*T).G", Change: "a < b => a <= b"}, false},
		{Mutant{File: "p/b.go", Change: "3 => 4"}, true},
	} {
		if list.Has(tt.m) != tt.want {
			t.Errorf("%s is listed: %v", tt.m, !tt.want)
		}
	}
	if got := list[(Mutant{File: "p/a.go", Func: "(*T).F", Change: "a < b => a <= b"}).key()]; got != "When a is b nothing differs." {
		t.Errorf("reason %q", got)
	}
	for text, want := range map[string]string{
		"\ta => b\n":                        "line 1: a change without a file",
		"f F\n\treason\n":                   "line 2: a reason without a change",
		"f F\n\ta => b\n":                   "no reason",
		"f F\n\ta => b\ng G\n":              "line 3: the change before has no reason",
		"f F\n\ta => b\n\tc => d\n\tx\n":    "line 3: the change before has no reason",
		"f\n\ta => b\n\tx\n\ta => b\n\tx\n": "line 4: listed twice",
	} {
		if _, err := ParseEquivalents(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func TestTests(t *testing.T) {
	table, err := ParseTests(strings.NewReader("# comment\na/b: a # why\na/*: a=/x$ c\nd: e!S d=T d=U\n@n: g h=I\ni: @n j\n"))
	if err != nil {
		t.Fatal(err)
	}
	for pkg, want := range map[string][]Test{
		"a/b": {{"a/b", "", ""}, {"a", "", ""}},
		"a/c": {{"a/c", "", ""}, {"a", "/x$", ""}, {"c", "", ""}},
		"d":   {{"d", "T", ""}, {"e", "", "S"}, {"d", "U", ""}},
		"f":   {{"f", "", ""}},
		"i":   {{"i", "", ""}, {"g", "", ""}, {"h", "I", ""}, {"j", "", ""}},
	} {
		if got := table.Of(pkg); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", pkg, got, want)
		}
	}
	for _, text := range []string{"a b\n", "a[: b\n", "a: @n\n"} {
		if _, err := ParseTests(strings.NewReader(text)); err == nil {
			t.Errorf("no error for %q", text)
		}
	}
}

func TestVerdict(t *testing.T) {
	failed := errors.New("exit status 1")
	for _, tt := range []struct {
		out  string
		err  error
		want Verdict
	}{
		{"ok p 0.1s", nil, Survived},
		{"--- FAIL: TestX\nFAIL", failed, Killed},
		{"panic: test timed out after 1s", failed, TimedOut},
		{"=== RUN TestX", errors.New("signal: killed"), TimedOut},
		{"=== RUN TestX", errors.New("exit status 137"), TimedOut},
	} {
		if got := verdict([]byte(tt.out), tt.err); got != tt.want {
			t.Errorf("%q: %s, want %s", tt.out, got, tt.want)
		}
	}
}

// A module with a function that is tested, one that hangs without a statement,
// and one without a test.
func TestRun(t *testing.T) {
	root := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":      "module m\n\ngo 1.26\n",
		"p/p.go":      "package p\n\nfunc Add(a, b int) int { return a + b }\n\nfunc Loop() {\n\tfor i := 0; i < 9; {\n\t\ti++\n\t}\n}\n\nfunc Idle(n int) int { return n * 2 }\n\nfunc Other() int { return 5 }\n",
		"p/p_test.go": "package p\n\nimport \"testing\"\n\nfunc Test(t *testing.T) {\n\tif Add(2, 2) != 4 {\n\t\tt.Error()\n\t}\n\tLoop()\n}\n",
		"q/q_test.go": "package q\n\nimport (\n\t\"m/p\"\n\t\"testing\"\n)\n\nfunc TestIt(t *testing.T) {\n\tif p.Other() != 5 {\n\t\tt.Error()\n\t}\n}\n",
		"bad/bad.go":  "package bad\n\nfunc F() string { return \"a\" + \"b\" }\n",
	} {
		path := filepath.Join(root, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	r := Runner{Root: root, Temp: t.TempDir(), Short: true, Timeout: time.Hour, Stall: 3e9}
	tests := []Test{{Package: "p"}, {Package: "q", Run: "TestIt"}}
	if err := r.Baseline(t.Context(), tests); err != nil {
		t.Fatal(err)
	}
	var report Report
	for _, tt := range []struct {
		file, change string
		want         Verdict
		by           string
	}{
		{"p", "a + b => a - b", Killed, "p"},
		{"p", "i++ => nothing", TimedOut, "p"},
		{"p", "n * 2 => n / 2", Survived, ""},
		{"p", "5 => 6", Killed, "q"},
		{"bad", `"a" + "b" => "a" - "b"`, Uncompiled, "bad"},
	} {
		src, err := os.ReadFile(filepath.Join(root, tt.file, tt.file+".go"))
		if err != nil {
			t.Fatal(err)
		}
		found, err := Find(tt.file, tt.file+"/"+tt.file+".go", src)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(found, func(m Mutant) bool { return m.Change == tt.change })
		if i < 0 {
			t.Fatalf("no %s among %v", tt.change, found)
		}
		asked := tests
		if tt.file == "bad" {
			asked = []Test{{Package: "bad"}}
		}
		v, by, err := r.Run(t.Context(), found[i], asked)
		if v != tt.want || by != tt.by || err != nil {
			t.Errorf("%s: %s by %q, %v; want %s by %q", tt.change, v, by, err, tt.want, tt.by)
		}
		report.Add(found[i], v)
	}
	var out strings.Builder
	report.Write(&out)
	if report.Survivors() != 1 || !strings.HasPrefix(out.String(), "p/p.go:11: Idle: n * 2 => n / 2\n") || !strings.Contains(out.String(), "75.0 %") {
		t.Errorf("report:\n%s", &out)
	}
	if err := r.Baseline(t.Context(), []Test{{Package: "none"}}); err == nil {
		t.Error("no error for tests that do not run")
	}
}

// A run uses the verdicts of the one before.
func TestResults(t *testing.T) {
	name := filepath.Join(t.TempDir(), "results")
	m := Mutant{File: "f", Func: "F", Change: "a => b", Line: 3}
	for round := range 2 {
		r, err := OpenResults(name)
		if err != nil {
			t.Fatal(err)
		}
		v, ok := r.Of(m)
		if round == 0 {
			if ok {
				t.Error("known at the start")
			}
			if err := r.Add(m, Killed, "p"); err != nil {
				t.Fatal(err)
			}
		} else if v != Killed || !ok {
			t.Errorf("%s, %v", v, ok)
		}
	}
	if err := os.WriteFile(name, []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenResults(name); err == nil {
		t.Error("no error for a damaged file")
	}
}
