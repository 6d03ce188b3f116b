package sim

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"sync"
	"time"
)

// Network is a network in memory, with a clock and a disk of its own. As the Backend of
// proactor.Options it hosts any number of dispatchers, which can reach each other. Any
// goroutine may call its methods. A run is reproducible if one goroutine makes all the
// calls.
type Network struct {
	seed   uint64
	faults Faults
	odds   [faultCount]float64
	bad    error // what is wrong with faults: OpenBackend returns it

	mu sync.Mutex // guards the fields below, and the state of all backends and handles

	clock  Clock
	start  time.Time     // ClockSystem: the time at which now was 0
	now    time.Duration // virtual time, or the system's time when it was last read
	events events        // scheduled events

	rng    *rand.PCG
	counts [faultCount]uint64
	trace  trace

	backends  []*attachment // the open backends, in the order in which they were made
	parked    int           // number of backends that wait inside Wait
	jumping   bool          // a backend is moving the clock
	listeners map[endpoint]*listener
	disk      disk
	signals   []*subscription
	exits     map[int]int // exit codes by process
	exitWaits []*exitWait
	hosts     map[string][]netip.Addr
	packets   map[endpoint]*packet
	exhausted bool   // accepts fail
	port      uint16 // the port assigned last
	ids       uint32 // the number assigned last to a connection or listener
}

// NewNetwork makes a network whose faults are decided by seed. Mistakes in f are
// reported when a dispatcher is made on the network.
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

// SetClock chooses the clock, before the first dispatcher is made on the network. Without
// it the clock is ClockVirtual.
func (n *Network) SetClock(c Clock) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.clock = c
}

// Seed returns the seed.
func (n *Network) Seed() uint64 { return n.seed }

// String returns the seed and the faults, which together replay the run.
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

// Counts returns the number of times that each fault has happened, by its name in
// Faults. It omits faults that have not happened.
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

// Calm disables all faults. Deliveries that are delayed already still arrive late.
func (n *Network) Calm() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.odds = [faultCount]float64{}
}

// Exhaust makes every accept fail with EMFILE, as in a process without free
// descriptors, if on is set, until it is called without. The connections stay in the accept queue.
func (n *Network) Exhaust(on bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.exhausted = on
}

// Open returns the number of open handles, outstanding connects and outstanding
// operations on files. It is 0 when everything has been closed.
func (n *Network) Open() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	open := 0
	for _, b := range n.backends {
		open += len(b.handles) + len(b.dials) + len(b.tasks)
	}
	return open
}

// chance decides whether f happens to who now. A fault with probability 0 uses no
// random number.
func (n *Network) chance(f fault, who ident) bool {
	p := n.odds[f]
	if p <= 0 || float64(n.rng.Uint64()>>11)/(1<<53) >= p {
		return false
	}
	n.counts[f]++
	n.note(record{verb: verbFault, who: who, n: int(f)})
	return true
}

// below returns a random number from 0 to limit-1.
func (n *Network) below(limit int) int {
	return int(n.rng.Uint64() % uint64(limit))
}

// delay returns a random delay from one nanosecond to MaxDelay.
func (n *Network) delay() time.Duration {
	return 1 + time.Duration(n.rng.Uint64()%uint64(n.faults.MaxDelay)) // an int cannot hold hours on 32-bit systems
}

// short returns a random length from 1 to length-1. Small lengths are more
// frequent, because they split headers. A length of 1 cannot be shortened.
func (n *Network) short(f fault, who ident, length int) int {
	if length < 2 || !n.chance(f, who) {
		return length
	}
	if n.below(2) == 0 {
		return 1 + n.below(min(length-1, 16))
	}
	return 1 + n.below(length-1)
}
