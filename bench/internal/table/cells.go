package table

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/actum-go/actum/bench/internal/matrix"
	"github.com/actum-go/actum/bench/internal/result"
)

// cell is a cell of the speed matrix: the results beside libzmq with its defaults and
// tuned, of which one may be missing.
type cell struct {
	point   matrix.Point
	results map[string]result.Result // by peer
}

// cellsOf has the cells that were measured, in the order of the matrix.
func cellsOf(results []result.Result) []cell {
	var cells []cell
	for _, p := range append(matrix.Cells(), matrix.Thousands()...) {
		c := cell{p, map[string]result.Result{}}
		for _, r := range results {
			if r.Point == p && (r.Peer == matrix.Libzmq || r.Peer == matrix.Tuned) {
				c.results[r.Peer] = r
			}
		}
		if len(c.results) > 0 {
			cells = append(cells, c)
		}
	}
	return cells
}

// better is the result beside the better of the peers: where we are worse.
func (c cell) better() result.Result {
	all := []result.Result{}
	for _, peer := range []string{matrix.Libzmq, matrix.Tuned} {
		if r, ok := c.results[peer]; ok {
			all = append(all, r)
		}
	}
	return slices.MinFunc(all, func(a, b result.Result) int { return cmp.Compare(a.Factor(), b.Factor()) })
}

func (c cell) goals() []matrix.Goal { return c.better().Comparison().Goals() }

// met reports whether the cell reaches all of its goals.
func (c cell) met() bool {
	r := c.better()
	return !slices.ContainsFunc(c.goals(), func(g matrix.Goal) bool { return !g.Met(r.Measure, r.Value(g.Quantity)) })
}

// aim is the factor that the cell's first goal asks for.
func (c cell) aim() float64 {
	goal := c.goals()[0].Final
	if c.point.Measure() == matrix.Latency {
		return 1 / goal
	}
	return goal
}

// rate is bold where a goal is missed.
func (c cell) rate() string {
	text := digits(c.better().Factor())
	if c.met() {
		return text
	}
	return "**" + text + "**"
}

// abreast is how many cells a row of the short matrix has.
const abreast = 3

// renderMatrix is the speed matrix in short: the worst cell first, row by row.
func renderMatrix(results []result.Result) string {
	cells := cellsOf(results)
	if len(cells) == 0 {
		return ""
	}
	slices.SortStableFunc(cells, func(a, b cell) int { return cmp.Compare(a.better().Factor(), b.better().Factor()) })
	met := len(slices.DeleteFunc(slices.Clone(cells), func(c cell) bool { return !c.met() }))
	var b strings.Builder
	fmt.Fprintf(&b, "Messages beside libzmq, the worst of %d cells first: our rate as a multiple of libzmq's, with its defaults or tuned, whichever is faster "+
		"(of REQ/REP how many times shorter our median round trip is), the goal for it, and our processor time for each message "+
		"as a multiple of libzmq's. Bold cells miss a goal; %d of %d meet theirs.\n\n", len(cells), met, len(cells))
	b.WriteString(strings.TrimSuffix(strings.Repeat("| work | rate | CPU ", abreast), " ") + " |\n" + strings.Repeat("|---|---|---", abreast) + "|\n")
	for row := range slices.Chunk(cells, abreast) {
		for _, c := range row {
			r := c.better()
			fmt.Fprintf(&b, "| %s | %s (≥ %.3g) | %s ", c.point.Work(), c.rate(), c.aim(), digits(r.Ratio(matrix.CPU).Median))
		}
		b.WriteString(strings.Repeat("| | | ", abreast-len(row)) + "|\n")
	}
	b.WriteString("\n")
	return b.String()
}

const cellHead = "| messages or round trips a second | actum | libzmq | ratio | libzmq tuned | ratio | CPU per message | p50 / p99 µs of ours | of the better libzmq | goal |\n" +
	"|---|---|---|---|---|---|---|---|---|---|\n"

// renderCells is the speed matrix with all figures, in its order.
func renderCells(results []result.Result) string {
	cells := cellsOf(results)
	if len(cells) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("The speed matrix. CPU and goals are those beside the better of the two libzmqs; latencies are of bursts, of requests or of connections, not halved, except those of REQ/REP.\n\n" + cellHead)
	for _, c := range cells {
		r := c.better()
		fmt.Fprintf(&b, "| %s | %s |", c.point.Work(), cellFigure(r, result.Ours))
		for _, peer := range []string{matrix.Libzmq, matrix.Tuned} {
			if r, ok := c.results[peer]; ok {
				fmt.Fprintf(&b, " %s | %s |", cellFigure(r, result.Peer), spread(r.Ratio(matrix.Speed)))
			} else {
				b.WriteString(" – | – |")
			}
		}
		fmt.Fprintf(&b, " %s | %s | %s | %s |\n", spread(r.Ratio(matrix.CPU)), waits(r, result.Ours), waits(r, result.Peer), goals(r))
	}
	b.WriteString("\n")
	for _, c := range cells {
		if c.point.Idle > 0 {
			b.WriteString(idleSentence(c.better()))
		}
	}
	return b.String()
}

// idleSentence is what the idle connections take that a cell has besides.
func idleSentence(r result.Result) string {
	managed := r.Median(result.Ours, func(run result.Run) float64 { return run.Idle.Managed })
	process := func(run result.Run) float64 { return run.Idle.Process }
	return fmt.Sprintf("Each of the %s idle connections takes %s of heap and stacks in our process, which grows by %s for it, and libzmq's grows by %s. "+
		"The processor time of that cell contains their handshakes.\n\n",
		matrix.WithCommas(r.Point.Idle), bytes(managed), bytes(r.Median(result.Ours, process)), bytes(r.Median(result.Peer, process)))
}

func cellFigure(r result.Result, side func(result.Pair) result.Run) string {
	if r.Measure == matrix.Latency {
		return digits(r.Median(side, result.Run.P50)) + " µs"
	}
	return perSecond(r, side)
}

// waits is how long requests or bursts took, where that was measured.
func waits(r result.Result, side func(result.Pair) result.Run) string {
	if r.Median(side, result.Run.P50) == 0 {
		return "–"
	}
	return digits(r.Median(side, result.Run.P50)) + " / " + digits(r.Median(side, result.Run.P99))
}
