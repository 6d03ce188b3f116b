package pipe

import (
	"sync"

	"github.com/actum-go/actum/zmq/internal/message"
)

// Inbox is what an engine fills and an In reads from: decoded batches, bounded
// by the receiver's high-water marks. The engine asks for Room before it decodes
// and stops reading when there is none: the transport then pushes back.
type Inbox struct {
	mu      sync.Mutex
	batches []message.Batch // a queue, with head the next to be taken; of length 0 when it is empty
	head    int
	msgs    int // queued, or taken and not yet credited
	size    int // their payload in bytes
	limits  Limits
	active  bool // the reader has been told and will take until there is nothing
	full    bool // the engine was told that there is no room
	in      *In
	resume  func() // tells the engine that there is room again; any goroutine
}

// NewInbox makes an inbox. resume is called, on the reader's goroutine and
// without locks but the receive lock, when an inbox that had no room is half
// empty; it must not block.
func NewInbox(limits Limits, resume func()) *Inbox {
	return &Inbox{limits: limits, resume: resume}
}

// Open makes in the reader of the inbox.
func (b *Inbox) Open(in *In) { b.in = in }

// Room is how many messages may be put now. Zero means that the engine must
// stop, and that resume will be called.
func (b *Inbox) Room() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.limits.exceeded(b.msgs, b.size) {
		b.full = true
		return 0
	}
	if b.limits.Msgs <= 0 {
		return int(^uint(0) >> 1)
	}
	return b.limits.Msgs - b.msgs
}

// Unlimit takes the limits away, where no more comes than there is. It returns
// false if the engine was told that there is no room, and resume has been called
// since, or is being called.
func (b *Inbox) Unlimit() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.limits = Limits{}
	starved := b.full
	b.full = false
	return starved
}

// Put queues a batch, which belongs to the inbox from then on.
func (b *Inbox) Put(batch message.Batch) {
	b.mu.Lock()
	b.batches = append(b.batches, batch)
	b.msgs += batch.Msgs
	b.size += batch.Size
	tell := !b.active
	b.active = true
	b.mu.Unlock()
	if tell {
		b.in.Ready()
	}
}

// Take hands out the oldest batch; see [Source].
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
	resume := b.full && b.limits.low(b.msgs, b.size)
	if resume {
		b.full = false
	}
	tell := b.resume
	b.mu.Unlock()
	if resume && tell != nil {
		tell()
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

// Shut says that nothing more will be put: resume is not called any more. What
// is there can still be taken.
func (b *Inbox) Close() {
	b.mu.Lock()
	b.resume = nil
	b.mu.Unlock()
}

// Queued is how many messages, and bytes of payload, wait to be received.
func (b *Inbox) Queued() (msgs, size int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.msgs, b.size
}
