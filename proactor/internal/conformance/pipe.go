package conformance

import (
	"bytes"
	"errors"
	"io/fs"
	"net"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/internal/backend"
)

// pipe makes the two ends of a pipe.
func (r *fixture) pipe() (reader, writer *proactor.Handle) {
	r.t.Helper()
	reader, writer, err := r.d.Pipe()
	if err != nil {
		r.t.Fatal(err)
	}
	return reader, writer
}

// testPipe: reads wait for writes, and end when the writer is closed.
func testPipe(r *fixture) {
	in, out := r.pipe()
	read, write := r.call(nil), r.call(nil)
	buf := make([]byte, 16)
	for range 3 {
		in.Read(read.start(), buf)
		out.Write(write.start(), []byte("hello"))
		r.ok(write)
		r.ok(read)
		if write.n != 5 || string(buf[:read.n]) != "hello" {
			r.t.Errorf("wrote %d bytes, read %q", write.n, buf[:read.n])
		}
	}
	out.WriteV(write.start(), [][]byte{[]byte("one"), nil, []byte("two")})
	r.ok(write)
	in.ReadV(read.start(), [][]byte{buf[:2], buf[2:]})
	r.ok(read)
	if string(buf[:read.n]) != "onetwo" {
		r.t.Errorf("scatter read: %q", buf[:read.n])
	}
	r.write(out, []byte("last words"))
	out.Close()
	if got := r.readToEnd(in); string(got) != "last words" {
		r.t.Errorf("read %q before the end", got)
	}
}

// testPipeTransfer sends more than a pipe holds.
func testPipeTransfer(r *fixture) {
	in, out := r.pipe()
	done := false
	r.transfer(out, in, 4<<20, func() { done = true })
	r.until("4 MiB", func() bool { return done })
}

func testPipeTry(r *fixture) {
	in, out := r.pipe()
	buf := make([]byte, 16)
	if n, err := in.TryRead(buf); n != 0 || err != proactor.ErrWouldBlock {
		r.t.Errorf("TryRead of nothing: %d, %v", n, err)
	}
	if n, err := out.TryWriteV([][]byte{[]byte("ab"), []byte("cd")}); err == proactor.ErrWouldBlock && n == 0 {
		r.write(out, []byte("abcd")) // a system may not report how much room there is
	} else if n != 4 || err != nil {
		r.t.Fatalf("TryWriteV: %d, %v", n, err)
	}
	if n, err := out.TryWrite([]byte("ef")); err == proactor.ErrWouldBlock && n == 0 {
		r.write(out, []byte("ef"))
	} else if n != 2 || err != nil {
		r.t.Fatalf("TryWrite: %d, %v", n, err)
	}
	n, err := in.TryRead(buf[:1])
	if err == proactor.ErrWouldBlock && n == 0 { // sim delays the delivery at times
		r.read(in, buf[:1])
	} else if n != 1 || err != nil || buf[0] != 'a' {
		r.t.Errorf("TryRead: %d, %v", n, err)
	}
	got := make([]byte, 5)
	r.read(in, got)
	if string(got) != "bcdef" {
		r.t.Errorf("read %q", got)
	}
	in.Close()
	if n, err := in.TryRead(buf); n != 0 || !errors.Is(err, net.ErrClosed) {
		r.t.Errorf("TryRead of a closed handle: %d, %v", n, err)
	}
}

// testPipeBroken: the reader is closed before a write and during one.
func testPipeBroken(r *fixture) {
	for _, full := range []bool{false, true} {
		in, out := r.pipe()
		var write *call
		if full {
			write, _ = r.fill(out)
			in.Close()
		} else {
			in.Close()
			write = r.call(nil)
			out.Write(write.start(), []byte("anybody there?"))
		}
		r.wait(write)
		if write.n != 0 || !errors.Is(write.err, backend.ENOREADER) {
			r.t.Errorf("full %v: wrote %d bytes, %v", full, write.n, write.err)
		}
		if path := (*fs.PathError)(nil); !errors.As(write.err, &path) || path.Op != "write" {
			r.t.Errorf("full %v: %T is not an *fs.PathError of a write", full, write.err)
		}
	}
}

// testPipeWrongEnd: a pipe has one direction.
func testPipeWrongEnd(r *fixture) {
	in, out := r.pipe()
	c := r.call(nil)
	out.Read(c.start(), make([]byte, 1))
	r.wait(c)
	if path := (*fs.PathError)(nil); c.n != 0 || !errors.Is(c.err, backend.EWRONGEND) || !errors.As(c.err, &path) || path.Op != "read" {
		r.t.Errorf("read of the writing end: %d, %v", c.n, c.err)
	}
	in.Write(c.start(), make([]byte, 1))
	r.wait(c)
	if path := (*fs.PathError)(nil); c.n != 0 || !errors.Is(c.err, backend.EWRONGEND) || !errors.As(c.err, &path) || path.Op != "write" {
		r.t.Errorf("write to the reading end: %d, %v", c.n, c.err)
	}
	in.Accept(c.start())
	r.wait(c)
	if !errors.Is(c.err, errors.ErrUnsupported) {
		r.t.Errorf("accept on a pipe: %v", c.err)
	}
}

// testPipeCancel: the pipe still works after a cancel.
func testPipeCancel(r *fixture) {
	in, out := r.pipe()
	buf := make([]byte, 5)
	for range 3 {
		read := r.call(nil)
		in.Read(read.start(), buf)
		r.d.Cancel(&read.op)
		r.canceled(read)
	}
	write, sent := r.fill(out)
	r.d.Cancel(&write.op)
	r.wait(write)
	sent += write.n
	out.Close()
	if got := r.readToEnd(in); len(got) != sent || !bytes.Equal(got, make([]byte, sent)) {
		r.t.Errorf("read %d bytes, want %d", len(got), sent)
	}
}

// testPipeClose closes both ends with operations outstanding.
func testPipeClose(r *fixture) {
	in, out := r.pipe()
	write, _ := r.fill(out)
	out.Close()
	r.wait(write)
	if write.n == 0 && write.err != proactor.ErrHandleClosed {
		r.t.Errorf("write in progress: %v", write.err)
	}
	other, _ := r.pipe()
	read, late := r.call(nil), r.call(nil)
	other.Read(read.start(), make([]byte, 1))
	other.Close()
	other.Read(late.start(), make([]byte, 1))
	r.failed(read, proactor.ErrHandleClosed)
	r.failed(late, proactor.ErrHandleClosed)
	in.Close()
}
