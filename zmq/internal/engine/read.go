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
func (e *ZMTP) onRead(op *proactor.Operation) {
	if e.state >= stateClosing {
		e.onLeftover(op)
		return
	}
	if e.replacedChunk(op) {
		return
	}
	if err := op.Err(); err != nil {
		e.fail(err)
		return
	}
	filled := e.received(op.N())
	e.decoder.Turn()
	if e.take() {
		e.drain(filled)
	}
}

// received counts a read that has brought n bytes, and reports whether that
// filled its memory.
func (e *ZMTP) received(n int) (filled bool) {
	e.reads++
	return e.decoder.Received(n)
}

// drain reads until there is nothing, then waits. The missing part of a large
// body is left to a scatter read, which brings the next header as well.
func (e *ZMTP) drain(filled bool) {
	for budget := readBudget; filled && budget > 0 && e.mayReadMore(); budget-- {
		space, _ := e.decoder.Space()
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

func (e *ZMTP) mayReadMore() bool {
	return e.decoder.large == nil && !e.cfg.Tuning.NoReadCoalescing
}

// read waits for more, once there is memory for it.
func (e *ZMTP) read() {
	if e.growsInBackground() {
		return
	}
	e.renew(&e.readOp, (*ZMTP).onRead)
	e.watch()
	if space, behind := e.decoder.Space(); behind == nil {
		e.s.Read(&e.readOp, space)
	} else {
		e.s.ReadV(&e.readOp, e.decoder.vector(space, behind))
	}
}

// take decodes the bytes that are there. It returns false if no more must be
// read now: the Inbox is full, the turn is over, or the connection is closing.
func (e *ZMTP) take() bool {
	if e.state < stateTraffic {
		if err := e.stepHandshake(); err != nil {
			e.fail(err)
			return false
		}
		if e.state != stateTraffic {
			return e.state < stateTraffic
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
			return e.state == stateTraffic
		case what == foundEnough:
			e.resume()
			return false
		case what == foundCommand:
			e.onCommand(body)
			if e.state != stateTraffic {
				return false // the answer could not be written
			}
			e.decoder.SkipCommand(body)
		}
	}
}

// deliver hands whole messages to the Inbox, and reports those that were
// skipped.
func (e *ZMTP) deliver() {
	if batch, ok := e.decoder.Batch(); ok {
		e.inbox.Put(batch)
	}
	if n := e.decoder.Skipped(); n > 0 {
		e.session.Refused(pipe.RefusedUnexpected, n)
	}
}

// refuse counts a message that must not be received, and closes the connection.
func (e *ZMTP) refuse(err error) {
	why := pipe.RefusedMalformed
	if errors.Is(err, ErrTooLarge) {
		why = pipe.RefusedTooLarge
	}
	e.session.Refused(why, 1)
	e.fail(err)
}

// resume is called by a receiver when a full Inbox has room again, and when a
// turn has ended before everything is decoded.
func (e *ZMTP) resume() { e.d.Post(e.resumeOp.get(e, (*ZMTP).onResume)) }

// onResume continues where take stopped.
func (e *ZMTP) onResume(*proactor.Operation) {
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
