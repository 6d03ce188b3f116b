//go:build windows

package iocp

import (
	"runtime"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// Wait implements backend.Backend.
func (b *Backend) Wait(deadline time.Duration) *backend.Op {
	if b.isPortClosed() {
		return b.Completed.Take()
	}
	if b.PollIsDue() {
		b.poll(false)
	}
	for {
		list := b.Completed.Take()
		if list != nil || b.Woken.Load() || b.IsDue(deadline) {
			b.ClearWake()
			if list == nil {
				b.poll(false)
				list = b.Completed.Take()
			}
			return list
		}
		b.sleep(deadline)
	}
}

// isPortClosed reports whether the port is closed.
func (b *Backend) isPortClosed() bool {
	b.portMu.RLock()
	defer b.portMu.RUnlock()
	return b.portClosed
}

// sleep waits until an operation comes out of the port. The system's own timeouts are
// as coarse as its clock tick of 15 ms; a timer of Go's is not.
//
// No reason to return is lost. The sleeper declares that it sleeps, then looks for a
// reason. A goroutine that has a reason publishes it, then checks whether a goroutine
// sleeps.
//
// Other goroutines run first: a thread that blocks in the port keeps its processor
// until Go's scheduler notices, which takes up to 10 ms.
func (b *Backend) sleep(deadline time.Duration) {
	runtime.Gosched()
	if deadline != backend.NoDeadline {
		b.timer.Reset(deadline - b.Now())
		defer b.timer.Stop()
	}
	b.sleeping.Store(true)
	if !b.Woken.Load() && b.Completed.Empty() && !b.IsDue(deadline) {
		b.poll(true)
	}
	b.sleeping.Store(false)
}

// Wake implements backend.Backend.
func (b *Backend) Wake() {
	if !b.Woken.Swap(true) {
		b.wakeSleeper()
	}
}

// wakeSleeper ends a sleep. The caller has published a reason before.
func (b *Backend) wakeSleeper() {
	if !b.sleeping.Load() || !b.sleeping.CompareAndSwap(true, false) {
		return
	}
	b.portMu.RLock()
	defer b.portMu.RUnlock()
	if !b.portClosed {
		b.port.Post()
	}
}

// poll takes operations out of the port, and waits for the first one if forever is
// true. If there are more they are left for the next poll, so that one poll is bounded.
func (b *Backend) poll(forever bool) {
	b.Polled()
	b.handleEvents(b.port.Wait(&b.events, forever))
}

// handleEvents handles the first n events.
func (b *Backend) handleEvents(n int) {
	for i := range n {
		s, moved, failed := b.events.Done(i)
		if s == nil {
			continue // from wakeSleeper
		}
		op, q := s.Op, s.Queue.(*opQueue)
		s.Queue = nil
		q.onCompletion(op, moved, failed)
		b.inFlight.Add(-1)
	}
}
