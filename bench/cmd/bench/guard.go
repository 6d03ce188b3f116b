package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/actum-go/actum/bench/internal/contender"
	"github.com/actum-go/actum/bench/internal/matrix"
	"github.com/actum-go/actum/bench/internal/result"
	"github.com/actum-go/actum/bench/internal/runner"
)

const guardPairs = 2

// guardDurations is how long the faster side's run takes, each time that a cell is
// measured: a cell counts as collapsed when it has collapsed each time.
var guardDurations = []time.Duration{100 * time.Millisecond, 250 * time.Millisecond, 500 * time.Millisecond}

// guardCommand measures the speed matrix briefly beside libzmq with its defaults. It
// fails when a ratio is below half of the kept one: a collapse, which such short runs
// show, too.
func guardCommand(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("guard", flag.ContinueOnError)
	dir := flags.String("dir", ".", "the bench folder")
	kept := flags.String("results", "results", "folder of the kept results")
	patience := flags.Duration("patience", time.Second, "how long each run may wait until other programs do not use the processors, or be repeated if they did")
	only := flags.String("only", "", "cells, by name or pattern, separated by commas")
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	workshop, err := contender.NewWorkshop(*dir)
	if err != nil {
		return err
	}
	results, err := result.Load(filepath.Join(workshop.Bench, *kept))
	if err != nil {
		return err
	}
	var patterns []string
	if *only != "" {
		patterns = strings.Split(*only, ",")
	}
	cells, err := guarded(results, patterns)
	if err != nil {
		return err
	}
	begun := time.Now()
	collapsed, err := guard(cells, func(c matrix.Comparison, duration time.Duration) (result.Result, error) {
		return glance(ctx, workshop, c, runner.Settings{
			Pairs: guardPairs, Duration: duration, Patience: *patience, Progress: func(int, []result.Run) {},
		})
	})
	if err != nil {
		return err
	}
	if len(collapsed) > 0 {
		return fmt.Errorf("%d of %d cells have less than half of the ratio that was kept:\n  %s", len(collapsed), len(cells), strings.Join(collapsed, "\n  "))
	}
	fmt.Printf("%d cells have at least half of the ratio that was kept, in %v\n", len(cells), time.Since(begun).Round(time.Second))
	return nil
}

// guarded are the kept results of cells beside libzmq with its defaults.
func guarded(kept []result.Result, patterns []string) (cells []result.Result, err error) {
	for _, p := range matrix.Cells() {
		c := matrix.Comparison{Point: p, Peer: matrix.Libzmq}
		ok, err := c.Match(patterns)
		if err != nil {
			return nil, err
		}
		for _, r := range kept {
			if ok && r.Ours == matrix.Actum && r.Comparison() == c {
				cells = append(cells, r)
			}
		}
	}
	if len(cells) == 0 {
		return nil, errors.New("there is no kept result to compare with: run `make bench-matrix`")
	}
	return cells, nil
}

// guard measures each cell, again and for longer if it seems to have collapsed, and
// describes those that have each time.
func guard(cells []result.Result, measure func(matrix.Comparison, time.Duration) (result.Result, error)) (collapsed []string, err error) {
	for _, kept := range cells {
		var factors []string
		for _, duration := range guardDurations {
			now, err := measure(kept.Comparison(), duration)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", kept.Point, err)
			}
			factors = append(factors, fmt.Sprintf("%.2f", now.Factor()))
			if !now.Collapsed(kept) {
				factors = nil
				break
			}
		}
		if factors != nil {
			collapsed = append(collapsed, fmt.Sprintf("%s: %s, and %.2f was kept", kept.Point, strings.Join(factors, ", "), kept.Factor()))
		}
	}
	return collapsed, nil
}

// glance is a short measurement, which is not kept.
func glance(ctx context.Context, w *contender.Workshop, c matrix.Comparison, s runner.Settings) (r result.Result, err error) {
	ours, err := w.Build(ctx, matrix.Actum, c.Point)
	if err != nil {
		return r, err
	}
	peer, err := w.Build(ctx, c.Peer, c.Point)
	if err != nil {
		return r, err
	}
	count, pairs, err := runner.Compare(ctx, c.Point, ours, []contender.Contender{peer}, s)
	if err != nil {
		return r, err
	}
	r = result.Result{Point: c.Point, Measure: c.Point.Measure(), Ours: ours.Name, Peer: peer.Name, Count: count, Pairs: pairs[0]}
	fmt.Printf("%-40s %.3g\n", c.Point, r.Factor())
	return r, nil
}
