package perf

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
)

func TestRun(t *testing.T) {
	var got Args
	programs := Programs{
		"thr":  func(_ io.Writer, a Args) error { got = a; return nil },
		"fail": func(io.Writer, Args) error { return errors.New("no peer") },
	}
	tests := []struct {
		line   string
		code   int
		args   Args
		stderr string
	}{
		{"thr tcp://x:1 8 100", 0, Args{"tcp://x:1", 8, 100}, "cpu: "},
		{"thr 8 100", 0, Args{"", 8, 100}, "cpu: "},
		{"fail 8 100", 1, Args{}, "fail: no peer"},
		{"other 8 100", 2, Args{}, `no program "other"`},
		{"thr 0 100", 2, Args{}, "SIZE must be"},
		{"thr 8 many", 2, Args{}, "COUNT must be"},
		{"thr 8", 2, Args{}, "2 arguments"},
	}
	for _, tt := range tests {
		t.Run(tt.line, func(t *testing.T) {
			got = Args{}
			var stderr bytes.Buffer
			code := programs.run(strings.Fields(tt.line), io.Discard, &stderr)
			if code != tt.code || got != tt.args || !strings.Contains(stderr.String(), tt.stderr) {
				t.Errorf("code %d, args %+v, stderr %q; want %d, %+v, %q", code, got, &stderr, tt.code, tt.args, tt.stderr)
			}
		})
	}
}

func TestLatencyReport(t *testing.T) {
	l := &Latency{}
	for i := range 1000 {
		l.samples = append(l.samples, time.Duration(1000-i)*2*time.Microsecond)
	}
	var out strings.Builder
	l.Report(&out)
	want := "average latency: 500.500 [us]\np50 latency: 500.000 [us]\np99 latency: 990.000 [us]\np99.9 latency: 999.000 [us]\n"
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", &out, want)
	}
}

func TestLatencyLeavesOutTheWarmup(t *testing.T) {
	tests := []struct{ roundtrips, kept int }{{1, 1}, {9, 9}, {10, 9}, {100, 90}, {20000, 19000}}
	for _, tt := range tests {
		l := StartLatency(tt.roundtrips)
		for range tt.roundtrips {
			l.Lap()
		}
		if len(l.samples) != tt.kept {
			t.Errorf("%d round trips: %d kept, want %d", tt.roundtrips, len(l.samples), tt.kept)
		}
	}
}

func TestResponses(t *testing.T) {
	r, other := NewResponses(500), NewResponses(500)
	for i := range 500 {
		r.Add(time.Duration(1000-i) * time.Microsecond)
		other.Add(time.Duration(500-i) * time.Microsecond)
	}
	r.Join(other)
	var out strings.Builder
	r.Report(&out, 1001)
	want := "mean throughput: 2000 [msg/s]\naverage latency: 500.500 [us]\np50 latency: 500.000 [us]\np99 latency: 990.000 [us]\np99.9 latency: 999.000 [us]\n"
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", &out, want)
	}
}

func TestReportThroughput(t *testing.T) {
	var out strings.Builder
	ReportThroughput(&out, 3000, 2*time.Second)
	if want := "mean throughput: 1500 [msg/s]\n"; out.String() != want {
		t.Errorf("got %q, want %q", &out, want)
	}
}
