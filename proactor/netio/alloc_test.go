package netio_test

import (
	"io"
	"math"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/actum-go/actum/internal/racecheck"
	"github.com/actum-go/actum/proactor"
)

// TestNoAllocation plays ping-pong: most reads find nothing and wait. It also
// extends deadlines each time, and writes vectors. It runs without a pool, which
// allocates goroutines when it grows.
func TestNoAllocation(t *testing.T) {
	onEach(t, func(t *testing.T, d *proactor.Dispatcher, network string) {
		if strings.HasSuffix(t.Name(), "/pool") {
			return
		}
		a, b := pair(t, d, network)
		go io.Copy(struct{ io.Writer }{b}, struct{ io.Reader }{b})
		ping, pong := []byte("ping"), make([]byte, 6)
		halves, v := [][]byte{ping[:1], ping[1:]}, make(net.Buffers, 2)
		turn := func() {
			a.SetDeadline(time.Now().Add(time.Hour))
			a.Write(ping[:2])
			copy(v[:2], halves)
			rest := v
			a.WriteBuffers(&rest)
			if _, err := io.ReadFull(a, pong); err != nil {
				t.Fatal(err)
			}
		}
		if each := allocations(turn); each >= 0.02 && !racecheck.Enabled {
			t.Errorf("%.2f allocations a turn", each)
		}
	})
}

// allocations returns the number of allocations of f, the minimum of a few
// attempts: the runtime sometimes allocates by itself, for example for its lists of
// waiters.
func allocations(f func()) float64 {
	tries, times := 5, 1000
	if racecheck.Enabled { // the race detector allocates, too
		tries = 1
	}
	least := math.Inf(1)
	for range tries {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range times {
			f()
		}
		runtime.ReadMemStats(&after)
		least = min(least, float64(after.Mallocs-before.Mallocs)/float64(times))
	}
	return least
}
