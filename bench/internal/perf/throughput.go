package perf

import (
	"fmt"
	"io"
	"time"
)

// ReportThroughput prints the rate of messages received in elapsed.
func ReportThroughput(w io.Writer, messages int, elapsed time.Duration) {
	fmt.Fprintf(w, "mean throughput: %.0f [msg/s]\n", float64(messages)/max(elapsed, 1).Seconds())
}
