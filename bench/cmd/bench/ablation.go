package main

import (
	"context"

	"github.com/actum-go/actum/bench/internal/contender"
	"github.com/actum-go/actum/bench/internal/matrix"
	"github.com/actum-go/actum/bench/internal/result"
)

// ablationCommand measures the optimizations one by one and in phases, all in turn.
func ablationCommand(ctx context.Context, args []string) error {
	a := matrix.Engine()
	a.Switches = append(a.Switches, matrix.Phases().Switches...)
	return ablate(ctx, "ablation", args, a)
}

func featuresCommand(ctx context.Context, args []string) error {
	return ablate(ctx, "features", args, matrix.Ring())
}

// ablate compares ours with itself, without what each switch leaves out.
func ablate(ctx context.Context, name string, args []string, a matrix.Ablation) error {
	o, err := parseOptions(name, args)
	if err != nil {
		return err
	}
	s, err := newSession(o)
	if err != nil {
		return err
	}
	for _, p := range a.Points {
		if ok, err := (matrix.Comparison{Point: p}).Match(o.only); err != nil {
			return err
		} else if !ok {
			continue
		}
		ours, err := s.workshop.Build(ctx, matrix.Actum, p)
		if err != nil {
			return err
		}
		var results []result.Result
		var peers []contender.Contender
		for _, off := range a.Switches {
			without := ours.Without(off)
			results = append(results, result.Result{Point: p, Peer: without.Name, Off: off.Name})
			peers = append(peers, without)
		}
		if err := s.measure(ctx, results, ours, peers); err != nil {
			return err
		}
	}
	return s.verdict()
}
