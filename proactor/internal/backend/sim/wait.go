package sim

import (
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// How a Wait goes:
//
//  1. a turn of virtual time is spent, and what is due happens
//  2. what is ready is handed over, or
//  3. all backends wait: the clock jumps and 1. again, or
//  4. the goroutine rests until somebody completes something for it, or calls
//     Wake, or moves the clock to its deadline

// Wait hands over what has completed; see backend.Backend.
func (b *Backend) Wait(deadline time.Duration) *backend.Op {
	list, spares := b.wait(deadline)
	spares.Release()
	return list
}

func (b *Backend) wait(deadline time.Duration) (*backend.Op, backend.SpareBuffers) {
	n := b.net
	n.mu.Lock()
	defer n.mu.Unlock()
	n.spend()
	for {
		n.settle()
		if !b.ready.Empty() || b.woken || b.closed || n.now >= deadline {
			break
		}
		b.rest(deadline)
		n.look()
	}
	b.woken = false
	spares := b.spares
	b.spares = backend.SpareBuffers{}
	return b.handOver(), spares
}

// handOver gives the ready list away.
func (b *Backend) handOver() *backend.Op {
	list := b.ready.Take()
	for op := list; op != nil; op = op.Next {
		who := ident{}
		if h := halfOf(op); h != nil {
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

// rest waits until somebody clears parked, who may be this very goroutine,
// moving the clock.
func (b *Backend) rest(deadline time.Duration) {
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

// sleep rests for at most d of the system's time.
func (b *Backend) sleep(d time.Duration) {
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
	if b.parked { // nobody else has ended it
		b.signal()
	}
	b.net.mu.Unlock()
	<-b.park
}

// Wake ends the Wait in progress, or else the next one.
func (b *Backend) Wake() {
	b.net.mu.Lock()
	defer b.net.mu.Unlock()
	b.woken = true
	b.signal()
}

// signal lets a resting goroutine look again.
func (b *Backend) signal() {
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
