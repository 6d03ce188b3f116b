package goroutine

import (
	"io"
	"net"
	"os"
	"syscall"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

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
