package table

import (
	"strings"
	"testing"

	"github.com/actum-go/actum/bench/internal/matrix"
	"github.com/actum-go/actum/bench/internal/result"
)

func TestOpenLoop(t *testing.T) {
	run := func(rate, p99 float64) result.Run {
		return result.Run{Messages: 1, PerSecond: rate, Latency: result.Latency{P50: 10, P99: p99, P999: 100}}
	}
	text := RenderOpenLoop([]OpenLoop{{Peers: 8, Steps: []OpenLoopStep{
		{Share: 10, Of: OfSlower, Rates: [2]int{100_000, 100_000}, Pairs: []result.Pair{{Ours: run(100_000, 20), Peer: run(94_000, 40)}}},
		{Share: 80, Of: OfOwn, Rates: [2]int{2_000_000, 1_000_000}, Pairs: []result.Pair{{Ours: run(1_950_000, 60), Peer: run(1_000_000, 40)}}},
	}}})
	for _, want := range []string{
		"| PUSH to 8 PULL | 10 % of the slower side's peak | 100 k | 10.0 / 20.0 / 100 | 100 k (94.0 k) | 10.0 / 40.0 / 100 | 0.50 (0.50–0.50) |\n",
		"| PUSH to 8 PULL | 80 % of each side's own peak | 2.00 M | 10.0 / 60.0 / 100 | 1.00 M | 10.0 / 40.0 / 100 | 1.50 (1.50–1.50) |\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no line\n%sin\n%s", want, text)
		}
	}
	if text := RenderOpenLoop(nil); text != "" {
		t.Errorf("nothing measured: %q", text)
	}
}

func TestIdleConnectionsOfACell(t *testing.T) {
	run := func(managed, process float64) result.Run {
		return result.Run{Messages: 1, PerSecond: 1000, CPU: result.CPU{User: 1}, Latency: result.Latency{P50: 10, P99: 20},
			Idle: result.Idle{Managed: managed, Process: process}}
	}
	text := Full([]result.Result{testResult(matrix.BesideIdle(), matrix.Libzmq, run(3<<10, 4<<10), run(0, 20<<10))})
	const want = "Each of the 10,000 idle connections takes 3.00 KiB of heap and stacks in our process, which grows by 4.00 KiB for it, and libzmq's grows by 20.0 KiB. "
	if !strings.Contains(text, want) {
		t.Errorf("%q is not in\n%s", want, text)
	}
}
