package runner

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/actum-go/actum/bench/internal/contender"
	"github.com/actum-go/actum/bench/internal/matrix"
	"github.com/actum-go/actum/bench/internal/result"
)

var (
	pushPull = matrix.Point{Transport: "tcp", Pattern: matrix.PushPull, Size: 8}
	pubSub   = matrix.Point{Transport: "tcp", Pattern: matrix.PubSub, Subscribers: 10, Size: 64}
	reqRep   = matrix.Point{Transport: "tcp", Pattern: matrix.ReqRep, Size: 8}
	echo     = matrix.Point{Transport: "tcp", Pattern: matrix.Echo, Outstanding: 10, Size: 64}
	timer    = matrix.Point{Pattern: matrix.TimerStart, Outstanding: 7}
)

func TestParse(t *testing.T) {
	latency := result.Run{Messages: 7, Latency: result.Latency{Mean: 42.5, P50: 41, P99: 80.25, P999: 130}}
	responses := latency
	responses.PerSecond, responses.CPU = 5000, result.CPU{Server: 0.25, Client: 0.5}
	const percentiles = "average latency: 42.5 [us]\np50 latency: 41 [us]\np99 latency: 80.25 [us]\np99.9 latency: 130 [us]\n"
	const processor = "processor time: server 0.25 s, client 0.5 s\n"
	tests := []struct {
		name   string
		point  matrix.Point
		output string
		want   result.Run
		err    string
	}{
		{"throughput", pushPull, "message size: 8 [B]\nmean throughput: 1234 [msg/s]\n", result.Run{Messages: 7, PerSecond: 1234}, ""},
		{"fan-out", pubSub, "mean throughput: 9.5 [msg/s]\ndelivered: 60 of 70\n", result.Run{Messages: 60, PerSecond: 9.5}, ""},
		{"latency", reqRep, percentiles, latency, ""},
		{"responses", echo, "mean throughput: 5000 [msg/s]\n" + processor + percentiles, responses, ""},
		{"responses without processor time", echo, "mean throughput: 5000 [msg/s]\n" + percentiles, result.Run{}, "no line like"},
		{"a server that did nothing", echo, "mean throughput: 5000 [msg/s]\nprocessor time: server 0.0 s, client 0.5 s\n" + percentiles, result.Run{}, "not a positive figure"},
		{"cost", timer, "cost: 135.5 [ns]\n", result.Run{Messages: 7, CostNs: 135.5}, ""},
		{"percentiles in one line", reqRep, "average latency: 42.5 [us]\nlatency p50: 41 us, p99: 80.25 us, p99.9: 130 us\n", latency, ""},
		{"percentiles the other way round", reqRep, "average latency: 42.5 [us]\np99.9 130\np99 80.25\np50 41\n", latency, ""},
		{"nothing", pushPull, "", result.Run{}, "no line like"},
		{"no percentiles", reqRep, "average latency: 42.5 [us]\n", result.Run{}, "no line like"},
		{"zero", pushPull, "mean throughput: 0 [msg/s]", result.Run{}, "not a positive figure"},
		{"nothing delivered", pubSub, "mean throughput: 1 [msg/s]\n", result.Run{}, "no line like"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := parse(tt.point, 7, tt.output)
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Fatalf("error %v, want %q", err, tt.err)
				}
				return
			}
			if err != nil || got != tt.want {
				t.Errorf("got %+v, %v; want %+v", got, err, tt.want)
			}
		})
	}
}

func TestElapsed(t *testing.T) {
	if got := elapsed(pushPull, result.Run{Messages: 300, PerSecond: 100}); got != 3 {
		t.Errorf("throughput: %v s, want 3", got)
	}
	if got := elapsed(reqRep, result.Run{Messages: 50_000, Latency: result.Latency{Mean: 10}}); got != 1 {
		t.Errorf("latency: %v s, want 1", got)
	}
}

func TestPickCount(t *testing.T) {
	tests := []struct {
		name       string
		ours, peer float64 // seconds a message
		want       int
	}{
		{"equal", 1e-6, 1e-6, 1_000_000},
		{"the faster one takes the time asked for", 0.5e-6, 1e-6, 2_000_000},
		{"the slower one is bounded", 1e-6, 40e-6, 100_000},
		{"either may be slower", 40e-6, 1e-6, 100_000},
		{"two digits", 1 / 123456.0, 1 / 123456.0, 120_000},
		{"very slow", 10, 10, 1},
	}
	for _, tt := range tests {
		if got := pickCount([]float64{tt.ours, tt.peer}, time.Second); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
		}
	}
}

func shell(script string) []string { return []string{"/bin/sh", "-c", script} }

func TestRunJob(t *testing.T) {
	if _, err := os.Stat("/bin/sh"); err != nil {
		t.Skip("needs /bin/sh")
	}
	tests := []struct {
		name          string
		local, remote []string
		output, err   string
		refused       bool
	}{
		{"one process", shell("echo one"), nil, "one\n", "", false},
		{"two processes", shell("echo x"), shell("echo x"), "x\nx\n", "", false},
		{"failure kills the other", shell("exec sleep 1000"), shell("echo broken >&2; exit 1"), "", "exit status 1: broken", false},
		{"refusal", shell("echo no such switch >&2; exit 2"), nil, "", "no such switch", true},
		{"no program", []string{"/nonexistent"}, nil, "", "no such file", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o, err := runJob(context.Background(), contender.Job{Local: tt.local, Remote: tt.remote})
			if tt.err == "" {
				if err != nil || o.output != tt.output {
					t.Fatalf("got %q, %v; want %q", o.output, err, tt.output)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.err) || errors.Is(err, ErrRefused) != tt.refused {
				t.Errorf("error %v; want %q, refused %v", err, tt.err, tt.refused)
			}
		})
	}
}

func TestEndpointsAreFreeAndRemoved(t *testing.T) {
	for transport, prefix := range map[string]string{"tcp": "tcp://127.0.0.1:", "ipc": "ipc:///", "inproc": ""} {
		endpoint, remove, err := newEndpoint(transport)
		if err != nil || !strings.HasPrefix(endpoint, prefix) {
			t.Fatalf("%s: %q, %v", transport, endpoint, err)
		}
		remove()
	}
	if _, _, err := newEndpoint("pigeon"); err == nil {
		t.Error("no error for an unknown transport")
	}
}
