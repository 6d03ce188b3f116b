package backend

import (
	"fmt"
	"math"
	"sync"
	"sync/atomic"
)

// Buffer pools: a receive has no buffer while it waits. It takes one from its pool
// when bytes have arrived; the handler then owns the buffer until it calls Release.
//
// An empty pool holds back receives and nothing else: the bytes stay in the kernel,
// so that flow control slows the sender down. Waiters are served in order: a
// released buffer goes to the first waiter, and to the pool only when there is no
// waiter.
//
// A pool may serve any number of handles of any backends. Its lock is a leaf: it is
// not held while a waiter is notified.

// Pool is a set of buffers of one size. It is safe for concurrent use.
type Pool struct {
	size    int
	buffers []PoolBuffer

	mu          sync.Mutex
	free        *PoolBuffer // a stack: the buffer released last is in the processor's cache
	count       int         // length of free
	first, last *PoolWaiter // the queue of waiters
}

// PoolBuffer is a buffer of a pool.
type PoolBuffer struct {
	pool *Pool
	data []byte
	n    int         // number of bytes of data that are filled
	out  atomic.Bool // the buffer is not in the pool
	next *PoolBuffer // link of the list that the buffer is on
}

// PoolWaiter waits for a buffer of one pool. It is reused.
type PoolWaiter struct {
	// Grant receives the buffer. It is called by the goroutine that released the
	// buffer, with no lock of the pool held, and may release the buffer if it is no
	// longer needed.
	Grant func(*PoolBuffer)

	pool    *Pool
	next    *PoolWaiter
	waiting bool
}

// ReceiveArgs are the Args of a receive.
type ReceiveArgs struct {
	Pool   *Pool
	Buffer *PoolBuffer // the bytes received; nil if there is an error
}

// Receive returns the Args of a receive.
func (op *Op) Receive() *ReceiveArgs { return op.Args.(*ReceiveArgs) }

// NewPool makes a pool of count buffers of size bytes, in one allocation.
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

// Size returns the size of a buffer in bytes.
func (p *Pool) Size() int { return p.size }

// Free returns the number of buffers that are in the pool now.
func (p *Pool) Free() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.count
}

// Waiter returns w if it belongs to p, or else a new waiter.
func (p *Pool) Waiter(w *PoolWaiter, grant func(*PoolBuffer)) *PoolWaiter {
	if w != nil && w.pool == p {
		return w
	}
	return &PoolWaiter{Grant: grant, pool: p}
}

// TryTake takes a buffer. It returns nil if there is none.
func (p *Pool) TryTake() *PoolBuffer {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.takeLocked()
}

// takeLocked is TryTake for callers that hold mu.
func (p *Pool) takeLocked() *PoolBuffer {
	b := p.free
	if b != nil {
		p.free, b.next = b.next, nil
		p.count--
		b.out.Store(true)
	}
	return b
}

// Take takes a buffer. If there is none it returns nil and queues w, which receives
// one later.
func (p *Pool) Take(w *PoolWaiter) *PoolBuffer {
	p.mu.Lock()
	defer p.mu.Unlock()
	if b := p.takeLocked(); b != nil {
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

// Release returns b to its pool. The caller must not use its bytes any more. A
// second Release panics, because the buffer may belong to another receive by then.
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

// Bytes returns the received bytes, which the handler owns until Release.
func (b *PoolBuffer) Bytes() []byte { return b.data[:b.n] }

// Space returns all of b's memory, for a backend to fill.
func (b *PoolBuffer) Space() []byte { return b.data }

// Fill sets the number of bytes of b that are filled.
func (b *PoolBuffer) Fill(n int) { b.n = n }

// Pool returns the pool that b belongs to.
func (b *PoolBuffer) Pool() *Pool { return b.pool }

// SpareBuffers collects buffers that are released once no lock is held.
type SpareBuffers struct{ head *PoolBuffer }

// Add adds b.
func (s *SpareBuffers) Add(b *PoolBuffer) { b.next, s.head = s.head, b }

// TakeOf removes and returns a buffer of p. It returns nil if there is none.
func (s *SpareBuffers) TakeOf(p *Pool) *PoolBuffer {
	for at := &s.head; *at != nil; at = &(*at).next {
		if b := *at; b.pool == p {
			*at, b.next = b.next, nil
			return b
		}
	}
	return nil
}

// Release releases all of the buffers.
func (s *SpareBuffers) Release() {
	for b := s.head; b != nil; {
		next := b.next
		b.next = nil
		b.Release()
		b = next
	}
	s.head = nil
}
