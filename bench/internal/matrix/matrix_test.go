package matrix

import (
	"maps"
	"testing"
)

func point(transport, pattern string, subscribers, size int) Point {
	return Point{Transport: transport, Pattern: pattern, Subscribers: subscribers, Size: size}
}

func TestNames(t *testing.T) {
	tests := []struct {
		point      Point
		name, work string
		measure    Measure
	}{
		{point("tcp", PushPull, 0, 8), "tcp/push-pull/8", "PUSH/PULL tcp 8 B", Throughput},
		{point("ipc", ReqRep, 0, 1024), "ipc/req-rep/1024", "REQ/REP ipc 1 KiB", Latency},
		{point("tcp", PubSub, 1, 64), "tcp/pub-sub-1/64", "PUB/SUB tcp 64 B, 1 subscriber", Throughput},
		{point("tcp", PubSub, 100, 1<<20), "tcp/pub-sub-100/1048576", "PUB/SUB tcp 1 MiB, 100 subscribers", Throughput},
		{crowd(PushPull, 8, 64, 10), "peers/push-pull/8/64/burst-10", "PUSH to 8 PULL, bursts of 10, 64 B", Crowded},
		{crowd(RepReq, 64, 8, 0), "peers/rep-req/64/8/stream", "64 REQ and REP, 8 B", Crowded},
		{crowd(PullPush, 1, 16, 0).of(10), "peers/pull-push/1/10x16/stream", "1 PUSH to PULL, 10 × 16 B", Crowded},
		{crowd(RouterRouter, 8, 1024, 0).over("ipc"), "peers-ipc/router-router/8/1024/stream", "8 ROUTER and ROUTER, ipc, 1 KiB", Crowded},
		{crowd(Pair, 1, 8, 0), "peers/pair/1/8/stream", "PAIR to PAIR, 8 B", Crowded},
		{crowd(PubSubAll, 512, 64, 0), "peers/pub-sub-all/512/64/stream", "PUB to 512 SUB, 64 B", Crowded},
		{inBatches(crowd(PushPull, 1, 8, 0), 100), "peers-inproc/push-pull/1/8/batch-100", "PUSH to 1 PULL, inproc, 100 with each call, 8 B", Crowded},
		{crowd(Connect, 8, 8, 0), "peers/connect/8/8/stream", "connect, ask, close, 8 at a time, 8 B", Crowded},
		{BesideIdle(), "peers/rep-req/1000/64/idle-10000", "1,000 REQ and REP, and 10,000 idle connections, 64 B", Crowded},
		{Paced(8, 20000), "peers/push-pull/8/64/rate-20000", "PUSH to 8 PULL, 20,000 a second, 64 B", Crowded},
		{InFlight(), "peers/router-dealer/1000/64/window-30", "1,000 DEALER and ROUTER, 30 in flight each, 64 B", Crowded},
		{echo(1, 64), "echo/1/64", "64 B, 1 connection", Responses},
		{echo(10_000, 4096), "echo/10000/4096", "4 KiB, 10,000 connections", Responses},
		{idle(1000), "idle/1000", "1,000 connections", Standing},
		{reads(ReadCached, 32), "file/cached/32", "4 KiB of a file, cached, 32 at a time", Throughput},
		{point("tcp", Transmit, 0, 1<<30), "transmit/1073741824", "transmit a file of 1 GiB", Throughput},
		{timer(TimerCancel), "timer/cancel/1000000", "cancel of a timer among 1,000,000", Cost},
	}
	for _, tt := range tests {
		if got := tt.point.String(); got != tt.name {
			t.Errorf("name %q, want %q", got, tt.name)
		}
		if got := tt.point.Work(); got != tt.work {
			t.Errorf("work %q, want %q", got, tt.work)
		}
		if got := tt.point.Measure(); got != tt.measure {
			t.Errorf("%s measures %s, want %s", tt.name, got, tt.measure)
		}
	}
}

func TestMatch(t *testing.T) {
	c := Comparison{point("tcp", PushPull, 0, 8), Libzmq}
	tests := []struct {
		patterns []string
		want     bool
	}{
		{nil, true},
		{[]string{"tcp/push-pull/8"}, true},
		{[]string{"tcp/*/*"}, true},
		{[]string{"ipc/*/*", "tcp/*/8"}, true},
		{[]string{"tcp/push-pull/64"}, false},
		{[]string{"tcp"}, true},
		{[]string{"tcp/*"}, true},
		{[]string{"tcp/*/*/*"}, false},
	}
	for _, tt := range tests {
		if got, err := c.Match(tt.patterns); got != tt.want || err != nil {
			t.Errorf("%v: %v, %v; want %v", tt.patterns, got, err, tt.want)
		}
	}
	if _, err := c.Match([]string{"["}); err == nil {
		t.Error("no error for a malformed pattern")
	}
}

