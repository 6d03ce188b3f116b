package netio_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor/sim"
)

// quick reduces the times of faults.
func quick(f sim.Faults) sim.Faults {
	f.MaxDelay = time.Millisecond
	return f
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
