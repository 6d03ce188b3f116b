package cli

import (
	"strings"
	"testing"
)

// The closing lines, as libzmq's perf programs print them.
const (
	throughput = `^message size: 8 \[B\]\nmessage count: 1000\n` +
		`mean throughput: \d+ \[msg/s\]\nmean throughput: \d+\.\d{3} \[Mb/s\]\n`
	latency = `^message size: 8 \[B\]\nroundtrip count: 1000\naverage latency: \d+\.\d{3} \[us\]\n` +
		`p50 latency: \d+\.\d{3} \[us\]\np99 latency: \d+\.\d{3} \[us\]\np99\.9 latency: \d+\.\d{3} \[us\]\n`
	allocations = `allocations per message: \d+\.\d{4}\n`
	cpuSeconds  = `^cpu: user \d+\.\d{3} s, system \d+\.\d{3} s\n$`
)

func TestPerfPairs(t *testing.T) {
	fanout := func(delivered string) string {
		return throughput + `delivered: ` + delivered + " of " + delivered + "\n$"
	}
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
			"remote_thr EP 8 1000 --off gather-write --off handler-memory", throughput, nothing},
		{"one subscriber", "pub_thr EP 8 1000 1", "sub_thr EP 8 1000 1", nothing, fanout("1000")},
		{"subscribers", "pub_thr EP 8 1000 20 --allocs", "sub_thr EP 8 1000 20", "^" + allocations + "$", fanout("20000")},
		{"batches to subscribers", "pub_thr EP 8 1000 2 --batch 70", "sub_thr EP 8 1000 2 --batch 30", nothing, fanout("2000")},
		{"large to subscribers", "pub_thr EP 65536 30 3", "sub_thr EP 65536 30 3", nothing, `delivered: 90 of 90`},
		{"batches", "local_thr EP 8 1000 --batch 30", "remote_thr EP 8 1000 --batch 70", throughput + "$", nothing},
		{"backend", "local_thr EP 8 1000 --backend goroutine", "remote_thr EP 8 1000 --backend goroutine", throughput, nothing},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			endpoint := newEndpoint(t)
			remote := start(t, endpoint, nil, "perf "+tt.remote)
			check(t, <-start(t, endpoint, nil, "perf "+tt.local).ended, 0, tt.localOut, cpuSeconds)
			check(t, <-remote.ended, 0, tt.remoteOut, cpuSeconds)
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
		t.Run(tt.line, func(t *testing.T) { check(t, actum(t, tt.line), 0, tt.out, cpuSeconds) })
	}
}

func TestPerfWrongSize(t *testing.T) {
	endpoint := newEndpoint(t)
	remote := start(t, endpoint, nil, "perf remote_thr EP 9 1")
	check(t, <-start(t, endpoint, nil, "perf local_thr EP 8 1").ended, 1, nothing, `^actum: received a message of 9 bytes instead of 8.*\n$`)
	check(t, <-remote.ended, 0, nothing, cpuSeconds)
}

func TestPerfRefusals(t *testing.T) {
	tests := []struct{ line, err string }{
		{"perf nothing", `unexpected argument nothing`},
		{"perf local_thr", `expected "<endpoint> <size> <count>"`},
		{"perf local_thr EP many 8", `<size>: expected a number, 0 or more, not "many"`},
		{"perf local_thr EP 8 0", `<count>: expected a number, 1 or more, not "0"`},
		{"perf local_lat EP 8 0", `<roundtrips>: `},
		{"perf inproc_thr 8 0", `<count>: `},
		{"perf inproc_lat 8 0", `<roundtrips>: `},
		{"perf local_thr nowhere 8 8", `bind nowhere: .*tcp://host:port`},
		{"perf remote_thr tcp://127.0.0.1 8 8", `connect tcp://127.0.0.1: `},
		{"perf inproc_thr 8 8 --batch 0", `--batch: `},
		{"perf inproc_thr 8 8 --off nothing", `--off.*"speculative-write"`},
		{"perf inproc_thr 8 8 --backend nothing", `"nothing"`},
		{"perf inproc_thr 8 8 --cpuprofile /nowhere/p", `/nowhere/p`},
		{"perf sub_thr EP 0 8 1", `<size>: `},
		{"perf sub_thr EP 8 8 0", `<subscribers>: `},
	}
	for _, tt := range tests {
		t.Run(tt.line, func(t *testing.T) {
			check(t, actum(t, tt.line), 2, nothing, "^actum: .*"+tt.err+".*\n$")
		})
	}
}

func TestPerfInterrupted(t *testing.T) {
	for _, line := range []string{"perf remote_thr EP 8 10", "perf local_thr EP 8 10", "perf remote_lat EP 8 10", "perf sub_thr EP 8 10 3", "perf pub_thr EP 8 10 3"} {
		t.Run(line, func(t *testing.T) {
			p := start(t, newEndpoint(t), strings.NewReader(""), line)
			p.interrupt()
			check(t, <-p.ended, 130, nothing, nothing)
		})
	}
}
