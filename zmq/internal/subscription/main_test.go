package subscription

import (
	"testing"

	"github.com/actum-go/actum/internal/leakcheck"
	"github.com/actum-go/actum/internal/racecheck"
)

func TestMain(m *testing.M) { leakcheck.Main(m) }

// some returns n, or a part of it with the race detector, which makes these
// tests slow and finds nothing in code that starts no goroutine.
func some(n int) int {
	if racecheck.Enabled {
		return n / 10
	}
	return n
}
