package sim

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// A trace has the last events, in order, and says how many there were.
func TestTraceKeepsTheLastEvents(t *testing.T) {
	f := newFixture(t, settings{Clock: ClockManual})
	n := f.Network()
	for count := 1; count <= 3*traceLength; count++ {
		n.Advance(time.Second)
		n.Raise(os.Interrupt)
		if k := count % traceLength; k > 2 && k < traceLength-2 {
			continue
		}
		kept := min(count, traceLength)
		lines := strings.Split(strings.TrimSuffix(n.Trace(), "\n"), "\n")
		if want := fmt.Sprintf("seed 0: the last %d of %d events", kept, count); len(lines) != kept+1 || lines[0] != want {
			t.Fatalf("%d lines, the first one %q; want %q", len(lines), lines[0], want)
		}
		for i, line := range lines[1:] {
			at := time.Duration(count-kept+1+i) * time.Second
			if !strings.HasPrefix(strings.TrimSpace(line), at.String()+" ") || !strings.HasSuffix(line, "raise") {
				t.Fatalf("line %d of %d is %q, want an event at %v", i+1, kept, line, at)
			}
		}
	}
}
