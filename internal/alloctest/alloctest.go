// Package alloctest counts allocations in tests whose work passes between goroutines.
package alloctest

import (
	"math"
	"runtime"
	"testing"

	"github.com/actum-go/actum/internal/racecheck"
)

const (
	// tolerated is how many allocations each time are the runtime's own: it allocates
	// a little wherever goroutines park, and less than one for each time.
	tolerated = 0.02
	// attempts is how often f runs before its allocations count. Where a goroutine
	// parks on one processor and is woken on another, the runtime allocates until the
	// caches of all processors are full, 128 entries each.
	attempts = 60
)

// None runs f, which does something that number of times, and reports an error if it
// allocates. An allocation of f's own would show in each attempt, so the smallest count
// decides. With the race detector, which allocates too, f runs once and nothing is
// counted.
func None(t testing.TB, times int, f func()) {
	t.Helper()
	least := math.Inf(1)
	for range attempts {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f()
		runtime.ReadMemStats(&after)
		least = min(least, float64(after.Mallocs-before.Mallocs)/float64(times))
		if least < tolerated || racecheck.Enabled {
			return
		}
	}
	t.Errorf("%.2f allocations each", least)
}
