package proactor

import (
	"fmt"
	"net"
	"os"
	"sync/atomic"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// Handle is a stream (a socket, a pipe, a terminal), a listener, a socket of
// datagrams, or a file. It is safe for use from any goroutine. One
// outstanding operation in each direction is typical; more are carried out in
// the order in which they were started.
type Handle struct {
	d      *Dispatcher
	h      backend.Handle
	state  atomic.Uint32 // handleClosed, and above it how often Cancel was called
	number atomic.Uint32 // in the record; 0 until something is started
	// going counts the multishot operations and the ReadFulls that are outstanding: at
	// times the backend knows nothing of them, and they go on on this very handle.
	active atomic.Int32
}

const handleClosed = 1

// cancels is how often Cancel was called, in some unit.
func (h *Handle) cancels() uint32 { return h.state.Load() &^ handleClosed }

// newHandle makes a handle of what the backend has brought.
func (d *Dispatcher) newHandle(h backend.Handle) *Handle {
	d.load.Add(1)
	return &Handle{d: d, h: h}
}

// MoveTo hands h to another dispatcher, whose backend must be of the same kind:
// it serves what is started on h from then on. Nothing may be outstanding on h
// (the error says so; a multishot operation is, also inside its handler, unless
// More reports false), and nobody else may use h until MoveTo has returned; the
// usual place is the handler that has just accepted h. If it fails h stays where
// it was, unless the other dispatcher is closed: then so is h.
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
		return fmt.Errorf("proactor: handing over %v: %w", h.LocalAddr(), err)
	}
	h.d.load.Add(-1)
	d.load.Add(1)
	h.d, h.h = d, taken
	return nil
}

// Accept completes with a new stream, in op.Accepted. An accept that fails for
// want of descriptors (syscall.EMFILE) leaves the listener as it is: start
// another one after a while, or let AcceptMultishot do so.
func (h *Handle) Accept(op *Operation) {
	h.d.begin(op, KindAccept)
	h.start(op)
}

// Read reads at least one byte, at most len(b), into b, which is the runtime's
// until the handler is called.
func (h *Handle) Read(op *Operation, b []byte) {
	h.d.begin(op, KindRead)
	op.op.Buf = b
	h.start(op)
}

// Write writes at least one byte, at most len(b), of b, which is the runtime's
// until the handler is called.
func (h *Handle) Write(op *Operation, b []byte) {
	h.d.begin(op, KindWrite)
	op.op.Buf = b
	h.start(op)
}

// ReadV is a scatter read: it fills the buffers of v in order, and may end
// early as Read may. v and its buffers are the runtime's until the handler is
// called; v is not changed.
func (h *Handle) ReadV(op *Operation, v [][]byte) {
	h.d.begin(op, KindScatterRead)
	op.op.Vec = v
	h.start(op)
}

// WriteV is a gather write: it writes the buffers of v in order, and may end
// early as Write may. v and its buffers are the runtime's until the handler is
// called; v is not changed.
func (h *Handle) WriteV(op *Operation, v [][]byte) {
	h.d.begin(op, KindGatherWrite)
	op.op.Vec = v
	h.start(op)
}

// start gives op, which has begun, to the backend. The handle is stored only if
// it is another one: then Cancel may look at an operation that is restarted.
func (h *Handle) start(op *Operation) {
	if op.op.Handle != h.h {
		op.op.Handle = h.h
	}
	op.handle = h.recordNumber()
	h.d.start(op)
}

// TryRead reads what is there now, without an operation. It returns
// ErrWouldBlock if there is nothing, io.EOF at the end. It must not be called
// while a read is outstanding.
func (h *Handle) TryRead(b []byte) (int, error) { return h.h.TryRead(b) }

// TryWrite is a speculative write: it writes what there is room for now,
// without an operation. It returns ErrWouldBlock if there is none. It must not
// be called while a write is outstanding.
func (h *Handle) TryWrite(b []byte) (int, error) { return h.h.TryWrite(b) }

// TryWriteV is TryWrite for the buffers of v in order. It does not change v.
func (h *Handle) TryWriteV(v [][]byte) (int, error) { return h.h.TryWriteV(v) }

// LocalAddr is the address of this end.
func (h *Handle) LocalAddr() net.Addr { return h.h.LocalAddr() }

