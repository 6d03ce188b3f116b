package main

import (
	"errors"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
)

// Both sides of every pattern end, in a stream and in bursts, with one frame and with
// three, in two processes and in one.
func TestBothSides(t *testing.T) {
	defer func(to io.Writer) { out = to }(out)
	for name := range patterns {
		for _, how := range []string{"stream", "10 --frames 3", "stream --off gather-write,leading", "stream --frames 3 in one process"} {
			how, together := strings.CutSuffix(how, " in one process")
			load, flags, _ := strings.Cut(how, " ")
			if load != "stream" && (name == repReq || name == connect) {
				continue // one request in flight
			}
			t.Run(name+"/"+how, func(t *testing.T) {
				peers := "8"
				if name == pair {
					peers = "1"
				}
				line := append([]string{name, freePort(t), filepath.Join(t.TempDir(), "c"), "8", "800", peers, load}, strings.Fields(flags)...)
				figures := runBoth(t, line, together)
				if !strings.Contains(figures, "mean throughput: ") {
					t.Errorf("no figures in %q", figures)
				}
				if timed := load != "stream" || name == repReq || name == connect; strings.Contains(figures, "p50") != timed {
					t.Errorf("latencies: %q", figures)
				}
			})
		}
	}
}

// runBoth returns what the side that reports has printed.
func runBoth(t *testing.T, line []string, together bool) string {
	t.Helper()
	var figures strings.Builder
	out = &figures
	if together {
		line[1] = "inproc://" + t.Name()
		if err := run(append([]string{"both"}, line...)); err != nil {
			t.Error(err)
		}
		return figures.String()
	}
	other := make(chan error, 1)
	go func() { other <- run(append([]string{"many"}, line...)) }()
	if err := run(append([]string{"one"}, line...)); err != nil {
		t.Error(err)
	}
	if err := <-other; err != nil {
		t.Error(err)
	}
	return figures.String()
}

// Batches need not divide the count.
func TestBatches(t *testing.T) {
	defer func(to io.Writer) { out = to }(out)
	for _, line := range []string{"push-pull EP C 8 1000 1 stream --batch 300", "pull-push EP C 8 1000 4 stream --batch 7 --frames 3", "pub-sub-all EP C 8 1000 4 stream --batch 100"} {
		for _, together := range []bool{false, true} {
			fields := strings.Fields(line)
			fields[1], fields[2] = freePort(t), filepath.Join(t.TempDir(), "c")
			if figures := runBoth(t, fields, together); !strings.Contains(figures, "mean throughput: ") {
				t.Errorf("%s: figures %q", line, figures)
			}
		}
	}
}

// The requests of a window and the messages of a rate are timed.
func TestTimed(t *testing.T) {
	defer func(to io.Writer) { out = to }(out)
	for _, line := range []string{"router-dealer EP C 8 2400 8 stream --window 30 --timed", "push-pull EP C 8 1000 4 stream --rate 100000", "pull-push EP C 64 1000 4 stream --rate 100000"} {
		fields := strings.Fields(line)
		fields[1], fields[2] = freePort(t), filepath.Join(t.TempDir(), "c")
		if figures := runBoth(t, fields, false); !strings.Contains(figures, "mean throughput: ") || !strings.Contains(figures, "p99.9 latency: ") {
			t.Errorf("%s: figures %q", line, figures)
		}
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return "tcp://" + l.Addr().String()
}

func TestUsage(t *testing.T) {
	for _, line := range []string{
		"", "one", "one no-pattern e c 8 8 8 stream", "one push-pull e c 0 8 8 stream", "none push-pull e c 8 8 8 stream",
		"one push-pull e c 8 12 8 5", "one pub-sub-all e c 8 12 8 stream", "one pair e c 8 8 2 stream", "one rep-req e c 8 10 1 10",
		"one push-pull e c 8 8 8 stream --frames 0", "one push-pull e c 8 8 8 stream --rate 1 --frames 2", "one push-pull e c 7 8 8 stream --rate 1",
		"one push-pull e c 8 8 8 stream more", "one push-pull e c 8 8 8 stream --off nothing", "one push-pull e c 8 10 8 10 --batch 10",
		"one push-pull e c 8 8 8 stream --batch -1", "one rep-req e c 8 8 8 stream --batch 10", "one pub-sub e c 8 8 8 stream --batch 10",
	} {
		if err := run(strings.Fields(line)); !errors.Is(err, errUsage) {
			t.Errorf("%q: %v", line, err)
		}
	}
}
