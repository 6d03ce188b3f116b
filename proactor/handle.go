package proactor

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync/atomic"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// Handles, in this order: reading and writing streams, the calls that do not wait,
// receiving into buffers of a pool, datagrams, cancelling and closing. Handles are made in
// endpoint.go; files are in file.go, composed and multishot operations in multishot.go.

// Handle is a stream (a socket, a pipe, a terminal), a listener, a datagram socket,
// or a file. Any goroutine may use it. One outstanding operation in each direction
// is typical; several are carried out in the order in which they were started.
type Handle struct {
	d      *Dispatcher
	h      backend.Handle
	state  atomic.Uint32 // handleClosed, and above it the number of calls of Cancel
	number atomic.Uint32 // in the record; 0 until an operation is started
	// active counts the multishot operations and ReadFulls that are outstanding. Between
	// two completions the backend does not know them, and they are restarted on this
	// handle.
	active atomic.Int32
}

const handleClosed = 1

// newHandle makes a Handle of a backend's handle.
func (d *Dispatcher) newHandle(h backend.Handle) *Handle {
	d.openHandles.Add(1)
	return &Handle{d: d, h: h}
}

// Read reads at least one byte and at most len(b) bytes into b, which is the
// runtime's until the handler is called.
func (h *Handle) Read(op *Operation, b []byte) {
	h.d.begin(op, KindRead)
	op.op.Buf = b
	h.start(op)
}

// Write writes at least one byte and at most len(b) bytes of b, which is the
// runtime's until the handler is called.
func (h *Handle) Write(op *Operation, b []byte) {
	h.d.begin(op, KindWrite)
	op.op.Buf = b
	h.start(op)
}

// ReadV is a scatter read: it fills the buffers of v in order, and may be short like
// Read. v and its buffers are the runtime's until the handler is called; v is not
// changed.
func (h *Handle) ReadV(op *Operation, v [][]byte) {
	h.d.begin(op, KindScatterRead)
	op.op.Vec = v
	h.start(op)
}

// WriteV is a gather write: it writes the buffers of v in order, and may be short
// like Write. v and its buffers are the runtime's until the handler is called; v is
// not changed.
func (h *Handle) WriteV(op *Operation, v [][]byte) {
	h.d.begin(op, KindGatherWrite)
	op.op.Vec = v
	h.start(op)
}

// start gives op, which has begun, to the backend. It stores the handle only if that
// has changed, because Cancel may read an operation that is being restarted.
func (h *Handle) start(op *Operation) {
	if op.op.Handle != h.h {
		op.op.Handle = h.h
	}
	op.handle = h.recordNumber()
	h.d.start(op)
}

// TryRead reads the bytes that have arrived, without an operation and without
// waiting. It returns ErrWouldBlock if there are none, and io.EOF at the end. It
// must not be called while a read is outstanding.
func (h *Handle) TryRead(b []byte) (int, error) { return h.h.TryRead(b) }

// TryWrite is a speculative write: it writes the bytes that there is room for,
// without an operation and without waiting. It returns ErrWouldBlock if there is no
// room. It must not be called while a write is outstanding.
func (h *Handle) TryWrite(b []byte) (int, error) { return h.h.TryWrite(b) }

// TryWriteV is TryWrite for the buffers of v in order. It does not change v.
func (h *Handle) TryWriteV(v [][]byte) (int, error) { return h.h.TryWriteV(v) }

// AwaitReadable waits until TryRead would not return ErrWouldBlock: bytes have arrived,
// or the stream has ended or is broken. It moves no bytes and needs no memory. It may
// complete without a reason: call TryRead, and start it again if there is nothing to
// read. TryRead may be called while it is outstanding, another read must not. If the
// backend cannot do it, it completes with errors.ErrUnsupported.
func (h *Handle) AwaitReadable(op *Operation) {
	h.d.begin(op, KindReadable)
	if !h.CanAwaitReadable() {
		fail := func() { h.d.mu.Lock(); h.d.completeAndUnlock(&op.op, errors.ErrUnsupported) }
		if h.d.journal == nil || !h.d.ask(op, fail) {
			fail()
		}
		return
	}
	h.start(op)
}

// CanAwaitReadable reports whether AwaitReadable is supported: on streams of the
// backends epoll, kqueue and uring.
func (h *Handle) CanAwaitReadable() bool {
	b, ok := h.h.(backend.Readables)
	return ok && b.CanAwaitReadable()
}

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

// PacketAddr is the source or the destination of a datagram: an AddrPort for UDP, a
// Path for Unix datagrams. Two of them can be compared with ==. A PacketAddr that is
// not valid means the peer of a connected socket, or a Unix socket without a name.
type PacketAddr struct {
	AddrPort netip.AddrPort // UDP; IPv4 addresses are not mapped into IPv6
	Path     string         // Unix; @name for an abstract one, "" for a socket without a name
}

// IsValid reports whether a is an address.
func (a PacketAddr) IsValid() bool { return backend.PacketAddr(a).IsValid() }

// String returns a in the form that Connect takes.
func (a PacketAddr) String() string { return backend.PacketAddr(a).String() }

