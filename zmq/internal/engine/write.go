package engine

import "github.com/actum-go/actum/proactor"

// The way of a message from the socket to the stream:
//
//  1. a sender appends it to the Out; if the engine is at rest, Kick is called and
//     the engine is at work: there is one writer from here to the end
//  2. Kick: the sender writes at once, without waiting (the speculative write);
//     or, in a stream, the dispatcher is given the work, so that what comes
//     meanwhile leaves together. The context's pipe.Pace has decided. If the goroutine
//     that dispatched last is about to wait for messages again, it does the work
//     then. A sender that finds no room meanwhile does it in the dispatcher's stead
//     (relieve.go)
//  3. flush: load what is to be written, write it without waiting; what does not
//     fit becomes an operation, whose completion goes on here
//  4. rest: nothing is left. Take says so, and puts the engine to rest in the
//     same critical section; then look once more for commands
const (
	// writeBudget is how many bytes one turn of the dispatcher writes before other
	// connections have theirs.
	writeBudget = 4 << 20
	// maxPieces bounds one gather write. Systems take 1024; this many large
	// bodies fill any socket buffer.
	maxPieces = 256
)

// Kick implements pipe.Consumer: the engine was put to work.
func (e *Engine) Kick(inline bool) {
	if inline && !e.cfg.Tuning.NoSpeculativeWrite {
		e.speculate()
		return
	}
	e.turn.Store(turnPosted)
	e.d.Defer(e.flushOp.need(e, (*Engine).onFlush))
}

// speculate writes what waits on the sender's goroutine. Whatever is not done
// after one write is the dispatcher's.
func (e *Engine) speculate() {
	if !e.load() {
		e.rest()
		return
	}
	if e.write() != nil || e.reload() {
		e.handOn()
		return
	}
	e.rest()
}

// onFlush is the completion handler of the dispatcher's turn to write.
func (e *Engine) onFlush(*proactor.Operation) {
	if e.takeOver() {
		e.holding = true
		e.flush()
	}
}

// onWritten is the completion handler of write operations. What was written
// counts also when the connection is closing: it must not be sent again.
func (e *Engine) onWritten(op *proactor.Operation) {
	e.advance(op.N())
	if err := op.Err(); err != nil && e.state < stateClosing {
		e.fail(err)
	}
	if e.state >= stateClosing {
		e.settle()
		return
	}
	e.flush()
}

// flush writes until there is nothing left, the stream is full, or the budget is
// used up. The dispatcher is the writer, and stays it where the socket is being cut
// off: Part follows, and hands back what is not written.
func (e *Engine) flush() {
	for budget := writeBudget; ; {
		if e.state >= stateClosing {
			e.settle()
			return
		}
		if e.cfg.cut() {
			return
		}
		if !e.pending() && !e.reload() {
			e.holding = false
			e.rest()
			return
		}
		if e.cfg.Tuning.NoSpeculativeWrite {
			e.startWrite()
			return
		}
		before := e.written
		switch err := e.write(); {
		case err == nil:
		case err == proactor.ErrWouldBlock:
			e.startWrite()
			return
		default:
			e.fail(err)
			return
		}
		if budget -= e.written - before; budget <= 0 && e.out != nil {
			e.holding = false
			e.handOn()
			return
		}
	}
}

// rest is called when nothing is left to be written. Commands that came between
// the last look and the rest would be stranded: look once more.
func (e *Engine) rest() {
	if e.out == nil || !e.attention.Load() {
		return
	}
	if e.out.Work(e) {
		e.handOn()
	}
}

// pending reports whether something is loaded and not written.
func (e *Engine) pending() bool { return e.next < len(e.vec) }

// load takes what is to be written next: commands, then messages. False means
// that there is nothing, and that the engine is at rest.
func (e *Engine) load() bool {
	if e.loadCommands() {
		return true
	}
	return e.out != nil && e.out.Take(&e.flight) && e.loadFlight()
}

// reload is load for a writer that has written everything loaded before.
func (e *Engine) reload() bool {
	msgs, size := e.unload()
	if e.loadCommands() {
		if msgs > 0 {
			e.out.Credit(msgs, size)
		}
		return true
	}
	return e.out != nil && e.out.CreditAndTake(msgs, size, &e.flight) && e.loadFlight()
}

// unload lets go of what is written, and says how much of it were messages.
func (e *Engine) unload() (msgs, size int) {
	msgs, size = e.flight.Msgs, e.flight.Size
	e.recycle()
	e.vec, e.next, e.written = e.vec[:0], 0, 0
	return msgs, size
}

// loadFlight lays out the batch for writing.
func (e *Engine) loadFlight() bool {
	e.written, e.next = 0, 0
	if e.subscribes() {
		e.vec = append(e.vec[:0], translate(&e.flight))
		return true
	}
	e.vec = e.flight.Segments(e.vec[:0])
	return true
}

// loadCommands lays out the commands that wait.
func (e *Engine) loadCommands() bool {
	if !e.attention.Load() {
		return false
	}
	e.mu.Lock()
	e.commands, e.queued = e.queued, e.commands[:0]
	e.attention.Store(e.dying)
	e.mu.Unlock()
	if len(e.commands) == 0 {
		return false
	}
	e.vec, e.next, e.written = append(e.vec[:0], e.commands), 0, 0
	return true
}

// write writes what is loaded without waiting, a stretch at a time. It returns
// nil if all of it is written. A short write means that the stream is full:
// another attempt would only be told so.
func (e *Engine) write() error {
	for e.pending() {
		n, err := 0, error(nil)
		stretch := e.stretch()
		if len(stretch) == 1 {
			n, err = e.s.TryWrite(stretch[0])
		} else {
			n, err = e.s.TryWriteV(stretch)
		}
		end := e.next + len(stretch)
		e.advance(n)
		if err == nil && e.next < end {
			err = proactor.ErrWouldBlock
		}
		if err != nil {
			return err
		}
	}
	if e.out != nil {
		e.out.Pace.Wrote()
	}
	return nil
}

// startWrite makes the next stretch an operation.
func (e *Engine) startWrite() {
	op := e.writeOp.need(e, (*Engine).onWritten)
	e.renew(op, (*Engine).onWritten)
	if stretch := e.stretch(); len(stretch) == 1 {
		e.s.Write(op, stretch[0])
	} else {
		e.s.WriteV(op, stretch)
	}
}

// stretch is what one system call may write.
func (e *Engine) stretch() [][]byte {
	return e.vec[e.next:min(len(e.vec), e.next+maxPieces)]
}

// advance counts n bytes as written.
func (e *Engine) advance(n int) {
	e.written += n
	for n > 0 {
		piece := e.vec[e.next]
		if n < len(piece) {
			e.vec[e.next] = piece[n:]
			return
		}
		n -= len(piece)
		e.vec[e.next] = nil
		e.next++
	}
}

// command queues bytes that are not a message, and puts the engine to work. It
// is called on the dispatcher's goroutine.
func (e *Engine) command(frame []byte) {
	e.mu.Lock()
	e.queued = append(e.queued, frame...)
	e.attention.Store(true)
	e.mu.Unlock()
	switch {
	case e.out == nil: // before the traffic only the dispatcher writes
		if !e.writeOp.Outstanding() {
			e.flush()
		}
	case e.out.Work(e):
		e.holding = true
		e.flush()
	}
}
