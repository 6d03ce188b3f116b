package main

import (
	"testing"
	"time"

	"github.com/actum-go/actum/bench/internal/matrix"
)

func TestDefaults(t *testing.T) {
	tests := []struct {
		args     []string
		pairs    int
		duration time.Duration
		results  string
	}{
		{nil, 5, time.Second, "results"},
		{[]string{"--quick"}, 3, 200 * time.Millisecond, ".build/quick"},
		{[]string{"--quick", "--pairs", "7"}, 7, 200 * time.Millisecond, ".build/quick"},
		{[]string{"--self"}, 5, time.Second, ".build/self"},
		{[]string{"--self", "--results", "x", "--duration", "2s"}, 5, 2 * time.Second, "x"},
	}
	for _, tt := range tests {
		o, err := parseOptions("run", tt.args)
		if err != nil || o.pairs != tt.pairs || o.duration != tt.duration || o.results != tt.results {
			t.Errorf("%v: %+v, %v; want %d, %v, %q", tt.args, o, err, tt.pairs, tt.duration, tt.results)
		}
	}
}

func TestComparisons(t *testing.T) {
	all := len(matrix.All())
	cells := 2 * (len(matrix.Cells()) + len(matrix.Thousands()))
	tests := []struct {
		name    string
		options options
		want    func(n int) bool
	}{
		{"everything but what is on request", options{}, func(n int) bool { return n > 300 && n < all }},
		{"the speed matrix", options{cells: true}, func(n int) bool { return n == cells }},
		{"a part of it", options{cells: true, only: []string{"peers-ipc"}, peer: matrix.Tuned}, func(n int) bool { return n == 9 }},
		{"on request", options{only: []string{"peers/push-pull/1/8/burst-1"}}, func(n int) bool { return n == 1 }},
		{"a cell has two peers", options{only: []string{"peers/push-pull/1/8/stream"}}, func(n int) bool { return n == 2 }},
		{"quick is what has a goal", options{quick: true}, func(n int) bool { return n > 0 && n < all }},
		{"a point, quick or not", options{quick: true, only: []string{"ipc/push-pull/256"}}, func(n int) bool { return n == 1 }},
		{"a point with two peers", options{only: []string{"tcp/push-pull/8"}}, func(n int) bool { return n == 2 }},
		{"a point and one peer", options{only: []string{"tcp/push-pull/8"}, peer: matrix.Libzmq}, func(n int) bool { return n == 1 }},
	}
	for _, tt := range tests {
		chosen, err := tt.options.comparisons()
		if err != nil || !tt.want(len(chosen)) {
			t.Errorf("%s: %d comparisons, %v", tt.name, len(chosen), err)
		}
	}
	if o, err := parseOptions("matrix", nil); err != nil || !o.cells || o.duration != cellDuration || o.results != "results" {
		t.Errorf("matrix: %+v, %v", o, err)
	}
	if _, err := (options{only: []string{"udp/push-pull/8"}}).comparisons(); err == nil {
		t.Error("no error when nothing matches")
	}
}

func TestExitCodes(t *testing.T) {
	for _, tt := range []struct {
		args []string
		want int
	}{
		{nil, 2}, {[]string{"walk"}, 2}, {[]string{"run", "--no-such-flag"}, 2}, {[]string{"list", "x"}, 2},
		{[]string{"run", "--help"}, 0}, {[]string{"run", "--only", "nothing"}, 1},
		{[]string{"run", "--dir", "/nonexistent"}, 1}, {[]string{"run", "--pairs", "-1"}, 1},
	} {
		if got := run(tt.args); got != tt.want {
			t.Errorf("bench %v: exit code %d, want %d", tt.args, got, tt.want)
		}
	}
}
