package perf

import (
	"fmt"
	"runtime"
	"time"

	"github.com/actum-go/actum/cmd/actum/internal/measure"
)

// reportThroughput prints what libzmq's local_thr ends with. Count is what the
// run was asked for, received what is counted: that of several subscribers.
func (r *run) reportThroughput(size, count, received int, elapsed time.Duration) error {
	perSecond := float64(received) / max(elapsed, 1).Seconds()
	_, err := fmt.Fprintf(r.Out,
		"message size: %d [B]\nmessage count: %d\nmean throughput: %d [msg/s]\nmean throughput: %.3f [Mb/s]\n",
		size, count, int64(perSecond), perSecond*float64(size)*8/1e6)
	return err
}

// reportLatency prints what libzmq's remote_lat ends with, and percentiles.
func (r *run) reportLatency(size, roundtrips int, l *measure.Latency) error {
	_, err := fmt.Fprintf(r.Out,
		"message size: %d [B]\nroundtrip count: %d\naverage latency: %.3f [us]\n"+
			"p50 latency: %.3f [us]\np99 latency: %.3f [us]\np99.9 latency: %.3f [us]\n",
		size, roundtrips, l.Mean(), l.Percentile(500), l.Percentile(990), l.Percentile(999))
	return err
}

// allocCount counts the objects that the whole process allocates, if asked to.
// Counting stops all goroutines for a moment, at its start and its end.
type allocCount struct {
	on    bool
	start uint64
}

func (r *run) countAllocs() allocCount {
	if !r.allocs {
		return allocCount{}
	}
	return allocCount{on: true, start: mallocs()}
}

func (a allocCount) report(r *run, messages int) error {
	if !a.on {
		return nil
	}
	_, err := fmt.Fprintf(r.Out, "allocations per message: %.4f\n", float64(mallocs()-a.start)/float64(messages))
	return err
}

func mallocs() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Mallocs
}
