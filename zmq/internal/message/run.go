package message

import "sync/atomic"

// Run is a part of a batch from which any number of goroutines take messages
// without a lock. Its content was laid out before they saw it and never
// changes, and one atomic addition decides which goroutine gets the next
// message. A Run is used once and then left to the collector, because a
// goroutine that took a message may still be reading the positions.
//
// It holds only messages of one short frame: for these a lock costs the most.
type Run struct {
	next atomic.Uint64 // number of messages taken, or tried to; from stopped on: none can be taken
	n    uint64        // messages
	buf  []byte        // framed
	own  *ownership    // of each message: see Cursor.small
	at   [maxRun + 1]uint16
}

const (
	// maxRun is the most messages that a Run has: their positions fit into 16
	// bits, whatever their lengths.
	maxRun = 255
	// minRun is the fewest messages that are worth a Run.
	minRun = 8

	stopped = 1 << 63
)

// Take takes a message; it returns false if there is none left. Any goroutine
// may call it.
func (r *Run) Take() (Msg, bool) {
	if r.next.Load() >= r.n {
		return Msg{}, false
	}
	i := r.next.Add(1) - 1
	if i >= r.n {
		return Msg{}, false
	}
	start, end := r.at[i]+2, r.at[i+1]
	return Msg{first: r.buf[start:end:end], own: r.own}, true
}

// stop keeps further messages from being taken, and returns how many were
// taken.
func (r *Run) stop() int { return int(min(r.next.Swap(stopped), r.n)) }

// Publish makes a Run of the messages that follow: at most most of them, up to
// the first that wanted, which may be nil, returns false for. It returns nil if
// a Run is not worth it. The cursor must not be used until Return was called
// with the Run.
func (c *Cursor) Publish(most int, wanted func(topic []byte) bool) *Run {
	if c.pos < c.tried || c.pos >= len(c.batch.Buf) || most < minRun || c.batch.Buf[c.pos] != 0 {
		return nil
	}
	r := c.spare
	if r == nil {
		r = new(Run)
	}
	r.buf = c.batch.Buf[c.pos:]
	if r.layOut(min(most, maxRun), wanted); r.n < minRun {
		c.spare, c.tried, r.buf = r, c.pos+int(r.at[r.n])+1, nil
		return nil
	}
	c.spare, r.own = nil, c.small
	return r
}

// layOut records the positions of the messages.
func (r *Run) layOut(most int, wanted func(topic []byte) bool) {
	n, pos := 0, 0
	for n < most && pos < len(r.buf) && r.buf[pos] == 0 {
		end := pos + 2 + int(r.buf[pos+1])
		if wanted != nil && !wanted(r.buf[pos+2:end]) {
			break
		}
		pos = end
		n++
		r.at[n] = uint16(pos)
	}
	r.n = uint64(n)
}

// Return ends the Run: the cursor continues behind the messages that were
// taken. It returns their number, and their payload in bytes.
func (c *Cursor) Return(r *Run) (msgs, size int) {
	n := r.stop()
	c.pos += int(r.at[n])
	return n, int(r.at[n]) - 2*n
}
