package table

import (
	"fmt"
	"slices"
	"strings"

	"github.com/actum-go/actum/bench/internal/matrix"
	"github.com/actum-go/actum/bench/internal/result"
)

// renderCrowds is one socket and its many peers over tcp, with every load: a row for a pattern,
// a number of peers and a load, a column for a size. A cell has the ratio of the
// rates and, behind it, that of the processor time for each message.
func renderCrowds(results []result.Result) string {
	crowds := matrix.Crowds()
	measured := map[matrix.Point]result.Result{}
	var rows []matrix.Point
	worst := 0.0
	for _, r := range results {
		if r.Peer != matrix.Libzmq || !slices.Contains(crowds, r.Point) {
			continue
		}
		measured[r.Point] = r
		if row := ofNoSize(r.Point); !slices.Contains(rows, row) {
			rows = append(rows, row)
		}
		if ratio := r.Ratio(matrix.Speed).Median; worst == 0 || ratio < worst {
			worst = ratio
		}
	}
	if len(rows) == 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "One socket and its many peers, beside libzmq: ratio of the rates (more is better), then of the processor time for each message (less is better). The worst ratio of the rates is %s.\n\n", digits(worst))
	b.WriteString("| who, load |")
	for _, size := range matrix.CrowdSizes {
		fmt.Fprintf(&b, " %s |", matrix.Point{Size: size}.SizeText())
	}
	b.WriteString("\n|---" + strings.Repeat("|---", len(matrix.CrowdSizes)) + "|\n")
	for _, row := range rows {
		fmt.Fprintf(&b, "| %s, %s |", row.Roles(), row.Load())
		for _, size := range matrix.CrowdSizes {
			cell := row
			cell.Size = size
			fmt.Fprintf(&b, " %s |", crowdCell(measured, cell))
		}
		b.WriteString("\n")
	}
	b.WriteString("\n")
	return b.String()
}

func ofNoSize(p matrix.Point) matrix.Point {
	p.Size = 0
	return p
}

func crowdCell(measured map[matrix.Point]result.Result, p matrix.Point) string {
	r, ok := measured[p]
	if !ok {
		return "–"
	}
	return digits(r.Ratio(matrix.Speed).Median) + ", " + digits(r.Ratio(matrix.CPU).Median)
}
