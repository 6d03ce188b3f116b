package sim

import (
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// A Wait takes these steps:
//
//  1. A waitCost of virtual time passes, and the events that are due fire.  2. If
// operations are ready, Wait returns them.  3. If all backends are parked, the
// clock jumps, and step 1 follows.  4. Otherwise the goroutine parks until another
// goroutine completes an operation for
//     it, calls Wake, or moves the clock to its deadline.

// Wait returns the completed operations; see backend.Backend.
func (b *attachment) Wait(deadline time.Duration) *backend.Op {
	list, spares := b.wait(deadline)
	spares.Release()
	return list
}

func (b *attachment) wait(deadline time.Duration) (*backend.Op, backend.SpareBuffers) {
	n := b.net
	n.mu.Lock()
	defer n.mu.Unlock()
	n.chargeWait()
	for {
		n.fireDue()
		if !b.ready.Empty() || b.woken || b.closed || n.now >= deadline {
			break
		}
		b.parkUntil(deadline)
		n.readClock()
	}
	b.woken = false
	spares := b.spares
	b.spares = backend.SpareBuffers{}
	return b.handOver(), spares
}

// handOver empties the ready list and returns it.
func (b *attachment) handOver() *backend.Op {
	list := b.ready.Take()
	for op := list; op != nil; op = op.Next {
		who := ident{}
		if h := directionOf(op); h != nil {
			h.outstanding--
			who = h.who
		} else if s, ok := op.New.(*stream); ok {
			who = s.who
		} else if f, ok := op.Handle.(*file); ok {
			who = f.who
		}
		b.net.note(record{verb: verbDone, who: who, n: op.N, of: int(op.Kind), err: op.Err})
	}
	return list
}

// parkUntil waits until parked is cleared. This goroutine itself may clear it, when it
// moves the clock.
func (b *attachment) parkUntil(deadline time.Duration) {
	n := b.net
	b.parked, b.deadline = true, deadline
	n.parked++
	if n.clock == ClockVirtual {
		n.jumping = true
		for n.parked == len(n.backends) && n.jump(backend.NoDeadline) {
		}
		n.jumping = false
	}
	until := min(deadline, n.events.next())
	n.mu.Unlock()
	defer n.mu.Lock()
	if n.clock == ClockSystem && until != backend.NoDeadline {
		b.sleep(until - n.Now())
		return
	}
	<-b.park
}

// sleep parks for at most d of the system's time.
func (b *attachment) sleep(d time.Duration) {
	if b.timer == nil {
		b.timer = time.NewTimer(d)
	} else {
		b.timer.Reset(d)
	}
	select {
	case <-b.park:
		b.timer.Stop()
		return
	case <-b.timer.C:
	}
	b.net.mu.Lock()
	if b.parked { // no other goroutine has cleared it
		b.signal()
	}
	b.net.mu.Unlock()
	<-b.park
}

// Wake ends the Wait in progress, or else the next one.
func (b *attachment) Wake() {
	b.net.mu.Lock()
	defer b.net.mu.Unlock()
	b.woken = true
	b.signal()
}

// signal makes a parked goroutine look again.
func (b *attachment) signal() {
	if b.parked {
		b.parked = false
		b.net.parked--
		b.park <- struct{}{} // never blocks: parked is set once per receive
	}
}

func (n *Network) signalAll() {
	for _, b := range n.backends {
		b.signal()
	}
}
