package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"strings"
	"time"

	"github.com/actum-go/actum/bench/internal/matrix"
)

const (
	fullPairs, quickPairs       = 5, 3
	fullDuration, quickDuration = time.Second, 200 * time.Millisecond
	cellDuration                = 500 * time.Millisecond // of `bench matrix`
)

// options of run and ablation.
type options struct {
	dir, results string
	only         []string
	peer         string
	pairs        int
	duration     time.Duration
	patience     time.Duration
	quick, self  bool
	cells        bool // only those of the speed matrix
}

func parseOptions(name string, args []string) (options, error) {
	o := options{cells: name == "matrix"}
	var only string
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.StringVar(&o.dir, "dir", ".", "the bench folder")
	flags.StringVar(&o.results, "results", "", "folder for the results (default results; .build/quick with --quick, .build/self with --self)")
	flags.StringVar(&only, "only", "", "points, by name or pattern, separated by commas: tcp/push-pull/8,ipc/*/*")
	flags.IntVar(&o.pairs, "pairs", 0, fmt.Sprintf("pairs of runs for each point (default %d; %d with --quick)", fullPairs, quickPairs))
	flags.DurationVar(&o.duration, "duration", 0, fmt.Sprintf("how long the fastest side's run should take (default %v; %v for the matrix, %v with --quick)", fullDuration, cellDuration, quickDuration))
	flags.DurationVar(&o.patience, "patience", 0, "how long each run may wait until other programs do not use the processors, or be repeated if they did")
	flags.BoolVar(&o.quick, "quick", false, "only points with a goal, few and short runs: a first look, not figures to quote")
	if name == "run" || o.cells {
		flags.StringVar(&o.peer, "peer", "", "compare with this peer only: libzmq, \"libzmq tuned\", go-zeromq, \"raw sockets\", \"Go net\"")
		flags.BoolVar(&o.self, "self", false, "run the peer against itself, which shows the machine's noise")
	}
	if err := parseFlags(flags, args); err != nil {
		return o, err
	}
	if only != "" {
		o.only = strings.Split(only, ",")
	}
	return o.complete()
}

// complete fills in the defaults, which depend on other options.
func (o options) complete() (options, error) {
	if o.pairs < 0 || o.duration < 0 {
		return o, errors.New("--pairs and --duration must be positive")
	}
	defaults := options{pairs: fullPairs, duration: fullDuration, results: "results"}
	if o.quick {
		defaults = options{pairs: quickPairs, duration: quickDuration, results: ".build/quick"}
	}
	if o.cells && !o.quick {
		defaults.duration = cellDuration
	}
	if o.self {
		defaults.results = ".build/self"
	}
	o.pairs = cmp.Or(o.pairs, defaults.pairs)
	o.duration = cmp.Or(o.duration, defaults.duration)
	o.results = cmp.Or(o.results, defaults.results)
	return o, nil
}

// comparisons are those of the matrix that the options ask for.
func (o options) comparisons() ([]matrix.Comparison, error) {
	var chosen []matrix.Comparison
	for _, c := range matrix.All() {
		ok, err := c.Match(o.only)
		if err != nil {
			return nil, err
		}
		if o.cells && !c.IsCell() {
			continue
		}
		named := ok && len(o.only) > 0
		if ok && (o.peer == "" || o.peer == c.Peer) && (named || !c.OnRequest()) && (named || !o.quick || c.OwnGoal()) {
			chosen = append(chosen, c)
		}
	}
	if len(chosen) == 0 {
		return nil, errors.New("no point matches: see bench list")
	}
	return chosen, nil
}
