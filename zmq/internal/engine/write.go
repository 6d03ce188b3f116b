package engine

import (
	"math"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq/internal/message"
)

// The way of a message from the socket to the stream:
//
//  1. a sender appends it to the Out; if the engine is at rest, Kick is called and
//     the engine is at work: there is one writer from here to the end
//  2. Kick: the sender writes at once, without waiting (the speculative write);
//     or, in a stream, the dispatcher is given the work, so that what comes
//     meanwhile leaves together. The context's pipe.Pace has decided. If the goroutine
//     that dispatched last is about to wait for messages again, it does the work
//     then. A sender that finds no room meanwhile does it in the dispatcher's stead
//     (inlineflush.go)
//  3. flush: load what is to be written, write it without waiting; what does not
//     fit becomes an operation, whose completion goes on here
//  4. rest: nothing is left. Take says so, and puts the engine to rest in the
//     same critical section; then look once more for commands
const (
	// roundBytes is what all connections of a socket together may be given to write in
	// one round of their dispatcher: see share.
	roundBytes = 32 << 20
	// writeBudget is after how many bytes a turn of the dispatcher ends, so that other
	// connections have theirs, and the most that one write is given; leastShare is what
	// either has at least, however many connections there are.
	writeBudget, leastShare = 4 << 20, 128 << 10
	// maxPieces bounds one gather write. Systems take 1024; this many large
	// bodies fill any socket buffer.
	maxPieces = 256
)

// share is how many bytes the connection may write in a turn of the dispatcher, and
// gives to one write. A round has a turn for each connection, and all writes that it
// starts may be submitted at once: others wait for the whole of it, and so does Close,
// while the kernel copies what fits into as many buffers as there are connections.
func (e *Engine) share() int {
	if c := e.cfg.Connections; c != nil {
		return max(min(roundBytes/max(int(c.Load()), 1), writeBudget), leastShare)
	}
	return writeBudget
}

// Kick implements pipe.Consumer: the engine was put to work.
func (e *Engine) Wake(inline bool) {
	if inline && !e.cfg.Tuning.NoSpeculativeWrite {
		e.speculate()
		return
	}
	e.turn.Store(turnPosted)
	e.d.Defer(e.flushOp.get(e, (*Engine).onFlush))
}

// speculate writes what waits on the sender's goroutine. Whatever is not done
// after one write is the dispatcher's.
func (e *Engine) speculate() {
	if !e.load() {
		e.releaseWriter()
		return
	}
	if e.write(math.MaxInt) != nil || e.reload() {
		e.postFlush()
		return
	}
	e.releaseWriter()
}

// onFlush is the completion handler of the dispatcher's turn to write.
func (e *Engine) onFlush(*proactor.Operation) {
	if e.becomeWriter() {
		e.dispatcherWrites = true
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
		e.closeIfDone()
		return
	}
	e.flush()
}

// flush writes until there is nothing left, the stream is full, or the budget is
// used up. The dispatcher is the writer, and stays it where the socket is being cut
// off: Part follows, and hands back what is not written.
func (e *Engine) flush() {
	for budget := e.share(); ; {
		if e.state >= stateClosing {
			e.closeIfDone()
			return
		}
		if e.cfg.aborted() {
			return
		}
		if !e.pending() && !e.reload() {
			e.dispatcherWrites = false
			e.releaseWriter()
			return
		}
		if e.cfg.Tuning.NoSpeculativeWrite {
			e.startWrite()
			return
		}
		before := e.written
		switch err := e.write(budget); {
		case err == nil:
		case err == proactor.ErrWouldBlock:
			e.startWrite()
			return
		default:
			e.fail(err)
			return
		}
		if budget -= e.written - before; budget <= 0 && e.out != nil {
			e.dispatcherWrites = false
			e.postFlush()
			return
		}
	}
}

