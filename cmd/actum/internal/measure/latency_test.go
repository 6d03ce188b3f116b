package measure

import (
	"testing"
	"time"

	"github.com/actum-go/actum/internal/leakcheck"
)

func TestMain(m *testing.M) { leakcheck.Main(m) }

func TestPercentiles(t *testing.T) {
	l := &Latency{}
	for i := range 1000 {
		l.Add(time.Duration(1000-i) * time.Microsecond)
	}
	if l.Mean() != 500.5 {
		t.Errorf("mean %v, want 500.5", l.Mean())
	}
	for perMille, want := range map[int]float64{0: 1, 1: 1, 500: 500, 990: 990, 999: 999, 1000: 1000} {
		if got := l.Percentile(perMille); got != want {
			t.Errorf("%d per mille: %v, want %v", perMille, got, want)
		}
	}
}

func TestNothingMeasured(t *testing.T) {
	if l := new(Latency); l.Mean() != 0 || l.Percentile(500) != 0 {
		t.Errorf("mean %v, p50 %v of nothing", l.Mean(), l.Percentile(500))
	}
}

func TestWarmupIsLeftOut(t *testing.T) {
	tests := []struct{ roundtrips, kept int }{{1, 1}, {9, 9}, {10, 9}, {100, 90}, {20000, 19000}}
	for _, tt := range tests {
		l := StartLaps(tt.roundtrips)
		for range tt.roundtrips {
			l.Lap()
		}
		if len(l.samples) != tt.kept {
			t.Errorf("%d round trips: %d kept, want %d", tt.roundtrips, len(l.samples), tt.kept)
		}
	}
}
