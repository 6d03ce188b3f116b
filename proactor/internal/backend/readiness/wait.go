//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package readiness

import (
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// looksEvery is how many calls of Wait with something completed already may
// pass before one looks for edges all the same: what completes at once must not
// starve what waits, and looking is a system call.
const looksEvery = 8

// Wait implements backend.Backend.
func (b *Backend) Wait(deadline time.Duration) *backend.Op {
	if b.ended.Load() {
		return b.done.Take()
	}
	if b.skipped++; b.turns() || b.skipped >= looksEvery {
		b.look()
	}
	if list := b.done.Take(); list != nil {
		b.answered()
		return list
	}
	if deadline == 0 || b.woken.Load() {
		b.answered()
		b.look()
		return b.done.Take()
	}
	b.demux.Sleep(deadline)
	b.answered()
	return b.done.Take()
}

// answered forgets a Wake: whoever called Wait sees the reason for it.
func (b *Backend) answered() {
	if b.woken.Load() {
		b.woken.Store(false)
	}
}

// Wake implements backend.Backend.
func (b *Backend) Wake() {
	if !b.woken.Swap(true) {
		b.demux.Wake()
	}
}

// ready is asked by the goroutine that is about to sleep: is there a reason not
// to? Edges that complete nothing are none, however many there are, and those
// behind them must be looked at too: a demultiplexer that is slept on elsewhere
// may have told of all of them already.
func (b *Backend) ready() bool {
	for more := true; more; {
		if b.reason() {
			return true
		}
		more = b.look() == len(b.edges)
	}
	return b.reason()
}

// reason reports whether there is one not to sleep that needs no look.
func (b *Backend) reason() bool {
	return b.woken.Load() || b.line.some.Load() || !b.done.Empty()
}

// look collects the edges, goes on with the lanes concerned, and returns how many
// edges there were. If there may be more they are for the next look, so that one
// look is bounded.
func (b *Backend) look() int {
	b.skipped = 0
	n := b.demux.Poll(&b.edges)
	for _, e := range b.edges[:n] {
		b.mu.Lock()
		h := b.table.find(e.Token)
		b.mu.Unlock()
		if h != nil {
			h.edge(e.Flags)
		}
	}
	return n
}

// edge notes what has become possible on h.
func (h *handle) edge(flags Flags) {
	hangup := flags&Hangup != 0
	if hangup || flags&Readable != 0 {
		h.lanes[backend.In].edge(hangup)
	}
	if hangup || flags&Writable != 0 {
		h.lanes[backend.Out].edge(hangup)
	}
}
