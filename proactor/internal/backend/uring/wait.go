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
	if b.ended {
		return b.left()
	}
	for {
		b.submit()
		b.flush()
		list := b.reap()
		if list != nil || deadline == 0 || b.woken.Load() {
			b.answered()
			return list
		}
		if deadline <= b.Now() {
			b.answered()
			return nil
		}
		b.sleep(deadline, b.begun, b.busy)
	}
}

// left is what Close has left for Wait, and what was started too late.
func (b *Backend) left() *backend.Op {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.done.Take()
}

// flush fetches completions that the kernel keeps to itself.
func (b *Backend) flush() {
	if b.ring.Ready() == 0 && b.ring.NeedsEnter() {
		b.ring.Enter(0, sys.RingEnterGetEvents, true)
	}
}

// busy reports whether something has been queued since submit.
func (b *Backend) busy() bool {
	return b.ring.Pending() > 0 || b.ring.Ready() > 0 || b.hasDone()
}

// Wake makes Wait return.
func (b *Backend) Wake() { b.wake() }
