package main

import (
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"

	"github.com/actum-go/actum/zmq"
)

// Both sides of every pattern end, in a stream and in bursts.
func TestBothSides(t *testing.T) {
	defer func(to io.Writer) { out = to }(out)
	for name := range patterns {
		for _, burst := range []string{"stream", "10"} {
			if name == "rep-req" && burst != "stream" {
				continue
			}
			t.Run(name+"/"+burst, func(t *testing.T) {
				var figures strings.Builder // of the side that reports
				out = &figures
				args := []string{"", name, freePort(t), filepath.Join(t.TempDir(), "c"), "8", "2400", "8", burst}
				other := make(chan error, 1)
				go func() { other <- run(append([]string{"many"}, args[1:]...), zmq.ContextOptions{}) }()
				if err := run(append([]string{"one"}, args[1:]...), zmq.ContextOptions{}); err != nil {
					t.Error(err)
				}
				if err := <-other; err != nil {
					t.Error(err)
				}
				if !strings.Contains(figures.String(), "mean throughput: ") {
					t.Errorf("no figures in %q", &figures)
				}
				if timed := burst != "stream" || name == "rep-req"; strings.Contains(figures.String(), "p50") != timed {
					t.Errorf("latencies: %q", &figures)
				}
			})
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
	for _, line := range []string{"", "one", "one no-pattern e c 8 8 8 stream", "one push-pull e c 0 8 8 stream", "none push-pull e c 8 8 8 stream", "one push-pull e c 8 12 8 5"} {
		if err := run(strings.Fields(line), zmq.ContextOptions{}); err == nil {
			t.Errorf("%q: no error", line)
		}
	}
}
