//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package kqueue

import (
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// Sleep implements readiness.Demultiplexer. Unless there is a reason not to it
// waits in the queue, which holds a thread, and leaves what it has taken to the
// Poll that ready calls.
func (d *demultiplexer) Sleep(deadline time.Duration) {
	d.sleeping = true
	for {
		d.asleep.Store(true)
		if d.ready() {
			break
		}
		if d.taken = d.queue.Wait(&d.events, d.until(deadline)); d.taken == 0 {
			break // the deadline, or a signal
		}
	}
	d.asleep.Store(false)
	d.sleeping = false
}

// until is how long it is to deadline; negative for ever.
func (d *demultiplexer) until(deadline time.Duration) time.Duration {
	if deadline == backend.NoDeadline {
		return -1
	}
	return max(0, deadline-time.Since(d.begun))
}

// Wake implements readiness.Demultiplexer.
func (d *demultiplexer) Wake() {
	if !d.asleep.Load() || !d.asleep.CompareAndSwap(true, false) {
		return
	}
	d.life.RLock()
	defer d.life.RUnlock()
	if !d.closed {
		d.queue.Trigger()
	}
}

// Close implements readiness.Demultiplexer.
func (d *demultiplexer) Close() error {
	d.life.Lock()
	defer d.life.Unlock()
	d.closed = true
	return d.queue.Close()
}
