package engine

import (
	"errors"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// The way of a byte from the stream to the socket:
//
//  1. onRead: a read completed, into the decoder's memory
//  2. take: decode all of it; messages go to the Inbox in batches
//  3. drain: if the read filled its memory there may be more: read again, without
//     waiting, as many times as the budget allows
//  4. read: wait for more, unless the Inbox is full: then the stream is left alone,
//     TCP pushes back, and resume continues with step 2
//
// One completion reads and scans a bounded amount. Then other connections are
// served, and resume continues. A peer's bytes may be cheap to send and costly
// to read: empty frames, or commands.

// readBudget is how many times one completion reads again before other
// connections are served.
const readBudget = 8

// onRead is the completion handler of reads.
func (e *conn) onRead(op *proactor.Operation) {
	if e.state >= stateClosing {
		e.onLeftover(op)
		return
	}
	if e.replacedChunk(op) {
		return
	}
	err := op.Err()
	if err != nil && (e.state == stateTraffic || !errors.Is(err, proactor.ErrCanceled)) {
		e.fail(err)
		return
	} // a read is cancelled so that a handshake can continue: see onResumeHandshake
	filled := err == nil && e.received(op.N())
	e.decoder.Turn()
	if e.take() {
		e.drain(filled)
	}
}

// received counts a read that has brought n bytes, and reports whether that
// filled its memory.
func (e *conn) received(n int) (filled bool) {
	e.reads++
	return e.incoming().Received(n)
}

// drain reads until there is nothing, then waits. The missing part of a large
// body is left to a scatter read, which brings the next header as well.
func (e *conn) drain(filled bool) {
	for budget := readBudget; filled && budget > 0 && e.mayReadMore(); budget-- {
		space, _ := e.incoming().Space()
		n, err := e.s.TryRead(space)
		if err == proactor.ErrWouldBlock {
			break
		}
		if err != nil {
			e.fail(err)
			return
		}
		filled = e.received(n)
		if !e.take() {
			return
		}
	}
	e.read()
}

func (e *conn) mayReadMore() bool {
	return e.incoming().large == nil && !e.cfg.Tuning.NoReadCoalescing
}

// read waits for more, once there is memory for it.
func (e *conn) read() {
	if e.growsInBackground() {
		return
	}
	e.renew(&e.readOp, (*conn).onRead)
	e.watch()
	if space, behind := e.incoming().Space(); behind == nil {
		e.s.Read(&e.readOp, space)
	} else {
		e.s.ReadV(&e.readOp, e.decoder.vector(space, behind))
	}
}

// take decodes the bytes that are there. It returns false if no more must be
// read now: the Inbox is full, the turn is over, or the connection is closing.
func (e *conn) take() bool {
	if e.state < stateTraffic {
		read, err := e.engine.stepHandshake()
		if err != nil {
			e.fail(err)
			return false
		}
		if e.state != stateTraffic {
			return read && e.state < stateTraffic
		}
	}
	for {
		room := e.inbox.Room()
		if room == 0 {
			e.onFull()
			return false
		}
		what, body, err := e.decoder.Scan(room)
		e.deliver()
		switch {
		case err != nil:
			e.refuse(err)
			return false
		case what == foundNothing:
			if more, err := e.decodeMore(); err != nil {
				e.refuse(err)
				return false
			} else if !more {
				return e.state == stateTraffic
			}
		case what == foundEnough:
			e.resume()
			return false
		case what == foundCommand:
			e.engine.onCommand(body)
			if e.state != stateTraffic {
				return false // the answer could not be written
			}
			e.decoder.SkipCommand(body)
		}
	}
}

// deliver hands whole messages to the Inbox, and reports those that were
// skipped.
func (e *conn) deliver() {
	if batch, ok := e.decoder.Batch(); ok {
		e.delivered += uint32(batch.Msgs)
		e.inbox.Put(batch)
	}
	if n := e.decoder.Skipped(); n > 0 {
		e.session.Refused(pipe.RefusedUnexpected, n)
	}
}

// refuse counts a message that must not be received, and closes the connection.
func (e *conn) refuse(err error) {
	why := pipe.RefusedMalformed
	if errors.Is(err, ErrTooLarge) {
		why = pipe.RefusedTooLarge
	}
	e.session.Refused(why, 1)
	e.fail(err)
}

// resume is called by a receiver when a full Inbox has room again, and when a
// turn has ended before everything is decoded.
func (e *conn) resume() { e.d.Post(e.resumeOp.get(e, (*conn).onResume)) }

// onResume continues where take stopped.
func (e *conn) onResume(*proactor.Operation) {
	if e.state != stateTraffic {
		return
	}
	e.inboxFull = false
	e.decoder.Turn()
	if e.take() {
		e.drain(true)
	}
}

// kept returns which of a peer's messages a socket of type t can use.
func kept(t wire.SocketType) keeping {
	switch messages, subscriptions := t.Receives(wire.Messages), t.Receives(wire.Subscriptions); {
	case messages && subscriptions:
		return keepMarked
	case messages:
		return keepAll
	case subscriptions:
		return keepSubscriptions
	}
	return keepNone
}
