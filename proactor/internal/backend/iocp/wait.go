//go:build windows

package iocp

import (
	"runtime"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// looksEvery is how many calls of Wait with something completed already may
// pass before one looks into the port all the same: what completes at once must
// not starve what is in flight, and looking is a system call.
const looksEvery = 8

// Wait implements backend.Backend.
func (b *Backend) Wait(deadline time.Duration) *backend.Op {
	if b.gone() {
		return b.done.Take()
	}
	if b.skipped++; b.skipped >= looksEvery {
		b.look(false)
	}
	for {
		list := b.done.Take()
		if list != nil || b.woken.Load() || b.passed(deadline) {
			b.answered()
			if list == nil {
				b.look(false)
				list = b.done.Take()
			}
			return list
		}
		b.sleep(deadline)
	}
}

// gone reports whether the port is closed.
func (b *Backend) gone() bool {
	b.life.RLock()
	defer b.life.RUnlock()
	return b.ended
}

func (b *Backend) passed(deadline time.Duration) bool {
	return deadline == 0 || deadline != backend.NoDeadline && deadline <= b.Now()
}

// answered forgets a Wake: whoever called Wait sees the reason for it.
func (b *Backend) answered() {
	if b.woken.Load() {
		b.woken.Store(false)
	}
}

// sleep waits until something comes out of the port. The system's own time-outs
// are as coarse as its clock ticks, 15 ms; one of Go's timers is not.
//
// No reason to return is lost: the sleeper says that it sleeps, then looks for
// one; whoever has one leaves it, then looks whether anybody sleeps.
//
// Whoever is ready to run goes first: a thread that blocks in the port keeps its
// processor of Go's until the scheduler notices, which takes up to 10 ms.
func (b *Backend) sleep(deadline time.Duration) {
	runtime.Gosched()
	if deadline != backend.NoDeadline {
		b.timer.Reset(deadline - b.Now())
		defer b.timer.Stop()
	}
	b.asleep.Store(true)
	if !b.woken.Load() && b.done.Empty() && !b.passed(deadline) {
		b.look(true)
	}
	b.asleep.Store(false)
}

// Wake implements backend.Backend.
func (b *Backend) Wake() {
	if !b.woken.Swap(true) {
		b.stir()
	}
}

// stir ends a sleep. Whoever calls it has left a reason before.
func (b *Backend) stir() {
	if !b.asleep.Load() || !b.asleep.CompareAndSwap(true, false) {
		return
	}
	b.life.RLock()
	defer b.life.RUnlock()
	if !b.ended {
		b.port.Post()
	}
}

// look takes what has come out of the port, or waits until something does. If
// there is more it is for the next look, so that one look is bounded.
func (b *Backend) look(forever bool) {
	b.skipped = 0
	b.take(b.port.Wait(&b.events, forever))
}

// take deals with the first n places of events.
func (b *Backend) take(n int) {
	for i := range n {
		op, moved, failed := b.events.Done(i)
		if op == nil {
			continue // stir
		}
		l := op.Sys.Lane.(*opQueue)
		op.Sys.Lane = nil
		l.landed(op, moved, failed)
		b.flying.Add(-1)
	}
}
