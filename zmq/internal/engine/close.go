package engine

import "github.com/actum-go/actum/zmq/internal/message"

// Close closes the connection at once; unwritten messages are handed back. The
// session's Closed is called when nothing is outstanding, which may be before
// Close returns.
func (e *conn) Close(cause error) { e.fail(cause) }

// fail begins to close. No goroutine may be writing when the stream is closed:
// attention makes a sender that is writing right now post to the dispatcher
// afterwards.
func (e *conn) fail(cause error) {
	if e.state >= stateClosing {
		return
	}
	e.cause = cause
	e.state = stateClosing
	e.engine.stop()
	e.stopQuiet()
	if e.fullWatch != nil {
		e.stopTimeout(&e.fullWatch.check)
	}
	e.mu.Lock()
	e.attention.Or(attentionClosing)
	e.mu.Unlock()
	e.closeIfDone()
}

// closeIfDone continues to close when something outstanding has completed.
func (e *conn) closeIfDone() {
	if e.state != stateClosing || !e.ownsWriter() || !e.closeGracefully() {
		return
	}
	_ = e.s.Close() // completes what is outstanding
	if e.readOp.Outstanding() || e.writeOp.Outstanding() || e.timing() || e.growing() || !e.gracefulDone() {
		return
	}
	e.state = stateClosed
	if e.cfg.Connections != nil {
		e.cfg.Connections.Add(-1)
	}
	e.decoder.Close()
	if e.coding != nil {
		e.coding.in.Close()
	}
	e.inbox.Close()
	e.session.Closed(e.engine, e.cause, e.unsent())
}

// timing reports whether a time limit is still running.
func (e *conn) timing() bool {
	return e.engine.running() || e.quiet.running() || e.fullWatch != nil && e.fullWatch.check.running()
}

// ownsWriter reports whether the dispatcher is the writer, and makes it the
// writer if the engine is idle. Otherwise a sender is writing, or has posted:
// attention keeps the writer from being released, and onFlush comes back here.
func (e *conn) ownsWriter() bool {
	if e.out == nil || e.dispatcherWrites {
		return true
	}
	e.dispatcherWrites = !e.flushOp.Outstanding() && e.out.ActivateSelf(e)
	return e.dispatcherWrites
}

// unsent returns the messages and subscriptions that the peer cannot have
// received. The pattern decides what becomes of them.
func (e *conn) unsent() *message.Batch {
	if e.inFlight.Msgs == 0 {
		return nil
	}
	e.dropWritten()
	return &e.inFlight
}
