package engine

import "math"

// turn says which goroutine has the work that was posted to the dispatcher. A
// sender in a loop reaches its high-water mark before the dispatcher's
// goroutine has even been woken: instead of waiting for it, the sender does
// that work, and continues.
//
//	            postFlush             onFlush
//	turnNone ───────────▶ turnPosted ─────────▶ turnNone    the dispatcher writes
//	         FlushInline  │    ▲
//	                      ▼    │ done
//	                     turnInline ─────────▶ turnMissed   the dispatcher has come and
//	                                 onFlush                left: the sender posts again,
//	                                                        or releases the writer
//
// While the post is outstanding the writer is not released: the dispatcher
// writes what a sender leaves behind.
type turn = int32

const (
	turnNone   turn = iota
	turnPosted      // the work was posted, and the dispatcher has not begun
	turnInline      // a sender is writing, and the post is outstanding
	turnMissed      // a sender is writing, and the post has completed
)

// postFlush posts the work to the dispatcher.
func (e *conn) postFlush() {
	e.turn.Store(turnPosted)
	e.d.Post(e.flushOp.get(e, (*conn).onFlush))
}

// becomeWriter makes the dispatcher the writer. It returns false if a sender is
// writing.
func (e *conn) becomeWriter() bool {
	for !e.turn.CompareAndSwap(turnPosted, turnNone) {
		if e.turn.CompareAndSwap(turnInline, turnMissed) {
			return false
		}
	}
	return true
}

// FlushInline implements pipe.Consumer.
func (e *conn) FlushInline() bool {
	if e.cfg.Tuning.NoSpeculativeWrite || !e.turn.CompareAndSwap(turnPosted, turnInline) {
		return false
	}
	if !e.pending() && !e.encodeMore() {
		e.credit() // for a turn that was over its budget
		if e.out.TakeMore(&e.inFlight) {
			e.loadFlight()
		}
	}
	written := e.write(math.MaxInt) == nil
	if written && !e.encodeMore() {
		e.credit()
	}
	if e.turn.CompareAndSwap(turnInline, turnPosted) {
		return written
	}
	if e.pending() || e.reload() {
		e.postFlush()
	} else {
		e.releaseWriter()
	}
	return written
}

// credit accounts for what is written, and releases it.
func (e *conn) credit() {
	if msgs, size := e.releaseWritten(); msgs > 0 {
		e.out.Credit(msgs, size)
	}
}
