package engine

import (
	"math"
	"time"

	"github.com/actum-go/actum/proactor"
)

// With the Inbox full nothing is read, and a peer that hangs up would not be
// noticed until the application receives: its descriptor and its memory would
// stay. So the engine asks the stream, soon at first, and then each time after
// twice as long. A peer that has gone is noticed after at most as long again as
// it was there, and the wake-ups of an idle process become rarer and rarer.
//
// All that such a peer has sent is read, beyond the high-water marks: no more
// can come than the system has already.

const (
	// firstFullCheck is how long the Inbox must have been full for the first
	// check.
	firstFullCheck = 100 * time.Millisecond
	// maxAhead is how many bytes are read ahead of a full Inbox if only reading
	// finds the end of the stream.
	maxAhead = 64 << 10
)

// fullWatch is the state of an engine while its Inbox is full.
type fullWatch struct {
	check timeout
	wait  time.Duration // before the next check
	times uint32        // how many times the Inbox was found full
	count uint32        // times when the wait began
}

// onFull is called when the Inbox has no room; resume is called when it has.
func (e *conn) onFull() {
	e.inboxFull = true
	if e.fullWatch == nil {
		e.fullWatch = new(fullWatch)
	}
	e.fullWatch.times++
	if f := e.fullWatch; !f.check.running() {
		f.wait, f.count = firstFullCheck, f.times
		e.startTimeout(&f.check, f.wait, e.onFullCheck)
	}
}

// onFullCheck checks whether the peer is still there.
func (e *conn) onFullCheck(op *proactor.Operation) {
	f := e.fullWatch
	switch {
	case e.state != stateTraffic || op.Err() != nil:
		e.closeIfDone()
		return
	case !e.inboxFull:
		e.fullWatch = nil
		return
	case f.count != f.times: // the Inbox has had room meanwhile
		f.wait, f.count = firstFullCheck, f.times
	case e.hungUp():
		e.fullWatch = nil
		e.readToTheEnd()
		return
	default:
		f.wait = min(2*f.wait, math.MaxInt64/4)
	}
	e.restartTimeout(&f.check, f.wait)
}

// hungUp reports whether the peer has hung up. If the stream does not know, a
// few bytes are read ahead.
func (e *conn) hungUp() bool {
	hungUp, known := e.s.HungUp()
	for !known && e.coding.decoded() && e.incoming().Ahead() < maxAhead {
		space, _ := e.incoming().Space()
		n, err := e.s.TryRead(space)
		if err != nil {
			return err != proactor.ErrWouldBlock
		}
		e.received(n)
	}
	return hungUp
}

// readToTheEnd reads all that has been sent, without limits.
func (e *conn) readToTheEnd() {
	if e.inbox.Unlimit() {
		e.onResume(nil)
	} // otherwise resume was called, and onResume will be
}
