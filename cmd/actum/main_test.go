package main

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/actum-go/actum/cmd/actum/internal/cli"
	"github.com/actum-go/actum/cmd/actum/internal/system"
	"github.com/actum-go/actum/internal/leakcheck"
)

// asTool makes the test's own binary the tool.
const asTool = "ACTUM_TEST_AS_TOOL"

func TestMain(m *testing.M) {
	if os.Getenv(asTool) != "" {
		// As main, but that it never says what it waits for: how long that takes is
		// the machine's business.
		os.Exit(cli.Main(os.Args[1:], system.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, ReportDelay: -1}))
	}
	leakcheck.Main(m)
}

// actum is the tool as a process of its own.
func actum(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), self, args...)
	c.Env = append(os.Environ(), asTool+"=1")
	return c
}

// outcome runs c and returns its exit code and outputs.
func outcome(t *testing.T, c *exec.Cmd) (code int, out, err string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	if err := c.Run(); err != nil && c.ProcessState == nil {
		t.Fatal(err)
	}
	return c.ProcessState.ExitCode(), stdout.String(), stderr.String()
}

func TestExchange(t *testing.T) {
	endpoint := "ipc://" + filepath.Join(t.TempDir(), "s")
	rep := actum(t, "rep", "--bind", endpoint, "--echo", "--count", "2")
	if err := rep.Start(); err != nil {
		t.Fatal(err)
	}
	req := actum(t, "req", "--connect", endpoint)
	req.Stdin = strings.NewReader("one\ntwo\n")
	code, out, err := outcome(t, req)
	if code != 0 || out != "one\ntwo\n" || err != "" {
		t.Errorf("req: exit code %d, standard output %q, standard error %q", code, out, err)
	}
	if err := rep.Wait(); err != nil {
		t.Errorf("rep: %v", err)
	}
}

func TestPerf(t *testing.T) {
	code, out, err := outcome(t, actum(t, "perf", "inproc_thr", "8", "1000"))
	if code != 0 || !strings.Contains(out, "mean throughput: ") || !strings.HasPrefix(err, "cpu: user ") {
		t.Errorf("exit code %d, standard output %q, standard error %q", code, out, err)
	}
}

func TestDemo(t *testing.T) {
	code, out, err := outcome(t, actum(t, "demo", "--time", "200ms"))
	if code != 0 || !regexp.MustCompile(`(?m)^PUB/SUB +inproc .* 0 +0$`).MatchString(out) {
		t.Errorf("exit code %d, standard output %q, standard error %q", code, out, err)
	}
}

func TestUsage(t *testing.T) {
	tests := []struct{ line, err string }{
		{"push --bind nowhere", "bind nowhere"},
		{"push --opt nothing=1 --bind tcp://127.0.0.1:*", "option nothing"},
		{"posh", "unexpected argument posh"},
		{"completion", "expected \"<shell>\"; see actum completion --help"},
		{"perf local_thr", "expected"},
		{"demo --time 0s", "--time"},
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

// commands that have bound a port by the time they say so.
var waiting = []string{"pull", "sub", "rep --echo", "rep", "dealer", "router", "pair", "push", "req", "pub"}

// started starts a command whose standard input stays open, and returns once it
// has bound a port.
func started(t *testing.T, line string) (c *exec.Cmd, stderr *bufio.Reader) {
	t.Helper()
	c = actum(t, append(strings.Fields(line), "--bind", "tcp://127.0.0.1:*")...)
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close() })
	pipe, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	stderr = bufio.NewReader(pipe)
	if said, err := stderr.ReadString('\n'); !strings.HasPrefix(said, "actum: bound tcp://127.0.0.1:") {
		t.Fatalf("%s said %q, %v", line, said, err)
	}
	return c, stderr
}

// ends waits for the end of a command that has nothing more to say.
func ends(t *testing.T, c *exec.Cmd, stderr io.Reader, code int) {
	t.Helper()
	rest, err := io.ReadAll(stderr)
	if err != nil {
		t.Error(err)
	}
	_ = c.Wait()
	if got := c.ProcessState.ExitCode(); got != code || len(rest) > 0 {
		t.Errorf("exit code %d, want %d; standard error %q", got, code, rest)
	}
}
