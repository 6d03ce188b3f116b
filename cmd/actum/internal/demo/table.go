package demo

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

var headings = []string{"pattern", "transport", "messages", "messages/s", "p50 µs", "p99 µs", "lost", "reordered"}

// textColumns are aligned to the left, numbers to the right.
const textColumns = 2

// writeTable writes a row for each scene, in columns.
func writeTable(w io.Writer, rows []row) error {
	cells := [][]string{headings}
	for i := range rows {
		cells = append(cells, rows[i].cells())
	}
	widths := make([]int, len(headings))
	for _, line := range cells {
		for i, cell := range line {
			widths[i] = max(widths[i], len([]rune(cell)))
		}
	}
	var b strings.Builder
	for _, line := range cells {
		b.WriteString("\n" + align(line, widths))
	}
	b.WriteString("\n\n" + explanation)
	_, err := io.WriteString(w, b.String())
	return err
}

var explanation = fmt.Sprintf(`Messages of %d bytes; PUB/SUB to %d subscribers, all their messages together; REQ/REP in round trips.
Latency one way, one message at a time: until the last receiver has it, or half of a round trip.
`, messageSize, subscribers)

func (r *row) cells() []string {
	us := func(perMille int) string { return strconv.FormatFloat(r.latency.Percentile(perMille), 'f', 1, 64) }
	return []string{r.pattern, r.transport, thousands(r.messages), thousands(uint64(r.perSecond)),
		us(500), us(990), thousands(r.lost), thousands(r.reordered)}
}

func align(line []string, widths []int) string {
	var b strings.Builder
	for i, cell := range line {
		if i > 0 {
			b.WriteString("  ")
		}
		if i < textColumns {
			fmt.Fprintf(&b, "%-*s", widths[i], cell)
		} else {
			fmt.Fprintf(&b, "%*s", widths[i], cell)
		}
	}
	return b.String()
}

// thousands is a number with commas: 1,234,567.
func thousands(n uint64) string {
	s := strconv.FormatUint(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
