package measure

import (
	"testing"
	"time"
)

// A percentile is an element of the samples: the one at rank ceil(n*p).
func TestPercentileRanks(t *testing.T) {
	for _, tt := range []struct{ n, perMille, rank int }{
		{1, 500, 1}, {1, 999, 1},
		{2, 500, 1}, {2, 501, 2}, {2, 990, 2},
		{3, 333, 1}, {3, 334, 2}, {3, 500, 2}, {3, 990, 3},
		{7, 500, 4}, {10, 900, 9}, {10, 901, 10}, {10, 999, 10},
		{99, 990, 99}, {100, 990, 99}, {101, 990, 100},
		{999, 999, 999}, {1000, 999, 999}, {1001, 999, 1000}, {1001, 500, 501},
		{2000, 999, 1998}, {2001, 999, 1999},
	} {
		l := NewLatency(tt.n)
		for i := range tt.n {
			l.Add(time.Duration(tt.n-i) * time.Microsecond)
		}
		if got := l.Percentile(tt.perMille); got != float64(tt.rank) {
			t.Errorf("%d per mille of %d: %v, want the one at rank %d", tt.perMille, tt.n, got, tt.rank)
		}
	}
}

// What is added after a percentile was asked for counts in the next.
func TestPercentileOfMore(t *testing.T) {
	l := NewLatency(2)
	l.Add(2 * time.Microsecond)
	if got := l.Percentile(500); got != 2 {
		t.Errorf("%v, want 2", got)
	}
	l.Add(time.Microsecond)
	if got := l.Percentile(500); got != 1 {
		t.Errorf("%v, want 1", got)
	}
}

// A latency is half of a round trip, and each begins where the last one ended.
func TestLapIsHalved(t *testing.T) {
	const roundTrip = time.Hour
	l := StartLaps(5)
	for range 5 {
		l.last = l.last.Add(-roundTrip)
		began := l.last
		l.Lap()
		if l.last.Sub(began) < roundTrip {
			t.Fatalf("the next begins %v after this one began, which took %v at least", l.last.Sub(began), roundTrip)
		}
		got := l.samples[len(l.samples)-1]
		if want := l.last.Sub(began) / 2; got != want {
			t.Errorf("%v of a round trip of %v, want %v", got, l.last.Sub(began), want)
		}
	}
}

// The mean is in microseconds.
func TestMean(t *testing.T) {
	l := NewLatency(3)
	for _, d := range []time.Duration{time.Millisecond, 2500, 500} {
		l.Add(d)
	}
	if got, want := l.Mean(), 1003.0/3; got != want {
		t.Errorf("mean %v, want %v", got, want)
	}
}
