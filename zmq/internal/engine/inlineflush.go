package engine

import "math"

// turn says who has the work that was handed to the dispatcher. A sender in a
// loop reaches its high-water mark before the dispatcher's goroutine has even been
// woken: rather than to wait for it, the sender does that work, and goes on.
//
//	            postFlush            onFlush
//	turnNone ───────────▶ posted ─────────▶ none     the dispatcher has come
//	             Relieve  │    ▲
//	                      ▼    │ done
//	                     relieved ───────▶ missed    it has come meanwhile, and left:
//	                               onFlush           the sender rests, or hands on anew
//
// As long as the post is on its way the writer does not rest: what a sender leaves
// behind is written at the latest when the dispatcher comes.
type turn = int32

const (
	turnNone   turn = iota
	turnPosted      // the dispatcher was told, and has not come yet
	turnInline      // a sender is writing, and the dispatcher is still to come
	turnMissed      // a sender is writing, and the dispatcher has come and left
)

// postFlush gives the work to the dispatcher.
func (e *Engine) postFlush() {
	e.turn.Store(turnPosted)
	e.d.Post(e.flushOp.get(e, (*Engine).onFlush))
}

// becomeWriter makes the dispatcher, which has come, the writer. It reports false if a
// sender is.
func (e *Engine) becomeWriter() bool {
	for !e.turn.CompareAndSwap(turnPosted, turnNone) {
		if e.turn.CompareAndSwap(turnInline, turnMissed) {
			return false
		}
	}
	return true
}

// Relieve implements pipe.Consumer.
func (e *Engine) FlushInline() bool {
	if e.cfg.Tuning.NoSpeculativeWrite || !e.turn.CompareAndSwap(turnPosted, turnInline) {
		return false
	}
	if !e.pending() {
		e.credit() // of a turn that was over its budget
		if e.out.TakeMore(&e.inFlight) {
			e.loadFlight()
		}
	}
	written := e.write(math.MaxInt) == nil
	if written {
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

// credit accounts for what is written, and lets go of it.
func (e *Engine) credit() {
	if msgs, size := e.releaseWritten(); msgs > 0 {
		e.out.Credit(msgs, size)
	}
}
