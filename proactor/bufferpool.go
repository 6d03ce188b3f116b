package proactor

import "github.com/actum-go/actum/proactor/internal/backend"

// BufferPool is a pool of buffers for receives: an idle connection owns no buffer.
// It may serve any number of handles, on any dispatchers, and is safe for concurrent
// use.
//
// A receive takes a buffer when there are bytes for it, and completes with it. The
// handler owns the buffer, may keep it or pass it on, and returns it with
// Buffer.Release; nothing may touch its bytes afterwards.
//
// An empty pool is no error: receives wait until a buffer is released. The bytes
// stay in the connection, which slows down their sender. The receive that has waited
// longest gets the next buffer.
type BufferPool struct{ p *backend.Pool }

// Buffer is one buffer of a pool. Its owner is the handler of the receive, until
// Release.
type Buffer backend.PoolBuffer

// Bytes are the received bytes.
func (b *Buffer) Bytes() []byte { return (*backend.PoolBuffer)(b).Bytes() }

// Release returns b to its pool; nothing may touch its bytes any more. A second Release
// panics, because the buffer may belong to another receive by then.
func (b *Buffer) Release() { (*backend.PoolBuffer)(b).Release() }

// NewBufferPool makes a pool of count buffers of size bytes each. It panics if one
// of the two is not positive.
func NewBufferPool(size, count int) *BufferPool {
	return &BufferPool{backend.NewPool(size, count)}
}

// Size is the size of a buffer in bytes, the most that one receive brings.
func (p *BufferPool) Size() int { return p.p.Size() }

// Free is the number of buffers that are in the pool now.
func (p *BufferPool) Free() int { return p.p.Free() }

// Receive is a Read that owns no memory while it waits: the bytes are in op.Buffer,
// taken from pool. op.N is their number. With an error there is no buffer.
func (h *Handle) Receive(op *Operation, pool *BufferPool) {
	h.d.begin(op, KindReceive)
	h.receive(op, pool)
}

func (h *Handle) receive(op *Operation, pool *BufferPool) {
	r := op.ensureExtra()
	r.receive = backend.ReceiveArgs{Pool: pool.p}
	op.op.Args = &r.receive
	h.start(op)
}

// Buffer is the buffer of a receive; nil if there was an error. The handler owns it
// until it releases it.
func (o *Operation) Buffer() *Buffer {
	r := o.extra.Load()
	if r == nil {
		return nil
	}
	return (*Buffer)(r.receive.Buffer)
}
