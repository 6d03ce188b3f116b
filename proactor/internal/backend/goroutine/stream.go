package goroutine

import (
	"net"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// stream is a connected handle.
type stream struct {
	endpoint
	conn   conn
	try    try         // for calls that must not wait
	taking *receiver   // for receives; made by the first one
	vec    net.Buffers // the copy of a gather write's buffers, which package net consumes
	sender *sender     // for transmissions; made by the first one
}

// newStream makes a handle of conn, which it owns from then on.
func (b *Backend) newStream(conn conn) (backend.Handle, error) {
	s := b.prepareStream(conn)
	return s.open(s)
}

func (b *Backend) prepareStream(conn conn) *stream {
	s := &stream{conn: conn}
	s.endpoint = endpoint{b: b, conn: conn, local: conn.LocalAddr(), remote: conn.RemoteAddr()}
	s.serve(backend.In, s.read, conn.SetReadDeadline)
	s.serve(backend.Out, s.write, conn.SetWriteDeadline)
	s.queues[backend.Out].tryNow = s.quickWrite
	s.try.init(conn)
	return s
}

func (s *stream) moveTo(b *Backend) (backend.Handle, error) {
	moved := b.prepareStream(s.conn)
	from, out := &s.queues[backend.Out], &moved.queues[backend.Out]
	out.writeClosing, out.ended = from.writeClosing, from.ended
	return moved.open(moved)
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
	return n, s.queues[backend.Out].writeError(s.tryError(err))
}

func (s *stream) TryWriteV(v [][]byte) (int, error) {
	n, err := s.try.writeV(v)
	return n, s.queues[backend.Out].writeError(s.tryError(err))
}

// tryError returns ErrHandleClosed for a closed handle, because pipes report other
// errors.
func (s *stream) tryError(err error) error {
	if err != nil && s.closing.Begun() {
		return s.b.ClosedError()
	}
	return err
}
