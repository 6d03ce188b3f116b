// Package measure is what perf and demo measure with.
package measure

import (
	"slices"
	"time"
)

// maxWarmup is how many round trips are left out at most.
const maxWarmup = 1000

// Latency keeps every round trip of a run, so that percentiles are exact. The
// first tenth (at most 1,000) is warm-up, connecting included, and is left out.
// Not for concurrent use.
type Latency struct {
	samples []time.Duration // round trips
	warmup  int             // laps still to leave out
	last    time.Time
	sorted  bool
}

// StartLatency starts the clock of the first of some round trips. All the memory
// that they need is touched now: a page fault must not look like latency.
func StartLatency(roundtrips int) *Latency {
	samples := make([]time.Duration, roundtrips)
	for i := range samples {
		samples[i] = -1
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

// Mean is the mean one-way latency: half of a round trip, in microseconds.
func (l *Latency) Mean() float64 {
	var sum time.Duration
	for _, s := range l.samples {
		sum += s
	}
	return oneWayUs(sum) / float64(max(len(l.samples), 1))
}

// Percentile is half of the smallest round trip that at least perMille of a
// thousand do not exceed, in microseconds; 0 if there was none.
func (l *Latency) Percentile(perMille int) float64 {
	if len(l.samples) == 0 {
		return 0
	}
	if !l.sorted {
		slices.Sort(l.samples)
		l.sorted = true
	}
	rank := (len(l.samples)*perMille + 999) / 1000
	return oneWayUs(l.samples[max(rank, 1)-1])
}

func oneWayUs(roundtrip time.Duration) float64 {
	return float64(roundtrip) / float64(2*time.Microsecond)
}
