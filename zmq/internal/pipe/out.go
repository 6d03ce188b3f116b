package pipe

import (
	"math"
	"sync"

	"github.com/actum-go/actum/zmq/internal/message"
)

// Out carries messages from a socket to one peer. All methods but Take, Credit,
// Waiting, Pending, Join, Attach, Detach and Drained are called with the
// lock that New was given: the sending socket's, shared by all its Outs, so that a
// send to one or to a thousand peers takes one lock.
type Out struct {
	mu        *sync.Mutex
	queue     message.Batch // what senders append to
	taken     int           // messages taken and not yet credited
	takenSize int           // their payload in bytes
	own       Limits        // the sender's
	limits    Limits        // what holds: over inproc the receiver's are added
	gatherMin int32
	active    bool // the consumer is at work
	local     bool // the consumer is a socket of this process
	wantsRoom bool // a message was refused: the writer is told of room
	consumer  Consumer
	writer    Writer
	onDrained func()   // called once when nothing is left; nil for nobody
	sent      *Counter // of all Outs under the lock
	stream    uint64   // of the Pace: the last stream that had a message for the Out

	Index int   // the pattern's: where the Out stands in its list; -1: nowhere
	Peer  *Peer // whom the messages go to
	Pace  *Pace // of the context; nil: each message is on its own
}

// NewOut makes an Out under the given lock. What has left it is counted in sent.
func NewOut(mu *sync.Mutex, limits Limits, gatherMin int, writer Writer, sent *Counter) *Out {
	return &Out{mu: mu, own: limits, limits: limits, gatherMin: int32(min(gatherMin, math.MaxInt32)), writer: writer, sent: sent, Index: -1}
}

// Clogged reports whether a high-water mark is reached by what nobody has taken
// yet: what is being written does not count.
func (o *Out) QueueFull() bool { return o.limits.exceeded(o.queue.Msgs, o.queue.Size) }

// Put queues a message whatever the high-water mark says: for a writer that has
// asked Full, and for what must not be dropped and is small, as subscriptions
// are.
func (o *Out) Put(m message.Msg) { o.queue.Append(m, int(o.gatherMin)) }

// PutShared is Put for a message that others are sent too. What stays in this
// process is copied: it is read message by message.
func (o *Out) PutShared(m *message.Shared) {
	if o.local {
		o.queue.AppendCopy(m)
	} else {
		o.queue.AppendShared(m)
	}
}

// PutFrom is Put for the frames of m from the given one on.
func (o *Out) PutFrom(from int, m message.Msg) { o.queue.AppendFrom(from, m, int(o.gatherMin)) }

// PutBehind is Put with an envelope before the message.
func (o *Out) PutBehind(envelope *message.Envelope, m message.Msg) {
	o.queue.AppendEnvelope(envelope)
	o.queue.Append(m, int(o.gatherMin))
}

// Full reports whether a high-water mark is reached; if it is, the writer will be
// told of room.
func (o *Out) Full() bool {
	if !o.limits.exceeded(o.queue.Msgs+o.taken, o.queue.Size+o.takenSize) {
		return false
	}
	o.wantsRoom = true
	return true
}

// Wake puts the consumer to work and returns it for the caller to kick, once it
// has given the lock back (the Out may have another one by then); nil if there is
// none at rest.
func (o *Out) Activate() Consumer {
	if o.active || o.consumer == nil {
		return nil
	}
	o.active = true
	return o.consumer
}

// Busy is the consumer if it is at work, for a writer that has no room: see
// Consumer.Relieve.
func (o *Out) ActiveConsumer() Consumer {
	if !o.active {
		return nil
	}
	return o.consumer
}

// Work is Wake for the consumer itself, which does not hold the lock: c puts itself
// to work if it is at rest, and reports whether it did. One whose place another has
// taken meanwhile is not.
func (o *Out) ActivateSelf(c Consumer) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.consumer == c && o.Activate() != nil
}

// Queued is how many messages, and bytes of payload, wait or are being written.
func (o *Out) Queued() (msgs, size int) { return o.queue.Msgs + o.taken, o.queue.Size + o.takenSize }

// Waiting implements Source.
func (o *Out) Waiting() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.queue.Msgs
}

// Pending is how many messages wait or are being written. It takes the lock.
func (o *Out) Pending() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	msgs, _ := o.Queued()
	return msgs
}

