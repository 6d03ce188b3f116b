package contender

import (
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// compile builds a program of the C files, and skips nothing: a C compiler is what
// the stage deps installs.
func compile(t *testing.T, args ...string) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "program")
	gcc := exec.Command("gcc", append([]string{"-std=gnu11", "-Wall", "-Wextra", "-Werror", "-o", program}, args...)...)
	if out, err := gcc.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program
}

// The figures that the peers in C print are right. testdata/figures.c has the clock:
// sending takes 1 us, receiving 3 us, a poll 10 us.
func TestFiguresOfPeersInC(t *testing.T) {
	libzmq := "../../peers/libzmq/"
	program := compile(t, "testdata/figures.c", libzmq+"halves.c", libzmq+"roundtrip.c", libzmq+"oneway.c", libzmq+"message.c", libzmq+"turns.c", libzmq+"pubsub.c", "../../peers/common/report.c")
	numbers := func(first, last int) (list string) {
		for us := first; us <= last; us++ {
			list += fmt.Sprintf(" %d", us)
		}
		return list
	}
	for _, tt := range []struct {
		name, args string
		want       string // throughput; average, p50, p99, p99.9 latency
	}{
		{"a round trip is halved", "laps 1 10", "5 5 5 5"},
		{"the middle of three", "laps 3 20 60 10", "15 10 30 30"},
		{"a response is not halved", "responses 20 60 10", "30 20 60 60"},
		{"the lower of the two in the middle", "responses 4 3 2 1", "2.5 2 4 4"},
		{"of 100 the 99th", "responses" + numbers(1, 100), "50.5 50 99 100"},
		{"of 101 the 100th", "responses" + numbers(1, 101), "51 51 100 101"},
		{"of 999 the last", "responses" + numbers(1, 999), "500 500 990 999"},
		{"of 1000 the 999th", "responses" + numbers(1, 1000), "500.5 500 990 999"},
		{"of 1001 the 1000th", "responses" + numbers(1, 1001), "501 501 991 1000"},
		{"a tenth is warm-up", "laps 20 5000 5000" + numbers(3, 20), "5.75 5.5 10 10"},
		{"of 19 one", "laps 19 5000" + numbers(2, 19), "5.25 5 9.5 9.5"},
		{"of 9 none", "laps 9" + numbers(1, 9), "2.5 2.5 4.5 4.5"},
		{"warm-up of at most 1,000", "laps 11000" + strings.Repeat(" 5000", 1000) + strings.Repeat(" 2", 10000), "1 1 1 1"},
		{"messages by time", "throughput 3000 1500000000", "2000"},
		{"no time at all", "throughput 5 0", "5000000000"},
		// The clock runs from the first receipt to the last: 4 times 3 us.
		{"one-way, 1 to 1", "pull 5", "416666.667"},
		{"one-way, 1 to 1 in the other program", "many pull 5 1 stream", "416666.667"},
		// The first is what the first poll brings, 4 messages; then 8 times 3 us.
		{"one-way, 3 to 1", "many pull 12 3 stream", "500000"},
		{"round trips, 1 to 1", "ask 5", "2 2 2 2"},
		// Polled in 10 us; 3 messages and the end of each of 2 subscribers: 24 us.
		{"fan-out", "sub 3 2", "250000 6"},
		// Due at 0, received at 3, 6, ... 30; the first is warm-up.
		{"one-way, at a rate", "many pull 10 1 rate", "370370.37 18 18 30 30"},
		// 4 sends, and 7 us until the last one is received.
		{"one-way, in bursts", "many push-pull 12 3 4", "363636.364 11 11 11 11"},
		// 6 times 1 and 3 us.
		{"round trips, in bursts", "many router-dealer 12 3 6", "250000 24 24 24 24"},
		// 8 sends, a poll, 8 receipts: 42 us.
		{"round trips, in a stream", "many router-dealer 8 2 stream", "190476.19"},
		// Asked at 0 and 1, polled from 2 to 12, received at 15 and 22; asked again then,
		// and received 1+3 us later: the end is at 26.
		{"one at a time of each", "many rep-req 4 2 stream", "153846.154 11 4 21 21"},
	} {
		out, err := exec.Command(program, strings.Fields(tt.args)...).Output()
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		var names, figures []string
		for line := range strings.Lines(string(out)) {
			name, rest, _ := strings.Cut(line, ": ")
			figure, unit, _ := strings.Cut(rest, " ")
			names = append(names, name+" "+strings.TrimSpace(unit))
			figures = append(figures, strings.TrimRight(strings.TrimRight(figure, "0"), "."))
		}
		if got := strings.Join(figures, " "); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
		all := []string{"mean throughput [msg/s]", "average latency [us]", "p50 latency [us]", "p99 latency [us]", "p99.9 latency [us]"}
		if !slices.Equal(names, all) && !slices.Equal(names, all[:1]) && !slices.Equal(names, all[1:]) && !slices.Equal(names, []string{all[0], "delivered of 6"}) {
			t.Errorf("%s: printed %q", tt.name, names)
		}
	}
}

// A count that is not a multiple of the burst is refused: the last burst would count
// messages that are not sent.
func TestUnevenBursts(t *testing.T) {
	sources, err := filepath.Glob("../../peers/libzmq/*.c")
	if err != nil {
		t.Fatal(err)
	}
	common, err := filepath.Glob("../../peers/common/*.c")
	if err != nil {
		t.Fatal(err)
	}
	program := compile(t, slices.Concat(sources, common, []string{"-lzmq", "-lpthread"})...)
	for _, side := range []string{"one", "many"} {
		out, err := exec.Command(program, side, "push-pull", "inproc://x", "/nowhere", "1", "12", "3", "5").CombinedOutput()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != 2 || !strings.Contains(string(out), "COUNT must be a multiple of BURST") {
			t.Errorf("%s: %v: %s", side, err, out)
		}
	}
}
