package main

import (
	"context"

	"github.com/actum-go/actum/bench/internal/contender"
	"github.com/actum-go/actum/bench/internal/matrix"
	"github.com/actum-go/actum/bench/internal/result"
)

func ablationCommand(ctx context.Context, args []string) error {
	return ablate(ctx, "ablation", args, matrix.Engine())
}

func featuresCommand(ctx context.Context, args []string) error {
	return ablate(ctx, "features", args, matrix.Ring())
}

// ablate compares ours with itself, with one switch off at a time.
func ablate(ctx context.Context, name string, args []string, a matrix.Ablation) error {
	o, err := parseOptions(name, args)
	if err != nil {
		return err
	}
	s, err := newSession(o)
	if err != nil {
		return err
	}
	ours, err := s.workshop.Build(ctx, matrix.Actum, a.Points[0])
	if err != nil {
		return err
	}
	for _, off := range a.Switches {
		without := ours.Without(off)
		for _, p := range a.Points {
			r := result.Result{Point: p, Peer: without.Name, Off: off}
			if ok, err := r.Comparison().Match(o.only); err != nil {
				return err
			} else if !ok {
				continue
			}
			if err := s.measure(ctx, []result.Result{r}, ours, []contender.Contender{without}); err != nil {
				return err
			}
		}
	}
	return s.verdict()
}
