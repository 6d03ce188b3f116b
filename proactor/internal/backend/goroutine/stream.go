package goroutine

import (
	"io"
	"net"
	"os"
	"syscall"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/files"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// Streams, in this order: connections, the calls that do not wait, and pipes, which are
// connections without addresses.

// conn is what a stream reads and writes: a connection of package net, or a pipe.
type conn interface {
	io.ReadWriteCloser
	LocalAddr() net.Addr
	RemoteAddr() net.Addr
	SetReadDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
}

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
	moved.queues[backend.Out].writeClosing = s.queues[backend.Out].writeClosing
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

// transmit carries a transmission out. Its result has both the number of bytes
// written before an error, and the error.
func (s *stream) transmit(op *backend.Op) {
	t := op.Transmission()
	err := s.send(t)
	op.N = t.Moved()
	var name, network string
	if p, ok := s.conn.(pipe); ok {
		name = p.Name()
	} else {
		network = s.conn.RemoteAddr().Network()
	}
	op.Err = files.TransmitError(name, network, s.conn.LocalAddr(), s.conn.RemoteAddr(), err)
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

// halfCloser is a connection that can be closed in one direction.
type halfCloser interface{ CloseWrite() error }

// CloseWrite implements backend.Handle.
func (s *stream) CloseWrite() error {
	c, ok := s.conn.(halfCloser)
	if !ok {
		return backend.ErrNotSocket
	}
	l := &s.queues[backend.Out]
	l.Mu.Lock()
	defer l.Mu.Unlock()
	if l.Closed != nil {
		return l.Closed
	}
	l.writeClosing = c.CloseWrite
	l.closeWriteLocked()
	return nil
}

// try reads and writes without waiting, on the descriptor of a net.Conn. Each
// direction has one user at a time.
type try struct {
	conn    conn
	raw     syscall.RawConn // nil: this connection has no descriptor
	recv    func(fd int, b []byte) (int, error)
	in, out attempt
	vector  sys.Vector
	outV    attempt // like out, from vector
}

// attempt is one call: a closure made once, and its arguments.
type attempt struct {
	call func(fd uintptr) bool
	buf  []byte
	n    int
	err  error
}

func (t *try) init(conn conn) {
	t.conn = conn
	read, write, sendVector := sys.Read, sys.Write, sys.SendVector
	if p, ok := conn.(pipe); ok {
		read, write, sendVector = sys.ReadPipeNow, sys.WritePipeNow, sys.WritePipeVector
		t.raw = newRawPipe(p)
	} else if c, ok := conn.(syscall.Conn); ok {
		t.raw = neverBlocking(c)
	}
	t.recv = read
	t.in.call = func(fd uintptr) bool {
		t.in.n, t.in.err = read(int(fd), t.in.buf)
		return true
	}
	t.out.call = func(fd uintptr) bool {
		t.out.n, t.out.err = write(int(fd), t.out.buf)
		return true
	}
	t.outV.call = func(fd uintptr) bool {
		n, errno := sendVector(int(fd), &t.vector)
		if t.outV.n, t.outV.err = n, nil; errno != 0 {
			t.outV.err = errno
		}
		return true
	}
}

// neverBlocking returns c's descriptor in a form whose calls return at once; nil if
// c is closed.
func neverBlocking(c syscall.Conn) syscall.RawConn {
	raw, err := c.SyscallConn()
	if err != nil {
		return nil
	}
	if e := raw.Control(func(fd uintptr) { err = sys.NeverBlock(int(fd)) }); e != nil || err != nil {
		return nil
	}
	return raw
}

func (t *try) read(b []byte) (int, error) {
	if t.raw == nil {
		return 0, backend.ErrWouldBlock
	}
	t.in.buf = b
	err := t.raw.Read(t.in.call)
	t.in.buf = nil
	if err != nil {
		return 0, err
	}
	if t.in.n == 0 && t.in.err == nil && len(b) > 0 {
		return 0, io.EOF
	}
	return t.in.n, t.result("read", t.in.err)
}

func (t *try) write(b []byte) (int, error) {
	if t.raw == nil {
		return 0, backend.ErrWouldBlock
	}
	t.out.buf = b
	err := t.raw.Write(t.out.call)
	t.out.buf = nil
	if err != nil {
		return 0, err
	}
	return t.out.n, t.result("write", t.out.err)
}

func (t *try) writeV(v [][]byte) (int, error) {
	if t.raw == nil {
		return 0, backend.ErrWouldBlock
	}
	if t.vector.Set(v) == 0 {
		return 0, nil
	}
	err := t.raw.Write(t.outV.call)
	t.vector.Reset()
	if err != nil {
		return 0, err
	}
	return t.outV.n, t.result("write", t.outV.err)
}

// result returns the error of a call in the form of package backend or package net.
func (t *try) result(call string, err error) error {
	if err == nil {
		return nil
	}
	if sys.WouldBlock(err) {
		return backend.ErrWouldBlock
	}
	if p, ok := t.conn.(pipe); ok {
		return &os.PathError{Op: call, Path: p.Name(), Err: err}
	}
	a := t.conn.RemoteAddr()
	return &net.OpError{Op: call, Net: a.Network(), Source: t.conn.LocalAddr(), Addr: a, Err: os.NewSyscallError(call, err)}
}

// pipe is a pipe or a terminal, which has no addresses.
type pipe struct{ *os.File }

// Write replaces the system's error for a pipe without a reader with one error
// number.
func (p pipe) Write(b []byte) (int, error) {
	n, err := p.File.Write(b)
	return n, sys.FromPipe(err)
}

func (pipe) LocalAddr() net.Addr  { return nil }
func (pipe) RemoteAddr() net.Addr { return nil }

// Adopt implements backend.Backend.
func (b *Backend) Adopt(f *os.File) (backend.Handle, error) {
	own, err := sys.AdoptFile(f)
	if err != nil {
		return nil, err
	}
	return b.adopt(own)
}

// adopt makes a stream of f, which it owns from then on. It requires a file that
// supports deadlines, because a deadline cancels operations.
func (b *Backend) adopt(f *os.File) (backend.Handle, error) {
	if err := f.SetDeadline(time.Time{}); err != nil {
		f.Close()
		return nil, &os.PathError{Op: "adopt", Path: f.Name(), Err: sys.ErrNotWaitable}
	}
	return b.newStream(pipe{f})
}

// Pipe implements backend.Backend.
func (b *Backend) Pipe() (r, w backend.Handle, err error) {
	in, out, err := sys.PipeFiles()
	if err != nil {
		return nil, nil, err
	}
	if r, err = b.adopt(in); err != nil {
		out.Close()
		return nil, nil, err
	}
	if w, err = b.adopt(out); err != nil {
		r.Close()
		return nil, nil, err
	}
	return r, w, nil
}
