//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package kqueue

import (
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// Sleep implements readiness.Demultiplexer. It waits in the queue, which holds a
// thread, unless there is a reason not to. The events it takes are for the Poll that
// ready calls.
func (d *demultiplexer) Sleep(deadline time.Duration) {
	d.inSleep = true
	for {
		d.sleeping.Store(true)
		if d.ready() {
			break
		}
		if d.taken = d.queue.Wait(&d.events, d.until(deadline)); d.taken == 0 {
			break // at the deadline, or after a signal
		}
	}
	d.sleeping.Store(false)
	d.inSleep = false
}

// until returns the time until deadline; negative for NoDeadline.
func (d *demultiplexer) until(deadline time.Duration) time.Duration {
	if deadline == backend.NoDeadline {
		return -1
	}
	return max(0, deadline-time.Since(d.begun))
}

// Wake implements readiness.Demultiplexer.
func (d *demultiplexer) Wake() {
	if !d.sleeping.Load() || !d.sleeping.CompareAndSwap(true, false) {
		return
	}
	d.closeMu.RLock()
	defer d.closeMu.RUnlock()
	if !d.closed {
		d.queue.Trigger()
	}
}

// Close implements readiness.Demultiplexer.
func (d *demultiplexer) Close() error {
	d.closeMu.Lock()
	defer d.closeMu.Unlock()
	d.closed = true
	return d.queue.Close()
}
