package engine

import (
	"time"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// A graceful close. A stream that is closed while the peer's bytes wait to be
// read, or still come, is reset, and the reset discards bytes that were written
// and have not arrived. So
//
//  1. wait until no write is outstanding; what does not fit any more is not sent
//  2. end the write side: the peer reads all that was written, then the end
//  3. read and drop what comes, until the peer ends its side too
//  4. close
//
// The time and the bytes of step 3 are bounded, because a peer may be slow to
// read, or write without end. A connection on which the peer has read everything, as
// its replies show, is closed after step 1.
type gracefulClose struct {
	timeout    time.Duration // how long step 3 may wait; 0: only bytes that are there already are read
	left       int           // bytes that may still be dropped
	writeEnded bool          // step 2 is done
	done       bool          // step 3 is done
	limit      timeout
	mem        *message.Buffer // the memory that dropped bytes are read into
}

const (
	// maxLeftover bounds the bytes that are dropped: as many as fit into a pair
	// of socket buffers that the system has let grow.
	maxLeftover = 16 << 20
	// leftoverChunk is how many bytes are read at a time.
	leftoverChunk = 16 << 10
)

// CloseGracefully closes the connection so that what was written arrives, even
// if the peer has written something that is not read. It waits up to timeout
// for the peer to end its side. A socket that cannot have sent a message has
// nothing to wait for.
func (e *conn) CloseGracefully(cause error, timeout time.Duration) {
	if e.state == stateTraffic && e.cfg.Type.Sends(wire.Messages) {
		e.graceful = &gracefulClose{timeout: timeout, left: maxLeftover}
	}
	e.fail(cause)
}

// CloseNow ends a wait that CloseGracefully has begun.
func (e *conn) CloseNow() {
	if p := e.graceful; p != nil && e.state == stateClosing {
		p.timeout, p.done = 0, p.done || p.writeEnded
		e.closeIfDone()
	}
}

// closeGracefully continues a graceful close, and reports whether it is over.
// Only the dispatcher may be writing.
func (e *conn) closeGracefully() bool {
	p := e.graceful
	if p == nil || p.done {
		return true
	}
	if e.writeOp.Outstanding() {
		if p.timeout <= 0 { // the peer does not read: closing ends the write, and a cancelled write may take long to complete
			p.done = true
			return true
		}
		e.d.Cancel(e.writeOp.get(e, (*conn).onWritten)) // its handler calls closeIfDone again
		return false
	}
	if e.answered() {
		p.done = true
		return true
	}
	if !p.writeEnded {
		p.writeEnded = true
		if p.done = e.s.CloseWrite() != nil; !p.done {
			e.awaitEnd()
		}
	}
	return p.done
}

// answered reports whether the peer has read every message that was written to it: a
// REQ has as many replies as it has sent requests. Then steps 2 and 3 would wait for
// nothing.
func (e *conn) answered() bool {
	return e.cfg.Type == wire.REQ && e.inFlight.Msgs == 0 && e.sent == e.delivered
}

// awaitEnd begins step 3. An outstanding read becomes a part of it.
func (e *conn) awaitEnd() {
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

// space returns the memory for leftovers. It is made when it is first needed:
// most peers just end their side.
func (p *gracefulClose) space() []byte {
	if p.mem == nil {
		p.mem = message.NewBuffer(leftoverChunk)
	}
	return p.mem.Data()
}

// dropLeftover reads the bytes that are there. It returns false when no more
// will come, or enough were dropped.
func (e *conn) dropLeftover() bool {
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

// onLeftover is the completion handler of reads while the connection is
// closing.
func (e *conn) onLeftover(op *proactor.Operation) {
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
func (e *conn) onGracefulLimit(*proactor.Operation) {
	e.graceful.done = true
	e.closeIfDone()
}

// gracefulDone frees what a graceful close took, and reports whether nothing of
// it is outstanding. The stream is closed.
func (e *conn) gracefulDone() bool {
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
