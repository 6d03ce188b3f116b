package runner

import (
	"fmt"
	"regexp"
	"strconv"

	"github.com/actum-go/actum/bench/internal/matrix"
	"github.com/actum-go/actum/bench/internal/result"
)

// The closing lines of the perf programs. A percentile's line may be worded
// in more than one way: "p50 latency: 41.8 [us]", "latency p50: 41.8 us".
var (
	throughputLine = regexp.MustCompile(`mean throughput: ([0-9.]+) \[msg/s\]`)
	deliveredLine  = regexp.MustCompile(`delivered: (\d+) of (\d+)`)
	averageLine    = regexp.MustCompile(`average latency: ([0-9.]+) \[us\]`)
	percentiles    = map[string]*regexp.Regexp{
		"p50":   regexp.MustCompile(`\bp50\b[^.0-9\n]*([0-9.]+)`),
		"p99":   regexp.MustCompile(`\bp99\b(?:[^.0-9\n][^0-9\n]*)([0-9.]+)`),
		"p99.9": regexp.MustCompile(`\bp99\.9\b[^.0-9\n]*([0-9.]+)`),
	}
)

// parse reads the figures out of what a job printed.
func parse(p matrix.Point, count int, output string) (result.Run, error) {
	if p.Measure() == matrix.Latency {
		return parseLatency(count, output)
	}
	r := result.Run{Messages: count}
	var err error
	if r.PerSecond, err = number(throughputLine, output); err != nil {
		return r, err
	}
	if p.Pattern == matrix.PubSub {
		delivered, err := number(deliveredLine, output)
		r.Messages = int(delivered)
		return r, err
	}
	return r, nil
}

func parseLatency(count int, output string) (r result.Run, err error) {
	r.Messages = count
	if r.Latency.Mean, err = number(averageLine, output); err != nil {
		return r, err
	}
	for name, to := range map[string]*float64{"p50": &r.Latency.P50, "p99": &r.Latency.P99, "p99.9": &r.Latency.P999} {
		if *to, err = number(percentiles[name], output); err != nil {
			return r, err
		}
	}
	return r, nil
}

// number is the first group of the line, which must be positive: a ratio is
// made of it.
func number(line *regexp.Regexp, output string) (float64, error) {
	match := line.FindStringSubmatch(output)
	if match == nil {
		return 0, fmt.Errorf("no line like %q in the output %q", line, output)
	}
	n, err := strconv.ParseFloat(match[1], 64)
	if err != nil || n <= 0 {
		return 0, fmt.Errorf("%q is not a positive figure", match[0])
	}
	return n, nil
}
