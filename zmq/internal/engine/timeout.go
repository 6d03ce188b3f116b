package engine

import (
	"time"

	"github.com/actum-go/actum/proactor"
)

// timeout is a time limit: a timer operation of the dispatcher. It is made when
// it is needed, so that an idle connection has none.
type timeout struct {
	op    proactor.Operation
	timer *time.Timer // with NoTimerStructure
}

// startTimeout calls passed after d, or with an error if the timeout was
// stopped. The timeout must not be running.
func (e *conn) startTimeout(t *timeout, d time.Duration, passed func(*proactor.Operation)) {
	t.op.Handler = e.handler(func(op *proactor.Operation) {
		t.timer = nil
		passed(op)
	})
	e.restartTimeout(t, d)
}

// restartTimeout starts a timeout again with the same handler.
func (e *conn) restartTimeout(t *timeout, d time.Duration) {
	if e.cfg.Tuning.NoTimerStructure {
		t.timer = time.AfterFunc(d, func() { e.d.Post(&t.op) })
		return
	}
	e.d.StartTimer(&t.op, d)
}

// stopTimeout stops a timeout: its handler is called with an error, or not at
// all.
func (e *conn) stopTimeout(t *timeout) {
	switch {
	case t.timer == nil:
		e.d.Cancel(&t.op)
	case t.timer.Stop():
		t.timer = nil
	}
}

// running reports whether the handler will still be called.
func (t *timeout) running() bool { return t.timer != nil || t.op.Outstanding() }

// grace extends the wait for bytes that may be there already: a process that
// was suspended finds its timers due before it has read anything.
const grace = 5 * time.Millisecond

// expectation is a time limit within which something must be read.
type expectation struct {
	timeout
	reads  uint32        // conn.reads when it began
	within time.Duration // the limit
	until  time.Duration // its end by the dispatcher's clock
	graced bool
	cause  error // the connection's error if nothing is read; nil: ErrHeartbeatTimeout
}

// expect starts an expectation, or extends it if something was read meanwhile.
func (e *conn) expect(x *expectation, within time.Duration) {
	if within <= 0 || x.running() && x.reads == e.reads {
		return
	}
	x.reads, x.within, x.until, x.graced = e.reads, within, e.d.Now()+within, false
	switch {
	case x.running():
	case x.op.Handler != nil:
		e.restartTimeout(&x.timeout, within)
	default:
		e.startTimeout(&x.timeout, within, func(op *proactor.Operation) { e.onExpected(x, op) })
	}
}

// onExpected checks whether anything was read.
func (e *conn) onExpected(x *expectation, op *proactor.Operation) {
	if e.state != stateTraffic || op.Err() != nil {
		e.closeIfDone()
		return
	}
	left := x.until - e.d.Now()
	switch {
	case e.reads != x.reads: // the next PING starts it again
	case left > 0:
		e.restartTimeout(&x.timeout, left)
	case !e.readOp.Outstanding(): // at the high-water mark nothing is read
		e.restartTimeout(&x.timeout, x.within)
	case !x.graced:
		x.graced = true
		e.restartTimeout(&x.timeout, grace)
	case x.cause != nil:
		e.fail(x.cause)
	default:
		e.fail(ErrHeartbeatTimeout)
	}
}
