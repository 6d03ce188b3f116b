package netio_test

import (
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/nettest"

	"github.com/actum-go/actum/proactor/sim"
)

// quick reduces the times of faults.
func quick(f sim.Faults) sim.Faults {
	f.MaxDelay = time.Millisecond
	return f
}

// TestNettestUnderFaults runs the suite on networks in which everything is short,
// late, out of order and cancelled too late. The scheduler orders the goroutines,
// so that a seed replays only the faults, not the run.
func TestNettestUnderFaults(t *testing.T) {
	for seed := range uint64(3) {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			d := openSim(t, seed, quick(sim.Mild()))
			ln := listen(t, d, "tcp")
			nettest.TestConn(t, func() (c1, c2 net.Conn, stop func(), err error) {
				a, b, err := connect(d, ln)
				if err != nil {
					return nil, nil, nil, err
				}
				return a, b, func() {
					a.Close()
					b.Close()
				}, nil
			})
		})
	}
}

// TestHTTPUnderFaults sends requests over connections that are refused, aborted and
// reset: each request gets its answer or fails.
func TestHTTPUnderFaults(t *testing.T) {
	for seed := range uint64(5) {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			s := serve(t, openSim(t, seed, quick(sim.Rough())), "tcp", handler())
			var all sync.WaitGroup
			answered := make([]int, 10)
			for i := range answered {
				all.Go(func() {
					for j := range 50 {
						path := fmt.Sprintf("/%d/%d", i, j)
						got, err := s.get(path)
						if err == nil && got != path {
							t.Errorf("got %q instead of %q", got, path)
						}
						if err == nil {
							answered[i]++
						}
					}
				})
			}
			all.Wait()
			for i, n := range answered {
				if n == 0 {
					t.Errorf("client %d was never answered", i)
				}
			}
		})
	}
}
