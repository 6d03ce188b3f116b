// Package table renders results as Markdown, and puts them into documents
// between markers.
package table

import (
	"fmt"
	"slices"
	"strings"

	"github.com/actum-go/actum/bench/internal/matrix"
	"github.com/actum-go/actum/bench/internal/result"
)

// Goals is the short version: the speed matrix, and the other points that have a goal.
func Goals(all []result.Result) string {
	return render(slices.DeleteFunc(compared(all), func(r result.Result) bool {
		return len(r.Comparison().Goals()) == 0
	}), renderMatrix)
}

// Full renders everything, ablations included.
func Full(all []result.Result) string {
	results := compared(all)
	text := render(results, renderCells) + renderCrowds(results)
	return text + renderEngine(all) + renderPhases(all) + renderRing(all)
}

// compared has the results that belong to the matrix, in its order.
func compared(all []result.Result) []result.Result {
	var sorted []result.Result
	for _, c := range matrix.All() {
		for _, r := range all {
			if r.Off == "" && r.Ours == matrix.Actum && r.Comparison() == c {
				sorted = append(sorted, r)
			}
		}
	}
	return sorted
}

func render(results []result.Result, cells func([]result.Result) string) string {
	if len(results) == 0 {
		return "No figures yet: run `make bench`.\n"
	}
	var b strings.Builder
	b.WriteString(conditions(results))
	b.WriteString(cells(results))
	for _, k := range kinds {
		section(&b, results, k)
	}
	return b.String()
}

// kind is the table of one measure.
type kind struct {
	measure matrix.Measure
	head    string // names of the columns
	row     func(r result.Result) []string
}

var kinds = []kind{
	{matrix.Throughput, "messages, reads or files a second | actum | peer | | ratio | CPU per message | goal", messageRow},
	{matrix.Latency, "round trip / 2, p50 / p99 / p99.9 µs | actum | peer | | ratio of p50 | CPU per message | goal", messageRow},
	{matrix.Responses, "echo | actum, requests a second | p50 / p99 / p99.9 µs | peer | | | ratio | server's CPU per request | goal", echoRow},
	{matrix.Standing, "idle | actum, heap and stacks of each | of the process | wake-ups in 5 s | peer | | | | ratio | goal", idleRow},
	{matrix.Cost, "processor time, ns | actum | peer | | ratio | goal", costRow},
}

func messageRow(r result.Result) []string {
	return []string{figure(r, result.Ours), r.Peer, figure(r, result.Peer), spread(r.Ratio(matrix.Speed)), spread(r.Ratio(matrix.CPU))}
}

func echoRow(r result.Result) []string {
	return []string{perSecond(r, result.Ours), percentiles(r, result.Ours), r.Peer, perSecond(r, result.Peer),
		percentiles(r, result.Peer), spread(r.Ratio(matrix.Speed)), spread(r.Ratio(matrix.CPU))}
}

func idleRow(r result.Result) []string {
	cells := idleCells(r, result.Ours)
	cells = append(append(cells, r.Peer), idleCells(r, result.Peer)...)
	return append(cells, spread(r.Ratio(matrix.Speed)))
}

func idleCells(r result.Result, side func(result.Pair) result.Run) []string {
	managed := r.Median(side, func(run result.Run) float64 { return run.Idle.Managed })
	process := r.Median(side, func(run result.Run) float64 { return run.Idle.Process })
	wakeUps := r.Median(side, func(run result.Run) float64 { return float64(run.Idle.WakeUps) })
	heap := "–"
	if managed != 0 {
		heap = bytes(managed)
	}
	return []string{heap, bytes(process), fmt.Sprint(wakeUps)}
}

func costRow(r result.Result) []string {
	cost := func(run result.Run) float64 { return run.CostNs }
	return []string{digits(r.Median(result.Ours, cost)), r.Peer, digits(r.Median(result.Peer, cost)), spread(r.Ratio(matrix.Speed))}
}

// section is one table: the results of one measure.
func section(b *strings.Builder, results []result.Result, k kind) {
	columns := strings.Count(k.head, "|") + 1
	head := fmt.Sprintf("| %s |\n|%s\n", k.head, strings.Repeat("---|", columns))
	for _, r := range results {
		if r.Measure != k.measure || r.Comparison().IsCell() {
			continue // the cells have a table of their own
		}
		b.WriteString(head)
		head = ""
		cells := append([]string{r.Point.Work()}, k.row(r)...)
		fmt.Fprintf(b, "| %s | %s |\n", strings.Join(cells, " | "), goals(r))
	}
	if head == "" {
		b.WriteString("\n")
	}
}

func goals(r result.Result) string {
	var texts []string
	for _, g := range r.Comparison().Goals() {
		texts = append(texts, g.Judge(r.Measure, r.Value(g.Quantity)))
	}
	return strings.Join(texts, "; ")
}
