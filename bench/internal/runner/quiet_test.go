package runner

import (
	"testing"
	"time"
)

func TestBusyTime(t *testing.T) {
	tests := []struct {
		name, stat string
		want       time.Duration
		ok         bool
	}{
		{"all but idle and iowait", "cpu  1 2 3 1000 1000 4 5 6 7 8\ncpu0 1 1 1 1 1 1 1 1\n", 210 * time.Millisecond, true},
		{"one processor's line", "cpu0 1 2 3 4 5 6 7 8\n", 0, false},
		{"no figure", "cpu 1 2 x 4 5 6 7 8\n", 0, false},
		{"nothing", "", 0, false},
	}
	for _, tt := range tests {
		if got, ok := busyTime(tt.stat); got != tt.want || ok != tt.ok {
			t.Errorf("%s: %v, %v", tt.name, got, ok)
		}
	}
}

// Our own time is not counted for others, and unknown time is counted for no program.
func TestOthers(t *testing.T) {
	second := stopwatch{begun: time.Now().Add(-time.Second), known: true}
	if got := second.others(1e9); got != 0 {
		t.Errorf("all is ours, and the others' share is %v", got)
	}
	if got := (stopwatch{}).others(0); got != 0 {
		t.Errorf("unknown: %v", got)
	}
}
