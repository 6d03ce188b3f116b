package table

import (
	"fmt"
	"strings"

	"github.com/actum-go/actum/bench/internal/matrix"
	"github.com/actum-go/actum/bench/internal/result"
)

// switchedOff finds the result at a point without what a switch leaves out.
func switchedOff(all []result.Result, name string, p matrix.Point) (result.Result, bool) {
	for _, r := range all {
		if r.Off == name && r.Point == p {
			return r, true
		}
	}
	return result.Result{}, false
}

// renderRing has a row for each switch and point.
func renderRing(all []result.Result) string {
	a := matrix.Ring()
	var rows strings.Builder
	for _, s := range a.Switches {
		for _, p := range a.Points {
			if r, ok := switchedOff(all, s.Name, p); ok {
				fmt.Fprintf(&rows, "| %s | %s | %s | %s | %s | %s |\n", r.Off, p.Work(),
					figure(r, result.Ours), figure(r, result.Peer), spread(r.Ratio(matrix.Speed)), spread(r.Ratio(matrix.CPU)))
			}
		}
	}
	if rows.Len() == 0 {
		return ""
	}
	return a.Title + "\n\n| switched off | work | on | off | on / off | CPU per message, on / off |\n|---|---|--:|--:|---|---|\n" + rows.String() + "\n"
}

// renderEngine has a row for each cell and a column for each switch.
func renderEngine(all []result.Result) string {
	a := matrix.Engine()
	var rows strings.Builder
	for _, p := range a.Points {
		cells, measured := "", false
		for _, s := range a.Switches {
			r, ok := switchedOff(all, s.Name, p)
			if measured = measured || ok; !ok {
				cells += " – |"
				continue
			}
			cells += fmt.Sprintf(" %s, %s |", digits(r.Factor()), digits(r.Ratio(matrix.CPU).Median))
		}
		if measured {
			fmt.Fprintf(&rows, "| %s |%s\n", p.Work(), cells)
		}
	}
	if rows.Len() == 0 {
		return ""
	}
	head, line := "| work |", "|---|"
	for _, s := range a.Switches {
		head += " " + s.Name + " |"
		line += "---|"
	}
	return a.Title + " The rate with it as a multiple of the rate without it, then the same of the processor time for each message.\n\n" +
		head + "\n" + line + "\n" + rows.String() + "\n"
}

// predicted are the gains that the list of optimizations predicts for its phases.
const predicted = "| predicted |  | 50 to 80 % | 10 to 20 % more | 5 to 10 % more | 65 to 110 % |\n"

// renderPhases has a row for each cell: how much each phase adds to those before it.
func renderPhases(all []result.Result) string {
	a := matrix.Phases()
	var rows strings.Builder
	for _, p := range a.Points {
		var stages []result.Result
		for _, s := range a.Switches {
			if r, ok := switchedOff(all, s.Name, p); ok && (len(stages) == 0 || len(r.Pairs) == len(stages[0].Pairs)) {
				stages = append(stages, r)
			}
		}
		if len(stages) != len(a.Switches) {
			continue
		}
		none, first, second := stages[0], stages[1], stages[2]
		peer := func(r result.Result) func(int) float64 {
			return func(i int) float64 { return r.Pairs[i].Peer.PerSecond }
		}
		ours := func(i int) float64 { return second.Pairs[i].Ours.PerSecond }
		fmt.Fprintf(&rows, "| %s | %s | %s | %s | %s | %s |\n", p.Work(), perSecond(none, result.Peer),
			gain(len(none.Pairs), peer(first), peer(none)), gain(len(none.Pairs), peer(second), peer(first)),
			gain(len(none.Pairs), ours, peer(second)), gain(len(none.Pairs), ours, peer(none)))
	}
	if rows.Len() == 0 {
		return ""
	}
	return "The six optimizations in the three phases of the list that actum comes from, beside the gains that the list predicts: all off, " +
		"then with the first phase (speculative write, gather write), with the second (read coalescing, one timer structure), and with the " +
		"third (handler memory, no needless strand).\n\n" +
		"| work | all off | phase 1 | phase 2 | phase 3 | together |\n|---|---|---|---|---|---|\n" + predicted + rows.String() + "\n"
}

// gain is "+12 % (3 to 20)": the median of the gains of runs in turn, with the smallest
// and the largest.
func gain(runs int, with, without func(i int) float64) string {
	percents := make([]float64, runs)
	for i := range percents {
		percents[i] = 100 * (with(i)/without(i) - 1)
	}
	s := result.SpreadOf(percents)
	return fmt.Sprintf("%+.0f %% (%.0f to %.0f)", s.Median, s.Min, s.Max)
}
