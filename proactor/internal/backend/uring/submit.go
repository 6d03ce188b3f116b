//go:build linux

package uring

import (
	"runtime"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/sys"
)

// push publishes an entry, or keeps it for when there is room: the order is
// kept. The lock is held.
func (b *Backend) push(e *sys.SQE) {
	if len(b.backlog) == 0 {
		if b.place(e) {
			return
		}
		if b.thread == nil {
			b.ring.Enter(b.ring.Pending(), 0, true) // full; whatever it says, look again
			if b.place(e) {
				return
			}
		}
	}
	b.backlog = append(b.backlog, *e)
	b.spilled.Store(true)
}

func (b *Backend) place(e *sys.SQE) bool {
	free := b.ring.NextSQE()
	if free == nil {
		return false
	}
	*free = *e
	b.ring.Publish()
	return true
}

// refill moves what was kept into the submission queue.
func (b *Backend) refill() {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := 0
	for n < len(b.backlog) && b.place(&b.backlog[n]) {
		n++
	}
	b.backlog = append(b.backlog[:0], b.backlog[n:]...)
	b.spilled.Store(len(b.backlog) > 0)
}

// submit makes the kernel take everything that is published. It never waits.
// It reports false when completions have to be read first.
func (b *Backend) submit() bool {
	for b.ring.Pending() > 0 || b.spilled.Load() {
		_, bytes := b.expected.take()
		_, errno := b.ring.Enter(b.ring.Pending(), 0, bytes <= sys.QuickCopy)
		switch {
		case errno == 0 || errno == unix.EINTR:
		case passing(errno): // the completion queue has overflowed, or memory is short
			runtime.Gosched()
			return false
		default:
			// No entry causes this: somebody has closed our descriptor, or has
			// installed a filter after New. Nothing would ever complete again.
			panic("uring: io_uring_enter: " + errno.Error())
		}
		if b.spilled.Load() {
			b.refill()
		}
	}
	return true
}

// passing reports whether an error of Enter goes away by itself, or by reading
// completions.
func passing(errno unix.Errno) bool {
	return errno == unix.EINTR || errno == unix.EBUSY || errno == unix.EAGAIN
}

// nudge gets what was just queued to where it is going while the dispatcher is
// parked. While it is not, it will come by itself.
func (b *Backend) nudge() {
	switch {
	case !b.rest.Asleep():
		return
	case b.thread != nil:
		b.thread.Wake()
		return
	}
	b.life.RLock()
	defer b.life.RUnlock()
	switch {
	case b.ended:
	case !b.submit() || b.ready.Load() || b.standing.Load():
		b.Wake()
	}
}
