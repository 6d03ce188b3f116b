package message

import (
	"math/bits"
	"sync"
	"sync/atomic"
)

// Pooled memory comes in powers of two from 4 KiB to 16 MiB. Smaller pieces are
// not worth the counting, larger ones are left to the collector.
const (
	minClassBits = 12 // 4 KiB
	maxClassBits = 24 // 16 MiB
)

var classes [maxClassBits - minClassBits + 1]sync.Pool

// Buffer is a piece of pooled memory with a count of its holders. The last
// holder's Release returns it to the pool. If a holder never releases it, the
// collector frees it, and only the reuse is lost.
type Buffer struct {
	data    []byte
	holders atomic.Int32
	class   int8      // index into classes; -1: not pooled
	whole   ownership // of a message of one frame that is the only one in this memory
	part    ownership // of each message of one frame, if there are several in this memory
}

// NewBuffer returns a buffer of at least size bytes with one holder. Its
// contents are undefined.
func NewBuffer(size int) *Buffer {
	class := classOf(size)
	if class >= 0 {
		if b, ok := classes[class].Get().(*Buffer); ok {
			b.holders.Store(1)
			b.sole()
			return b
		}
		size = 1 << (minClassBits + class)
	}
	return newBuffer(size, class)
}

// sole returns the ownership for a message that alone holds the buffer. It
// clears what an earlier holder has set for its message.
func (b *Buffer) sole() *ownership {
	b.whole.given = false
	b.whole.released.Store(false)
	return &b.whole
}

// FreshBuffer is NewBuffer without the pool: its memory is never reused.
func FreshBuffer(size int) *Buffer { return newBuffer(size, -1) }

func newBuffer(size, class int) *Buffer {
	b := &Buffer{data: make([]byte, size), class: int8(class)}
	b.whole.mem, b.whole.kind, b.whole.body = b, whole, true
	b.part.mem, b.part.kind = b, part
	b.holders.Store(1)
	return b
}

// classOf returns the index of the smallest class that holds size bytes; -1 if
// size is not pooled.
func classOf(size int) int {
	if size > 1<<maxClassBits || size < 1<<(minClassBits-2) {
		return -1
	}
	return max(bits.Len(uint(size-1))-minClassBits, 0)
}

// Data returns all of the buffer's memory.
func (b *Buffer) Data() []byte { return b.data }

// Retain adds n holders.
func (b *Buffer) Retain(n int) { b.holders.Add(int32(n)) }

// Release removes a holder. The caller must not touch the memory afterwards.
func (b *Buffer) Release() { b.release(1) }

// release removes n holders.
func (b *Buffer) release(n int) {
	switch left := b.holders.Add(int32(-n)); {
	case left > 0:
	case left < 0:
		panic("zmq: memory of a message was released more often than it was held: Msg.Release was called for two copies of a message")
	case b.class >= 0:
		classes[b.class].Put(b)
	}
}
