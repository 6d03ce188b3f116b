package cli

import (
	"bytes"
	"context"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/actum-go/actum/internal/leakcheck"
)

func TestMain(m *testing.M) { leakcheck.Main(m) }

// result is how a command line ended.
type result struct {
	code     int
	out, err string
}

// actum carries a command line out in this process.
func actum(t *testing.T, in string, args ...string) result {
	t.Helper()
	var out, err bytes.Buffer
	code := Run(t.Context(), args, Streams{strings.NewReader(in), &out, &err})
	return result{code, out.String(), err.String()}
}

// The closing lines, as libzmq's perf programs print them.
const (
	throughput = `^message size: 8 \[B\]\nmessage count: 1000\n` +
		`mean throughput: \d+ \[msg/s\]\nmean throughput: \d+\.\d{3} \[Mb/s\]\n`
	latency = `^message size: 8 \[B\]\nroundtrip count: 1000\naverage latency: \d+\.\d{3} \[us\]\n` +
		`p50 latency: \d+\.\d{3} \[us\]\np99 latency: \d+\.\d{3} \[us\]\np99\.9 latency: \d+\.\d{3} \[us\]\n`
	allocations = `allocations per message: \d+\.\d{4}\n`
	cpuSeconds  = `^cpu: user \d+\.\d{3} s, system \d+\.\d{3} s\n$`
	nothing     = `^$`
)

func TestPerfPairs(t *testing.T) {
	tests := []struct {
		name, local, remote string
		localOut, remoteOut string
	}{
		{"throughput", "local_thr EP 8 1000", "remote_thr EP 8 1000", throughput + "$", nothing},
		{"allocations", "local_thr EP 8 1000 --allocs", "remote_thr EP 8 1000", throughput + allocations + "$", nothing},
		{"latency", "local_lat EP 8 1000", "remote_lat EP 8 1000", nothing, latency + "$"},
		{"large", "local_thr EP 65536 20", "remote_thr EP 65536 20", `message size: 65536 \[B\]`, nothing},
		{"large latency", "local_lat EP 65536 20", "remote_lat EP 65536 20", nothing, `average latency`},
		{"empty", "local_thr EP 0 20", "remote_thr EP 0 20", `message size: 0 \[B\]`, nothing},
		{"switches", "local_thr EP 8 1000 --off speculative-write,read-coalescing",
			"remote_thr EP 8 1000 --off gather-write --off buffer-reuse", throughput, nothing},
		{"backend", "local_thr EP 8 1000 --backend goroutine", "remote_thr EP 8 1000 --backend goroutine", throughput, nothing},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			endpoint := "ipc://" + filepath.Join(t.TempDir(), "s")
			line := func(s string) []string {
				return strings.Fields("perf " + strings.ReplaceAll(s, "EP", endpoint))
			}
			remote := make(chan result)
			go func() { remote <- actum(t, "", line(tt.remote)...) }()
			check(t, actum(t, "", line(tt.local)...), 0, tt.localOut, cpuSeconds)
			check(t, <-remote, 0, tt.remoteOut, cpuSeconds)
		})
	}
}

func TestPerfInproc(t *testing.T) {
	tests := []struct{ line, out string }{
		{"perf inproc_thr 8 1000", throughput + "$"},
		{"perf inproc_lat 8 1000", latency + "$"},
		{"perf inproc_thr 8 1000 --allocs", throughput + allocations + "$"},
		{"perf inproc_lat 8 1000 --allocs", latency + allocations + "$"},
	}
	for _, tt := range tests {
		t.Run(tt.line, func(t *testing.T) {
			check(t, actum(t, "", strings.Fields(tt.line)...), 0, tt.out, cpuSeconds)
		})
	}
}

func TestPerfRefusals(t *testing.T) {
	tests := []struct{ line, err string }{
		{"perf", `expected one of "local_thr"`},
		{"perf nothing", `unexpected argument nothing`},
		{"perf local_thr", `expected "<endpoint> <size> <count>"`},
		{"perf local_thr tcp://127.0.0.1:* many 8", `<size>: expected a number, 0 or more, not "many"`},
		{"perf local_thr tcp://127.0.0.1:* 8 0", `<count>: expected a number, 1 or more, not "0"`},
		{"perf local_lat tcp://127.0.0.1:* 8 0", `<roundtrips>: `},
		{"perf inproc_thr 8 0", `<count>: `},
		{"perf inproc_lat 8 0", `<roundtrips>: `},
		{"perf local_thr nowhere 8 8", `bind nowhere: .*tcp://host:port`},
		{"perf remote_thr tcp://127.0.0.1 8 8", `connect tcp://127.0.0.1: `},
		{"perf inproc_thr 8 8 --off nothing", `--off.*"speculative-write"`},
		{"perf inproc_thr 8 8 --backend nothing", `"nothing"`},
		{"perf sub_thr tcp://127.0.0.1:1 0 8 1", `<size>: `},
		{"perf sub_thr tcp://127.0.0.1:1 8 8 0", `<subscribers>: `},
		{"perf pub_thr tcp://127.0.0.1:1 8 8 1", `not offered`},
	}
	for _, tt := range tests {
		t.Run(tt.line, func(t *testing.T) {
			check(t, actum(t, "", strings.Fields(tt.line)...), 2, nothing, "^actum: .*"+tt.err+".*\n$")
		})
	}
}

func TestPerfInterrupted(t *testing.T) {
	for _, line := range []string{"perf remote_thr tcp://127.0.0.1:1 8 10", "perf local_thr tcp://127.0.0.1:* 8 10"} {
		t.Run(line, func(t *testing.T) {
			ctx, interrupt := context.WithCancel(t.Context())
			ended := make(chan int)
			go func() { ended <- Run(ctx, strings.Fields(line), Streams{Out: t.Output(), Err: t.Output()}) }()
			interrupt()
			if code := <-ended; code != 130 {
				t.Errorf("exit code %d, want 130", code)
			}
		})
	}
}

// check compares how a command ended with the code and the patterns of its two
// outputs.
func check(t *testing.T, r result, code int, out, err string) {
	t.Helper()
	if r.code != code || !regexp.MustCompile(out).MatchString(r.out) || !regexp.MustCompile(err).MatchString(r.err) {
		t.Errorf("exit code %d, want %d; standard output %q, want %q; standard error %q, want %q", r.code, code, r.out, out, r.err, err)
	}
}
