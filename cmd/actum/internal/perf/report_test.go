package perf

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/actum-go/actum/cmd/actum/internal/measure"
	"github.com/actum-go/actum/cmd/actum/internal/system"
)

func reporting() (*run, *strings.Builder) {
	var out strings.Builder
	return &run{Streams: system.Streams{Out: &out, Err: io.Discard}}, &out
}

// A rate is what was received by the time that it took, and megabits are 10^6 bits
// of payload.
func TestReportThroughput(t *testing.T) {
	for _, tt := range []struct {
		size, count, received int
		elapsed               time.Duration
		want                  string
	}{
		{100, 1000, 3000, 2 * time.Second,
			"message size: 100 [B]\nmessage count: 1000\nmean throughput: 1500 [msg/s]\nmean throughput: 1.200 [Mb/s]\n"},
		{0, 10, 10, 500 * time.Millisecond,
			"message size: 0 [B]\nmessage count: 10\nmean throughput: 20 [msg/s]\nmean throughput: 0.000 [Mb/s]\n"},
		{1 << 20, 1, 3, 3 * time.Second,
			"message size: 1048576 [B]\nmessage count: 1\nmean throughput: 1 [msg/s]\nmean throughput: 8.389 [Mb/s]\n"},
	} {
		r, out := reporting()
		if err := r.reportThroughput(tt.size, tt.count, tt.received, tt.elapsed); err != nil || out.String() != tt.want {
			t.Errorf("%v, got\n%swant\n%s", err, out, tt.want)
		}
	}
}

func TestReportLatency(t *testing.T) {
	l := measure.NewLatency(1000)
	for i := range 1000 {
		l.Add(time.Duration(i+1) * time.Microsecond)
	}
	r, out := reporting()
	want := "message size: 8 [B]\nroundtrip count: 1111\naverage latency: 500.500 [us]\n" +
		"p50 latency: 500.000 [us]\np99 latency: 990.000 [us]\np99.9 latency: 999.000 [us]\n"
	if err := r.reportLatency(8, 1111, l); err != nil || out.String() != want {
		t.Errorf("%v, got\n%swant\n%s", err, out, want)
	}
}

// Several subscribers count from the first message of any to the last of any.
func TestReportFanout(t *testing.T) {
	at := func(ms int) time.Time { return time.Unix(0, 0).Add(time.Duration(ms) * time.Millisecond) }
	seen := []subscriber{
		{delivered: 100, first: at(500), last: at(1500)},
		{delivered: 90, first: at(0), last: at(1000)},
		{delivered: 80, first: at(700), last: at(2000)},
		{delivered: 30, first: at(600), last: at(700)},
	}
	r, out := reporting()
	want := "message size: 10 [B]\nmessage count: 100\nmean throughput: 150 [msg/s]\nmean throughput: 0.012 [Mb/s]\ndelivered: 300 of 400\n"
	if err := r.reportFanout(10, 100, seen); err != nil || out.String() != want {
		t.Errorf("%v, got\n%swant\n%s", err, out, want)
	}
	seen[2].err = io.ErrUnexpectedEOF
	if err := r.reportFanout(10, 100, seen); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("one that failed: %v", err)
	}
}

// Objects are counted from the start, and divided by the messages.
func TestReportAllocs(t *testing.T) {
	r, out := reporting()
	if err := r.countAllocs().report(r, 1); err != nil || out.Len() > 0 {
		t.Errorf("not asked for: %v, %q", err, out)
	}
	r.allocs = true
	counting := r.countAllocs()
	var kept [8000]*[64]byte
	for i := range kept {
		kept[i] = new([64]byte)
	}
	if err := counting.report(r, 1000); err != nil {
		t.Fatal(err)
	}
	if kept[0] == kept[1] || !strings.HasPrefix(out.String(), "allocations per message: 8.") {
		t.Errorf("8,000 objects for 1,000 messages: %q", out)
	}
}
