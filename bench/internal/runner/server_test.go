package runner

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/actum-go/actum/bench/internal/contender"
)

func needShell(t *testing.T) {
	if _, err := os.Stat("/bin/sh"); err != nil {
		t.Skip("needs /bin/sh")
	}
}

func TestRunServed(t *testing.T) {
	needShell(t)
	tests := []struct {
		name          string
		local, remote []string
		output, err   string
	}{
		{"the client gets the server's process", shell("echo listening; exec sleep 1000"),
			shell(`kill -0 $0 && echo asked`), "asked\n", ""},
		{"a server that cannot", shell("echo port taken >&2; exit 1"), shell("echo never"), "", "port taken"},
		{"a server that says something else first", shell("echo hello; echo listening; exec sleep 1000"), shell("echo asked"), "asked\n", ""},
		{"a server that ends", shell("echo hello"), shell("echo never"), "", `ended instead of "listening"`},
		{"a client that fails", shell("echo listening; echo no room >&2; exec sleep 1000"), shell("sleep 0.1; echo broken >&2; exit 1"), "", "broken"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o, err := runServed(context.Background(), contender.Job{Local: tt.local, Remote: tt.remote, Serves: true})
			if tt.err == "" {
				if err != nil || o.output != tt.output {
					t.Fatalf("got %q, %v; want %q", o.output, err, tt.output)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("error %v; want %q", err, tt.err)
			}
		})
	}
}

func TestSumOf(t *testing.T) {
	const status = "voluntary_ctxt_switches:\t12\nnonvoluntary_ctxt_switches:\t30\n"
	if n, err := sumOf(switchLine, status); n != 42 || err != nil {
		t.Errorf("switches: %d, %v", n, err)
	}
	if n, err := sumOf(pssLine, "Rss:  100 kB\nPss:   40 kB\nPss_Anon: 20 kB\n"); n != 40 || err != nil {
		t.Errorf("PSS: %d, %v", n, err)
	}
	if n, err := sumOf(memoryLine, "memory: heap 1000 B, stacks 24 B"); n != 1024 || err != nil {
		t.Errorf("memory: %d, %v", n, err)
	}
	if _, err := sumOf(pssLine, "nothing"); err == nil {
		t.Error("no error for nothing")
	}
}

// A process that sleeps has no more context switches than before, and one that
// runs has.
func TestSwitchesOfThisProcess(t *testing.T) {
	if _, err := os.Stat("/proc/self/task"); err != nil {
		t.Skip("needs /proc")
	}
	if n, err := switches(os.Getpid()); n <= 0 || err != nil {
		t.Errorf("%d switches, %v", n, err)
	}
}
