package pipe

import (
	"math"
	"sync"

	"github.com/actum-go/actum/zmq/internal/message"
)

// Inbox is the queue of decoded batches between an engine and an In, bounded by
// the receiver's high-water marks. The engine calls Room before it decodes, and
// stops reading when there is none, so that the transport pushes back.
type Inbox struct {
	mu      sync.Mutex
	batches []message.Batch // a queue whose next element is at head; of length 0 when it is empty
	head    int
	msgs    int // queued, or taken and not yet credited
	size    int // their payload in bytes
	limits  Limits
	endless bool // Unlimit was called: limits stays empty
	active  bool // the reader was notified and takes until the queue is empty
	full    bool // the engine found no room
	in      *In
	resume  func() // notifies the engine that there is room again; any goroutine
}

// NewInbox makes an inbox. resume is called when an inbox that had no room is
// half empty. It is called on the reader's goroutine, which holds no lock but
// the receive lock, and must not block.
func NewInbox(limits Limits, resume func()) *Inbox {
	return &Inbox{limits: limits, resume: resume}
}

// Open sets the In that reads from the inbox.
func (b *Inbox) Open(in *In) { b.in = in }

// Room returns how many messages may be put now. If it returns 0, the engine
// must stop; resume will be called when there is room.
func (b *Inbox) Room() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.limits.exceeded(b.msgs, b.size) {
		b.full = true
		return 0
	}
	if b.limits.Msgs <= 0 {
		return math.MaxInt
	}
	return b.limits.Msgs - b.msgs
}

// Unlimit removes the limits, where no more messages can come than there are.
// It returns false if the engine did not find the inbox full, or if resume has
// been called since, or is being called.
func (b *Inbox) Unlimit() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.limits, b.endless = Limits{}, true
	starved := b.full
	b.full = false
	return starved
}

// SetReceiverLimits replaces the limits; see [Source]. resume is called if a full
// inbox has room now.
func (b *Inbox) SetReceiverLimits(limits Limits) {
	b.mu.Lock()
	if !b.endless {
		b.limits = limits
	}
	call := b.resumeLocked(!b.limits.exceeded(b.msgs, b.size))
	b.mu.Unlock()
	if call != nil {
		call()
	}
}

// resumeLocked returns what to call, without the lock, if the engine waits for
// room and there is some.
func (b *Inbox) resumeLocked(room bool) (call func()) {
	if !b.full || !room {
		return nil
	}
	b.full = false
	return b.resume
}

// Put queues a batch, which belongs to the inbox from then on.
func (b *Inbox) Put(batch message.Batch) {
	b.mu.Lock()
	b.batches = append(b.batches, batch)
	b.msgs += batch.Msgs
	b.size += batch.Size
	notify := !b.active
	b.active = true
	b.mu.Unlock()
	if notify {
		b.in.Ready()
	}
}

// Take moves the oldest batch to out; see [Source].
func (b *Inbox) Take(out *message.Batch) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.batches) == 0 {
		b.active = false
		return false
	}
	*out = b.batches[b.head]
	b.batches[b.head] = message.Batch{}
	b.head++
	if b.head == len(b.batches) {
		b.batches, b.head = b.batches[:0], 0
	}
	return true
}

// Credit makes room; see [Source].
func (b *Inbox) Credit(msgs, size int) {
	b.mu.Lock()
	b.msgs -= msgs
	b.size -= size
	call := b.resumeLocked(b.limits.low(b.msgs, b.size))
	b.mu.Unlock()
	if call != nil {
		call()
	}
}

// Waiting implements Source.
func (b *Inbox) Waiting() (n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, batch := range b.batches[b.head:] {
		n += batch.Msgs
	}
	return n
}

// Close says that no more batches will be put: resume is not called any more.
// What is queued can still be taken.
func (b *Inbox) Close() {
	b.mu.Lock()
	b.resume = nil
	b.mu.Unlock()
}

// Queued returns how many messages, and bytes of payload, wait to be received.
func (b *Inbox) Queued() (msgs, size int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.msgs, b.size
}
