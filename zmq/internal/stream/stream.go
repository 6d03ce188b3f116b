// Package stream defines a byte stream made of asynchronous operations. An engine
// reads from it and writes to it, whatever layers the transport puts between it
// and the kernel.
package stream

import (
	"net"

	"github.com/actum-go/actum/proactor"
)

// Stream is one connection. A plain one is a *proactor.Handle; a transport that
// frames or encrypts wraps another Stream.
//
// Bytes count as written when all that the peer needs in order to read them is
// written to the stream below; the kernel then delivers them even if the stream is
// closed. A layer that frames or encrypts may have written only a part of that when
// a write fails with ErrWouldBlock, or is short. The next write must begin with the
// bytes that were not counted, which may be cut into other pieces.
//
// One goroutine at a time reads and one writes. While a Read or a Write is
// outstanding, its buffers belong to the stream, and TryRead or TryWrite in that
// direction must not be called. After Close everything fails, and outstanding
// operations complete with an error.
type Stream interface {
	// Read completes with at least one byte, or with N == 0 and io.EOF at the
	// end.
	Read(op *proactor.Operation, b []byte)
	// ReadV fills several buffers in order: a scatter read.
	ReadV(op *proactor.Operation, v [][]byte)
	// Write completes when at least one byte has been written.
	Write(op *proactor.Operation, b []byte)
	// WriteV writes several buffers in order: a gather write.
	WriteV(op *proactor.Operation, v [][]byte)

	// TryRead, TryWrite and TryWriteV transfer at once what can be transferred
	// without waiting. They fail with proactor.ErrWouldBlock if that is nothing.
	TryRead(b []byte) (int, error)
	TryWrite(b []byte) (int, error)
	TryWriteV(v [][]byte) (int, error)

	// HungUp reports whether the peer has ended its side, or the connection is
	// broken, even while bytes wait to be read. known is false if only reading
	// can tell.
	HungUp() (hungUp, known bool)

	// CloseWrite ends the write side after all bytes have been written. The peer
	// then reads io.EOF, and reading from the peer continues.
	CloseWrite() error

	LocalAddr() net.Addr
	RemoteAddr() net.Addr
	Close() error
}

var _ Stream = (*proactor.Handle)(nil)

// PeerAddress returns the peer's address as text, for logs and errors; "" if it
// has none.
func PeerAddress(s Stream) string {
	if addr := s.RemoteAddr(); addr != nil {
		return addr.String()
	}
	return ""
}
