package runner

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/actum-go/actum/bench/internal/contender"
	"github.com/actum-go/actum/bench/internal/matrix"
	"github.com/actum-go/actum/bench/internal/result"
)

const (
	// shortestTrial is how long a trial must take for its rate to be meaningful.
	shortestTrial = 100 * time.Millisecond
	trialGrowth   = 8
	// slowest bounds the slowest side's run, as a multiple of the fastest
	// side's, where it would otherwise take for ever.
	slowest = 4
)

// calibrate picks the count of messages for all sides. Where the work is what is
// outstanding there is nothing to pick.
func calibrate(ctx context.Context, p matrix.Point, sides []contender.Contender, target time.Duration) (int, error) {
	if m := p.Measure(); m == matrix.Standing || m == matrix.Cost {
		return p.Outstanding, nil
	}
	var needs []float64
	for _, side := range sides {
		seconds, err := trial(ctx, p, side)
		if err != nil {
			return 0, err
		}
		needs = append(needs, seconds)
	}
	return p.Whole(pickCount(needs, target)), nil
}

// trial is the seconds that a contender needs for a message.
func trial(ctx context.Context, p matrix.Point, c contender.Contender) (float64, error) {
	for count := firstCount(p); ; count *= trialGrowth {
		count := p.Whole(count)
		run, err := runOnce(ctx, p, c, count)
		if err != nil {
			return 0, err
		}
		if took := elapsed(p, run); took >= shortestTrial.Seconds() {
			return took / float64(count), nil
		}
	}
}

// firstCount is a count that takes a few milliseconds where the work is fast.
func firstCount(p matrix.Point) int {
	if p.Measure() == matrix.Latency {
		return 2000
	}
	const bytes, most, least = 32 << 20, 100_000, 100
	switch {
	case p.Idle > 0:
		return 20_000 // the connections take longer than any trial
	case p.Pattern == matrix.RepReq:
		return 2000
	case p.Pattern == matrix.Connect:
		return 200
	case p.Burst > 0:
		return 500 * p.Burst
	}
	switch p.Pattern {
	case matrix.Echo:
		return 10_000
	case matrix.Transmit:
		return max(bytes/p.Size, 1)
	}
	return min(max(bytes/p.Size/max(p.Frames, 1), least), most) / max(p.Subscribers, 1)
}

// elapsed is how long a run took by its own clock, in seconds.
func elapsed(p matrix.Point, r result.Run) float64 {
	if p.Measure() == matrix.Latency {
		return float64(r.Messages) * 2 * r.Latency.Mean / 1e6
	}
	return float64(r.Messages) / r.PerSecond
}

// pickCount takes the seconds that each side needs for a message. It is rounded to two
// digits.
func pickCount(needs []float64, target time.Duration) int {
	fast, slow := slices.Min(needs), slices.Max(needs)
	count := min(target.Seconds()/fast, slowest*target.Seconds()/slow)
	digit := math.Pow(10, math.Floor(math.Log10(count))-1)
	return max(int(math.Round(count/digit)*digit), 1)
}
