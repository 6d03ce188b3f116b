package proactor

import (
	"runtime"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// fakeSpinner is a backend whose spins find something, or do not.
type fakeSpinner struct {
	backend.Backend
	fruitful, refuses bool
	another           bool // another operation completes
	spins             int
	waits             int
	longest           time.Duration
}

func (*fakeSpinner) Now() time.Duration { return time.Second }

func (f *fakeSpinner) Spin(end time.Duration) (*backend.Op, backend.SpinResult) {
	f.spins++
	f.longest = max(f.longest, end-f.Now())
	switch {
	case f.refuses:
		return nil, backend.SpinRefused
	case f.fruitful:
		return new(backend.Op), backend.SpinFruitful
	case f.another:
		return new(backend.Op), backend.SpinFruitless
	}
	return nil, backend.SpinFruitless
}

func (f *fakeSpinner) Wait(time.Duration) *backend.Op {
	f.waits++
	return nil
}

// leaderOn returns the spinning of a leader on f.
func leaderOn(f *fakeSpinner, o Options) *spinning {
	s := &spinning{leading: true}
	s.init(f, &o)
	return s
}

// count calls wait n times and returns how many spins and waits there were.
func (f *fakeSpinner) count(s *spinning, n int) (spins, waits int) {
	f.spins, f.waits = 0, 0
	for range n {
		s.wait(f, backend.NoDeadline)
	}
	return f.spins, f.waits
}

// twoProcessors makes sure that a spin can pay.
func twoProcessors(t *testing.T) {
	before := runtime.GOMAXPROCS(max(2, runtime.GOMAXPROCS(0)))
	t.Cleanup(func() { runtime.GOMAXPROCS(before) })
}

// While spins are fruitful every wait is one, and the backend's Wait is not needed.
func TestSpinsWhileTheyPay(t *testing.T) {
	twoProcessors(t)
	f := &fakeSpinner{fruitful: true}
	s := leaderOn(f, Options{})
	if spins, waits := f.count(s, 1000); spins != 1000 || waits != 0 || f.longest != defaultSpinLimit {
		t.Errorf("%d spins of up to %v, %d waits", spins, f.longest, waits)
	}
	// Three of four are fruitful: it continues. Two of four are not enough.
	mixed := func(fruitless int) (spins int) {
		for range 1000 {
			for i := range 4 {
				f.fruitful = i >= fruitless
				n, _ := f.count(s, 1)
				spins += n
			}
		}
		return spins
	}
	if spins := mixed(1); spins != 4000 {
		t.Errorf("one of four is fruitless: %d spins of 4000", spins)
	}
	if spins := mixed(2); spins > 3200 {
		t.Errorf("two of four are fruitless: %d spins of 4000", spins)
	}
}

// Fruitless spins become rare, but do not end: the peer may have become faster. A
// fruitful one makes them more frequent.
func TestFruitlessSpinsBecomeRare(t *testing.T) {
	twoProcessors(t)
	f := new(fakeSpinner)
	s := leaderOn(f, Options{})
	if spins, waits := f.count(s, 6400); waits != 6400 || spins < 100 || spins > 120 {
		t.Errorf("%d spins, %d waits of 6400", spins, waits)
	}
	f.another = true
	if spins, waits := f.count(s, 6400); spins < 100 || spins > 120 || waits != 6400-spins {
		t.Errorf("another operation completes: %d spins, %d waits of 6400", spins, waits)
	}
	f.fruitful = true
	if spins, _ := f.count(s, 6400); spins < 6400-1<<maxSkips {
		t.Errorf("%d spins of 6400 after the first fruitful one", spins)
	}
}

// A spin that finds nothing to spin for costs nothing, and changes nothing.
func TestRefusedSpins(t *testing.T) {
	twoProcessors(t)
	f := &fakeSpinner{refuses: true}
	if spins, waits := f.count(leaderOn(f, Options{}), 100); spins != 100 || waits != 100 {
		t.Errorf("%d spins, %d waits of 100", spins, waits)
	}
}

// A goroutine that does not lead, a Wait that only looks, one processor, and a limit below
// zero: no spin. Options.SpinLimit is the longest spin.
func TestNoSpin(t *testing.T) {
	twoProcessors(t)
	f := &fakeSpinner{fruitful: true}
	host := leaderOn(f, Options{})
	host.leading = false
	if spins, waits := f.count(host, 10); spins != 0 || waits != 10 {
		t.Errorf("the host: %d spins, %d waits", spins, waits)
	}
	if spins, waits := f.count(leaderOn(f, Options{SpinLimit: -1}), 10); spins != 0 || waits != 10 {
		t.Errorf("switched off: %d spins, %d waits", spins, waits)
	}
	f.spins = 0
	if leaderOn(f, Options{}).wait(f, 0); f.spins != 0 {
		t.Error("a look spins")
	}
	f.longest = 0
	if f.count(leaderOn(f, Options{SpinLimit: time.Millisecond}), 1); f.longest != time.Millisecond {
		t.Errorf("a limit of 1 ms: %v", f.longest)
	}
	runtime.GOMAXPROCS(1)
	if spins, waits := f.count(leaderOn(f, Options{}), 10); spins != 0 || waits != 10 {
		t.Errorf("one processor: %d spins, %d waits", spins, waits)
	}
}
