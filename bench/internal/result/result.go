// Package result is what the runner keeps: the figures of every run, one JSON
// file per comparison, and the statistics over them.
package result

import (
	"time"

	"github.com/actum-go/actum/bench/internal/matrix"
)

// Run is what one side did in one run.
type Run struct {
	Messages  int     `json:"messages"`            // delivered, or round trips
	PerSecond float64 `json:"perSecond,omitempty"` // messages, by the receiver's clock
	Latency   Latency `json:"latency,omitzero"`
	CPU       CPU     `json:"cpu"`
}

// Latency is half of a round trip, in microseconds.
type Latency struct {
	Mean float64 `json:"meanUs"`
	P50  float64 `json:"p50Us"`
	P99  float64 `json:"p99Us"`
	P999 float64 `json:"p999Us"`
}

// CPU is the processor time of all processes of a side, from start to exit,
// in seconds.
type CPU struct {
	User   float64 `json:"userSeconds"`
	System float64 `json:"systemSeconds"`
}

// Speed is the figure that the run is compared by: messages a second, or the
// median latency in microseconds.
func (r Run) Speed(m matrix.Measure) float64 {
	if m == matrix.Latency {
		return r.Latency.P50
	}
	return r.PerSecond
}

// CPUPerMessage is in seconds.
func (r Run) CPUPerMessage() float64 {
	return (r.CPU.User + r.CPU.System) / float64(r.Messages)
}

// Pair is one run of ours and the peer's run right after it.
type Pair struct {
	Ours Run `json:"ours"`
	Peer Run `json:"peer"`
}

// Result is everything about one comparison.
type Result struct {
	Point   matrix.Point   `json:"point"`
	Measure matrix.Measure `json:"measure"`
	Ours    string         `json:"ours"`
	Peer    string         `json:"peer"`
	Off     string         `json:"off,omitempty"` // ablation: the peer is ours without this
	Count   int            `json:"count"`         // messages sent or round trips, each run
	When    time.Time      `json:"when"`
	Machine Machine        `json:"machine"`
	Pairs   []Pair         `json:"pairs"`
}

// Comparison is what the result is about.
func (r Result) Comparison() matrix.Comparison {
	return matrix.Comparison{Point: r.Point, Peer: r.Peer}
}

// Median is the median of one side's figures.
func (r Result) Median(side func(Pair) Run, figure func(Run) float64) float64 {
	return median(r.values(func(p Pair) float64 { return figure(side(p)) }))
}

// Ours picks our side of a pair.
func Ours(p Pair) Run { return p.Ours }

// Peer picks the peer's side of a pair.
func Peer(p Pair) Run { return p.Peer }

// Ratio is ours to the peer's of a quantity, pair by pair.
func (r Result) Ratio(q matrix.Quantity) Spread {
	return spreadOf(r.values(func(p Pair) float64 {
		if q == matrix.CPU {
			return p.Ours.CPUPerMessage() / p.Peer.CPUPerMessage()
		}
		return p.Ours.Speed(r.Measure) / p.Peer.Speed(r.Measure)
	}))
}

func (r Result) values(of func(Pair) float64) []float64 {
	values := make([]float64, len(r.Pairs))
	for i, p := range r.Pairs {
		values[i] = of(p)
	}
	return values
}
