package perf

import (
	"fmt"
	"io"
	"slices"
	"time"
)

const maxWarmup = 1000

// Latency keeps every round trip of a run, so that the percentiles are exact.
// The first tenth (at most 1,000) is warm-up, connecting included, and is
// left out. Not for concurrent use.
type Latency struct {
	samples []time.Duration // round trips
	warmup  int             // laps still to leave out
	last    time.Time
}

// StartLatency starts the clock of the first round trip.
func StartLatency(roundtrips int) *Latency {
	samples := make([]time.Duration, roundtrips)
	for i := range samples {
		samples[i] = -1 // a page fault now must not look like latency later
	}
	return &Latency{samples: samples[:0], warmup: min(roundtrips/10, maxWarmup), last: time.Now()}
}

// Lap ends one round trip and starts the next.
func (l *Latency) Lap() {
	now := time.Now()
	if l.warmup > 0 {
		l.warmup--
	} else {
		l.samples = append(l.samples, now.Sub(l.last))
	}
	l.last = now
}

// Report prints half of the mean, p50, p99 and p99.9 round trips, in
// microseconds.
func (l *Latency) Report(w io.Writer) {
	var sum time.Duration
	for _, s := range l.samples {
		sum += s
	}
	slices.Sort(l.samples)
	fmt.Fprintf(w, "average latency: %.3f [us]\n", oneWayUs(sum)/float64(len(l.samples)))
	fmt.Fprintf(w, "p50 latency: %.3f [us]\n", oneWayUs(l.percentile(500)))
	fmt.Fprintf(w, "p99 latency: %.3f [us]\n", oneWayUs(l.percentile(990)))
	fmt.Fprintf(w, "p99.9 latency: %.3f [us]\n", oneWayUs(l.percentile(999)))
}

// percentile is the smallest sample that at least perMille of all samples do
// not exceed.
func (l *Latency) percentile(perMille int) time.Duration {
	rank := (len(l.samples)*perMille + 999) / 1000
	return l.samples[rank-1]
}

func oneWayUs(roundtrip time.Duration) float64 {
	return float64(roundtrip) / float64(2*time.Microsecond)
}
