package pipe

import (
	"math"
	"sync"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// Out carries messages from a socket to one peer. The lock that NewOut was
// given is the sending socket's: all its Outs share it, so that a send to one
// or to a thousand peers takes one lock.
//
// ActivateSelf, Attach, Credit, CreditAndTake, Detach, OnDrained, Pending,
// SetReceiverLimits, Take, TakeMore and Waiting take the lock themselves: the
// caller must not hold it. The caller of every other method must hold it.
type Out struct {
	mu        *sync.Mutex
	queue     message.Batch // senders append to it
	taken     int           // messages taken and not yet credited
	takenSize int           // their payload in bytes
	own       Limits        // the sender's marks
	receiver  *Limits       // the receiver's marks, over inproc
	limits    Limits        // the marks in force: the sum of both
	gatherMin int32
	active    bool // the consumer is active: it is taking, or about to
	local     bool // the consumer is a socket of this process
	wantsRoom bool // a message was refused: the writer is notified of room
	consumer  Consumer
	writer    Writer
	onDrained func()   // called once when nothing is left; may be nil
	sent      *Counter // of all Outs under the lock
	stream    uint64   // the last of the Pace's streams that had a message for the Out

	Index int   // the pattern's: the Out's place in its list; -1: not in it
	Peer  *Peer // the receiver of the messages
	Pace  *Pace // the context's; nil: no message belongs to a stream
}

// NewOut makes an Out under the given lock. Messages that have left are counted
// in sent.
func NewOut(mu *sync.Mutex, limits Limits, gatherMin int, writer Writer, sent *Counter) *Out {
	return &Out{mu: mu, own: limits, limits: limits, gatherMin: int32(min(gatherMin, math.MaxInt32)), writer: writer, sent: sent, Index: -1}
}

// QueueFull reports whether the messages that wait reach a high-water mark.
// Messages that are being written do not count.
func (o *Out) QueueFull() bool { return o.limits.exceeded(o.queue.Msgs, o.queue.Size) }

// Put queues a message regardless of the high-water mark: for a writer that has
// checked Full, and for small messages that must not be dropped.
func (o *Out) Put(m message.Msg) { o.queue.Append(m, int(o.gatherMin)) }

// PutShared is Put for a message that several peers are sent. An Out whose
// consumer is a socket of this process gets a copy, because that reads message
// by message.
func (o *Out) PutShared(m *message.Shared) {
	if o.local {
		o.queue.AppendCopy(m)
	} else {
		o.queue.AppendShared(m)
	}
}

// PutFrom is Put for the frames of m from index from on.
func (o *Out) PutFrom(from int, m message.Msg) { o.queue.AppendFrom(from, m, int(o.gatherMin)) }

// PutBehind is Put for a message with an envelope before it.
func (o *Out) PutBehind(envelope *message.Envelope, m message.Msg) {
	o.queue.AppendEnvelope(envelope)
	o.queue.Append(m, int(o.gatherMin))
}

// PutSubscription queues a subscription regardless of the high-water mark.
func (o *Out) PutSubscription(s wire.Subscription) { o.queue.AppendSubscription(s) }

// Full reports whether a high-water mark is reached. If it is, the writer will
// be notified when there is room.
func (o *Out) Full() bool {
	if !o.limits.exceeded(o.queue.Msgs+o.taken, o.queue.Size+o.takenSize) {
		return false
	}
	o.wantsRoom = true
	return true
}

// Activate makes an idle consumer active and returns it. The caller must call
// its Wake after it has released the lock; the Out may have another consumer by
// then. Activate returns nil if the consumer is active already, or if there is
// none.
func (o *Out) Activate() Consumer {
	if o.active || o.consumer == nil {
		return nil
	}
	o.active = true
	return o.consumer
}

// ActiveConsumer returns the consumer if it is active, for a writer that has no
// room: see Consumer.FlushInline.
func (o *Out) ActiveConsumer() Consumer {
	if !o.active {
		return nil
	}
	return o.consumer
}

// ActivateSelf is Activate for the consumer itself. It reports whether c was
// idle and is active now: false also if another consumer has taken c's place.
func (o *Out) ActivateSelf(c Consumer) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.consumer == c && o.Activate() != nil
}

