package backend

import (
	"fmt"
	"math"
	"sync"
	"sync/atomic"
)

// Buffer pools: a receive owns no buffer while it waits. One is taken from its
// pool when there are bytes; it is the handler's with them, until Release.
//
// A pool that has run dry holds receives back, and nobody else: the bytes stay
// where they are, and their sender feels it. Who waits for a buffer gets one in
// the order of waiting: a buffer that is released goes to the first of them, and
// to the pool only when nobody waits.
//
// A pool may serve any number of handles, of any backends. Its lock is a leaf: it
// is never held while a waiter is told.

// Pool is a number of buffers of one size. It is safe for concurrent use.
type Pool struct {
	size    int
	buffers []PoolBuffer

	mu          sync.Mutex
	free        *PoolBuffer // a stack: the one released last is in the cache
	count       int         // of free
	first, last *PoolWaiter // those who wait
}

// PoolBuffer is one of them.
type PoolBuffer struct {
	pool *Pool
	data []byte
	n    int         // how much of data is filled
	out  atomic.Bool // it is not in the pool
	next *PoolBuffer // link of whichever list it is on
}

// PoolWaiter is who waits for a buffer of one pool; it is used again and again.
type PoolWaiter struct {
	// Grant is given the buffer, by whoever has released it, with no lock of the
	// pool held. It may release it again if there is no use for it any more.
	Grant func(*PoolBuffer)

	pool    *Pool
	next    *PoolWaiter
	waiting bool
}

// ReceiveArgs are the Args of a receive.
type ReceiveArgs struct {
	Pool   *Pool
	Buffer *PoolBuffer // with the bytes; nil if there is an error
}

// Receive is what op, a receive, is about.
func (op *Op) Receive() *ReceiveArgs { return op.Args.(*ReceiveArgs) }

// NewPool makes a pool of count buffers of size bytes, in one piece of memory.
func NewPool(size, count int) *Pool {
	if size <= 0 || count <= 0 {
		panic(fmt.Sprintf("proactor: a buffer pool of %d buffers of %d bytes: both must be positive", count, size))
	}
	if size > math.MaxInt/count {
		panic(fmt.Sprintf("proactor: a buffer pool of %d buffers of %d bytes: more than there can be memory", count, size))
	}
	p := &Pool{size: size, buffers: make([]PoolBuffer, count), count: count}
	memory := make([]byte, size*count)
	for i := range p.buffers {
		b := &p.buffers[i]
		b.pool, b.data = p, memory[i*size:(i+1)*size:(i+1)*size]
		b.next, p.free = p.free, b
	}
	return p
}

// Size is that of a buffer, in bytes.
func (p *Pool) Size() int { return p.size }

// Free is how many buffers are in the pool now.
func (p *Pool) Free() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.count
}

// Waiter returns w if it is one for p, or else a new one.
func (p *Pool) Waiter(w *PoolWaiter, grant func(*PoolBuffer)) *PoolWaiter {
	if w != nil && w.pool == p {
		return w
	}
	return &PoolWaiter{Grant: grant, pool: p}
}

// TryTake takes a buffer; nil if there is none.
func (p *Pool) TryTake() *PoolBuffer {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.take()
}

// take is TryTake for callers that hold mu.
func (p *Pool) take() *PoolBuffer {
	b := p.free
	if b != nil {
		p.free, b.next = b.next, nil
		p.count--
		b.out.Store(true)
	}
	return b
}

// Take takes a buffer. If there is none it returns nil, and w gets one later, in
// its turn.
func (p *Pool) Take(w *PoolWaiter) *PoolBuffer {
	p.mu.Lock()
	defer p.mu.Unlock()
	if b := p.take(); b != nil {
		return b
	}
	if !w.waiting {
		w.waiting, w.next = true, nil
		if p.first == nil {
			p.first = w
		} else {
			p.last.next = w
		}
		p.last = w
	}
	return nil
}

// Release gives b back. Nobody may touch its bytes any more. A second Release
// panics: by then the buffer may be somebody else's.
func (b *PoolBuffer) Release() {
	if !b.out.CompareAndSwap(true, false) {
		panic("proactor: a buffer released twice")
	}
	p := b.pool
	p.mu.Lock()
	w := p.first
	if w == nil {
		b.next, p.free = p.free, b
		p.count++
		p.mu.Unlock()
		return
	}
	p.first, w.next, w.waiting = w.next, nil, false
	b.out.Store(true)
	p.mu.Unlock()
	w.Grant(b)
}

// Bytes is what was received, which is the handler's until Release.
func (b *PoolBuffer) Bytes() []byte { return b.data[:b.n] }

// Space is all of b, for a backend to fill.
func (b *PoolBuffer) Space() []byte { return b.data }

// Fill says that n bytes of b are filled.
func (b *PoolBuffer) Fill(n int) { b.n = n }

// Pool is where b belongs.
func (b *PoolBuffer) Pool() *Pool { return b.pool }

// SpareBuffers are buffers that are to be released once no lock is held.
type SpareBuffers struct{ head *PoolBuffer }

// Add puts b among them.
func (s *SpareBuffers) Add(b *PoolBuffer) { b.next, s.head = s.head, b }

// TakeOf takes one of p out; nil if there is none.
func (s *SpareBuffers) TakeOf(p *Pool) *PoolBuffer {
	for at := &s.head; *at != nil; at = &(*at).next {
		if b := *at; b.pool == p {
			*at, b.next = b.next, nil
			return b
		}
	}
	return nil
}

// Release releases all of them.
func (s *SpareBuffers) Release() {
	for b := s.head; b != nil; {
		next := b.next
		b.next = nil
		b.Release()
		b = next
	}
	s.head = nil
}
