//go:build linux

package uring

import (
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// Wait submits what has gathered since the last call and returns what has
// completed. Only when that is nothing does it park.
func (b *Backend) Wait(deadline time.Duration) *backend.Op {
	switch {
	case b.ended:
		return b.left()
	case b.thread != nil:
		return b.thread.wait(deadline)
	}
	for {
		b.takeTurns()
		b.submit()
		b.flush()
		list := b.reap()
		if list != nil || b.woken.Load() || b.passed(deadline) {
			b.answer()
			return list
		}
		if b.standing.Load() {
			continue
		}
		b.rest.Sleep(deadline)
		b.round.Add(1)
	}
}

func (b *Backend) passed(deadline time.Duration) bool {
	return deadline == 0 || deadline != backend.NoDeadline && deadline <= b.Now()
}

// answer forgets a wake: who calls Wait will look for its reason now.
func (b *Backend) answer() {
	if b.woken.Load() {
		b.woken.Store(false)
	}
}

// left is what Close has left for Wait, and what was started too late.
func (b *Backend) left() *backend.Op {
	b.mu.Lock()
	list, doomed, spares := b.done.Take(), b.doomed, b.spares
	b.doomed, b.spares = nil, backend.SpareBuffers{}
	b.mu.Unlock()
	spares.Release()
	bury(doomed)
	return list
}

// flush fetches completions that the kernel keeps to itself.
func (b *Backend) flush() {
	if b.ring.Ready() == 0 && b.ring.NeedsEnter() {
		b.ring.Enter(0, sys.RingEnterGetEvents, true)
	}
}

// stirring reports whether there is a reason not to sleep.
func (b *Backend) stirring() bool {
	return b.ring.Ready() > 0 || b.woken.Load() || b.ring.Pending() > 0 || b.ring.Overflown() || b.ready.Load() || b.standing.Load()
}

// Wake makes Wait return.
func (b *Backend) Wake() {
	if !b.woken.Load() && !b.woken.Swap(true) {
		b.rest.Wake()
	}
}
