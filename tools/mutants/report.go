package mutants

import (
	"fmt"
	"io"
	"slices"
)

// Report counts verdicts by package.
type Report struct {
	counts    map[string]map[Verdict]int
	survivors []Mutant
}

// Add counts one verdict.
func (r *Report) Add(m Mutant, v Verdict) {
	if r.counts == nil {
		r.counts = map[string]map[Verdict]int{}
	}
	if r.counts[m.Package] == nil {
		r.counts[m.Package] = map[Verdict]int{}
	}
	r.counts[m.Package][v]++
	if v == Survived {
		r.survivors = append(r.survivors, m)
	}
}

// Survivors returns how many mutants no test has caught.
func (r *Report) Survivors() int { return len(r.survivors) }

// Write prints the survivors and the rates.
func (r *Report) Write(w io.Writer) {
	for _, m := range r.survivors {
		fmt.Fprintln(w, m)
	}
	fmt.Fprintf(w, "%-44s %6s %6s %8s %8s %10s %9s\n", "package", "caught", "of", "rate", "timeouts", "equivalent", "uncounted")
	total := map[Verdict]int{}
	var packages []string
	for pkg := range r.counts {
		packages = append(packages, pkg)
	}
	slices.Sort(packages)
	for _, pkg := range packages {
		line(w, pkg, r.counts[pkg])
		for v, n := range r.counts[pkg] {
			total[v] += n
		}
	}
	line(w, "all", total)
}

func line(w io.Writer, name string, n map[Verdict]int) {
	caught := n[Killed] + n[TimedOut]
	of := caught + n[Survived]
	rate := "-"
	if of > 0 {
		rate = fmt.Sprintf("%.1f %%", 100*float64(caught)/float64(of))
	}
	fmt.Fprintf(w, "%-44s %6d %6d %8s %8d %10d %9d\n", name, caught, of, rate, n[TimedOut], n[Equivalent], n[Uncompiled])
}