// RemoteAddr is the address of the other end; nil for a listener.
func (h *Handle) RemoteAddr() net.Addr { return h.h.RemoteAddr() }

// Dispatcher is the one that h belongs to.
func (h *Handle) Dispatcher() *Dispatcher { return h.d }

// Cancel is Dispatcher.Cancel for everything that is outstanding on h, which
// stays open. It does not concern what is started afterwards.
func (h *Handle) Cancel() {
	if h.d.journal != nil && h.d.journal.Ask(h.h, "cancel on handle", h.Cancel) {
		return
	}
	h.state.Add(handleClosed + 1)
	h.h.Cancel()
	h.d.retryAcceptsNow()
}

// CloseWrite ends the writing side of a stream socket, in the order of the
// writes: those that were started before are carried out first, those started
// later complete with ErrWriteClosed, which TryWrite returns too, also after MoveTo. The peer reads what was written, then
// io.EOF; reading from h goes on. A write may be short: call this when the last
// one has completed whole.
func (h *Handle) CloseWrite() error {
	if h.d.journal != nil && h.d.journal.Ask(h.h, "close the writing side of handle", func() { _ = h.CloseWrite() }) {
		return nil
	}
	return h.h.CloseWrite()
}

// Close closes h. What is outstanding on it completes with ErrHandleClosed, by
// way of the dispatcher. A second Close does nothing but wait for the first one.
//
// Close does not wait for peers or for operations. It removes the file of a Unix
// socket, with two calls to the file system that the socket was bound in.
func (h *Handle) Close() error {
	if h.d.journal != nil && h.d.journal.Ask(h.h, "close handle", func() { _ = h.Close() }) {
		return nil
	}
	if h.state.Or(handleClosed)&handleClosed != 0 {
		if h.d.journal != nil {
			return nil // one goroutine closes, and the journal knows of one Close
		}
		return h.h.Close()
	}
	h.d.load.Add(-1)
	err := h.h.Close()
	h.d.retryAcceptsNow() // there is a descriptor now; or it was h that had none
	return err
}

// HungUp reports whether the peer of a stream has ended its side, or the connection
// is broken, also where what the peer sent before that waits to be read: then it is
// still there, and no more comes. It is for those who have stopped reading. It does
// not wait. known is false where the backend cannot tell (iocp, goroutine outside
// of Linux, a replay): there only reading finds the end.
func (h *Handle) HungUp() (hungUp, known bool) {
	q, ok := h.h.(backend.HangUps)
	if !ok || h.d.journal != nil {
		return false, false
	}
	return q.HungUp(), true
}

// Connect makes a stream to an address, in op.Accepted. network is "tcp",
// "tcp4", "tcp6" (address is a literal IP:port: names are for the caller to
// look up) or "unix" (a path, or @name for an abstract one). On a network of
// datagrams it makes a connected handle of those: see ListenPacket. o may be nil.
func (d *Dispatcher) Connect(op *Operation, network, address string, o *SocketOptions) {
	d.begin(op, KindConnect)
	op.op.Handle = nil
	op.op.Args = &backend.ConnectArgs{Network: network, Address: address, Socket: o}
	d.start(op)
}

// Listen makes a listener; see Connect for network and address. Port 0 takes a
// free one: LocalAddr says which. The file of a "unix" listener is removed when
// the handle is closed, unless another one has taken its place.
func (d *Dispatcher) Listen(network, address string, o *SocketOptions) (*Handle, error) {
	if d.closed.Load() {
		return nil, closedError("listen on " + network + " " + address)
	}
	h, err := d.backend.Listen(network, address, o)
	if err != nil {
		return nil, err
	}
	return d.newHandle(h), nil
}

