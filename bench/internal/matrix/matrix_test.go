package matrix

import "testing"

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
		{crowd(RepReq, 64, 8, 0), "peers/rep-req/64/8/stream", "64 REQ and REP, a stream, 8 B", Crowded},
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
