package measure

import "time"

// maxWarmup is how many round trips are left out at most.
const maxWarmup = 1000

// Laps turns round trips that follow each other into latencies: half of each. The
// first tenth (at most 1,000) is warm-up, connecting included, and is left out.
type Laps struct {
	*Latency
	warmup int // laps still to leave out
	last   time.Time
}

// StartLaps starts the clock of the first of some round trips.
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
