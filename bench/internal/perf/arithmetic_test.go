package perf

import (
	"strings"
	"testing"
	"time"
)

// A percentile is an element of the samples: the one at rank ceil(n*p).
func TestPercentileRanks(t *testing.T) {
	for _, tt := range []struct{ n, perMille, rank int }{
		{1, 500, 1}, {1, 999, 1}, {2, 500, 1}, {2, 501, 2}, {3, 333, 1}, {3, 334, 2}, {3, 990, 3},
		{10, 900, 9}, {10, 901, 10}, {99, 990, 99}, {101, 990, 100},
		{999, 999, 999}, {1001, 999, 1000}, {1001, 500, 501}, {2001, 999, 1999},
	} {
		l := &Latency{}
		for i := range tt.n {
			l.samples = append(l.samples, time.Duration(1+i))
		}
		if got := l.percentile(tt.perMille); got != time.Duration(tt.rank) {
			t.Errorf("%d per mille of %d: %d, want the one at rank %d", tt.perMille, tt.n, got, tt.rank)
		}
	}
}

// A sample is a round trip, from the end of the last one, and half of it is
// reported.
func TestLapsAreHalved(t *testing.T) {
	const roundTrip = 24 * time.Hour
	l := StartLatency(5)
	for range 5 {
		began := l.last.Add(-roundTrip)
		l.last = began
		l.Lap()
		if got, want := l.samples[len(l.samples)-1], l.last.Sub(began); got != want || got < roundTrip {
			t.Errorf("%v, want %v", got, want)
		}
	}
	l.samples = []time.Duration{3 * time.Microsecond}
	var out strings.Builder
	l.Report(&out)
	if want := "average latency: 1.500 [us]\np50 latency: 1.500 [us]\np99 latency: 1.500 [us]\np99.9 latency: 1.500 [us]\n"; out.String() != want {
		t.Errorf("got\n%swant\n%s", &out, want)
	}
}
