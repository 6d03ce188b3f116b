package engine

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/actum-go/actum/proactor"
)

// A connection on which no bytes come must not keep the memory of what came
// before.
//
//   - A peer that has begun a frame or a message, and then sends not one byte for
//     the stall timeout, is disconnected, which frees what it has begun. A slow peer
//     is not: any byte restarts the time.
//   - The chunk that a burst was read into is replaced by a small one when nothing
//     has come for calmAfter. The outstanding read is cancelled for that, and started
//     again.
//
// Both need a timer, which runs only while there is a reason, once for many
// reads: reads are counted, and the counts compared when the time is over. An
// idle connection with nothing to give back has no timer.

// ErrStalled means that the peer has sent a part of a message, and no more of
// it in time.
var ErrStalled = fmt.Errorf("the rest of a message has not come in time: %w", os.ErrDeadlineExceeded)

// calmAfter is how long no bytes must have come before the chunk is replaced.
const calmAfter = time.Second

// quiet is the state of an engine while one of the timers runs.
type quiet struct {
	stall expectation
	calm  timeout
	reads uint32 // conn.reads when calm was started
	swap  bool   // the read is cancelled so that the chunk can be replaced
}

// watch starts the timers that a read needs before it waits.
func (e *conn) watch() {
	begun, large := e.begun(), e.largeChunk()
	if e.state != stateTraffic || !begun && !large {
		return
	}
	if e.quiet == nil {
		e.quiet = &quiet{stall: expectation{cause: ErrStalled}}
	}
	if begun {
		e.expect(&e.quiet.stall, e.cfg.StallTimeout)
	}
	if q := e.quiet; large && !q.calm.running() {
		q.reads = e.reads
		e.startTimeout(&q.calm, calmAfter, e.onCalm)
	}
}

// onCalm checks whether anything was read meanwhile.
func (e *conn) onCalm(op *proactor.Operation) {
	q := e.quiet
	switch {
	case e.state != stateTraffic || op.Err() != nil:
		e.closeIfDone()
	case !e.readOp.Outstanding() || !e.largeChunk():
		// The next read that waits starts the timer.
	case q.reads != e.reads:
		q.reads = e.reads
		e.restartTimeout(&q.calm, calmAfter)
	default:
		q.swap = true
		e.d.Cancel(&e.readOp)
	}
}

// replacedChunk replaces the chunk if op is the read that was cancelled for
// that.
func (e *conn) replacedChunk(op *proactor.Operation) bool {
	q := e.quiet
	if q == nil || !q.swap {
		return false
	}
	q.swap = false
	if !errors.Is(op.Err(), proactor.ErrCanceled) {
		return false // something has come
	}
	e.shrink()
	if !q.running() {
		e.quiet = nil
	}
	e.read()
	return true
}

func (q *quiet) running() bool { return q != nil && (q.stall.running() || q.calm.running()) }

// stopQuiet stops the timers.
func (e *conn) stopQuiet() {
	if q := e.quiet; q != nil {
		e.stopTimeout(&q.stall.timeout)
		e.stopTimeout(&q.calm)
	}
}