// rest is called when nothing is left to be written. Commands that came between
// the last look and the rest would be stranded: look once more.
func (e *Engine) releaseWriter() {
	if e.out == nil || !e.attention.Load() {
		return
	}
	if e.out.ActivateSelf(e) {
		e.postFlush()
	}
}

// pending reports whether something is loaded and not written.
func (e *Engine) pending() bool { return e.next < len(e.vec) }

// load takes what is to be written next: commands, then messages. Nothing is loaded:
// a writer that rests has called unload. False means that there is nothing, and that
// the engine is at rest.
func (e *Engine) load() bool {
	if e.loadCommands() {
		return true
	}
	return e.out != nil && e.out.Take(&e.inFlight) && e.loadFlight()
}

// reload is load for a writer that has written everything loaded before.
func (e *Engine) reload() bool {
	msgs, size := e.releaseWritten()
	if e.loadCommands() {
		if msgs > 0 {
			e.out.Credit(msgs, size)
		}
		return true
	}
	return e.out != nil && e.out.CreditAndTake(msgs, size, &e.inFlight) && e.loadFlight()
}

// unload lets go of what is written, and says how much of it were messages.
func (e *Engine) releaseWritten() (msgs, size int) {
	msgs, size = e.inFlight.Msgs, e.inFlight.Size
	e.recycle()
	e.vec, e.next, e.written = e.vec[:0], 0, 0
	return msgs, size
}

// loadFlight lays out the batch for writing.
func (e *Engine) loadFlight() bool {
	if e.sendsSubscriptions() {
		e.vec = message.AppendPieces(e.vec[:0], translate(&e.inFlight), e.piece())
		return true
	}
	e.vec = e.inFlight.Segments(e.vec[:0], e.piece())
	return true
}

// loadCommands lays out the commands that wait.
func (e *Engine) loadCommands() bool {
	if !e.attention.Load() {
		return false
	}
	e.mu.Lock()
	e.commands, e.queued = e.queued, e.commands[:0]
	e.attention.Store(e.closing)
	e.mu.Unlock()
	if len(e.commands) == 0 {
		return false
	}
	e.vec = message.AppendPieces(e.vec[:0], e.commands, e.piece())
	return true
}

// write writes what is loaded without waiting, a stretch at a time, until it has
// written budget bytes. It returns nil if it has, or if nothing is left. A short write
// means that the stream is full: another attempt would only be told so.
func (e *Engine) write(budget int) error {
	for ok := true; ok && e.pending(); ok = budget > 0 {
		n, err := 0, error(nil)
		stretch := e.stretch()
		if len(stretch) == 1 {
			n, err = e.s.TryWrite(stretch[0])
		} else {
			n, err = e.s.TryWriteV(stretch)
		}
		end := e.next + len(stretch)
		e.advance(n)
		budget -= n
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
	op := e.writeOp.get(e, (*Engine).onWritten)
	e.renew(op, (*Engine).onWritten)
	if stretch := e.stretch(); len(stretch) == 1 {
		e.s.Write(op, stretch[0])
	} else {
		e.s.WriteV(op, stretch)
	}
}

// stretch is what one system call may write: it ends with the piece that reaches the
// share.
func (e *Engine) stretch() [][]byte {
	end, size, enough := e.next, 0, e.share()
	for last := min(len(e.vec), e.next+maxPieces); end < last && size < enough; end++ {
		size += len(e.vec[end])
	}
	return e.vec[e.next:end]
}

// piece is how long a piece may be, so that a stretch is hardly longer than the share.
func (e *Engine) piece() int { return e.share() / 4 }

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
func (e *Engine) queueCommand(frame []byte) {
	e.mu.Lock()
	e.queued = append(e.queued, frame...)
	e.attention.Store(true)
	e.mu.Unlock()
	switch {
	case e.out == nil: // before the traffic only the dispatcher writes
		if !e.writeOp.Outstanding() {
			e.flush()
		}
	case e.out.ActivateSelf(e):
		e.dispatcherWrites = true
		e.flush()
	}
}
