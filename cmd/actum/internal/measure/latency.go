// Package measure has the measurements of perf and demo.
package measure

import (
	"slices"
	"time"
)

// Latency keeps every latency of a run, so that percentiles are exact. It is not
// for concurrent use. The zero value is empty.
type Latency struct {
	samples []time.Duration
	sorted  bool
}

// NewLatency allocates memory for n latencies and touches it, so that page faults
// do not appear as latencies.
func NewLatency(n int) *Latency {
	samples := make([]time.Duration, n)
	for i := range samples {
		samples[i] = -1
	}
	return &Latency{samples: samples[:0]}
}

// Add adds a latency.
func (l *Latency) Add(d time.Duration) {
	l.samples = append(l.samples, d)
	l.sorted = false
}

// Mean is the mean in microseconds.
func (l *Latency) Mean() float64 {
	var sum time.Duration
	for _, s := range l.samples {
		sum += s
	}
	return microseconds(sum) / float64(max(len(l.samples), 1))
}

// Percentile is the smallest latency, in microseconds, that at least perMille of
// a thousand do not exceed; 0 if there is none.
func (l *Latency) Percentile(perMille int) float64 {
	if len(l.samples) == 0 {
		return 0
	}
	if !l.sorted {
		slices.Sort(l.samples)
		l.sorted = true
	}
	rank := (len(l.samples)*perMille + 999) / 1000
	return microseconds(l.samples[max(rank, 1)-1])
}

func microseconds(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
