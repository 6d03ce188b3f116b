// Package runner compares two contenders at a point:
//
//  1. A trial run of each: it warms the machine up, and measures how long a
//     message takes.
//  2. From these the count of messages, the same for both, so that the faster
//     one's run takes about as long as asked for.
//  3. Pairs of runs in turn, ours, the peer's, ours, the peer's: a slow period of
//     the machine slows both.
package runner

import (
	"context"
	"fmt"
	"time"

	"github.com/actum-go/actum/bench/internal/contender"
	"github.com/actum-go/actum/bench/internal/matrix"
	"github.com/actum-go/actum/bench/internal/result"
)

// Settings of a comparison.
type Settings struct {
	Pairs    int
	Duration time.Duration                         // of the faster side's run, about
	Patience time.Duration                         // how long a run may wait for a quiet machine
	Progress func(pair int, ours, peer result.Run) // called after each pair
}

// runTimeout ends a run that hangs. The longest that calibration asks for
// stays far below.
const runTimeout = 90 * time.Second

// Compare runs both contenders at p, and returns the count of messages and the pairs.
func Compare(ctx context.Context, p matrix.Point, ours, peer contender.Contender, s Settings) (int, []result.Pair, error) {
	count, err := calibrate(ctx, p, ours, peer, s.Duration)
	if err != nil {
		return 0, nil, err
	}
	var pairs []result.Pair
	for i := range s.Pairs {
		pair, err := runPair(ctx, p, ours, peer, count, s.Patience)
		if err != nil {
			return 0, nil, err
		}
		pairs = append(pairs, pair)
		s.Progress(i+1, pair.Ours, pair.Peer)
	}
	return count, pairs, nil
}

func runPair(ctx context.Context, p matrix.Point, ours, peer contender.Contender, count int, patience time.Duration) (pair result.Pair, err error) {
	if pair.Ours, err = runQuietly(ctx, p, ours, count, patience); err != nil {
		return pair, err
	}
	pair.Peer, err = runQuietly(ctx, p, peer, count, patience)
	return pair, err
}

// runOnce is one run of one side.
func runOnce(ctx context.Context, p matrix.Point, c contender.Contender, count int) (result.Run, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, runTimeout, fmt.Errorf("not done within %v", runTimeout))
	defer cancel()
	endpoint, remove, err := newEndpoint(p.Transport)
	if err != nil {
		return result.Run{}, err
	}
	defer remove()
	job := c.Job(p, endpoint, count)
	if p.Measure() == matrix.Standing {
		idle, err := runIdle(ctx, job, p.Outstanding)
		return result.Run{Messages: count, Idle: idle}, err
	}
	before := lookAround()
	o, err := run(ctx, job)
	if err != nil {
		return result.Run{}, err
	}
	figures, err := parse(p, count, o.output)
	if err != nil {
		return figures, fmt.Errorf("%s at %s: %w", c.Name, p, err)
	}
	figures.Others = before.others(o.cpu.Seconds())
	if !job.Serves {
		figures.CPU = o.cpu
	}
	return figures, nil
}

func run(ctx context.Context, job contender.Job) (outcome, error) {
	if job.Serves {
		return runServed(ctx, job)
	}
	return runJob(ctx, job)
}