// ReceiveFrom receives one datagram into b, which is the runtime's until the handler
// is called. op.N is its length and op.From its source. An empty datagram is N == 0
// and no error. If the datagram is longer than b the rest is lost, and op.Truncated
// reports it.
//
// An error ends this operation alone. A connected UDP socket gets
// syscall.ECONNREFUSED when no socket has received what it sent, and still works.
func (h *Handle) ReceiveFrom(op *Operation, b []byte) {
	h.d.begin(op, KindReceiveFrom)
	r := op.ensureExtra()
	r.datagram.Truncated = false
	op.op.Buf, op.op.Args = b, &r.datagram
	h.start(op)
}

// SendTo sends b, which may be empty, as one datagram; b is the runtime's until the
// handler is called. It completes when the system has taken the datagram, which does
// not mean that a peer receives it. It waits while the system has no room. Only a
// Unix datagram to a socket whose queue is full, and to which h is not connected,
// fails with syscall.EAGAIN on some systems.
func (h *Handle) SendTo(op *Operation, b []byte, to PacketAddr) {
	h.d.begin(op, KindSendTo)
	r := op.ensureExtra()
	r.datagram.Addr = backend.PacketAddr(to)
	op.op.Buf, op.op.Args = b, &r.datagram
	h.start(op)
}

// From is the source of the datagram of a ReceiveFrom. It allocates nothing.
func (o *Operation) From() PacketAddr {
	r := o.extra.Load()
	if r == nil {
		return PacketAddr{}
	}
	return PacketAddr(r.datagram.Addr)
}

// Truncated reports whether the datagram of a ReceiveFrom was longer than its
// buffer.
func (o *Operation) Truncated() bool {
	r := o.extra.Load()
	return r != nil && r.datagram.Truncated
}

// LocalAddr is the address of this end.
func (h *Handle) LocalAddr() net.Addr { return h.h.LocalAddr() }

// RemoteAddr is the address of the other end; nil for a listener.
func (h *Handle) RemoteAddr() net.Addr { return h.h.RemoteAddr() }

// Dispatcher is the dispatcher to which h belongs.
func (h *Handle) Dispatcher() *Dispatcher { return h.d }

// Cancel cancels everything that is outstanding on h, like Dispatcher.Cancel; h
// stays open. Operations that are started later are not affected.
func (h *Handle) Cancel() {
	if h.d.journal != nil && h.d.journal.Ask(h.h, "cancel on handle", h.Cancel) {
		return
	}
	h.state.Add(handleClosed + 1)
	h.h.Cancel()
	h.d.retryAcceptsNow()
}

// cancels counts the calls of Cancel, in steps of any size.
func (h *Handle) cancels() uint32 { return h.state.Load() &^ handleClosed }

// CloseWrite ends the writing side of a stream socket, in the order of the writes:
// those that were started earlier are carried out first. Later ones complete with
// ErrWriteClosed, which TryWrite returns too, also after MoveTo. The peer reads what
// was written, then io.EOF; h can still be read. A write may be short: call
// CloseWrite when the last one has written everything.
func (h *Handle) CloseWrite() error {
	if h.d.journal != nil && h.d.journal.Ask(h.h, "close the writing side of handle", func() { _ = h.CloseWrite() }) {
		return nil
	}
	return h.h.CloseWrite()
}

// Close closes h. The operations that are outstanding on it complete with
// ErrHandleClosed, through the dispatcher. A second Close has no effect, but returns
// no earlier than the first one.
//
// Close does not wait for peers or for operations. It removes the file of a Unix
// socket, with two calls to the file system in which the socket was bound.
func (h *Handle) Close() error {
	if h.d.journal != nil && h.d.journal.Ask(h.h, "close handle", func() { _ = h.Close() }) {
		return nil
	}
	if h.state.Or(handleClosed)&handleClosed != 0 {
		if h.d.journal != nil {
			return nil // the journal holds one Close
		}
		return h.h.Close()
	}
	h.d.openHandles.Add(-1)
	err := h.h.Close()
	h.d.retryAcceptsNow() // a descriptor is free now, or h's own accepts wait
	return err
}

// HungUp reports whether the peer of a stream has ended its side, or the connection
// is broken, even if bytes that the peer sent before are still to be read. It is for
// programs that have stopped reading. It does not wait. known is false if the
// backend cannot find out (iocp, goroutine on systems other than Linux, a replay):
// there only reading finds the end.
func (h *Handle) HungUp() (hungUp, known bool) {
	b, ok := h.h.(backend.HangUps)
	if !ok || h.d.journal != nil {
		return false, false
	}
	return b.HungUp(), true
}

// MoveTo moves h to another dispatcher, whose backend must be of the same kind. That
// dispatcher serves the operations that are started on h from then on. No operation
// may be outstanding on h, or MoveTo fails; a multishot operation is outstanding
// also inside its handler, until More reports false. No other goroutine may use h
// until MoveTo has returned. The usual place for the call is the handler that has
// just accepted h. If MoveTo fails, h stays where it was, unless the other
// dispatcher is closed: then h is closed, too.
func (h *Handle) MoveTo(d *Dispatcher) error {
	if d == h.d {
		return nil
	}
	var taken backend.Handle
	err := error(ErrBusy)
	if h.active.Load() == 0 {
		taken, err = d.backend.Take(h.h)
	}
	if err != nil {
		return fmt.Errorf("proactor: moving %v to another dispatcher: %w", h.LocalAddr(), err)
	}
	h.d.openHandles.Add(-1)
	d.openHandles.Add(1)
	h.d, h.h = d, taken
	return nil
}
