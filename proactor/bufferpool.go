package proactor

import "github.com/actum-go/actum/proactor/internal/backend"

// BufferPool is memory that receives take turns with: a connection that is idle
// owns no buffer. It may serve any number of handles, on any dispatchers, and is
// safe for concurrent use.
//
// A receive takes a buffer when there are bytes for it, and completes with it. The
// buffer is the handler's, to keep as long as it likes and to pass on, until
// Buffer.Release; nobody may touch its bytes afterwards.
//
// A pool that has run dry is no error: receives wait until a buffer is released,
// the bytes stay in the connection, and their sender is held back. Who has waited
// longest gets the next buffer.
type BufferPool struct{ p *backend.Pool }

// Buffer is one buffer of a pool, with what was received in Bytes. Release gives it
// back; a second Release panics.
type Buffer = backend.PoolBuffer

// NewBufferPool makes a pool of count buffers of size bytes each. It panics if one
// of them is not positive.
func NewBufferPool(size, count int) *BufferPool {
	return &BufferPool{backend.NewPool(size, count)}
}

// Size is that of a buffer in bytes: the most that one receive brings.
func (p *BufferPool) Size() int { return p.p.Size() }

// Free is how many buffers are in the pool at this moment.
func (p *BufferPool) Free() int { return p.p.Free() }

// Receive is a Read that owns no memory while it waits: the bytes are in
// op.Buffer, taken from pool. op.N is how many there are. With an error there is
// no buffer.
func (h *Handle) Receive(op *Operation, pool *BufferPool) {
	h.d.begin(op, KindReceive)
	op.ensureExtra().multishot.begin(nil)
	h.receive(op, pool)
}

func (h *Handle) receive(op *Operation, pool *BufferPool) {
	r := op.ensureExtra()
	r.receive = backend.ReceiveArgs{Pool: pool.p}
	op.op.Args = &r.receive
	h.start(op)
}

// Buffer is what a receive has brought, the handler's until it is released; nil if
// there is an error.
func (o *Operation) Buffer() *Buffer {
	r := o.extra.Load()
	if r == nil {
		return nil
	}
	return r.receive.Buffer
}
