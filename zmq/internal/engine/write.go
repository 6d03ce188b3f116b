package engine

import (
	"math"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// The way of a message from the socket to the stream:
//
//  1. a sender appends it to the Out; if the engine is idle, the sender activates
//     it and calls Wake: from here to step 4 there is one writer
//  2. Wake: the context's pipe.Pace has decided which goroutine writes. Either the
//     sender writes at once, without waiting (the speculative write); or, in a
//     stream, the dispatcher is given the work, so that messages that come meanwhile
//     leave together. If the goroutine that dispatched last is about to wait for
//     messages again, it does the work then. A sender that finds no room meanwhile
//     does it in the dispatcher's place (inlineflush.go)
//  3. flush: load messages and write them without waiting; the rest of a short write
//     becomes an operation, whose completion calls flush again
//  4. nothing is left: Take returns false and makes the engine idle in the same
//     critical section; then releaseWriter looks once more for commands
const (
	// roundBytes is what all connections of a socket together may be given to write
	// in one round of their dispatcher: see share.
	roundBytes = 32 << 20
	// writeBudget is the number of bytes after which a turn of the dispatcher ends,
	// so that other connections are served, and the most that one write is given.
	// leastShare is the least of both, regardless of the number of connections.
	writeBudget, leastShare = 4 << 20, 128 << 10
	// maxPieces bounds one gather write. Systems take 1024; this many large bodies
	// fill any socket buffer.
	maxPieces = 256
)

// share returns how many bytes the connection may write in a turn of the
// dispatcher, and give to one write. A round has a turn for each connection,
// and all writes that it starts may be submitted at once. Others, and Close,
// wait until the kernel has copied what fits into all the connections' buffers.
func (e *conn) share() int {
	if c := e.cfg.Connections; c != nil {
		return max(min(roundBytes/max(int(c.Load()), 1), writeBudget), leastShare)
	}
	return writeBudget
}

// Wake implements pipe.Consumer: the engine was activated.
func (e *conn) Wake(inline bool) {
	if inline && !e.cfg.Tuning.NoSpeculativeWrite {
		e.speculate()
		return
	}
	e.turn.Store(turnPosted)
	e.d.Defer(e.flushOp.get(e, (*conn).onFlush))
}

// speculate writes waiting messages on the sender's goroutine. The dispatcher
// does what is left after one write.
func (e *conn) speculate() {
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

// onFlush is the completion handler of the work that the dispatcher was given.
func (e *conn) onFlush(*proactor.Operation) {
	if e.becomeWriter() {
		e.dispatcherWrites = true
		e.flush()
	}
}

// onWritten is the completion handler of write operations. Bytes that were
// written count also when the connection is closing: they must not be sent
// again.
func (e *conn) onWritten(op *proactor.Operation) {
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

// flush writes until nothing is left, the stream is full, or the budget is used
// up. The dispatcher is the writer. It stays the writer if the socket is
// aborted: CloseGracefully follows, and hands back what is not written.
func (e *conn) flush() {
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
		if e.cfg.Tuning.NoSpeculativeWrite && e.pending() { // a codec may encode a message as nothing
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

// releaseWriter is called when nothing is left to be written and the engine is
// idle. A command that was queued between the last look and that moment would
// be stranded, so it looks once more.
func (e *conn) releaseWriter() {
	if e.out == nil || e.attention.Load() == 0 {
		return
	}
	if e.out.ActivateSelf(e) {
		e.postFlush()
	}
}

// pending reports whether something is loaded and not written.
func (e *conn) pending() bool { return int(e.next) < len(e.vec) }

// load takes what is to be written next: commands, then messages. Nothing may
// be loaded: a writer calls releaseWritten before it becomes idle. load returns
// false if there is nothing, and the engine is then idle.
func (e *conn) load() bool {
	if e.loadCommands() {
		return true
	}
	return e.out != nil && e.out.Take(&e.inFlight) && e.loadFlight()
}

// reload is load for a writer that has written everything that was loaded.
func (e *conn) reload() bool {
	if e.encodeMore() {
		return true
	}
	msgs, size := e.releaseWritten()
	if e.loadCommands() {
		if msgs > 0 {
			e.out.Credit(msgs, size)
		}
		return true
	}
	return e.out != nil && e.out.CreditAndTake(msgs, size, &e.inFlight) && e.loadFlight()
}

// releaseWritten releases what was written, and returns how much of it was
// messages.
func (e *conn) releaseWritten() (msgs, size int) {
	msgs, size = e.inFlight.Msgs, e.inFlight.Size
	e.sent += uint32(msgs)
	e.recycle()
	e.vec, e.next, e.written = e.vec[:0], 0, 0
	return msgs, size
}

// loadFlight lays out the batch for writing.
func (e *conn) loadFlight() bool {
	if e.cfg.Type.Sends(wire.Subscriptions) {
		framed, _ := translate(&e.inFlight, e.subscribesByCommand, math.MaxInt)
		e.layCommands(framed)
	} else {
		e.layBatch()
	}
	return true
}

// loadCommands lays out the commands that wait.
func (e *conn) loadCommands() bool {
	if e.attention.Load() == 0 {
		return false
	}
	e.mu.Lock()
	e.commands, e.queued = e.queued, e.commands[:0]
	e.attention.And(attentionClosing)
	e.mu.Unlock()
	if len(e.commands) == 0 {
		return false
	}
	e.layCommands(e.commands)
	return true
}

// write writes what is loaded without waiting, a stretch at a time, until it
// has written budget bytes. It returns nil if it has, or if nothing is left. A
// short write means that the stream is full, so there is no second attempt.
func (e *conn) write(budget int) error {
	for ok := true; ok && e.pending(); ok = budget > 0 {
		n, err := 0, error(nil)
		stretch := e.stretch()
		if len(stretch) == 1 {
			n, err = e.s.TryWrite(stretch[0])
		} else {
			n, err = e.s.TryWriteV(stretch)
		}
		end := int(e.next) + len(stretch)
		e.advance(n)
		budget -= n
		if err == nil && int(e.next) < end {
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

// startWrite starts an operation that writes the next stretch.
func (e *conn) startWrite() {
	op := e.writeOp.get(e, (*conn).onWritten)
	e.renew(op, (*conn).onWritten)
	if stretch := e.stretch(); len(stretch) == 1 {
		e.s.Write(op, stretch[0])
	} else {
		e.s.WriteV(op, stretch)
	}
}

// stretch returns what one system call may write: it ends with the piece that
// reaches the share.
func (e *conn) stretch() [][]byte {
	end, size, enough := int(e.next), 0, e.share()
	for last := min(len(e.vec), int(e.next)+maxPieces); end < last && size < enough; end++ {
		size += len(e.vec[end])
	}
	return e.vec[e.next:end]
}

// piece returns the maximum length of a piece: a stretch hardly exceeds the
// share.
func (e *conn) piece() int { return e.share() / 4 }

// advance counts n bytes as written.
func (e *conn) advance(n int) {
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

// queueCommand queues bytes that are not a message, and activates the engine.
// It is called on the dispatcher's goroutine.
func (e *conn) queueCommand(frame []byte) {
	e.mu.Lock()
	e.queued = append(e.queued, frame...)
	e.attention.Or(attentionCommands)
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

// waiting returns how many bytes of commands wait and are not being written.
func (e *conn) waiting() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.queued)
}
