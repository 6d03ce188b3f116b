// Package perf has what the measuring programs written in Go share: the arguments
// of libzmq's perf programs and the lines that they print at the end.
//
//	mean throughput: 3300000 [msg/s]      standard output
//	average latency: 42.120 [us]          standard output, round trip / 2
//	p50 latency: 41.800 [us]              and p99, p99.9
//	cpu: user 1.234 s, system 0.567 s     standard error
//
// The exit code is 0, 1 for a run that failed, 2 for wrong arguments.
package perf

import (
	"fmt"
	"io"
	"os"
	"strconv"
)

// Args are the arguments of one program.
type Args struct {
	Endpoint string // empty for the inproc programs
	Size     int    // bytes of a message
	Count    int    // messages or round trips
}

// Programs maps a program's name to its function, which writes the report to w.
type Programs map[string]func(w io.Writer, a Args) error

// Main runs the program that the command line names, and ends the process.
func (ps Programs) Main() {
	os.Exit(ps.run(os.Args[1:], os.Stdout, os.Stderr))
}

func (ps Programs) run(line []string, out, errout io.Writer) int {
	name, args, err := parse(line)
	program, known := ps[name]
	if err == nil && !known {
		err = fmt.Errorf("no program %q here", name)
	}
	if err != nil {
		fmt.Fprintf(errout, "%v; usage: PROGRAM [ENDPOINT] SIZE COUNT\n", err)
		return 2
	}
	if err := program(out, args); err != nil {
		fmt.Fprintf(errout, "%s: %v\n", name, err)
		return 1
	}
	fmt.Fprintln(errout, cpuLine())
	return 0
}

func parse(line []string) (name string, a Args, err error) {
	if len(line) != 3 && len(line) != 4 {
		return "", a, fmt.Errorf("%d arguments instead of 3 or 4", len(line))
	}
	if len(line) == 4 {
		a.Endpoint = line[1]
	}
	if a.Size, err = positive("SIZE", line[len(line)-2]); err != nil {
		return "", a, err
	}
	a.Count, err = positive("COUNT", line[len(line)-1])
	return line[0], a, err
}

func positive(name, text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n <= 0 {
		return 0, fmt.Errorf("%s must be a positive number, not %q", name, text)
	}
	return n, nil
}