func TestEveryGoalIsInTheMatrixOnce(t *testing.T) {
	seen := map[Comparison]int{}
	for _, c := range All() {
		seen[c]++
	}
	for c := range goals {
		if seen[c] != 1 {
			t.Errorf("%s against %s has a goal and is %d times in the matrix", c.Point, c.Peer, seen[c])
		}
	}
	for p := range cellGoals {
		if !p.IsCell() {
			t.Errorf("%s has a goal and is not a cell", p)
		}
	}
	for c, n := range seen {
		if n != 1 {
			t.Errorf("%s against %s is %d times in the matrix", c.Point, c.Peer, n)
		}
	}
}

// The cells were chosen before anything was tuned for them. A change of their number
// needs a decision that docs/adr records.
func TestCells(t *testing.T) {
	names, sums := map[string]bool{}, map[string]int{}
	for _, p := range Cells() {
		names[p.String()] = true
		sums[p.Transport]++
	}
	if want := map[string]int{"tcp": 71, "ipc": 10, "inproc": 7}; len(names) != len(Cells()) || !maps.Equal(sums, want) {
		t.Errorf("%d cells with %d names, %v; want %v", len(Cells()), len(names), sums, want)
	}
}

func TestGoalsOfCells(t *testing.T) {
	for _, tt := range []struct {
		comparison Comparison
		goal       float64 // 0: none
		own        bool
	}{
		{Comparison{crowd(PushPull, 1, 8, 0), Libzmq}, 8, true},
		{Comparison{crowd(PushPull, 1, 8, 0), Tuned}, 8, false},
		{Comparison{crowd(PushPull, 8, 8, 0), Libzmq}, 2, false},
		{Comparison{crowd(PushPull, 8, 8, 1), Libzmq}, 0, false}, // measured on request
		{Comparison{pushPull("tcp", 256<<10), Raw}, 0.9, true},
	} {
		goals := tt.comparison.Goals()
		if (tt.goal == 0) != (len(goals) == 0) || (tt.goal > 0 && goals[0].Final != tt.goal) || tt.comparison.OwnGoal() != tt.own {
			t.Errorf("%s against %s: %v, own %v; want %g, %v", tt.comparison.Point, tt.comparison.Peer, goals, tt.comparison.OwnGoal(), tt.goal, tt.own)
		}
		if onRequest := tt.goal == 0; tt.comparison.OnRequest() != onRequest {
			t.Errorf("%s: on request %v", tt.comparison.Point, !onRequest)
		}
	}
}

func TestWhole(t *testing.T) {
	for _, tt := range []struct {
		point       Point
		count, want int
	}{
		{pushPull("tcp", 8), 101, 101},
		{crowd(PushPull, 8, 64, 0), 101, 104},
		{crowd(PushPull, 8, 64, 10), 80, 80},
		{crowd(PushPull, 8, 64, 10), 81, 160},
	} {
		if got := tt.point.Whole(tt.count); got != tt.want {
			t.Errorf("%s: %d messages become %d, want %d", tt.point, tt.count, got, tt.want)
		}
	}
}

func TestJudge(t *testing.T) {
	tests := []struct {
		goal    Goal
		measure Measure
		ratio   float64
		want    string
	}{
		{Goal{Speed, 6, 8}, Throughput, 6, "≥ 6 met, then ≥ 8 missed"},
		{Goal{Speed, 6, 8}, Throughput, 5.99, "≥ 6 missed, then ≥ 8 missed"},
		{Goal{Speed, 0.3, 0.25}, Latency, 0.3, "≤ 0.3 met, then ≤ 0.25 missed"},
		{Goal{Speed, 0, 5}, Throughput, 5, "≥ 5 met"},
		{Goal{Speed, 0.9, 0.9}, Throughput, 1, "≥ 0.9 met"},
		{Goal{Tail, 0.35, 0.35}, Latency, 0.35, "p99 ≤ 0.35 met"},
		{Goal{CPU, 0.3, 0.3}, Throughput, 0.31, "CPU ≤ 0.3 missed"},
		{Goal{Speed, 1.5, 1.5}, Responses, 1.5, "≥ 1.5 met"},
		{Goal{Memory, 4096, 4096}, Standing, 4096, "memory ≤ 4096 met"},
		{Goal{WakeUps, 0, 0}, Standing, 0, "wake-ups ≤ 0 met"},
		{Goal{WakeUps, 0, 0}, Standing, 1, "wake-ups ≤ 0 missed"},
	}
	for _, tt := range tests {
		if got := tt.goal.Judge(tt.measure, tt.ratio); got != tt.want {
			t.Errorf("%+v at %g: %q, want %q", tt.goal, tt.ratio, got, tt.want)
		}
	}
}
