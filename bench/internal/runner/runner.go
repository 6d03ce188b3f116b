// Package runner compares a contender with others at a point:
//
//  1. A trial run of each: it warms the machine up, and measures how long a
//     message takes.
//  2. From these the count of messages, the same for all, so that the fastest
//     one's run takes about as long as asked for.
//  3. Runs in turn, ours, the peer's, ours, the peer's: a slow period of the machine
//     slows all.
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
	Duration time.Duration                     // of the fastest side's run, about
	Patience time.Duration                     // how long a run may wait for a quiet machine
	Progress func(pair int, runs []result.Run) // called after each pair: ours, then the peers'
}

// runTimeout ends a run that hangs. The longest that calibration asks for
// stays far below.
const runTimeout = 90 * time.Second

// Compare runs ours and the peers at p in turn, and returns the count of messages and
// the pairs of each peer. Their pairs have the same runs of ours.
func Compare(ctx context.Context, p matrix.Point, ours contender.Contender, peers []contender.Contender, s Settings) (int, [][]result.Pair, error) {
	sides := append([]contender.Contender{ours}, peers...)
	count, err := calibrate(ctx, p, sides, s.Duration)
	if err != nil {
		return 0, nil, err
	}
	pairs := make([][]result.Pair, len(peers))
	for round := range s.Pairs {
		var runs []result.Run
		for _, side := range sides {
			run, err := runQuietly(ctx, p, side, count, s.Patience)
			if err != nil {
				return 0, nil, err
			}
			runs = append(runs, run)
		}
		for i := range peers {
			pairs[i] = append(pairs[i], result.Pair{Ours: runs[0], Peer: runs[1+i]})
		}
		s.Progress(round+1, runs)
	}
	return count, pairs, nil
}

// Run is one run of one side, of count messages, which waits for a quiet machine.
func Run(ctx context.Context, p matrix.Point, c contender.Contender, count int, patience time.Duration) (result.Run, error) {
	return runQuietly(ctx, p, c, count, patience)
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
	var o outcome
	var idle result.Idle
	if p.Idle > 0 {
		o, idle, err = runBesideIdle(ctx, job, endpoint, p.Idle)
	} else {
		o, err = run(ctx, job)
	}
	if err != nil {
		return result.Run{}, err
	}
	figures, err := parse(p, count, o.output)
	if err != nil {
		return figures, fmt.Errorf("%s at %s: %w", c.Name, p, err)
	}
	figures.Idle = idle
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
