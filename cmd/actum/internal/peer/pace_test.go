package peer

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestPace(t *testing.T) {
	tests := []struct {
		rate     float64
		messages int
		want     time.Duration
	}{
		{0, 1000, 0},
		{10, 1, 0},
		{10, 11, time.Second},
		{0.5, 2, 2 * time.Second},
		{1e300, 1000, 0},
		{1e-300, 2, maxInterval},
	}
	for _, tt := range tests {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			p := newPace(tt.rate)
			for range tt.messages {
				if err := p.wait(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if took := time.Since(start); took != tt.want {
				t.Errorf("%d messages at %v a second took %v, want %v", tt.messages, tt.rate, took, tt.want)
			}
		})
	}
}

// One that was late does not delay those behind it.
func TestPaceCatchesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		p := newPace(1)
		_ = p.wait(t.Context())
		time.Sleep(2500 * time.Millisecond)
		for range 3 {
			_ = p.wait(t.Context())
		}
		if took := time.Since(start); took != 3*time.Second {
			t.Errorf("took %v, want 3s", took)
		}
	})
}

func TestSleepEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, d := range []time.Duration{0, time.Hour} {
		if err := sleep(ctx, d); err != context.Canceled {
			t.Errorf("sleeping %v: %v", d, err)
		}
	}
}
