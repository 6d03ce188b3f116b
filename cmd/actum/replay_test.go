package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A run happens again from its journal, without the other end; the replay can be
// traced itself.
func TestReplay(t *testing.T) {
	dir := t.TempDir()
	endpoint := "ipc://" + filepath.Join(dir, "s")
	repRun, reqRun := filepath.Join(dir, "rep.run"), filepath.Join(dir, "req.run")
	rep := actum(t, "trace", "--format", "replay", "-o", repRun, "rep", "--bind", endpoint, "--echo", "--count", "20")
	if err := rep.Start(); err != nil {
		t.Fatal(err)
	}
	messages := strings.Repeat("hello\n", 20)
	code, out, said := outcome(t, actum(t, "trace", "--format", "replay", "-o", reqRun, "req", "--connect", endpoint, "--data", "hello", "--count", "20"))
	if code != 0 || out != messages || !strings.Contains(said, "actum trace --replay "+reqRun) {
		t.Fatalf("req: exit code %d, standard output %q, standard error %q", code, out, said)
	}
	if err := rep.Wait(); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if code, out, said := outcome(t, actum(t, "trace", "--replay", repRun)); code != 0 || out != messages || said != "" {
			t.Errorf("exit code %d, standard output %q, standard error %q", code, out, said)
		}
	}
	dot := filepath.Join(dir, "rep.dot")
	code, out, said = outcome(t, actum(t, "trace", "--replay", repRun, "--format", "dot", "-o", dot))
	if b, err := os.ReadFile(dot); code != 0 || out != messages || !strings.Contains(said, "operations are in ") || err != nil || !strings.Contains(string(b), "accept") {
		t.Errorf("exit code %d, standard output %q, standard error %q; %v, %s", code, out, said, err, b)
	}
	t.Run("another command", func(t *testing.T) {
		code, _, said := outcome(t, actum(t, "trace", "--replay", repRun, "rep", "--bind", endpoint, "--count", "20", "--data", "bye"))
		if code != 1 || !regexp.MustCompile(`^actum: proactor: the replay has diverged from its journal at .*, after \d+ operations .* is about to start a .* but the journal's next event is: .*\n$`).MatchString(said) {
			t.Errorf("exit code %d, standard error %q", code, said)
		}
	})
}

func TestReplayUsage(t *testing.T) {
	file := filepath.Join(t.TempDir(), "run")
	if err := os.WriteFile(file, []byte("something else\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, missing := os.Open(file + ".none") // in the system's own words
	tests := []struct{ line, err string }{
		{"trace --replay " + file, "has not been written by actum trace --format replay"},
		{"trace --replay " + file + ".none", missing.Error()},
		{"trace --replay FILE --format replay", "--format replay is for recording"},
		{"trace --format replay rep --bind tcp://127.0.0.1:*", "--output"},
		{"trace --format replay -o " + file + "/no rep --bind tcp://127.0.0.1:*", "--output: open "},
	}
	for _, tt := range tests {
		t.Run(tt.line, func(t *testing.T) {
			code, out, err := outcome(t, actum(t, strings.Fields(tt.line)...))
			if code != 2 || out != "" || strings.Count(err, "\n") != 1 || !strings.Contains(err, tt.err) {
				t.Errorf("exit code %d, standard output %q, standard error %q", code, out, err)
			}
		})
	}
}
