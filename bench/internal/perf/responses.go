package perf

import (
	"fmt"
	"io"
	"slices"
	"time"
)

// Responses keeps many durations, so that the percentiles are exact. Unlike those of Latency they are not halved, and nothing is left out. Not
// for concurrent use.
type Responses struct {
	samples []time.Duration
	total   time.Duration
}

// NewResponses has memory for n durations, touched already.
func NewResponses(n int) *Responses {
	samples := make([]time.Duration, n)
	for i := range samples {
		samples[i] = -1
	}
	return &Responses{samples: samples[:0]}
}

// Add adds one.
func (r *Responses) Add(took time.Duration) {
	r.samples = append(r.samples, took)
	r.total += took
}

// Join adds all of o.
func (r *Responses) Join(o *Responses) {
	r.samples = append(r.samples, o.samples...)
	r.total += o.total
}

// Report prints the rate of that number of messages in the sum of the durations, and
// the percentiles.
func (r *Responses) Report(w io.Writer, messages int) {
	ReportThroughput(w, messages, r.total)
	r.Percentiles(w)
}

// Percentiles prints the mean, p50, p99 and p99.9 in microseconds.
func (r *Responses) Percentiles(w io.Writer) {
	slices.Sort(r.samples)
	us := func(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
	fmt.Fprintf(w, "average latency: %.3f [us]\n", us(r.total)/float64(len(r.samples)))
	for _, p := range []struct {
		name     string
		perMille int
	}{{"p50", 500}, {"p99", 990}, {"p99.9", 999}} {
		rank := (len(r.samples)*p.perMille + 999) / 1000
		fmt.Fprintf(w, "%s latency: %.3f [us]\n", p.name, us(r.samples[rank-1]))
	}
}