// Discard drops what waits and returns how many messages that were.
func (o *Out) Discard() int {
	n := o.queue.Msgs
	o.queue.Reset()
	o.announceRoom()
	return n
}

// Retire says that the writer has no use for room any more: its peer is gone for
// good. What waits can still be taken.
func (o *Out) StopNotify() { o.wantsRoom = false }

// Join adds the limits of who receives: over inproc there is one queue for both.
func (o *Out) Join(receiver Limits) {
	o.mu.Lock()
	o.limits = o.own.Join(receiver)
	o.announceRoom()
	o.mu.Unlock()
}

// Joined reports whether a socket of this process takes what waits.
func (o *Out) Joined() bool { return o.local && o.consumer != nil }

// Attach gives the Out a consumer, at rest unless working is set; what had
// queued up is there to be taken.
func (o *Out) Attach(c Consumer, working bool) {
	o.mu.Lock()
	o.consumer, o.active = c, working
	_, o.local = c.(*In)
	o.mu.Unlock()
}

// Detach takes the consumer away. What it had taken and not written comes back
// in unsent, in front of what waits; messages written but not credited count as
// gone.
func (o *Out) Detach(unsent *message.Batch) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.consumer, o.active = nil, false
	if unsent != nil {
		o.taken -= unsent.Msgs
		o.takenSize -= unsent.Size
	}
	o.sent.Add(o.taken, o.takenSize)
	o.taken, o.takenSize = 0, 0
	if unsent != nil && unsent.Msgs > 0 {
		o.queue.Prepend(unsent)
	}
	o.announceRoom()
}

// Take moves everything that waits into b, which must be empty and whose memory,
// if it has any, is used for what comes next; false, and the consumer at rest, if nothing
// waits. What was taken counts against the high-water marks until it is
// credited.
func (o *Out) Take(b *message.Batch) bool {
	o.mu.Lock()
	if o.queue.Msgs == 0 {
		o.active = false
		o.mu.Unlock()
		return false
	}
	o.takeLocked(b)
	o.mu.Unlock()
	return true
}

// TakeMore is Take for a consumer that stays at work if nothing waits.
func (o *Out) TakeMore(b *message.Batch) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.queue.Msgs == 0 {
		return false
	}
	o.takeLocked(b)
	return true
}

// takeLocked moves what waits into b. A socket of this process keeps what it takes:
// what follows is then written behind it in the same piece, as long as that lasts.
// An engine brings the memory of the last batch back.
func (o *Out) takeLocked(b *message.Batch) {
	if o.local {
		*b = o.queue.Split()
	} else {
		*b, o.queue = o.queue, *b
	}
	o.taken += b.Msgs
	o.takenSize += b.Size
}

// Credit says that messages taken before have left.
func (o *Out) Credit(msgs, size int) {
	o.mu.Lock()
	o.creditLocked(msgs, size)
	o.mu.Unlock()
}

// left accounts for messages that are not held any more.
func (o *Out) creditLocked(msgs, size int) {
	o.taken -= msgs
	o.takenSize -= size
	o.sent.Add(msgs, size)
	o.announceRoom()
}

// CreditAndTake is Credit followed by Take, under one lock.
func (o *Out) CreditAndTake(msgs, size int, b *message.Batch) bool {
	o.mu.Lock()
	o.creditLocked(msgs, size)
	ok := o.queue.Msgs > 0
	if ok {
		o.takeLocked(b)
	} else {
		o.active = false
	}
	o.mu.Unlock()
	return ok
}

// Drained has f called once, with the lock held, as soon as nothing waits and
// nothing is being written: at once, if that is so now.
func (o *Out) OnDrained(f func()) {
	o.mu.Lock()
	o.onDrained = f
	o.announceRoom()
	o.mu.Unlock()
}

// announceRoom tells the writer once that a full Out is half empty, and whoever
// waits for it that it is empty.
func (o *Out) announceRoom() {
	if o.onDrained != nil && o.queue.Msgs+o.taken == 0 {
		o.onDrained()
		o.onDrained = nil
	}
	if o.wantsRoom && o.limits.low(o.queue.Msgs+o.taken, o.queue.Size+o.takenSize) {
		o.wantsRoom = false
		o.writer.Writable(o)
	}
}
