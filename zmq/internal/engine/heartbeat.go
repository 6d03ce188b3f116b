package engine

import (
	"fmt"
	"os"
	"time"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// Heartbeats find out that a peer is gone although its connection is still there
// (RFC 37, "Connection Heartbeating"). We send a PING each interval, and expect
// something of the peer's within the timeout: its PONG, or anything else. A PING
// of the peer's may say within which time to expect more of it: that is kept too,
// whether or not we send any.
//
// A message costs no look at the clock: reads are counted, and what was expected
// is compared with the count when its time is over.

// ErrHeartbeatTimeout means that the peer was expected to say something, and did not.
var ErrHeartbeatTimeout = fmt.Errorf("nothing heard from the peer in time: %w", os.ErrDeadlineExceeded)

// Heartbeat says how an engine sends them.
type Heartbeat struct {
	Interval time.Duration // between PINGs
	Timeout  time.Duration // how soon something is expected after each; 0: it is not
	TTL      time.Duration // how soon the peer may expect more after each; 0: it need not
}

// grace is how much longer something is waited for that may be there already: a
// process that was suspended finds its timers due before it has read anything.
const grace = 5 * time.Millisecond

// expectation is that something is heard until a certain time.
type expectation struct {
	timeout
	reads  uint32        // Engine.heard when it began
	within time.Duration // how long it was to take
	until  time.Duration // by the dispatcher's clock
	graced bool
	cause  error // what is wrong if it is not; nil: ErrHeartbeatTimeout
}

// heartbeat is what an engine with heartbeats has.
type heartbeat struct {
	next timeout     // until the next PING
	pong expectation // what our own PINGs are to bring
	more expectation // what the peer's PING promised
}

// beats makes the engine's heartbeat.
func (e *Engine) newHeartbeat() *heartbeat {
	if e.heartbeat == nil {
		e.heartbeat = new(heartbeat)
	}
	return e.heartbeat
}

// startHeartbeat begins to send PINGs, when the traffic begins.
func (e *Engine) startHeartbeat() {
	if o := e.cfg.Heartbeat; o != nil {
		e.startTimeout(&e.newHeartbeat().next, o.Interval, e.onBeat)
	}
}

// stopHeartbeat ends what is running of a heartbeat.
func (e *Engine) stopHeartbeat() {
	if h := e.heartbeat; h != nil {
		e.stopTimeout(&h.next)
		e.stopTimeout(&h.pong.timeout)
		e.stopTimeout(&h.more.timeout)
	}
}

func (h *heartbeat) running() bool {
	return h != nil && (h.next.running() || h.pong.running() || h.more.running())
}

// onBeat sends a PING, unless there is no way to the peer just now: then it is not
// its fault that it does not answer.
func (e *Engine) onBeat(op *proactor.Operation) {
	if e.state != stateTraffic || op.Err() != nil {
		e.closeIfDone()
		return
	}
	o := e.cfg.Heartbeat
	if !e.writeOp.Outstanding() && e.waiting() == 0 {
		e.queueCommand(wire.AppendPing(nil, o.TTL, nil))
		if e.state != stateTraffic {
			return // it could not be written
		}
		e.expect(&e.heartbeat.pong, o.Timeout)
	}
	e.restartTimeout(&e.heartbeat.next, o.Interval)
}

// expect begins to expect something, or expects it later if it was heard already.
func (e *Engine) expect(x *expectation, within time.Duration) {
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

// onExpected looks whether what was expected has been heard.
func (e *Engine) onExpected(x *expectation, op *proactor.Operation) {
	if e.state != stateTraffic || op.Err() != nil {
		e.closeIfDone()
		return
	}
	left := x.until - e.d.Now()
	switch {
	case e.reads != x.reads: // the next PING begins anew
	case left > 0:
		e.restartTimeout(&x.timeout, left)
	case !e.readOp.Outstanding(): // at the high-water mark nothing is heard
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
