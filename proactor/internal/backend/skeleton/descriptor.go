//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows

package skeleton

import (
	"io"
	"net"
	"syscall"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// Descriptor is what a handle operates on: a socket (a stream, a listener, a stream that
// is connecting, or a socket of datagrams), a pipe, or a terminal.
type Descriptor struct {
	FD      int
	Network string
	Name    string // of a pipe or a terminal; "" for a socket

	Listener bool
	Packet   bool   // a socket of datagrams
	Family   uint16 // the address family of a socket of datagrams

	// The lock of the outgoing queue covers these two.
	WriteClosing  bool // CloseWrite was called
	WriteShutDown bool // and the write side is shut down

	Local, Remote net.Addr
	File          sys.SocketFile // of a listener or a socket of datagrams that is bound to a path
}

// LocalAddr implements backend.Handle.
func (d *Descriptor) LocalAddr() net.Addr { return d.Local }

// RemoteAddr implements backend.Handle.
func (d *Descriptor) RemoteAddr() net.Addr { return d.Remote }

// Suits reports whether operations of kind k can be carried out on d.
func (d *Descriptor) Suits(k backend.Kind) bool { return k.Suits(d.Listener, d.Packet) }

// IsStream reports whether d carries bytes, which TryRead and TryWrite need.
func (d *Descriptor) IsStream() bool { return !d.Listener && !d.Packet }

// Recv reads what is there into b, without waiting.
func (d *Descriptor) Recv(b []byte) (int, syscall.Errno) {
	if d.Name != "" {
		return sys.ReadPipe(d.FD, b)
	}
	return sys.Recv(d.FD, b)
}

// Send writes as many bytes of b as there is room for.
func (d *Descriptor) Send(b []byte) (int, syscall.Errno) {
	if d.Name != "" {
		return sys.WritePipe(d.FD, b)
	}
	return sys.Send(d.FD, b)
}

// SendVector is Send from v, which has been set.
func (d *Descriptor) SendVector(v *sys.Vector) (int, syscall.Errno) {
	if d.Name != "" {
		return sys.WritePipeVector(d.FD, v)
	}
	return sys.SendVector(d.FD, v)
}

// ReadResult turns the answer to a read of at least one byte into its result.
func (d *Descriptor) ReadResult(n int, errno syscall.Errno) (int, error) {
	switch {
	case errno == sys.WouldWait:
		return 0, backend.ErrWouldBlock
	case errno != 0:
		return 0, d.Error("read", errno)
	case n == 0:
		return 0, io.EOF
	}
	return n, nil
}

// WriteResult turns the answer to a write into its result.
func (d *Descriptor) WriteResult(n int, errno syscall.Errno) (int, error) {
	switch errno {
	case 0:
		return n, nil
	case sys.WouldWait:
		return 0, backend.ErrWouldBlock
	}
	return 0, d.Error("write", errno)
}

// Error is the error of a call on d, in the form of package net or of package os.
func (d *Descriptor) Error(call string, errno syscall.Errno) error {
	if d.Name != "" {
		return sys.PipeError(call, d.Name, errno)
	}
	return sys.OpError(call, d.Network, d.Local, d.Remote, errno)
}

// PacketError is the error of a receive-from or a send-to.
func (d *Descriptor) PacketError(op *backend.Op, err error) error {
	return sys.PacketError(Verb(op.Kind), d.Network, d.Local, op.Datagram().Addr, d.Remote, err)
}

// Verb is the name of operations of kind k in errors.
func Verb(k backend.Kind) string {
	switch {
	case k == backend.KindAccept:
		return "accept"
	case k.Direction() == backend.Out:
		return "write"
	}
	return "read"
}

// EncodeDestination lays out the address of op, a send-to. It returns nil if op sends to
// the peer of a connected socket.
func (d *Descriptor) EncodeDestination(op *backend.Op) (*sys.Address, error) {
	to := op.Datagram().Addr
	if !to.IsValid() {
		return nil, nil
	}
	raw := op.Sys.Address()
	if err := sys.EncodePacket(raw, to, d.Family); err != nil {
		return nil, d.PacketError(op, err)
	}
	return raw, nil
}

// Established completes d, a socket that op has connected. The error is op's result.
func (d *Descriptor) Established(op *backend.Op) (err error) {
	if backend.IsDatagram(d.Network) {
		d.initDatagrams()
		return nil
	}
	d.Local, d.Remote, err = sys.Established(d.FD, op.Connect())
	return err
}

func (d *Descriptor) initDatagrams() {
	d.Packet, d.Family = true, sys.PacketFamily(d.FD)
	d.Local, d.Remote = sys.PacketName(sys.LocalAddr(d.FD)), sys.PacketName(sys.RemoteAddr(d.FD))
	d.File = sys.SocketFileOf(d.Local)
}

// Accepted is the descriptor of a stream that a listener has accepted.
func (d *Descriptor) Accepted(fd int, remote net.Addr) Descriptor {
	return Descriptor{FD: fd, Network: d.Network, Local: sys.LocalAddr(fd), Remote: remote}
}

// CanCloseWrite returns the error of a CloseWrite that does not apply to d.
func (d *Descriptor) CanCloseWrite() error {
	switch {
	case d.Listener:
		return backend.ErrWrongHandle
	case d.Packet || d.Name != "":
		return backend.ErrNotSocket
	}
	return nil
}

// CloseWriteOf is the CloseWrite of a handle on d whose outgoing queue is q.
func (d *Descriptor) CloseWriteOf(q *Queue) error {
	if err := d.CanCloseWrite(); err != nil {
		return err
	}
	return q.Use(func() {
		d.WriteClosing = true
		d.ShutdownWriteLocked(&q.Ops)
	})
}

// ShutdownWriteLocked shuts down the write side if CloseWrite was called and writes, the
// outgoing queue of an open handle, is empty. An error means that the peer has gone, and
// needs no notice.
func (d *Descriptor) ShutdownWriteLocked(writes *backend.Queue) {
	if d.WriteClosing && !d.WriteShutDown && writes.Empty() {
		d.WriteShutDown = true
		sys.ShutdownWrite(d.FD)
	}
}

// Release removes the file of d and closes d.
func (d *Descriptor) Release() {
	d.File.Remove()
	if d.Name != "" {
		sys.ClosePipe(d.FD)
	} else {
		sys.Close(d.FD)
	}
}
