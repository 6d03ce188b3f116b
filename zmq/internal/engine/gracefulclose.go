package engine

import (
	"time"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq/internal/message"
)

// The end in good order. A stream that is closed while the peer's bytes wait to
// be read, or still come, is reset, and a reset takes with it what was written
// and has not arrived. So
//
//  1. wait until nobody writes; what does not fit any more is left out
//  2. end the writing side: the peer reads all that was written, then the end
//  3. read, and drop what comes, until the peer ends its side too
//  4. close
//
// Neither a peer that is slow to read nor one that goes on writing holds that up
// for long: the time and the bytes of step 3 are bounded.
type gracefulClose struct {
	timeout    time.Duration // how long step 3 may wait; 0: what is there already is all that is read
	left       int           // bytes that may still be dropped
	writeEnded bool          // step 2 is done
	done       bool          // and step 3
	limit      timeout
	mem        *message.Buffer // what is dropped goes here
}

const (
	// maxLeftover is how many bytes of the peer's are dropped: as many as fit into
	// a pair of socket buffers that the system has let grow.
	maxLeftover = 16 << 20
	// leftoverChunk is how many are read at a time.
	leftoverChunk = 16 << 10
)

// Part closes the connection so that what was written arrives, also where the
// peer has written something that nobody reads. It waits for the peer to leave
// for as long as patience says. A socket that cannot have sent a message has
// nothing to wait for.
func (e *Engine) CloseGracefully(cause error, patience time.Duration) {
	if e.state == stateTraffic && e.cfg.Type.Sends() {
		e.graceful = &gracefulClose{timeout: patience, left: maxLeftover}
	}
	e.fail(cause)
}

// Hurry ends a wait for the peer that Part has begun.
func (e *Engine) CloseNow() {
	if p := e.graceful; p != nil && e.state == stateClosing {
		p.timeout, p.done = 0, p.done || p.writeEnded
		e.closeIfDone()
	}
}

// parted goes on parting, and reports whether it is over. Nobody writes but the
// dispatcher.
func (e *Engine) closeGracefully() bool {
	p := e.graceful
	if p == nil || p.done {
		return true
	}
	if e.writeOp.Outstanding() {
		if p.timeout <= 0 { // the peer does not read: closing ends the write, and a cancelled one may take long to come back
			p.done = true
			return true
		}
		e.d.Cancel(e.writeOp.get(e, (*Engine).onWritten)) // settle is called again when it is back
		return false
	}
	if !p.writeEnded {
		p.writeEnded = true
		if p.done = e.s.CloseWrite() != nil; !p.done {
			e.awaitEnd()
		}
	}
	return p.done
}

// awaitEnd begins step 3. A read that is outstanding is part of it.
func (e *Engine) awaitEnd() {
	p := e.graceful
	if !e.readOp.Outstanding() {
		p.done = !e.dropLeftover()
	}
	if p.timeout <= 0 {
		p.done = true
	}
	if p.done {
		return
	}
	e.startTimeout(&p.limit, p.timeout, e.onGracefulLimit)
	if !e.readOp.Outstanding() {
		e.s.Read(&e.readOp, p.space())
	}
}

// space is where the leftovers go. Most connections have none: their peers just
// end.
func (p *gracefulClose) space() []byte {
	if p.mem == nil {
		p.mem = message.NewBuffer(leftoverChunk)
	}
	return p.mem.Data()
}

// dropLeftover reads what is there. It returns false when there will not be any
// more, or enough was dropped.
func (e *Engine) dropLeftover() bool {
	p := e.graceful
	for p.left > 0 {
		n, err := e.s.TryRead(p.space())
		p.left -= n
		if err != nil {
			return err == proactor.ErrWouldBlock
		}
	}
	return false
}

// onLeftover is the completion handler of reads when the connection is closing.
func (e *Engine) onLeftover(op *proactor.Operation) {
	if p := e.graceful; p != nil && p.writeEnded && !p.done {
		p.left -= op.N()
		if op.Err() == nil && e.dropLeftover() {
			e.s.Read(&e.readOp, p.space())
			return
		}
		p.done = true
	}
	e.closeIfDone()
}

// onGracefulLimit ends the wait for the peer.
func (e *Engine) onGracefulLimit(*proactor.Operation) {
	e.graceful.done = true
	e.closeIfDone()
}

// gracefulDone gives back what parting took, and reports whether nothing of it is
// outstanding. The stream is closed.
func (e *Engine) gracefulDone() bool {
	p := e.graceful
	if p == nil {
		return true
	}
	if e.stopTimeout(&p.limit); p.limit.running() {
		return false
	}
	if p.mem != nil {
		p.mem.Release()
		p.mem = nil
	}
	return true
}
