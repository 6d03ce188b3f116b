package message

import "sync/atomic"

// Run is a stretch of a batch that any number of goroutines take messages from
// without a lock: what is in it was laid out before they saw it and never
// changes, and one atomic addition says whose the next message is. So a Run is
// used once, and left to the collector: whoever was given a message may still
// be reading where that lies.
//
// It holds messages of one short frame only, which are those that a lock costs
// more than.
type Run struct {
	next atomic.Uint64 // how many have been taken, or tried to; stopped and up: none can be
	n    uint64        // messages
	buf  []byte        // framed
	own  *ownership    // of each message: see Cursor
	at   [maxRun + 1]uint16
}

const (
	// maxRun is how many messages a Run has at most: positions of so many fit into
	// 16 bits, whatever their lengths.
	maxRun = 255
	// minRun is how many are worth a Run.
	minRun = 8

	stopped = 1 << 63
)

// Take takes a message; false if there is none left. Any goroutine.
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

// stop keeps further messages from being taken, and returns how many were.
func (r *Run) stop() int { return int(min(r.next.Swap(stopped), r.n)) }

// Lend makes a Run of what follows: at most so many messages, and only such as
// are wanted; all are if wanted is nil. It returns nil if that is not worth while.
// The cursor must not be used until the Run was given Back.
func (c *Cursor) Publish(most int, wanted func(topic []byte) bool) *Run {
	if c.pos < c.tried || c.pos >= len(c.batch.Buf) || most < minRun {
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

// layOut finds the messages.
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

// Back ends a loan: the cursor goes on behind the messages that were taken. It
// returns how many those were, and their payload in bytes.
func (c *Cursor) Return(r *Run) (msgs, size int) {
	n := r.stop()
	c.pos += int(r.at[n])
	return n, int(r.at[n]) - 2*n
}
