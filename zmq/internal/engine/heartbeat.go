package engine

import (
	"fmt"
	"os"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// Heartbeats detect that a peer is gone although its connection is still there
// (RFC 37, "Connection Heartbeating"). We send a PING each interval, and expect
// a PONG or anything else from the peer within the timeout. The peer's PING may
// say within which time to expect more from it; that is checked too, whether or
// not we send PINGs.
//
// A message costs no look at the clock: reads are counted, and an expectation
// compares the counts when its time is over.

// ErrHeartbeatTimeout means that the peer did not send anything in time.
var ErrHeartbeatTimeout = fmt.Errorf("nothing heard from the peer in time: %w", os.ErrDeadlineExceeded)

// heartbeat is the state of an engine with heartbeats.
type heartbeat struct {
	next timeout     // until the next PING
	pong expectation // of an answer to our own PING
	more expectation // of what the peer's PING promised
}

// newHeartbeat returns the engine's heartbeat, and makes it if there is
// none.
func (e *ZMTP) newHeartbeat() *heartbeat {
	if e.heartbeat == nil {
		e.heartbeat = new(heartbeat)
	}
	return e.heartbeat
}

// startHeartbeat begins to send PINGs, when the traffic begins.
func (e *ZMTP) startHeartbeat() {
	if o := e.cfg.Heartbeat; o != nil {
		e.startTimeout(&e.newHeartbeat().next, o.Interval, e.onBeat)
	}
}

// stopHeartbeat stops the timers of the heartbeat.
func (e *ZMTP) stopHeartbeat() {
	if h := e.heartbeat; h != nil {
		e.stopTimeout(&h.next)
		e.stopTimeout(&h.pong.timeout)
		e.stopTimeout(&h.more.timeout)
	}
}

func (h *heartbeat) running() bool {
	return h != nil && (h.next.running() || h.pong.running() || h.more.running())
}

// onBeat sends a PING, unless earlier bytes still wait to be written: then a
// missing answer would not be the peer's fault.
func (e *ZMTP) onBeat(op *proactor.Operation) {
	if e.state != stateTraffic || op.Err() != nil {
		e.closeIfDone()
		return
	}
	o := e.cfg.Heartbeat
	if !e.writeOp.Outstanding() && e.waiting() == 0 {
		e.queueCommand(wire.AppendPing(nil, o.TTL, nil))
		if e.state != stateTraffic {
			return // the PING could not be written
		}
		e.expect(&e.heartbeat.pong, o.Timeout)
	}
	e.restartTimeout(&e.heartbeat.next, o.Interval)
}
