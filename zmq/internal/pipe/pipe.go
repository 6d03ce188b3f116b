// Package pipe connects a socket's pattern, which runs on the caller's
// goroutine, with what carries its messages: an engine, or over inproc the
// other socket. There is one pipe per peer and direction, bounded by the
// high-water marks.
//
// # What both sides promise
//
// A pattern writes to an [Out] and a [Consumer] empties it. A pattern reads
// from an [In], which is filled from a [Source]. Over inproc one socket's Out
// is the Source of the other's In. An engine empties an Out, and fills an In
// through an [Inbox].
//
// The consumer of an Out is either idle or active. The writer that finds it
// idle activates it ([Out.Activate]) and must then call [Consumer.Wake]. An
// active consumer takes messages until [Out.Take] returns false, which makes it
// idle in the same critical section: no message is stranded between the two.
// The same holds between an In and its Source.
//
// Locks are taken in this order and never in another: the receiving socket's
// receive lock, the sending socket's send lock (the lock of its Outs), then the
// leaves: an Inbox's lock, a reader's list. Wake(true) is called without the
// send lock; Wake(false) may be called with it.
package pipe

import (
	"math"

	"github.com/actum-go/actum/zmq/internal/message"
)

// Consumer empties an Out.
type Consumer interface {
	// Wake is called after the consumer, which was idle, was activated. The
	// context's Pace decides whether inline is set. With inline set the
	// consumer may do the work on the caller's goroutine, which holds no lock.
	// Otherwise it only hands the work to another goroutine, and the caller may
	// hold the send lock.
	Wake(inline bool)
	// FlushInline is called by a writer that has no room and holds no lock. A
	// consumer that is active, but whose goroutine has not begun the work, does
	// the work now on the caller's goroutine, without waiting. FlushInline
	// reports whether there may be room again.
	FlushInline() bool
}

// Source is where an In's messages come from.
type Source interface {
	// Take moves the messages that wait into b. It returns false if there are
	// none; the source then calls the In's Ready when there are some.
	Take(b *message.Batch) bool
	// Credit reports that messages of that number and payload, taken before,
	// have been received, which makes room for the same number and payload.
	Credit(msgs, size int)
	// SetReceiverLimits replaces the receiver's high-water marks.
	SetReceiverLimits(Limits)
	// Waiting returns the number of messages that Take would move now.
	Waiting() int
}

// Writer is notified when an Out that refused a message has room again.
// Writable is called with the Out's lock held.
type Writer interface{ Writable(*Out) }

// Reader is notified when an In that was empty has something to read. Readable
// may be called with the sender's lock held.
type Reader interface{ Readable(*In) }

// Limits are high-water marks: the most that a pipe holds. Zero means no limit.
type Limits struct {
	Msgs  int
	Bytes int
}

// exceeded reports whether a pipe that holds this much takes no more. An empty
// pipe takes any message, however large.
func (l Limits) exceeded(msgs, size int) bool {
	return (l.Msgs > 0 && msgs >= l.Msgs) || (l.Bytes > 0 && size >= l.Bytes)
}

// low reports whether a full pipe that now holds this much has room again: at
// most half its limits, so that both sides work in long turns, not message by
// message.
func (l Limits) low(msgs, size int) bool {
	return (l.Msgs <= 0 || msgs <= l.Msgs/2) && (l.Bytes <= 0 || size <= l.Bytes/2)
}

// Join returns the limits of two joined pipes: over inproc messages wait in one
// queue, bounded by the sum of the sender's and the receiver's marks.
func (l Limits) Join(o Limits) Limits {
	add := func(a, b int) int {
		if a <= 0 || b <= 0 {
			return 0
		}
		return a + min(b, math.MaxInt-a)
	}
	return Limits{Msgs: add(l.Msgs, o.Msgs), Bytes: add(l.Bytes, o.Bytes)}
}