// Queued returns how many messages, and bytes of payload, wait or are being
// written.
func (o *Out) Queued() (msgs, size int) { return o.queue.Msgs + o.taken, o.queue.Size + o.takenSize }

// Waiting implements Source.
func (o *Out) Waiting() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.queue.Msgs
}

// Pending returns how many messages wait or are being written.
func (o *Out) Pending() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	msgs, _ := o.Queued()
	return msgs
}

// Discard drops the messages that wait and returns their number.
func (o *Out) Discard() int {
	n := o.queue.Msgs
	o.queue.Reset()
	o.announceRoomLocked()
	return n
}

// DiscardSubscriptions drops the subscriptions that wait, and keeps the messages.
func (o *Out) DiscardSubscriptions() {
	o.queue.DropSubscriptions()
	o.announceRoomLocked()
}

// StopNotify ends the notification of the writer: its peer is gone for good.
// Messages that wait can still be taken.
func (o *Out) StopNotify() { o.wantsRoom = false }

// SetLimits replaces the sender's marks. A writer whose message was refused is
// notified if there is room now.
func (o *Out) SetLimits(own Limits) {
	o.own, o.limits = own, own
	if o.receiver != nil {
		o.limits = own.Join(*o.receiver)
	}
	if o.wantsRoom && !o.Full() {
		o.wantsRoom = false
		o.writer.Writable(o)
	}
}

// SetReceiverLimits implements Source: over inproc there is one queue for both
// sides.
func (o *Out) SetReceiverLimits(receiver Limits) {
	o.mu.Lock()
	o.receiver = &receiver
	o.SetLimits(o.own)
	o.mu.Unlock()
}

// Joined reports whether the consumer is a socket of this process.
func (o *Out) Joined() bool { return o.local && o.consumer != nil }

// Attach gives the Out a consumer, which is idle unless working is set.
// Messages that were queued before can be taken now.
func (o *Out) Attach(c Consumer, working bool) {
	o.mu.Lock()
	o.consumer, o.active = c, working
	_, o.local = c.(*In)
	o.mu.Unlock()
}

// Detach takes the consumer away. unsent, which may be nil, has the messages
// that the consumer took and did not write: they are queued again before those
// that wait. Messages that were written but not credited count as sent.
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
	o.announceRoomLocked()
}

// Take moves all messages that wait into b, which must be empty; the Out uses
// b's memory, if it has any, for the messages that follow. If no message waits,
// Take makes the consumer idle and returns false. Messages that were taken
// count against the high-water marks until they are credited.
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

// TakeMore is Take for a consumer that stays active if no message waits.
func (o *Out) TakeMore(b *message.Batch) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.queue.Msgs == 0 {
		return false
	}
	o.takeLocked(b)
	return true
}

// takeLocked moves the messages that wait into b. A socket of this process
// keeps the memory of what it takes, so the messages that follow are appended
// behind it in the same piece while there is room. An engine brings the memory
// of the last batch back.
func (o *Out) takeLocked(b *message.Batch) {
	if o.local {
		*b = o.queue.Split()
	} else {
		*b, o.queue = o.queue, *b
	}
	o.taken += b.Msgs
	o.takenSize += b.Size
}

// Credit reports that messages taken before have left.
func (o *Out) Credit(msgs, size int) {
	o.mu.Lock()
	o.creditLocked(msgs, size)
	o.mu.Unlock()
}

// creditLocked accounts for messages that the consumer does not hold any more.
func (o *Out) creditLocked(msgs, size int) {
	o.taken -= msgs
	o.takenSize -= size
	o.sent.Add(msgs, size)
	o.announceRoomLocked()
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

// OnDrained calls f once, with the lock held, as soon as no message waits or is
// being written: at once, if that is the case now.
func (o *Out) OnDrained(f func()) {
	o.mu.Lock()
	o.onDrained = f
	o.announceRoomLocked()
	o.mu.Unlock()
}

// announceRoomLocked calls onDrained once the Out is empty, and notifies the
// writer once when a full Out is half empty.
func (o *Out) announceRoomLocked() {
	if o.onDrained != nil && o.queue.Msgs+o.taken == 0 {
		o.onDrained()
		o.onDrained = nil
	}
	if o.wantsRoom && o.limits.low(o.queue.Msgs+o.taken, o.queue.Size+o.takenSize) {
		o.wantsRoom = false
		o.writer.Writable(o)
	}
}
