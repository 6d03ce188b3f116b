package sim

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"
)

// Network is what the backends attached to it talk over. Its methods may be
// called from any goroutine; a run is reproducible if one goroutine makes all
// the calls.
type Network struct {
	seed   uint64
	faults Faults
	odds   [faultCount]float64
	bad    error // what is wrong with faults: New says so

	mu sync.Mutex // guards everything below, and all that hangs off it

	clock  Clock
	start  time.Time     // ClockSystem: when now was 0
	now    time.Duration // virtual, or the system's as of the last look
	events events        // what is in flight

	rng    *rand.PCG
	counts [faultCount]uint64
	trace  trace

	backends  []*Backend // the open ones, in the order of their making
	parked    int        // how many of them rest inside Wait
	jumping   bool       // one of them lets time go on at this moment
	listeners map[endpoint]*listener
	disk      disk
	signals   []*subscription
	packets   map[endpoint]*packet
	exhausted bool   // accepts fail
	port      uint16 // the last one given out
	ids       uint32 // the last number given to a connection or listener
}

// NewNetwork makes a network on which seed decides what goes wrong. What is
// wrong with f is reported by New.
func NewNetwork(seed uint64, f Faults) *Network {
	n := &Network{
		seed:      seed,
		faults:    f,
		odds:      f.probabilities(),
		bad:       f.validate(),
		start:     time.Now(),
		rng:       rand.NewPCG(seed, 0x9e3779b97f4a7c15),
		listeners: map[endpoint]*listener{},
		disk:      disk{},
		packets:   map[endpoint]*packet{},
		port:      firstPort - 1,
	}
	if n.faults.MaxDelay == 0 {
		n.faults.MaxDelay = defaultMaxDelay
	}
	if n.faults.Buffer == 0 {
		n.faults.Buffer = defaultBuffer
	}
	return n
}

// SetClock chooses the clock. Call it before a backend is attached.
func (n *Network) SetClock(c Clock) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.clock = c
}

// Seed returns the seed.
func (n *Network) Seed() uint64 { return n.seed }

// String names the seed, and the faults that replay the run together with it.
func (n *Network) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "sim network, seed %d", n.seed)
	for i, p := range n.faults.probabilities() {
		if p != 0 {
			fmt.Fprintf(&b, ", %v %v", fault(i), p)
		}
	}
	fmt.Fprintf(&b, ", MaxDelay %v, Buffer %d", n.faults.MaxDelay, n.faults.Buffer)
	return b.String()
}

// Counts says how often each fault has happened, by its name in Faults. Those
// that have not are left out.
func (n *Network) Counts() map[string]uint64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	counts := map[string]uint64{}
	for i, c := range n.counts {
		if c > 0 {
			counts[fault(i).String()] = c
		}
	}
	return counts
}

// Calm ends all faults: nothing goes wrong from now on. What is on its way late
// still is.
func (n *Network) Calm() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.odds = [faultCount]float64{}
}

// Exhaust makes every accept fail with EMFILE, as one does in a process that has no
// descriptor left, until it is called with false. What wants to be accepted waits.
func (n *Network) Exhaust(on bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.exhausted = on
}

// Open is how many handles are open and how many connects and operations on
// files under way. It is none
// when everybody has closed what they had.
func (n *Network) Open() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	open := 0
	for _, b := range n.backends {
		open += len(b.handles) + len(b.dials) + len(b.tasks)
	}
	return open
}

// chance decides whether f happens to who now. A fault that never happens
// draws nothing.
func (n *Network) chance(f fault, who ident) bool {
	p := n.odds[f]
	if p <= 0 || float64(n.rng.Uint64()>>11)/(1<<53) >= p {
		return false
	}
	n.counts[f]++
	n.note(record{verb: verbFault, who: who, n: int(f)})
	return true
}

// below draws a number from 0 to limit-1.
func (n *Network) below(limit int) int {
	return int(n.rng.Uint64() % uint64(limit))
}

// delay draws one from a nanosecond to MaxDelay.
func (n *Network) delay() time.Duration {
	return 1 + time.Duration(n.rng.Uint64()%uint64(n.faults.MaxDelay)) // no int holds hours on 32-bit systems
}

// short draws a length from 1 to length-1, small ones more often: those are
// what split a header. A length of 1 cannot be shortened.
func (n *Network) short(f fault, who ident, length int) int {
	if length < 2 || !n.chance(f, who) {
		return length
	}
	if n.below(2) == 0 {
		return 1 + n.below(min(length-1, 16))
	}
	return 1 + n.below(length-1)
}
