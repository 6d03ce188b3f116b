package perf

import (
	"fmt"
	"runtime"
	"time"

	"github.com/actum-go/actum/cmd/actum/internal/measure"
)

// report is a run in JSON. A field that a program does not measure is left out.
// The names do not change, but others may be added.
type report struct {
	Program      string            `json:"program"`
	MessageBytes int               `json:"messageBytes"`
	Messages     int               `json:"messages,omitempty"`   // the number asked for
	RoundTrips   int               `json:"roundTrips,omitempty"` // instead of messages
	Throughput   *throughputReport `json:"throughput,omitempty"`
	Latency      *latencyReport    `json:"latency,omitempty"`
	Delivered    *deliveredReport  `json:"delivered,omitempty"`
	Allocations  *float64          `json:"allocationsPerMessage,omitempty"`
	CPU          cpuReport         `json:"cpu"`
}

type throughputReport struct {
	Seconds           float64 `json:"seconds"` // from the first message to the last
	MessagesPerSecond float64 `json:"messagesPerSecond"`
	MegabitsPerSecond float64 `json:"megabitsPerSecond"`
}

// latencyReport has half of a round trip, in microseconds.
type latencyReport struct {
	Mean float64 `json:"meanMicroseconds"`
	P50  float64 `json:"p50Microseconds"`
	P99  float64 `json:"p99Microseconds"`
	P999 float64 `json:"p999Microseconds"`
}

// deliveredReport is the number of messages that all subscribers received.
type deliveredReport struct {
	Messages int `json:"messages"`
	Expected int `json:"expected"`
}

// cpuReport is the processor time of the process.
type cpuReport struct {
	User   float64 `json:"userSeconds"`
	System float64 `json:"systemSeconds"`
}

// reportThroughput prints the closing lines of libzmq's local_thr. count is the
// number of messages asked for, received the number counted, by all subscribers
// together.
func (r *run) reportThroughput(size, count, received int, elapsed time.Duration) error {
	perSecond := float64(received) / max(elapsed, 1).Seconds()
	if r.json != nil {
		r.json.Throughput = &throughputReport{elapsed.Seconds(), perSecond, perSecond * float64(size) * 8 / 1e6}
		return nil
	}
	_, err := fmt.Fprintf(r.Out,
		"message size: %d [B]\nmessage count: %d\nmean throughput: %d [msg/s]\nmean throughput: %.3f [Mb/s]\n",
		size, count, int64(perSecond), perSecond*float64(size)*8/1e6)
	return err
}

// reportLatency prints the closing lines of libzmq's remote_lat, and percentiles.
func (r *run) reportLatency(size, roundtrips int, l *measure.Latency) error {
	if r.json != nil {
		r.json.Latency = &latencyReport{l.Mean(), l.Percentile(500), l.Percentile(990), l.Percentile(999)}
		return nil
	}
	_, err := fmt.Fprintf(r.Out,
		"message size: %d [B]\nroundtrip count: %d\naverage latency: %.3f [us]\n"+
			"p50 latency: %.3f [us]\np99 latency: %.3f [us]\np99.9 latency: %.3f [us]\n",
		size, roundtrips, l.Mean(), l.Percentile(500), l.Percentile(990), l.Percentile(999))
	return err
}

// allocCount counts the objects that the whole process allocates, if the user
// asked for that. It stops all goroutines for a moment, at its start and its end.
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
	each := float64(mallocs()-a.start) / float64(messages)
	if r.json != nil {
		r.json.Allocations = &each
		return nil
	}
	_, err := fmt.Fprintf(r.Out, "allocations per message: %.4f\n", each)
	return err
}

func mallocs() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Mallocs
}
