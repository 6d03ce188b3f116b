// Package result is what the runner keeps: the figures of every run, one JSON
// file per comparison, and the statistics over them.
package result

import (
	"cmp"
	"time"

	"github.com/actum-go/actum/bench/internal/matrix"
)

// Run is what one side did in one run.
type Run struct {
	Messages  int     `json:"messages"`            // delivered, or round trips
	PerSecond float64 `json:"perSecond,omitempty"` // messages, by the receiver's clock
	CostNs    float64 `json:"costNs,omitempty"`    // processor time of one
	Latency   Latency `json:"latency,omitzero"`
	Idle      Idle    `json:"idle,omitzero"`
	CPU       CPU     `json:"cpu"`
	Others    float64 `json:"othersShare,omitempty"` // of all processors' time, what other programs had meanwhile
}

// Idle is what a server needs for idle connections.
type Idle struct {
	Managed float64 `json:"heapAndStackBytes,omitempty"` // each; zero where there is no Go runtime
	Process float64 `json:"processBytes"`                // each: by how much the process grew (PSS)
	WakeUps int     `json:"wakeUps"`                     // context switches of all of its threads in Seconds
	Seconds float64 `json:"seconds"`
}

// Memory is the figure to compare by: heap and stacks, or the growth of the process
// where there is no Go runtime. The growth of a Go process depends on the size of the
// pages that the system gives it.
func (i Idle) Memory() float64 { return cmp.Or(i.Managed, i.Process) }

// Latency is half of a round trip, or a response time, in microseconds.
type Latency struct {
	Mean float64 `json:"meanUs"`
	P50  float64 `json:"p50Us"`
	P99  float64 `json:"p99Us"`
	P999 float64 `json:"p999Us"`
}

// CPU is the processor time of all processes of a side, from start to exit,
// in seconds. Of an echo it is what was used between the first request and the
// last answer, user and system together, by server and client.
type CPU struct {
	User   float64 `json:"userSeconds"`
	System float64 `json:"systemSeconds"`
	Server float64 `json:"serverSeconds,omitempty"`
	Client float64 `json:"clientSeconds,omitempty"`
}

// Seconds is all of it.
func (c CPU) Seconds() float64 { return c.User + c.System + c.Server + c.Client }

// Speed is the figure that the run is compared by: messages or requests a
// second, the median latency in microseconds, bytes of memory, or nanoseconds.
func (r Run) Speed(m matrix.Measure) float64 {
	switch m {
	case matrix.Latency:
		return r.Latency.P50
	case matrix.Standing:
		return r.Idle.Memory()
	case matrix.Cost:
		return r.CostNs
	}
	return r.PerSecond
}

// P50 is the median latency in microseconds, zero where none was measured.
func (r Run) P50() float64 { return r.Latency.P50 }

// P99 is the 99th percentile of the latency in microseconds.
func (r Run) P99() float64 { return r.Latency.P99 }

// CPUPerMessage is in seconds. The client of an echo is the same for all, and
// left out.
func (r Run) CPUPerMessage() float64 {
	cpu := r.CPU.Seconds()
	if r.CPU.Server > 0 {
		cpu = r.CPU.Server
	}
	return cpu / float64(r.Messages)
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

// Disturbance is the median and the extremes, over all runs, of the share of the
// processors that other programs had, where it was kept.
func Disturbance(results []Result) Spread {
	var shares []float64
	for _, r := range results {
		for _, p := range r.Pairs {
			for _, run := range []Run{p.Ours, p.Peer} {
				if run.Others > 0 {
					shares = append(shares, run.Others)
				}
			}
		}
	}
	return SpreadOf(shares)
}

// Value is what a goal for q is judged by: the median ratio, or ours alone.
func (r Result) Value(q matrix.Quantity) float64 {
	switch q {
	case matrix.Memory:
		return r.Median(Ours, func(run Run) float64 { return run.Idle.Managed })
	case matrix.WakeUps:
		return r.Median(Ours, func(run Run) float64 { return float64(run.Idle.WakeUps) })
	}
	return r.Ratio(q).Median
}

// Ratio is the ratio of ours to the peer's for a quantity, pair by pair.
func (r Result) Ratio(q matrix.Quantity) Spread {
	return SpreadOf(r.values(func(p Pair) float64 {
		switch q {
		case matrix.CPU:
			return p.Ours.CPUPerMessage() / p.Peer.CPUPerMessage()
		case matrix.Tail:
			return p.Ours.Latency.P99 / p.Peer.Latency.P99
		}
		return p.Ours.Speed(r.Measure) / p.Peer.Speed(r.Measure)
	}))
}

// Factor is how many times better ours is: the median ratio where more is better, and
// its inverse where less is better.
func (r Result) Factor() float64 {
	ratio := r.Ratio(matrix.Speed).Median
	if r.Measure.LessIsBetter() {
		return 1 / ratio
	}
	return ratio
}

// Collapsed reports whether r has less than half of the factor that was kept.
func (r Result) Collapsed(kept Result) bool { return r.Factor() < kept.Factor()/2 }

func (r Result) values(of func(Pair) float64) []float64 {
	values := make([]float64, len(r.Pairs))
	for i, p := range r.Pairs {
		values[i] = of(p)
	}
	return values
}
