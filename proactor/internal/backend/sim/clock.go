package sim

import (
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// turn is the virtual time that a call of Wait takes.
const turn = time.Microsecond

// Now is the network's time since it was made.
func (n *Network) Now() time.Duration {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.look()
	return n.now
}

// Step jumps to the next event in flight, or to the deadline of a backend that
// rests inside Wait if that comes first. It reports whether there was one. It
// does nothing under ClockSystem.
//
// A dispatcher that is not inside Wait has not told its timers' deadlines: see
// Advance.
func (n *Network) Step() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.jump(backend.NoDeadline)
}

// Advance lets d pass, and everything happen that is due within it. It does
// nothing under ClockSystem, or if d is negative.
func (n *Network) Advance(d time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.clock == ClockSystem {
		return
	}
	target := n.now + min(max(d, 0), backend.NoDeadline-1-n.now)
	for n.jump(target) {
	}
	n.now = target
	n.settle()
}

// jump moves the clock to the first thing that is due, if that is by limit.
func (n *Network) jump(limit time.Duration) bool {
	at := n.events.next()
	for _, b := range n.backends {
		if b.parked {
			at = min(at, b.deadline)
		}
	}
	if at == backend.NoDeadline || at > limit || n.clock == ClockSystem {
		return false
	}
	n.now = max(n.now, at)
	n.settle()
	return true
}

// look reads the clock.
func (n *Network) look() {
	if n.clock == ClockSystem {
		n.now = time.Since(n.start)
	}
}

// spend accounts for a call of Wait.
func (n *Network) spend() {
	if n.clock == ClockVirtual {
		n.now += turn
	}
	n.look()
}
