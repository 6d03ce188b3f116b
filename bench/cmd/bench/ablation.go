package main

import (
	"context"

	"github.com/actum-go/actum/bench/internal/matrix"
	"github.com/actum-go/actum/bench/internal/result"
)

// ablationCommand compares ours with itself, each switch off in turn.
func ablationCommand(ctx context.Context, args []string) error {
	o, err := parseOptions("ablation", args)
	if err != nil {
		return err
	}
	s, err := newSession(o)
	if err != nil {
		return err
	}
	ours, err := s.workshop.Build(ctx, matrix.Actum, matrix.Ablation()[0])
	if err != nil {
		return err
	}
	for _, off := range matrix.Switches() {
		without := ours.Without(off)
		for _, p := range matrix.Ablation() {
			r := result.Result{Point: p, Peer: without.Name, Off: off}
			if ok, err := r.Comparison().Match(o.only); err != nil {
				return err
			} else if !ok {
				continue
			}
			if err := s.measure(ctx, r, ours, without); err != nil {
				return err
			}
		}
	}
	return s.verdict()
}
