package sim

import (
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// waitCost is the virtual time that a call of Wait takes.
const waitCost = time.Microsecond

// Now returns the time since the network was made.
func (n *Network) Now() time.Duration {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.readClock()
	return n.now
}

// Step moves the clock to the next event, or to the deadline of a backend that
// waits inside Wait if that comes first. It reports whether there was one. It does
// nothing under ClockSystem.
//
// The network does not know the timers of a dispatcher that is not inside Wait: see
// Advance.
func (n *Network) Step() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.jump(backend.NoDeadline)
}

// Advance moves the clock by d and fires every event that is due meanwhile. It does
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
	n.fireDue()
}

// jump moves the clock to the next event or deadline, if that is not after limit.
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
	n.fireDue()
	return true
}

// readClock updates now from the system's clock under ClockSystem.
func (n *Network) readClock() {
	if n.clock == ClockSystem {
		n.now = time.Since(n.start)
	}
}

// chargeWait advances the clock for a call of Wait.
func (n *Network) chargeWait() {
	if n.clock == ClockVirtual {
		n.now += waitCost
	}
	n.readClock()
}
