package netio

import (
	"math"
	"net"
	"time"

	"github.com/actum-go/actum/proactor"
)

// deadline is the deadline of a direction. Its timer is an operation of the
// dispatcher. The direction's mu guards it.
//
// Deadlines are set far more often than they pass, so setting a later deadline only
// stores it: when the timer fires, it is started again for the rest. An earlier
// deadline cancels the timer, and the timer's handler starts it again.
type deadline struct {
	set   bool          // there is a deadline
	at    time.Duration // the time at which it passes, by the dispatcher's clock
	timer *timer        // allocated by the first deadline
	armed bool          // true from the start of the timer to the call of its handler
	fires time.Duration // the time at which an armed timer fires
}

// timer is the operation of a deadline.
type timer struct {
	op        proactor.Operation
	direction *direction
}

// HandleCompletion implements proactor.Handler.
func (t *timer) HandleCompletion(*proactor.Operation) {
	h := t.direction
	h.mu.Lock()
	defer h.mu.Unlock()
	h.deadline.armed = false
	if h.deadline.set {
		h.deadline.updateLocked(h, h.d.Now())
	}
}

// setDeadline implements SetReadDeadline and SetWriteDeadline for one direction.
func (h *direction) setDeadline(t time.Time) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return net.ErrClosed
	}
	h.expired, h.deadline.set = false, false
	if t.IsZero() {
		return nil
	}
	after := time.Until(t)
	if after <= 0 {
		h.expireLocked()
		return nil
	}
	now := h.d.Now()
	h.deadline.at = now + min(after, math.MaxInt64-now)
	h.deadline.set = true
	h.deadline.updateLocked(h, now)
	return nil
}

// expireLocked makes calls fail from now on, also the one in progress.
func (h *direction) expireLocked() {
	h.expired = true
	h.interruptLocked()
}

// updateLocked expires the direction if the deadline has passed, or else makes sure
// that the timer fires in time.
func (l *deadline) updateLocked(h *direction, now time.Duration) {
	switch {
	case now >= l.at:
		l.set = false
		h.expireLocked()
	case !l.armed:
		if l.timer == nil {
			l.timer = &timer{direction: h}
			l.timer.op.Handler = l.timer
		}
		l.armed, l.fires = true, l.at
		h.d.StartTimer(&l.timer.op, l.at-now)
	case l.at < l.fires:
		l.fires = l.at
		h.d.Cancel(&l.timer.op)
	}
}

// stopLocked cancels the timer for good: the direction is closed.
func (l *deadline) stopLocked(h *direction) {
	if l.set = false; l.armed {
		h.d.Cancel(&l.timer.op)
	}
}
