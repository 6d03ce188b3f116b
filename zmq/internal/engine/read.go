package engine

import (
	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// The way of a byte from the stream to the socket:
//
//  1. onRead: a read completed, into the decoder's memory
//  2. take: decode all of it; messages go to the Inbox in batches
//  3. drain: if the read filled its memory there may be more: read again, without
//     waiting, as often as the budget allows
//  4. read: wait for more; unless the Inbox is full: then the stream is left
//     alone, TCP pushes back, and resume goes on with step 2

// readBudget is how often one completion reads again before other connections
// have their turn.
const readBudget = 8

// onRead is the completion handler of reads.
func (e *Engine) onRead(op *proactor.Operation) {
	if e.state >= stateClosing {
		e.onLeftover(op)
		return
	}
	if err := op.Err(); err != nil {
		e.fail(err)
		return
	}
	e.heard++
	filled := e.decoder.Received(op.N())
	if e.take() {
		e.drain(filled)
	}
}

// drain reads until there is nothing, then waits. What is missing of a large body
// is left to a scatter read, which brings the next header as well.
func (e *Engine) drain(filled bool) {
	for budget := readBudget; filled && budget > 0 && e.drains(); budget-- {
		n, err := e.s.TryRead(e.decoder.Space()[0])
		if err == proactor.ErrWouldBlock {
			break
		}
		if err != nil {
			e.fail(err)
			return
		}
		e.heard++
		filled = e.decoder.Received(n)
		if !e.take() {
			return
		}
	}
	e.read()
}

func (e *Engine) drains() bool {
	return e.decoder.body == nil && !e.cfg.Tuning.NoReadCoalescing
}

// read waits for more.
func (e *Engine) read() {
	e.renew(&e.readOp, (*Engine).onRead)
	if v := e.decoder.Space(); len(v) == 1 {
		e.s.Read(&e.readOp, v[0])
	} else {
		e.s.ReadV(&e.readOp, v)
	}
}

// take decodes what is there. It returns false if no more is to be read now: the
// Inbox is full, or the connection is closing.
func (e *Engine) take() bool {
	if e.state < stateTraffic {
		if err := e.handshake(); err != nil {
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
			return false
		}
		what, body, err := e.decoder.Scan(room)
		if err == nil && what == foundCommand {
			e.deliver()
			if err = e.onCommand(body); e.state != stateTraffic {
				return false // the answer could not be written
			}
			e.decoder.SkipCommand(body)
		}
		e.deliver()
		if err != nil {
			e.fail(err)
			return false
		}
		if what == foundNothing {
			return e.state == stateTraffic
		}
	}
}

// deliver hands whole messages to the Inbox.
func (e *Engine) deliver() {
	if batch, ok := e.decoder.Batch(); ok {
		e.inbox.Put(batch)
	}
}

// resume is called by a receiver when a full Inbox has room again.
func (e *Engine) resume() { e.d.Post(e.resumeOp.need(e, (*Engine).onResume)) }

// onResume goes on where take stopped.
func (e *Engine) onResume(*proactor.Operation) {
	if e.state == stateTraffic && e.take() {
		e.drain(true)
	}
}

// fromSubscriber reports whether the peer's messages are subscriptions.
func (e *Engine) fromSubscriber() bool { return e.cfg.Type == wire.PUB || e.cfg.Type == wire.XPUB }
