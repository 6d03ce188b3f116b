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
	processorLine  = regexp.MustCompile(`processor time: server ([0-9.]+) s, client ([0-9.]+) s`)
	costLine       = regexp.MustCompile(`cost: ([0-9.]+) \[ns\]`)
	averageLine    = regexp.MustCompile(`average latency: ([0-9.]+) \[us\]`)
	percentiles    = map[string]*regexp.Regexp{
		"p50":   regexp.MustCompile(`\bp50\b[^.0-9\n]*([0-9.]+)`),
		"p99":   regexp.MustCompile(`\bp99\b(?:[^.0-9\n][^0-9\n]*)([0-9.]+)`),
		"p99.9": regexp.MustCompile(`\bp99\.9\b[^.0-9\n]*([0-9.]+)`),
	}
)

// parse reads the figures out of what a job printed.
func parse(p matrix.Point, count int, output string) (result.Run, error) {
	r := result.Run{Messages: count}
	var err error
	switch p.Measure() {
	case matrix.Latency:
		return parseLatency(count, output)
	case matrix.Responses:
		return parseResponses(count, output)
	case matrix.Crowded:
		return parseCrowded(count, output)
	case matrix.Cost:
		r.CostNs, err = number(costLine, output)
		return r, err
	}
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

// parseCrowded reads a rate, and how long bursts or round trips took if the output
// has that.
func parseCrowded(count int, output string) (r result.Run, err error) {
	if averageLine.MatchString(output) {
		if r, err = parseLatency(count, output); err != nil {
			return r, err
		}
	}
	r.Messages = count
	r.PerSecond, err = number(throughputLine, output)
	return r, err
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

// parseResponses reads what the load generator printed.
func parseResponses(count int, output string) (result.Run, error) {
	r, err := parseLatency(count, output)
	if err != nil {
		return r, err
	}
	if r.PerSecond, err = number(throughputLine, output); err != nil {
		return r, err
	}
	cpu, err := numbers(processorLine, output)
	if err != nil {
		return r, err
	}
	r.CPU = result.CPU{Server: cpu[0], Client: cpu[1]}
	return r, nil
}

// number is the first group of the line.
func number(line *regexp.Regexp, output string) (float64, error) {
	all, err := numbers(line, output)
	if err != nil {
		return 0, err
	}
	return all[0], nil
}

// numbers are the groups of the line, which must be positive: ratios are made
// of them.
func numbers(line *regexp.Regexp, output string) ([]float64, error) {
	match := line.FindStringSubmatch(output)
	if match == nil {
		return nil, fmt.Errorf("no line like %q in the output %q", line, output)
	}
	var all []float64
	for _, text := range match[1:] {
		n, err := strconv.ParseFloat(text, 64)
		if err != nil || n <= 0 {
			return nil, fmt.Errorf("%q is not a positive figure", match[0])
		}
		all = append(all, n)
	}
	return all, nil
}
