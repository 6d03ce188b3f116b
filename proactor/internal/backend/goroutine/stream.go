package goroutine

import (
	"net"
	"sync"
	"sync/atomic"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// stream is a connected handle.
type stream struct {
	b       *Backend
	conn    conn
	in, out opQueue
	try     try         // for calls that must not wait
	taking  *receiver   // for receives; made by the first one
	vec     net.Buffers // the copy of a gather write's buffers, which package net consumes
	sender  *sender     // for transmissions; made by the first one
	closing sync.Mutex  // held by Close, so that a second Close returns after the first
	closed  atomic.Bool
}

// newStream makes a handle of conn, which it owns from then on.
func (b *Backend) newStream(conn conn) (*stream, error) {
	s := &stream{b: b, conn: conn}
	s.in.init(b, s.read, conn.SetReadDeadline)
	s.out.init(b, s.write, conn.SetWriteDeadline)
	s.out.tryNow = s.quickWrite
	s.try.init(conn)
	if !b.handles.Add(s) {
		conn.Close()
		return nil, backend.ErrBackendClosed
	}
	return s, nil
}

func (s *stream) queue(k backend.Kind) *opQueue {
	switch k {
	case backend.KindRead, backend.KindReadV, backend.KindReceive:
		return &s.in
	case backend.KindWrite, backend.KindWriteV, backend.KindTransmitFile:
		return &s.out
	}
	return nil
}

// read carries out a read, a scatter read or a receive.
func (s *stream) read(op *backend.Op) {
	if op.Kind == backend.KindReceive {
		s.receive(op)
		return
	}
	if op.Kind == backend.KindRead {
		if len(op.Buf) > 0 { // on Windows package net would wait for bytes
			op.N, op.Err = s.conn.Read(op.Buf)
		}
		return
	}
	for _, b := range op.Vec {
		var n int
		switch {
		case len(b) == 0:
			continue
		case op.N == 0:
			n, op.Err = s.conn.Read(b)
		default: // bytes are available: read what else there is
			n, _ = s.try.read(b)
		}
		op.N += n
		if n < len(b) {
			return
		}
	}
}

// write carries out a write, a gather write or a transmission.
func (s *stream) write(op *backend.Op) {
	switch op.Kind {
	case backend.KindWrite:
		op.N, op.Err = s.conn.Write(op.Buf)
	case backend.KindWriteV:
		s.writeV(op)
	case backend.KindTransmitFile:
		s.transmit(op)
	}
}

// maxGather is the maximum number of bytes that a gather write moves. Package net
// writes everything that it is given, and the number must fit in op.N.
const maxGather = 1 << 30

func (s *stream) writeV(op *backend.Op) {
	scratch, size := s.vec[:0], 0
	for _, b := range op.Vec {
		if size > 0 && len(b) > maxGather-size {
			break
		}
		scratch, size = append(scratch, b), size+len(b)
	}
	s.vec = scratch
	n, err := s.vec.WriteTo(s.conn)
	clear(scratch)
	s.vec = scratch[:0]
	op.N, op.Err = int(n), err
}

// quickWrite writes what there is room for. That is nearly always everything, and
// saves the hand-over to the goroutine.
func (s *stream) quickWrite(op *backend.Op) bool {
	switch op.Kind {
	case backend.KindWrite:
		op.N, op.Err = s.try.write(op.Buf)
	case backend.KindWriteV:
		op.N, op.Err = s.try.writeV(op.Vec)
	case backend.KindTransmitFile:
		return false
	}
	if op.Err == backend.ErrWouldBlock {
		op.Err = nil
		return false
	}
	return true
}

func (s *stream) TryRead(b []byte) (int, error) {
	n, err := s.try.read(b)
	return n, s.tryError(err)
}

func (s *stream) TryWrite(b []byte) (int, error) {
	n, err := s.try.write(b)
	return n, s.out.writeError(s.tryError(err))
}

func (s *stream) TryWriteV(v [][]byte) (int, error) {
	n, err := s.try.writeV(v)
	return n, s.out.writeError(s.tryError(err))
}

// tryError returns ErrHandleClosed for a closed handle, because pipes report other
// errors.
func (s *stream) tryError(err error) error {
	if err != nil && s.closed.Load() {
		return s.b.closedError()
	}
	return err
}

func (s *stream) LocalAddr() net.Addr  { return s.conn.LocalAddr() }
func (s *stream) RemoteAddr() net.Addr { return s.conn.RemoteAddr() }

func (s *stream) Cancel() {
	s.in.cancelAll()
	s.out.cancelAll()
}

func (s *stream) Close() error {
	s.closing.Lock()
	defer s.closing.Unlock()
	if s.closed.Swap(true) {
		return nil
	}
	defer s.b.handles.Remove(s) // last: until then Backend.Close waits for it
	s.failAll(s.b.closedError())
	return s.conn.Close()
}

func (s *stream) failAll(err error) {
	s.in.close(err)
	s.out.close(err)
}
