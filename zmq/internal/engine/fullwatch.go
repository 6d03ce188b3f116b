package engine

import (
	"math"
	"time"

	"github.com/actum-go/actum/proactor"
)

// With the Inbox full nothing is read, and a peer that hangs up would not be
// noticed for as long as nobody receives: its descriptor and its memory would
// stay. So the stream is asked, soon at first, and then after twice the time each
// time: a peer that has gone is noticed after as long again as it was there, and a
// process that is left alone is woken ever more rarely.
//
// What such a peer has sent is read to the end, beyond the high-water marks: no
// more can come than the system has already.

const (
	// firstFullCheck is how long the Inbox must have been full for the first look.
	firstFullCheck = 100 * time.Millisecond
	// maxAhead is how many bytes are read ahead of a full Inbox where only reading
	// finds the end.
	maxAhead = 64 << 10
)

// full is what an engine has while its Inbox is full.
type fullWatch struct {
	check timeout
	wait  time.Duration // before the next look
	count uint32        // Engine.fulls when the wait began
}

// onFull is called when the Inbox has no room: resume will be called when it has.
func (e *Engine) onFull() {
	e.fullCount++
	e.inboxFull = true
	if e.fullWatch == nil {
		e.fullWatch = new(fullWatch)
	}
	if f := e.fullWatch; !f.check.running() {
		f.wait, f.count = firstFullCheck, e.fullCount
		e.startTimeout(&f.check, f.wait, e.onFullCheck)
	}
}

// onFullCheck looks whether the peer is still there.
func (e *Engine) onFullCheck(op *proactor.Operation) {
	f := e.fullWatch
	switch {
	case e.state != stateTraffic || op.Err() != nil:
		e.closeIfDone()
		return
	case !e.inboxFull:
		e.fullWatch = nil
		return
	case f.count != e.fullCount: // it has had room meanwhile
		f.wait, f.count = firstFullCheck, e.fullCount
	case e.hungUp():
		e.fullWatch = nil
		e.readToTheEnd()
		return
	default:
		f.wait = min(2*f.wait, math.MaxInt64/4)
	}
	e.restartTimeout(&f.check, f.wait)
}

// gone reports whether the peer has hung up. Where the stream cannot tell a few
// bytes are read ahead.
func (e *Engine) hungUp() bool {
	hungUp, known := e.s.HungUp()
	for !known && e.decoder.Ahead() < maxAhead {
		space, _ := e.decoder.Space()
		n, err := e.s.TryRead(space)
		if err != nil {
			return err != proactor.ErrWouldBlock
		}
		e.received(n)
	}
	return hungUp
}

// readToTheEnd reads what there is, whatever room there is for it.
func (e *Engine) readToTheEnd() {
	if e.inbox.Unlimit() {
		e.onResume(nil)
	} // else resume was called, and onResume will be
}
