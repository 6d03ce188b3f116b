package testsum

import (
	"bytes"
	"strings"
	"testing"
)

const (
	passes  = `{"Action":"pass","Package":"p","Test":"TestA","Elapsed":0.1}`
	subtest = `{"Action":"pass","Package":"p","Test":"TestA/sub","Elapsed":0.1}`
	okLine  = `{"Action":"output","Package":"p","Output":"ok  \tp\t0.1s\n"}`
	ends    = `{"Action":"pass","Package":"p","Elapsed":0.1}`
	says    = `{"Action":"output","Package":"p","Test":"TestB","Output":"it broke\n"}`
	fails   = `{"Action":"fail","Package":"p","Test":"TestB","Elapsed":0.1}`
	failed  = `{"Action":"fail","Package":"p","Elapsed":0.1}`
	skips   = `{"Action":"skip","Package":"p","Test":"TestC/uring","Elapsed":0.1}`
	tells   = `{"Action":"output","Package":"p","Test":"TestC/uring","Output":"no ring\n"}`
	noTests = `{"Action":"skip","Package":"q","Elapsed":0}`
)

func TestSummarize(t *testing.T) {
	for name, test := range map[string]struct {
		in   []string
		out  []string // parts of the output
		want string   // part of the error; "" for none
	}{
		"passes":           {[]string{passes, okLine, ends}, []string{"--- PASS: TestA (0.10s)", "ok  \tp\t0.1s", "1 tests passed"}, ""},
		"subtests count":   {[]string{subtest, passes, ends}, []string{"2 tests passed"}, ""},
		"fails":            {[]string{passes, says, fails, failed}, []string{"it broke", "1 tests passed, 2 failed"}, "2 tests, packages or builds failed"},
		"never ends":       {[]string{passes, says, failed}, []string{"it broke"}, "failed"},
		"build":            {[]string{`{"Action":"build-output","ImportPath":"p","Output":"syntax error\n"}`, `{"Action":"build-fail","ImportPath":"p"}`}, []string{"syntax error"}, "failed"},
		"skip on the list": {[]string{passes, tells, skips, ends}, []string{"skipped TestC/uring of p: the kernel", "1 skipped"}, ""},
		"skip for another": {[]string{passes, skips, ends}, []string{"NOT ON THE LIST"}, "1 tests were skipped"},
		"skip elsewhere":   {[]string{passes, tells, strings.ReplaceAll(skips, "uring", "epoll"), ends}, []string{"NOT ON THE LIST"}, "1 tests were skipped"},
		"nothing ran":      {[]string{noTests}, nil, "no test ran"},
		"not an event":     {[]string{"go: warning", passes, ends}, []string{"go: warning\n"}, ""},
		"quiet on success": {[]string{strings.ReplaceAll(says, "TestB", "TestA"), passes, ends}, []string{"--- PASS"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			list, err := ParseSkips(strings.NewReader("# a comment\n\np TestC/ur.* no.ring the kernel forbids it\n"))
			if err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			err = Summarize(strings.NewReader(strings.Join(test.in, "\n")), &out, list)
			if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
			for _, part := range test.out {
				if !strings.Contains(out.String(), part) {
					t.Errorf("output lacks %q:\n%s", part, out.String())
				}
			}
			if name == "quiet on success" && strings.Contains(out.String(), "it broke") {
				t.Errorf("output of a test that passed:\n%s", out.String())
			}
		})
	}
}

func TestParseSkipsRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"no reason":      "p TestA words",
		"bad expression": "p Test( words reason",
		"bad words":      "p TestA wor( reason",
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := ParseSkips(strings.NewReader(text)); err == nil || !strings.HasPrefix(err.Error(), "line 1") {
				t.Errorf("error %v, want one about line 1", err)
			}
		})
	}
}
