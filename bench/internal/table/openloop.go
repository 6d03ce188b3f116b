package table

import (
	"fmt"
	"strings"

	"github.com/actum-go/actum/bench/internal/matrix"
	"github.com/actum-go/actum/bench/internal/result"
)

// OpenLoop is how late messages were that a clock sent, to one number of peers.
type OpenLoop struct {
	Machine result.Machine `json:"machine"`
	Peers   int            `json:"peers"`
	Peaks   [2]float64     `json:"peaks"` // messages a second in a stream: ours, libzmq's
	Steps   []OpenLoopStep `json:"steps"`
}

// OpenLoopStep is one share of the peaks.
type OpenLoopStep struct {
	Share int           `json:"percent"`
	Of    string        `json:"of"`    // OfSlower or OfOwn
	Rates [2]int        `json:"rates"` // messages a second: ours, libzmq's
	Pairs []result.Pair `json:"pairs"`
}

// What a share is of: the slower side's peak for both, or each side's own.
const (
	OfSlower = "the slower side's peak"
	OfOwn    = "each side's own peak"
)

// kept is the part of a rate that a side must reach for its latencies to mean anything:
// below it the sender was slower than its clock.
const kept = 0.95

// RenderOpenLoop has a row for each step.
func RenderOpenLoop(all []OpenLoop) string {
	if len(all) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("How late messages of 64 B are received that are sent at a fixed rate, in µs after they were due: p50 / p99 / p99.9. " +
		"A message that is sent late because of those before it counts from when it was due. A rate in brackets is what a side reached instead.\n\n" +
		"| work | rate, as a share of | actum | | libzmq | | ratio of p99 |\n|---|---|---|---|---|---|---|\n")
	for _, o := range all {
		for _, s := range o.Steps {
			r := result.Result{Point: matrix.Paced(o.Peers, s.Rates[0]), Measure: matrix.Crowded, Pairs: s.Pairs}
			fmt.Fprintf(&b, "| %s | %d %% of %s | %s | %s | %s | %s | %s |\n", matrix.Stream(o.Peers).Roles(), s.Share, s.Of,
				reached(r, result.Ours, s.Rates[0]), percentiles(r, result.Ours), reached(r, result.Peer, s.Rates[1]), percentiles(r, result.Peer),
				spread(r.Ratio(matrix.Tail)))
		}
	}
	b.WriteString("\n")
	return b.String()
}

func reached(r result.Result, side func(result.Pair) result.Run, asked int) string {
	got := r.Median(side, func(run result.Run) float64 { return run.PerSecond })
	text := rate(float64(asked))
	if got < kept*float64(asked) {
		text += " (" + rate(got) + ")"
	}
	return text
}
