package proactor

import (
	"errors"
	"fmt"
	"net"
	"os"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// Endpoints: how handles of sockets, pipes and terminals are made, and the options of a
// socket, before and after it is bound or connected.

// SocketOptions are applied to a socket before it is bound or connected. The zero
// value leaves everything to the system. On a socket that exists, the methods of Handle set
// options (SetKeepAlive, SetNoDelay, SetSockopt ...). Simulated sockets use the sizes, the
// backlog and the local address; a replay ignores all of them.
type SocketOptions struct {
	SendBuffer int    // SO_SNDBUF in bytes; 0 keeps the system's default; the system limits larger values
	RecvBuffer int    // SO_RCVBUF in bytes; likewise
	Backlog    int    // listeners: length of the accept queue; 0 means as long as the system allows
	LocalAddr  string // connect: literal IP:port, or a path for "unixgram", to bind first; empty for any; ignored for "unix"
	// ReusePort lets several listeners or datagram sockets have the same address; the
	// system distributes connections and datagrams among them (SO_REUSEPORT; not on
	// Windows).
	ReusePort bool
	// Device is the network interface that the socket uses (SO_BINDTODEVICE, Linux only,
	// which may need a privilege); "" for any.
	Device string
	// TypeOfService is the traffic class of the packets (IP_TOS, IPV6_TCLASS): 0 to 255.
	TypeOfService int
	// Control is called with the descriptor of the new socket, for any other option. It
	// must not keep the descriptor. Its error is that of the listen or the connect.
	Control func(fd uintptr) error
}

// open makes a handle by a call of the backend, unless d is closed.
func (d *Dispatcher) open(call string, open func() (backend.Handle, error)) (*Handle, error) {
	if d.closed.Load() {
		return nil, closedError(call)
	}
	h, err := open()
	if err != nil {
		return nil, err
	}
	return d.newHandle(h), nil
}

// Connect connects to an address; the new stream is in op.Handle. network is
// "tcp", "tcp4", "tcp6" (address is a literal IP:port; the caller looks up names) or
// "unix" (a path, or @name for an abstract one). With a datagram network it makes a
// connected datagram handle: see ListenPacket. o may be nil.
func (d *Dispatcher) Connect(op *Operation, network, address string, o *SocketOptions) {
	d.begin(op, KindConnect)
	op.op.Handle = nil
	op.op.Args = &backend.ConnectArgs{Network: network, Address: address, Socket: (*backend.SocketOptions)(o)}
	d.start(op)
}

// Listen makes a listener; see Connect for network and address. Port 0 takes a free
// port, which LocalAddr returns. The file of a "unix" listener is removed when the
// handle is closed, unless another file has taken its place.
func (d *Dispatcher) Listen(network, address string, o *SocketOptions) (*Handle, error) {
	return d.open("listen on "+network+" "+address, func() (backend.Handle, error) { return d.backend.Listen(network, address, (*backend.SocketOptions)(o)) })
}

// Accept completes with a new stream, in op.Handle. If it fails because
// descriptors have run out (syscall.EMFILE), the listener still works: start another
// accept after a while, or use AcceptMultishot, which does so.
func (h *Handle) Accept(op *Operation) {
	h.d.begin(op, KindAccept)
	h.start(op)
}

// ListenPacket makes a datagram handle. network is "udp", "udp4", "udp6" (address is
// a literal IP:port; port 0 takes a free port, which LocalAddr returns) or
// "unixgram" (a path, or @name for an abstract one; the file is removed when the
// handle is closed). o may be nil.
//
// Connect on one of these networks makes a datagram handle that is connected to one
// peer: it receives only from this peer, and sends to PacketAddr{}. A "unixgram"
// handle that is to receive replies needs an address: set SocketOptions.LocalAddr.
func (d *Dispatcher) ListenPacket(network, address string, o *SocketOptions) (*Handle, error) {
	return d.open("listen on "+network+" "+address, func() (backend.Handle, error) {
		return d.backend.ListenPacket(network, address, (*backend.SocketOptions)(o))
	})
}

// Adopt makes a stream of an open file: a pipe, a FIFO, a terminal, the standard
// input, anything that is read and written in order and can be waited for. The
// handle has a descriptor of its own; file remains the caller's to close, and may be
// closed at once. Regular files are refused with an error that unwraps to
// errors.ErrUnsupported: for those use OpenFile.
//
// A read from a terminal returns a line at a time, unless the terminal is set
// otherwise. On Linux, reading from the master of a pseudo-terminal whose other side
// is closed is an error: syscall.EIO.
//
// On Windows file must have been opened for overlapped I/O, as named pipes can be;
// consoles and the pipes of os.Pipe are refused. file loses its deadlines.
//
// The handle is non-blocking. If the system allows it, the file is opened anew, so
// that other processes, such as the shell on the same terminal, are not affected.
// Otherwise (for example a standard input that another user owns) all processes that
// share it see it non-blocking.
func (d *Dispatcher) Adopt(file *os.File) (*Handle, error) {
	return d.open("adopt a file", func() (backend.Handle, error) { return d.backend.Adopt(file) })
}

// Pipe makes a pipe: bytes that are written to w are read from r. Reading from w or
// writing to r fails with syscall.EBADF. When w is closed, r reads the bytes that
// are in the pipe, then io.EOF; when r is closed, writes fail with syscall.EPIPE. On
// Windows these errors are ERROR_ACCESS_DENIED and ERROR_NO_DATA, and a write that
// is cancelled during a read may have written more than it reports.
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

// Control calls f with the descriptor of h, which stays open meanwhile: for calls of the
// system that this package does not have. f must not block, use h, or close or keep the
// descriptor, and must leave it non-blocking. The result is f's error, or says that h is
// closed or has no descriptor.
func (h *Handle) Control(f func(fd uintptr) error) error {
	c, ok := h.h.(backend.Controllable)
	if !ok {
		return fmt.Errorf("proactor: a handle of %s has no descriptor: %w", h.d.info.Name, errors.ErrUnsupported)
	}
	var err error
	if closed := c.Control(func(fd uintptr) { err = f(fd) }); closed != nil {
		return closed
	}
	return err
}

// option calls set with the descriptor of h, and names the handle in the error.
func (h *Handle) option(set func(fd int) error) error {
	if err := h.Control(func(fd uintptr) error { return set(int(fd)) }); err != nil {
		return fmt.Errorf("proactor: an option of %v: %w", h.LocalAddr(), err)
	}
	return nil
}

// SetSockopt sets any option whose value is an int: setsockopt(level, option, value), with
// the system's numbers.
func (h *Handle) SetSockopt(level, option, value int) error {
	return h.option(func(fd int) error { return sys.SetSockopt(fd, level, option, value) })
}

// Sockopt returns an option whose value is an int: getsockopt(level, option).
func (h *Handle) Sockopt(level, option int) (value int, err error) {
	err = h.option(func(fd int) (err error) {
		value, err = sys.Sockopt(fd, level, option)
		return err
	})
	return value, err
}

// SetKeepAlive configures the keep-alive probes of a TCP stream (RFC 1122, 4.2.3.6), or of
// the streams that a listener accepts. Durations are rounded up to seconds; 0 keeps the
// system's. Without it there are no probes.
func (h *Handle) SetKeepAlive(c net.KeepAliveConfig) error {
	return h.option(func(fd int) error { return sys.SetKeepAlive(fd, c) })
}

// SetNoDelay says whether a TCP stream sends small pieces at once (TCP_NODELAY), as it does
// by default, or collects them (Nagle's algorithm, RFC 896).
func (h *Handle) SetNoDelay(on bool) error {
	return h.option(func(fd int) error { return sys.SetNoDelay(fd, on) })
}

// SetTypeOfService sets the traffic class of the packets that h sends (IP_TOS, IPV6_TCLASS;
// RFC 2474): 0 to 255.
func (h *Handle) SetTypeOfService(value int) error {
	return h.option(func(fd int) error { return sys.SetTypeOfService(fd, value) })
}

// SetBuffers sets the sizes of the system's buffers in bytes (SO_SNDBUF, SO_RCVBUF); 0 keeps
// a size. Linux doubles them, and systems limit them.
func (h *Handle) SetBuffers(send, recv int) error {
	return h.option(func(fd int) error { return sys.SetBuffers(fd, send, recv) })
}
