package engine

import "github.com/actum-go/actum/zmq/internal/message"

// Close closes the connection at once; what is not written is handed back. The
// session's Closed is called when all is quiet, which may be before Close returns.
func (e *Engine) Close(cause error) { e.fail(cause) }

// fail begins to close. Nobody may be writing when the stream is closed: a
// sender that writes by itself right now hands the work to the dispatcher
// afterwards, as attention tells it.
func (e *Engine) fail(cause error) {
	if e.state >= stateClosing {
		return
	}
	e.cause = cause
	e.state = stateClosing
	if e.shaking != nil {
		if e.shaking.refused != nil {
			e.cause = e.shaking.refused
		}
		e.stop(&e.shaking.limit)
	}
	e.stopHeart()
	e.stopQuiet()
	if e.full != nil {
		e.stop(&e.full.look)
	}
	e.mu.Lock()
	e.dying = true
	e.attention.Store(true)
	e.mu.Unlock()
	e.settle()
}

// settle goes on closing when something outstanding has come back.
func (e *Engine) settle() {
	if e.state != stateClosing || !e.ownsWriter() || !e.parted() {
		return
	}
	_ = e.s.Close() // completes what is outstanding
	if e.readOp.Outstanding() || e.writeOp.Outstanding() || e.timing() || e.growing() || !e.partingDone() {
		return
	}
	e.state = stateClosed
	if e.cfg.Connections != nil {
		e.cfg.Connections.Add(-1)
	}
	e.decoder.Close()
	e.inbox.Shut()
	e.session.Closed(e, e.cause, e.unsent())
}

// timing reports whether a time limit is still running.
func (e *Engine) timing() bool {
	return e.shaking != nil && e.shaking.limit.running() || e.heart.running() || e.quiet.running() || e.full != nil && e.full.look.running()
}

// ownsWriter reports whether the dispatcher is the writer, and makes it the
// writer if nobody is. If not, a sender is writing, or has handed on: onFlush will
// come back here, because attention does not let the writer rest.
func (e *Engine) ownsWriter() bool {
	if e.out == nil || e.holding {
		return true
	}
	e.holding = !e.flushOp.Outstanding() && e.out.Work(e)
	return e.holding
}

// unsent is what the peer cannot have received.
func (e *Engine) unsent() *message.Batch {
	if e.flight.Msgs == 0 {
		return nil
	}
	if e.subscribes() {
		e.flight.Reset() // translated; said again on the next connection
		return nil
	}
	e.flight.DropWritten(e.written)
	return &e.flight
}
