package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/actum-go/actum/bench/internal/contender"
	"github.com/actum-go/actum/bench/internal/matrix"
	"github.com/actum-go/actum/bench/internal/result"
	"github.com/actum-go/actum/bench/internal/runner"
)

func runCommand(ctx context.Context, args []string) error { return compareAll(ctx, "run", args) }

func matrixCommand(ctx context.Context, args []string) error { return compareAll(ctx, "matrix", args) }

func compareAll(ctx context.Context, name string, args []string) error {
	o, err := parseOptions(name, args)
	if err != nil {
		return err
	}
	comparisons, err := o.comparisons()
	if err != nil {
		return err
	}
	s, err := newSession(o)
	if err != nil {
		return err
	}
	for len(comparisons) > 0 {
		n := samePoint(comparisons)
		if err := s.compare(ctx, comparisons[:n]); err != nil {
			return err
		}
		comparisons = comparisons[n:]
	}
	return s.verdict()
}

// samePoint is how many comparisons at the beginning have one point: these peers run
// in turn with ours.
func samePoint(comparisons []matrix.Comparison) int {
	n := 1
	for n < len(comparisons) && comparisons[n].Point == comparisons[0].Point {
		n++
	}
	return n
}

// session is one call of run or ablation.
type session struct {
	options  options
	workshop *contender.Workshop
	failed   int
}

func newSession(o options) (*session, error) {
	workshop, err := contender.NewWorkshop(o.dir)
	return &session{options: o, workshop: workshop}, err
}

// compare measures ours and the peers at one point.
func (s *session) compare(ctx context.Context, comparisons []matrix.Comparison) error {
	point := comparisons[0].Point
	var results []result.Result
	var peers []contender.Contender
	for _, c := range comparisons {
		peer, err := s.workshop.Build(ctx, c.Peer, point)
		if err != nil {
			return err
		}
		peers = append(peers, peer)
		results = append(results, result.Result{Point: point, Peer: c.Peer})
	}
	ours := peers[0]
	if !s.options.self {
		var err error
		if ours, err = s.workshop.Build(ctx, matrix.Actum, point); err != nil {
			return err
		}
	}
	return s.measure(ctx, results, ours, peers)
}

// measure fills the results in, one for each peer, and keeps them. It skips a point that
// a contender refuses, and counts failures; the error means that the session cannot
// continue.
func (s *session) measure(ctx context.Context, results []result.Result, ours contender.Contender, peers []contender.Contender) error {
	point := results[0].Point
	var names []string
	for _, peer := range peers {
		names = append(names, peer.Name)
	}
	fmt.Printf("%s: %s and %s\n", point, ours.Name, strings.Join(names, ", "))
	when := time.Now().UTC().Truncate(time.Second)
	count, pairs, err := runner.Compare(ctx, point, ours, peers, runner.Settings{
		Pairs: s.options.pairs, Duration: s.options.duration, Patience: s.options.patience, Progress: progress(point.Measure()),
	})
	switch {
	case ctx.Err() != nil:
		return errors.New("interrupted; the points done so far are kept")
	case errors.Is(err, runner.ErrRefused):
		fmt.Printf("  skipped: %v\n", err)
		return nil
	case err != nil:
		fmt.Printf("  failed: %v\n", err)
		s.failed++
		return nil
	}
	for i, r := range results {
		r.Ours, r.Measure, r.When, r.Count, r.Pairs = ours.Name, point.Measure(), when, count, pairs[i]
		r.Machine = result.ThisMachine(s.workshop.Versions)
		report(r)
		if err := result.Save(filepath.Join(s.workshop.Bench, s.options.results), r); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) verdict() error {
	if s.failed > 0 {
		return fmt.Errorf("%d points could not be measured", s.failed)
	}
	return nil
}

// units are those of the figures that measures compare.
var units = map[matrix.Measure]string{
	matrix.Throughput: "msg/s",
	matrix.Latency:    "µs",
	matrix.Responses:  "requests/s",
	matrix.Crowded:    "msg/s",
	matrix.Standing:   "B",
	matrix.Cost:       "ns",
}

func progress(m matrix.Measure) func(int, []result.Run) {
	return func(pair int, runs []result.Run) {
		var texts []string
		for _, r := range runs {
			texts = append(texts, fmt.Sprintf("%.5g %s (%s)", r.Speed(m), units[m], aside(m, r)))
		}
		fmt.Printf("  %d: %s\n", pair, strings.Join(texts, ", "))
	}
}

// aside is the rest of a run's line.
func aside(m matrix.Measure, r result.Run) string {
	switch m {
	case matrix.Standing:
		return fmt.Sprintf("the process grew by %.5g B, %d wake-ups", r.Idle.Process, r.Idle.WakeUps)
	case matrix.Responses:
		return fmt.Sprintf("CPU %.2f s of the server, %.2f s of the client, others %.0f %%", r.CPU.Server, r.CPU.Client, 100*r.Others)
	}
	if r.Latency.P50 > 0 && m == matrix.Crowded {
		return fmt.Sprintf("p50 %.4g µs, CPU %.2f s, others %.0f %%", r.Latency.P50, r.CPU.Seconds(), 100*r.Others)
	}
	return fmt.Sprintf("CPU %.2f s, others %.0f %%", r.CPU.Seconds(), 100*r.Others)
}

func report(r result.Result) {
	speed, cpu := r.Ratio(matrix.Speed), r.Ratio(matrix.CPU)
	fmt.Printf("  %s: ratio %.3g (%.3g to %.3g), CPU per message %.3g (%.3g to %.3g)\n",
		r.Peer, speed.Median, speed.Min, speed.Max, cpu.Median, cpu.Min, cpu.Max)
	if r.Ours != matrix.Actum || r.Off != "" {
		return
	}
	for _, g := range r.Comparison().Goals() {
		fmt.Printf("  goal %s\n", g.Judge(r.Measure, r.Value(g.Quantity)))
	}
}
