// Package stream is a byte stream made of asynchronous operations: what an
// engine reads from and writes to, whatever the transport puts between it and
// the kernel.
package stream

import (
	"net"

	"github.com/actum-go/actum/proactor"
)

// Stream is one connection. A plain one is a *proactor.Handle; a transport that
// frames or encrypts wraps another Stream.
//
// One goroutine at a time reads and one writes. While a Read or a Write is
// outstanding its buffers are the stream's, and TryRead or TryWrite in that
// direction must not be called. After Close everything fails, and what was
// outstanding completes with an error.
type Stream interface {
	// Read completes with at least one byte; N == 0 and io.EOF at the end.
	Read(op *proactor.Operation, b []byte)
	// ReadV fills several buffers in order: a scatter read.
	ReadV(op *proactor.Operation, v [][]byte)
	// Write completes when at least one byte is written.
	Write(op *proactor.Operation, b []byte)
	// WriteV writes several buffers in order: a gather write.
	WriteV(op *proactor.Operation, v [][]byte)

	// TryRead, TryWrite and TryWriteV do at once what can be done without
	// waiting; proactor.ErrWouldBlock if that is nothing.
	TryRead(b []byte) (int, error)
	TryWrite(b []byte) (int, error)
	TryWriteV(v [][]byte) (int, error)

	// HungUp reports whether the peer has ended its side, or the connection is broken,
	// also behind bytes that wait to be read; known is false if only reading tells.
	HungUp() (hungUp, known bool)

	// CloseWrite ends the writing side when everything is written that was to be:
	// the peer reads io.EOF behind it, and reading goes on.
	CloseWrite() error

	LocalAddr() net.Addr
	RemoteAddr() net.Addr
	Close() error
}

var _ Stream = (*proactor.Handle)(nil)