// Adopt makes a stream of what file is open on: a pipe, a FIFO, a terminal, the
// standard input, anything that is read and written in order and can be waited
// for. The handle has a descriptor of its own; file stays the caller's to close,
// and may be closed at once. Regular files are refused, with an error that
// unwraps to errors.ErrUnsupported: those are for OpenFile.
//
// A read from a terminal brings a line at a time, as long as the terminal is
// set so. What is read from the master of a pseudo-terminal whose other side is
// closed is, on Linux, an error: syscall.EIO.
//
// On Windows file must have been opened for overlapped I/O, as named pipes can be;
// consoles and the pipes of os.Pipe are refused. file loses its deadlines.
//
// The handle does not block, and what it is open on need not be shared with
// others: where the system allows it is opened anew, so that a shell's terminal
// is not changed. Otherwise (a standard input that another user owns) all who
// share it see it non-blocking.
func (d *Dispatcher) Adopt(file *os.File) (*Handle, error) {
	if d.closed.Load() {
		return nil, closedError("adopt a file")
	}
	h, err := d.backend.Adopt(file)
	if err != nil {
		return nil, err
	}
	return d.newHandle(h), nil
}

// Pipe makes a pipe: what is written to w is read from r. A read of the wrong end
// fails with syscall.EBADF, and so does a write. When w is closed, r reads what is
// in the pipe, then io.EOF; when r is closed, writes fail with syscall.EPIPE. On
// Windows these are ERROR_ACCESS_DENIED and ERROR_NO_DATA, and a write that is
// cancelled while somebody reads may have written more than it says.
func (d *Dispatcher) Pipe() (r, w *Handle, err error) {
	if d.closed.Load() {
		return nil, nil, closedError("make a pipe")
	}
	in, out, err := d.backend.Pipe()
	if err != nil {
		return nil, nil, err
	}
	return d.newHandle(in), d.newHandle(out), nil
}

// PacketAddr is where a datagram comes from or goes to: an AddrPort for UDP, a
// Path for Unix datagrams. Two of them can be compared with ==. A PacketAddr
// that is not valid stands for the peer of a connected socket, and for a Unix
// socket without a name.
type PacketAddr = backend.PacketAddr

// ListenPacket makes a handle of datagrams. network is "udp", "udp4", "udp6"
// (address is a literal IP:port; port 0 takes a free one: LocalAddr says which)
// or "unixgram" (a path, or @name for an abstract one; the file is removed when
// the handle is closed). o may be nil.
//
// Connect on one of these networks makes a handle of datagrams that is connected
// to one peer: it receives from nobody else, and sends to the PacketAddr{}. A
// "unixgram" one that wants answers is bound with SocketOptions.LocalAddr.
func (d *Dispatcher) ListenPacket(network, address string, o *SocketOptions) (*Handle, error) {
	if d.closed.Load() {
		return nil, closedError("listen on " + network + " " + address)
	}
	h, err := d.backend.ListenPacket(network, address, o)
	if err != nil {
		return nil, err
	}
	return d.newHandle(h), nil
}

// ReceiveFrom receives one datagram into b, which is the runtime's until the
// handler is called. op.N is its length, op.From where it comes from. An empty
// datagram is N == 0 and no error. Of one that is longer than b the rest is
// lost, and op.Truncated reports it.
//
// An error is the result of this operation alone: a connected UDP socket hears
// with syscall.ECONNREFUSED that nobody received what it has sent, and goes on.
func (h *Handle) ReceiveFrom(op *Operation, b []byte) {
	h.d.begin(op, KindReceiveFrom)
	f := op.ensureExtra()
	f.datagram.Truncated = false
	op.op.Buf, op.op.Args = b, &f.datagram
	h.start(op)
}

// SendTo sends b as one datagram, which may be empty; b is the runtime's until the
// handler is called. It completes when the system has taken the datagram, which
// does not mean that anybody receives it. It waits while the system has no room.
// Only a Unix datagram to a socket whose queue is full, and that h is not
// connected to, fails with syscall.EAGAIN on some systems.
func (h *Handle) SendTo(op *Operation, b []byte, to PacketAddr) {
	h.d.begin(op, KindSendTo)
	f := op.ensureExtra()
	f.datagram.Addr = to
	op.op.Buf, op.op.Args = b, &f.datagram
	h.start(op)
}

// From is where the datagram of a ReceiveFrom comes from. It allocates nothing.
func (o *Operation) From() PacketAddr {
	r := o.extra.Load()
	if r == nil {
		return PacketAddr{}
	}
	return r.datagram.Addr
}

// Truncated reports whether the datagram of a ReceiveFrom was longer than its
// buffer.
func (o *Operation) Truncated() bool {
	r := o.extra.Load()
	return r != nil && r.datagram.Truncated
}
