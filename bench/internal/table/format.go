package table

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/actum-go/actum/bench/internal/matrix"
	"github.com/actum-go/actum/bench/internal/result"
)

// figure is the median of a side: "25.1 M", "9.1 / 20.3 / 55" for a latency's
// percentiles, or both for servers.
func figure(r result.Result, side func(result.Pair) result.Run) string {
	switch r.Measure {
	case matrix.Throughput:
		return perSecond(r, side)
	case matrix.Responses:
		return perSecond(r, side) + ", " + percentiles(r, side) + " µs"
	}
	return percentiles(r, side)
}

func perSecond(r result.Result, side func(result.Pair) result.Run) string {
	return rate(r.Median(side, func(run result.Run) float64 { return run.PerSecond }))
}

func percentiles(r result.Result, side func(result.Pair) result.Run) string {
	p50 := r.Median(side, func(run result.Run) float64 { return run.Latency.P50 })
	p99 := r.Median(side, func(run result.Run) float64 { return run.Latency.P99 })
	p999 := r.Median(side, func(run result.Run) float64 { return run.Latency.P999 })
	return fmt.Sprintf("%s / %s / %s", digits(p50), digits(p99), digits(p999))
}

func rate(perSecond float64) string {
	switch {
	case perSecond >= 1e6:
		return digits(perSecond/1e6) + " M"
	case perSecond >= 1e3:
		return digits(perSecond/1e3) + " k"
	}
	return digits(perSecond)
}

// digits shows three digits, or all before the point.
func digits(x float64) string {
	switch {
	case x >= 100:
		return fmt.Sprintf("%.0f", x)
	case x >= 10:
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.2f", x)
}

// bytes is "4.1 KiB" or "512 B".
func bytes(n float64) string {
	if n >= 1<<10 {
		return digits(n/(1<<10)) + " KiB"
	}
	return fmt.Sprintf("%.0f B", n)
}

// spread is "6.24 (5.8–7.01)": median, smallest, largest.
func spread(s result.Spread) string {
	return fmt.Sprintf("%s (%s–%s)", digits(s.Median), digits(s.Min), digits(s.Max))
}

// conditions describes how and on which machine the figures were measured, once for
// each machine.
func conditions(results []result.Result) string {
	byMachine := map[string][]result.Result{}
	for _, r := range results {
		m := machine(r.Machine)
		byMachine[m] = append(byMachine[m], r)
	}
	var b strings.Builder
	for _, m := range slices.Sorted(maps.Keys(byMachine)) {
		group := byMachine[m]
		days, pairs := map[string]bool{}, len(group[0].Pairs)
		for _, r := range group {
			days[r.When.Format("2006-01-02")] = true
			pairs = min(pairs, len(r.Pairs))
		}
		fmt.Fprintf(&b, "Measured on %s, %s. ", m, strings.Join(slices.Sorted(maps.Keys(days)), ", "))
		fmt.Fprintf(&b, "Ours and the peer ran in turn; the ratio is ours to the peer's, "+
			"the median of at least %d pairs, with the smallest and the largest in brackets. ", pairs)
		b.WriteString(direction)
		if others := result.Disturbance(group); others.Max > 0 {
			fmt.Fprintf(&b, " In the runs that recorded it, other programs used %.0f %% of the processors (median; %.0f–%.0f %%).",
				100*others.Median, 100*others.Min, 100*others.Max)
		}
		b.WriteString("\n\n")
	}
	return b.String()
}

// direction explains which figures are better when they are larger, and which when
// they are smaller.
const direction = "For rates more is better: a ratio of 2 is twice the peer's rate. For latencies, CPU and memory " +
	"less is better: a ratio of 0.5 is half of what the peer takes. CPU is user and system time of both processes. " +
	"A goal is the ratio that we want to reach, and \"then\" a second goal."

// machine leaves out our own version: it changes with every commit.
func machine(m result.Machine) string {
	return fmt.Sprintf("%d cores, %s, kernel %s, %s", m.Cores, m.System, m.Kernel, m.Go)
}
