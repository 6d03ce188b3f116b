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
type parting struct {
	patience time.Duration // how long step 3 may wait; 0: what is there already is all that is read
	left     int           // bytes that may still be dropped
	begun    bool          // step 2 is done
	over     bool          // and step 3
	limit    timeout
	mem      *message.Buffer // what is dropped goes here
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
func (e *Engine) Part(cause error, patience time.Duration) {
	if e.state == stateTraffic && e.cfg.Type.Sends() {
		e.parting = &parting{patience: patience, left: maxLeftover}
	}
	e.fail(cause)
}

// Hurry ends a wait for the peer that Part has begun.
func (e *Engine) Hurry() {
	if p := e.parting; p != nil && e.state == stateClosing {
		p.patience, p.over = 0, p.over || p.begun
		e.settle()
	}
}

// parted goes on parting, and reports whether it is over. Nobody writes but the
// dispatcher.
func (e *Engine) parted() bool {
	p := e.parting
	if p == nil || p.over {
		return true
	}
	if e.writeOp.Outstanding() {
		if p.patience <= 0 { // the peer does not read: closing ends the write, and a cancelled one may take long to come back
			p.over = true
			return true
		}
		e.d.Cancel(e.writeOp.need(e, (*Engine).onWritten)) // settle is called again when it is back
		return false
	}
	if !p.begun {
		p.begun = true
		if p.over = e.s.CloseWrite() != nil; !p.over {
			e.awaitEnd()
		}
	}
	return p.over
}

// awaitEnd begins step 3. A read that is outstanding is part of it.
func (e *Engine) awaitEnd() {
	p := e.parting
	if !e.readOp.Outstanding() {
		p.over = !e.dropLeftover()
	}
	if p.patience <= 0 {
		p.over = true
	}
	if p.over {
		return
	}
	e.after(&p.limit, p.patience, e.onPartingLimit)
	if !e.readOp.Outstanding() {
		e.s.Read(&e.readOp, p.space())
	}
}

// space is where the leftovers go. Most connections have none: their peers just
// end.
func (p *parting) space() []byte {
	if p.mem == nil {
		p.mem = message.NewBuffer(leftoverChunk)
	}
	return p.mem.Data()
}

// dropLeftover reads what is there. It returns false when there will not be any
// more, or enough was dropped.
func (e *Engine) dropLeftover() bool {
	p := e.parting
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
	if p := e.parting; p != nil && p.begun && !p.over {
		p.left -= op.N()
		if op.Err() == nil && e.dropLeftover() {
			e.s.Read(&e.readOp, p.space())
			return
		}
		p.over = true
	}
	e.settle()
}

// onPartingLimit ends the wait for the peer.
func (e *Engine) onPartingLimit(*proactor.Operation) {
	e.parting.over = true
	e.settle()
}

// partingDone gives back what parting took, and reports whether nothing of it is
// outstanding. The stream is closed.
func (e *Engine) partingDone() bool {
	p := e.parting
	if p == nil {
		return true
	}
	if e.stop(&p.limit); p.limit.running() {
		return false
	}
	if p.mem != nil {
		p.mem.Release()
		p.mem = nil
	}
	return true
}
