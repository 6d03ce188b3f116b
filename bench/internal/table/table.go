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

// Goals renders what there is a goal for: the short version.
func Goals(all []result.Result) string {
	return render(slices.DeleteFunc(compared(all), func(r result.Result) bool {
		return len(r.Comparison().Goals()) == 0
	}))
}

// Full renders everything, the ablation too.
func Full(all []result.Result) string {
	return render(compared(all)) + renderAblation(switchedOff(all))
}

// compared is what belongs to the matrix, in its order.
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

// switchedOff is what belongs to the ablation: by switch, then by point.
func switchedOff(all []result.Result) []result.Result {
	var sorted []result.Result
	for _, name := range matrix.Switches() {
		for _, p := range matrix.Ablation() {
			for _, r := range all {
				if r.Off == name && r.Point == p {
					sorted = append(sorted, r)
				}
			}
		}
	}
	return sorted
}

func render(results []result.Result) string {
	if len(results) == 0 {
		return "No figures yet: run `make bench`.\n"
	}
	var b strings.Builder
	b.WriteString(conditions(results))
	section(&b, results, matrix.Throughput,
		"| messages a second | actum | peer | | ratio | CPU per message | goal |\n|---|--:|---|--:|---|---|---|\n")
	section(&b, results, matrix.Latency,
		"| round trip / 2, p50 / p99 / p99.9 µs | actum | peer | | ratio of p50 | CPU per message | goal |\n|---|--:|---|--:|---|---|---|\n")
	return b.String()
}

// section is one table: the results of one measure.
func section(b *strings.Builder, results []result.Result, m matrix.Measure, head string) {
	for _, r := range results {
		if r.Measure != m {
			continue
		}
		b.WriteString(head)
		head = ""
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s | %s | %s |\n", r.Point.Work(),
			figure(r, result.Ours), r.Peer, figure(r, result.Peer),
			spread(r.Ratio(matrix.Speed)), spread(r.Ratio(matrix.CPU)), goals(r))
	}
	if head == "" {
		b.WriteString("\n")
	}
}

func goals(r result.Result) string {
	var texts []string
	for _, g := range r.Comparison().Goals() {
		texts = append(texts, g.Judge(r.Measure, r.Ratio(g.Quantity).Median))
	}
	return strings.Join(texts, "; ")
}

func renderAblation(results []result.Result) string {
	if len(results) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("What each optimization is worth: all on, beside all but one.\n\n")
	b.WriteString("| switched off | work | on | off | on / off | CPU per message, on / off |\n|---|---|--:|--:|---|---|\n")
	for _, r := range results {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", r.Off, r.Point.Work(),
			figure(r, result.Ours), figure(r, result.Peer), spread(r.Ratio(matrix.Speed)), spread(r.Ratio(matrix.CPU)))
	}
	b.WriteString("\n")
	return b.String()
}
