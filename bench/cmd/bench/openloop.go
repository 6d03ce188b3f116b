package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/actum-go/actum/bench/internal/contender"
	"github.com/actum-go/actum/bench/internal/matrix"
	"github.com/actum-go/actum/bench/internal/result"
	"github.com/actum-go/actum/bench/internal/runner"
	"github.com/actum-go/actum/bench/internal/table"
)

// paced is what is measured for each number of peers: PUSH to PULL, 64 B.
var (
	pacedPeers  = []int{1, 8}
	pacedShares = []int{10, 50, 80} // percent of a peak
)

const (
	peakPairs     = 3
	peakDuration  = 500 * time.Millisecond
	pacedDuration = time.Second
)

// openloopCommand measures how late messages are that a clock sends, at shares of the
// peak rate: of the slower side's, the same rate for both, and of each side's own.
func openloopCommand(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("openloop", flag.ContinueOnError)
	dir := flags.String("dir", ".", "the bench folder")
	results := flags.String("results", filepath.Join("results", "openloop"), "folder for the results")
	pairs := flags.Int("pairs", fullPairs, "pairs of runs at each rate")
	duration := flags.Duration("duration", pacedDuration, "how long each run sends")
	patience := flags.Duration("patience", 0, "how long each run may wait until other programs do not use the processors, or be repeated if they did")
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	workshop, err := contender.NewWorkshop(*dir)
	if err != nil {
		return err
	}
	for _, peers := range pacedPeers {
		o := openloop{workshop: workshop, peers: peers, pairs: *pairs, duration: *duration, patience: *patience}
		r, err := o.measure(ctx)
		if err != nil {
			return err
		}
		if err := saveOpenLoop(filepath.Join(workshop.Bench, *results), r); err != nil {
			return err
		}
	}
	return nil
}

type openloop struct {
	workshop *contender.Workshop
	peers    int
	pairs    int
	duration time.Duration
	patience time.Duration
}

func (o openloop) measure(ctx context.Context) (r table.OpenLoop, err error) {
	stream := matrix.Stream(o.peers)
	sides := make([]contender.Contender, 2)
	for i, name := range []string{matrix.Actum, matrix.Libzmq} {
		if sides[i], err = o.workshop.Build(ctx, name, stream); err != nil {
			return r, err
		}
	}
	_, peaks, err := runner.Compare(ctx, stream, sides[0], sides[1:], runner.Settings{
		Pairs: peakPairs, Duration: peakDuration, Patience: o.patience, Progress: progress(matrix.Crowded),
	})
	if err != nil {
		return r, err
	}
	peak := result.Result{Measure: matrix.Crowded, Pairs: peaks[0]}
	rate := func(run result.Run) float64 { return run.PerSecond }
	r = table.OpenLoop{Peers: o.peers, Peaks: [2]float64{peak.Median(result.Ours, rate), peak.Median(result.Peer, rate)}}
	slower := slices.Min(r.Peaks[:])
	for _, share := range pacedShares {
		for _, of := range []struct {
			name string
			peak [2]float64
		}{{table.OfSlower, [2]float64{slower, slower}}, {table.OfOwn, r.Peaks}} {
			step := table.OpenLoopStep{Share: share, Of: of.name, Rates: [2]int{int(of.peak[0]) * share / 100, int(of.peak[1]) * share / 100}}
			if step.Pairs, err = o.step(ctx, sides, step.Rates); err != nil {
				return r, err
			}
			r.Steps = append(r.Steps, step)
		}
	}
	r.Machine = result.ThisMachine(o.workshop.Versions)
	return r, nil
}

func (o openloop) step(ctx context.Context, sides []contender.Contender, rates [2]int) (pairs []result.Pair, err error) {
	fmt.Printf("%s and %s: %d and %d messages a second\n", sides[0].Name, sides[1].Name, rates[0], rates[1])
	for pair := range o.pairs {
		var runs []result.Run
		for i, side := range sides {
			count := max(int(float64(rates[i])*o.duration.Seconds()), 1)
			run, err := runner.Run(ctx, matrix.Paced(o.peers, rates[i]), side, count, o.patience)
			if err != nil {
				return nil, err
			}
			runs = append(runs, run)
		}
		pairs = append(pairs, result.Pair{Ours: runs[0], Peer: runs[1]})
		progress(matrix.Crowded)(pair+1, runs)
	}
	return pairs, nil
}

func openLoopFile(dir string, peers int) string {
	return filepath.Join(dir, fmt.Sprintf("push-pull-%d.json", peers))
}

func saveOpenLoop(dir string, r table.OpenLoop) error {
	text, err := json.MarshalIndent(r, "", "\t")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return os.WriteFile(openLoopFile(dir, r.Peers), append(text, '\n'), 0o644)
}

// openLoopTable is the table of the results in a folder; empty if there are none.
func openLoopTable(dir string) (string, error) {
	var all []table.OpenLoop
	for _, peers := range pacedPeers {
		text, err := os.ReadFile(openLoopFile(dir, peers))
		if os.IsNotExist(err) {
			continue
		}
		var r table.OpenLoop
		if err == nil {
			err = json.Unmarshal(text, &r)
		}
		if err != nil {
			return "", err
		}
		all = append(all, r)
	}
	return table.RenderOpenLoop(all), nil
}
