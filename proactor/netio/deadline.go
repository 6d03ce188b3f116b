package netio

import (
	"math"
	"net"
	"time"

	"github.com/actum-go/actum/proactor"
)

// deadline is the time limit of a half: a timer of the dispatcher's. The half's
// mu covers it.
//
// Deadlines are set far more often than they pass, so that setting a later one
// only notes it: the timer, when it fires, looks for how much longer it is. Only
// an earlier one has the timer cancelled, whose handler then starts it anew.
type deadline struct {
	set   bool          // there is one
	at    time.Duration // when it passes, by the dispatcher's clock
	timer *timer        // made for the first deadline
	armed bool          // from the start of the timer to the call of its handler
	fires time.Duration // when the timer, which is armed, is looked at
}

// timer is the operation of a deadline.
type timer struct {
	op   proactor.Operation
	half *half
}

// HandleCompletion implements proactor.Handler.
func (t *timer) HandleCompletion(*proactor.Operation) {
	h := t.half
	h.mu.Lock()
	defer h.mu.Unlock()
	h.deadline.armed = false
	if h.deadline.set {
		h.deadline.look(h, h.d.Now())
	}
}

// setDeadline is SetReadDeadline and its like, for one direction.
func (h *half) setDeadline(t time.Time) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return net.ErrClosed
	}
	h.expired, h.deadline.set = false, false
	if t.IsZero() {
		return nil
	}
	now := h.d.Now()
	after := min(max(time.Until(t), 0), math.MaxInt64-now)
	h.deadline.at = now + after
	h.deadline.set = true
	h.deadline.look(h, now)
	return nil
}

// look does what the time says: expire, or see to it that the timer fires.
func (l *deadline) look(h *half, now time.Duration) {
	switch {
	case now >= l.at:
		l.set, h.expired = false, true
		h.interrupt()
	case !l.armed:
		if l.timer == nil {
			l.timer = &timer{half: h}
			l.timer.op.Handler = l.timer
		}
		l.armed, l.fires = true, l.at
		h.d.StartTimer(&l.timer.op, l.at-now)
	case l.at < l.fires:
		l.fires = l.at
		h.d.Cancel(&l.timer.op)
	}
}

// stop ends the timer for good: the half is closed.
func (l *deadline) stop(h *half) {
	if l.set = false; l.armed {
		h.d.Cancel(&l.timer.op)
	}
}
