package trace

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// WriteDOT writes a graph for Graphviz. A box is an operation, and arrows lead from
// it to the operations that its handler started. An arrow's label is the time from
// the call of one handler to the call of the other. Boxes are red for operations
// that failed, grey for those that were cancelled, closed, or at the end of a
// stream, and dashed for those that are outstanding. Each dispatcher is a cluster.
func WriteDOT(w io.Writer, records []Record) error {
	p := &printer{w: w}
	p.printf("digraph operations {\n\trankdir=LR\n\tnode [shape=box fontname=\"sans-serif\" fontsize=10]\n\tedge [fontname=\"sans-serif\" fontsize=8]\n")
	for i := 0; i < len(records) && p.err == nil; {
		i += writeCluster(p, records[i:])
	}
	for i := range records {
		writeArrow(p, records, &records[i])
	}
	p.printf("}\n")
	return p.err
}

// writeCluster writes the operations of the first record's dispatcher, and returns
// their number.
func writeCluster(p *printer, records []Record) (n int) {
	number := records[0].ID.Dispatcher()
	p.printf("\tsubgraph cluster_%d {\n\t\tlabel=\"dispatcher %d\" fontname=\"sans-serif\" fontsize=10 color=gray\n", number, number)
	for ; n < len(records) && records[n].ID.Dispatcher() == number; n++ {
		writeBox(p, &records[n])
	}
	p.printf("\t}\n")
	return n
}

func writeBox(p *printer, r *Record) {
	lines := []string{r.What()}
	if site := r.Site(); site.File != "" {
		lines = append(lines, strings.Fields(site.String())[0])
	}
	if s := result(r); s != "" {
		lines = append(lines, s)
	}
	style := ""
	switch {
	case r.Returned.IsZero():
		style = " style=dashed"
	case ended(r.Err):
		style = " color=gray"
	case r.Err != nil || r.Panicked:
		style = " color=red"
	}
	p.printf("\t\t\"%v\" [label=%s%s]\n", r.ID, quote(strings.Join(lines, "\n")), style)
}

// writeArrow writes the arrow that leads to r.
func writeArrow(p *printer, records []Record, r *Record) {
	parent, ok := Find(records, r.Parent)
	if !ok {
		return
	}
	label := ""
	if !r.Dispatched.IsZero() && !parent.Dispatched.IsZero() {
		label = fmt.Sprintf(" [label=\"%v\"]", r.Dispatched.Sub(parent.Dispatched).Round(time.Microsecond))
	}
	p.printf("\t\"%v\" -> \"%v\"%s\n", parent.ID, r.ID, label)
}

// quote converts s to a string of the DOT language.
func quote(s string) string {
	s = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s)
	return `"` + s + `"`
}
