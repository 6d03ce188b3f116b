package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/actum-go/actum/bench/internal/contender"
	"github.com/actum-go/actum/bench/internal/matrix"
	"github.com/actum-go/actum/bench/internal/result"
	"github.com/actum-go/actum/bench/internal/runner"
)

func runCommand(ctx context.Context, args []string) error {
	o, err := parseOptions("run", args)
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
	for _, c := range comparisons {
		if err := s.compare(ctx, c); err != nil {
			return err
		}
	}
	return s.verdict()
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

func (s *session) compare(ctx context.Context, c matrix.Comparison) error {
	peer, err := s.workshop.Build(ctx, c.Peer, c.Point)
	if err != nil {
		return err
	}
	ours := peer
	if !s.options.self {
		if ours, err = s.workshop.Build(ctx, matrix.Actum, c.Point); err != nil {
			return err
		}
	}
	return s.measure(ctx, result.Result{Point: c.Point, Peer: c.Peer}, ours, peer)
}

// measure fills r in and keeps it. It skips a point that a contender refuses, and
// counts failures; the error means that the session cannot continue.
func (s *session) measure(ctx context.Context, r result.Result, ours, peer contender.Contender) error {
	fmt.Printf("%s: %s and %s\n", r.Point, ours.Name, peer.Name)
	r.Ours, r.Measure, r.When = ours.Name, r.Point.Measure(), time.Now().UTC().Truncate(time.Second)
	var err error
	r.Count, r.Pairs, err = runner.Compare(ctx, r.Point, ours, peer, runner.Settings{
		Pairs: s.options.pairs, Duration: s.options.duration, Patience: s.options.patience, Progress: progress(r.Measure),
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
	r.Machine = result.ThisMachine(s.workshop.Versions)
	report(r)
	return result.Save(filepath.Join(s.workshop.Bench, s.options.results), r)
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

func progress(m matrix.Measure) func(int, result.Run, result.Run) {
	return func(pair int, ours, peer result.Run) {
		fmt.Printf("  %d: %.5g %s (%s), %.5g %s (%s)\n", pair,
			ours.Speed(m), units[m], aside(m, ours), peer.Speed(m), units[m], aside(m, peer))
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
	fmt.Printf("  ratio %.3g (%.3g to %.3g), CPU per message %.3g (%.3g to %.3g)\n",
		speed.Median, speed.Min, speed.Max, cpu.Median, cpu.Min, cpu.Max)
	if r.Ours != matrix.Actum || r.Off != "" {
		return
	}
	for _, g := range r.Comparison().Goals() {
		fmt.Printf("  goal %s\n", g.Judge(r.Measure, r.Value(g.Quantity)))
	}
}
