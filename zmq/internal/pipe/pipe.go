// Package pipe is the seam between a socket's pattern, which runs on the
// caller's goroutine, and what carries its messages: an engine, or over inproc
// the other socket itself. There is one pipe per peer and direction, bounded by
// the high-water marks.
//
// # What both sides promise
//
// An [Out] is written by a pattern and emptied by a [Consumer]; an [In] is read
// by a pattern and filled from a [Source]. Inproc joins two patterns by making
// one socket's Out the Source of the other's In; an engine empties an Out and
// fills an In through an [Inbox].
//
// The consumer of an Out is either at rest or at work. The writer that finds it
// at rest puts it to work ([Out.Wake]) and must then call [Consumer.Kick]; a
// consumer at work takes until [Out.Take] says that there is nothing, which puts
// it to rest in the same critical section: no message is stranded between the
// two. The same holds between an In and its Source.
//
// Locks are taken in this order, and never the other way round: the receiving
// socket's receive lock, the sending socket's send lock (the lock of its Outs),
// then the leaves: an Inbox's lock, a reader's list. Kick is called without the
// send lock, unless its argument says that it may only hand the work on.
package pipe

import (
	"math"

	"github.com/actum-go/actum/zmq/internal/message"
)

// Consumer empties an Out.
type Consumer interface {
	// Kick tells a consumer that was at rest that there is something to take. Whether
	// inline is set is for the context's Pace to say.
	// With inline set it may carry the work out on the caller's goroutine, which
	// holds no lock; otherwise it only hands it on, and may be called with the
	// send lock held.
	Wake(inline bool)
	// Relieve is for a writer that has no room, and holds no lock. A consumer that
	// is at work, but has handed it on to a goroutine that has not come yet, does it
	// now, on the caller's goroutine and without waiting. It reports whether there
	// may be room again.
	FlushInline() bool
}

// Source is where an In's messages come from.
type Source interface {
	// Take moves what there is into b; false if there is nothing, and then the
	// source will call the In's Ready when there is.
	Take(b *message.Batch) bool
	// Credit says that messages of that number and payload, taken before, have
	// been received: there is room for as many again.
	Credit(msgs, size int)
	// Waiting is how many messages Take would move now.
	Waiting() int
}

// Writer is told when an Out that refused a message has room again. It is called
// with the Out's lock held.
type Writer interface{ Writable(*Out) }

// Reader is told when an In that was empty is so no longer. It may be called
// with the sender's lock held.
type Reader interface{ Readable(*In) }

// Limits are high-water marks: how much a pipe holds. Zero is no limit.
type Limits struct {
	Msgs  int
	Bytes int
}

// Exceeded reports whether a pipe that holds this much takes no more. A pipe
// that is empty takes any message, however large.
func (l Limits) exceeded(msgs, size int) bool {
	return (l.Msgs > 0 && msgs >= l.Msgs) || (l.Bytes > 0 && size >= l.Bytes)
}

// low reports whether a full pipe that holds this much has room again: half its
// limits, so that both sides work in long turns instead of message by message.
func (l Limits) low(msgs, size int) bool {
	return (l.Msgs <= 0 || msgs <= l.Msgs/2) && (l.Bytes <= 0 || size <= l.Bytes/2)
}

// Join is what two joined pipes hold together: over inproc a message lies in one
// queue, bounded by the sender's and the receiver's marks added up.
func (l Limits) Join(o Limits) Limits {
	add := func(a, b int) int {
		if a <= 0 || b <= 0 {
			return 0
		}
		return a + min(b, math.MaxInt-a)
	}
	return Limits{Msgs: add(l.Msgs, o.Msgs), Bytes: add(l.Bytes, o.Bytes)}
}
