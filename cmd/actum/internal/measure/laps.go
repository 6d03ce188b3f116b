package measure

import "time"

// maxWarmup is the largest number of round trips that are not measured.
const maxWarmup = 1000

// Laps measures successive round trips as latencies, half of each. The first
// tenth, at most 1,000, is warm-up, which includes connecting, and is not
// measured.
type Laps struct {
	*Latency
	warmup int // round trips still to skip
	last   time.Time
}

// StartLaps starts the clock for the first of the given number of round trips.
func StartLaps(roundtrips int) *Laps {
	return &Laps{NewLatency(roundtrips), min(roundtrips/10, maxWarmup), time.Now()}
}

// Lap ends one round trip and starts the next.
func (l *Laps) Lap() {
	now := time.Now()
	if l.warmup > 0 {
		l.warmup--
	} else {
		l.Add(now.Sub(l.last) / 2)
	}
	l.last = now
}
