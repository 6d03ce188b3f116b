package demo

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

var headings = []string{"pattern", "over", "count", "per s", "p50 µs", "p99 µs", "lost", "reordered"}

const (
	// columns is the greatest width, so that half a screen suffices.
	columns = 60
	// textColumns are aligned to the left, numbers to the right.
	textColumns = 2
	// lossColumns, the last ones, should be 0.
	lossColumns = 2
)

// Colours for terminals.
const (
	bold  = "\x1b[1m"
	green = "\x1b[32m"
	red   = "\x1b[31m"
	plain = "\x1b[0m"
)

// writeTable writes a row for each scenario, and an explanation of the columns.
func writeTable(w io.Writer, rows []row, missing error, colour bool) error {
	cells := [][]string{headings}
	for i := range rows {
		cells = append(cells, rows[i].cells())
	}
	widths := make([]int, len(headings))
	for _, line := range cells {
		for i, cell := range line {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for n, line := range cells {
		b.WriteString("\n" + align(line, widths, func(column int, text string) string {
			switch {
			case !colour:
				return text
			case n == 0:
				return bold + text + plain
			case column < len(headings)-lossColumns:
				return text
			case line[column] == "0":
				return green + text + plain
			}
			return red + text + plain
		}))
	}
	b.WriteString("\n\n" + fold(fmt.Sprintf("Messages of %d bytes; PUB/SUB to %d subscribers, all their messages together; REQ/REP in round trips.",
		messageSize, subscribers)))
	b.WriteString(fold("Latency one way, one message at a time: until the last receiver has it, or half of a round trip."))
	if missing != nil {
		b.WriteString(fold(fmt.Sprint("Not shown, because this system does not support it: ", missing)))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (r *row) cells() []string {
	us := func(perMille int) string { return short(r.latency.Percentile(perMille)) }
	return []string{r.pattern, r.transport, short(float64(r.messages)), short(r.perSecond),
		us(500), us(990), short(float64(r.lost)), short(float64(r.reordered))}
}

// align puts cells side by side. It pads each cell before painting it.
func align(line []string, widths []int, paint func(column int, text string) string) string {
	var b strings.Builder
	for i, cell := range line {
		format := "%*s"
		if i > 0 {
			b.WriteByte(' ')
		}
		if i < textColumns {
			format = "%-*s"
		}
		b.WriteString(paint(i, fmt.Sprintf(format, widths[i], cell)))
	}
	return b.String()
}

// short formats a number in five or six characters: 999, 12.3k, 1.23M.
func short(x float64) string {
	switch {
	case x >= 999.5e6:
		return digits(x/1e9) + "G"
	case x >= 999.5e3:
		return digits(x/1e6) + "M"
	case x >= 1e4:
		return digits(x/1e3) + "k"
	case x == float64(int64(x)):
		return strconv.FormatFloat(x, 'f', 0, 64)
	}
	return digits(x)
}

// digits formats a number with three digits, or with all digits before the point.
func digits(x float64) string {
	switch {
	case x >= 99.95:
		return strconv.FormatFloat(x, 'f', 0, 64)
	case x >= 9.995:
		return strconv.FormatFloat(x, 'f', 1, 64)
	}
	return strconv.FormatFloat(x, 'f', 2, 64)
}

// fold breaks a text into lines between its words.
func fold(text string) string {
	var b strings.Builder
	at := 0
	for _, word := range strings.Fields(text) {
		width := utf8.RuneCountInString(word)
		switch {
		case at == 0:
		case at+1+width > columns:
			b.WriteByte('\n')
			at = 0
		default:
			b.WriteByte(' ')
			at++
		}
		b.WriteString(word)
		at += width
	}
	return b.String() + "\n"
}
