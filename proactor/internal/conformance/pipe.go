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
func (f *fixture) pipe() (reader, writer *proactor.Handle) {
	f.t.Helper()
	reader, writer, err := f.d.Pipe()
	if err != nil {
		f.t.Fatal(err)
	}
	return reader, writer
}

// testPipe: reads wait for writes, and end when the writer is closed.
func testPipe(f *fixture) {
	in, out := f.pipe()
	read, write := f.call(nil), f.call(nil)
	buf := make([]byte, 16)
	for range 3 {
		in.Read(read.start(), buf)
		out.Write(write.start(), []byte("hello"))
		f.ok(write)
		f.ok(read)
		if write.n != 5 || string(buf[:read.n]) != "hello" {
			f.t.Errorf("wrote %d bytes, read %q", write.n, buf[:read.n])
		}
	}
	out.WriteV(write.start(), [][]byte{[]byte("one"), nil, []byte("two")})
	f.ok(write)
	in.ReadV(read.start(), [][]byte{buf[:2], buf[2:]})
	f.ok(read)
	if string(buf[:read.n]) != "onetwo" {
		f.t.Errorf("scatter read: %q", buf[:read.n])
	}
	f.write(out, []byte("last words"))
	out.Close()
	if got := f.readToEnd(in); string(got) != "last words" {
		f.t.Errorf("read %q before the end", got)
	}
}

// testPipeTransfer sends more than a pipe holds.
func testPipeTransfer(f *fixture) {
	in, out := f.pipe()
	done := false
	f.transfer(out, in, 4<<20, func() { done = true })
	f.until("4 MiB", func() bool { return done })
}

func testPipeTry(f *fixture) {
	in, out := f.pipe()
	buf := make([]byte, 16)
	if n, err := in.TryRead(buf); n != 0 || err != proactor.ErrWouldBlock {
		f.t.Errorf("TryRead of nothing: %d, %v", n, err)
	}
	if n, err := out.TryWriteV([][]byte{[]byte("ab"), []byte("cd")}); err == proactor.ErrWouldBlock && n == 0 {
		f.write(out, []byte("abcd")) // a system may not report how much room there is
	} else if n != 4 || err != nil {
		f.t.Fatalf("TryWriteV: %d, %v", n, err)
	}
	if n, err := out.TryWrite([]byte("ef")); err == proactor.ErrWouldBlock && n == 0 {
		f.write(out, []byte("ef"))
	} else if n != 2 || err != nil {
		f.t.Fatalf("TryWrite: %d, %v", n, err)
	}
	n, err := in.TryRead(buf[:1])
	if err == proactor.ErrWouldBlock && n == 0 { // sim delays the delivery at times
		f.read(in, buf[:1])
	} else if n != 1 || err != nil || buf[0] != 'a' {
		f.t.Errorf("TryRead: %d, %v", n, err)
	}
	got := make([]byte, 5)
	f.read(in, got)
	if string(got) != "bcdef" {
		f.t.Errorf("read %q", got)
	}
	in.Close()
	if n, err := in.TryRead(buf); n != 0 || !errors.Is(err, net.ErrClosed) {
		f.t.Errorf("TryRead of a closed handle: %d, %v", n, err)
	}
}

// testPipeBroken: the reader is closed before a write and during one.
func testPipeBroken(f *fixture) {
	for _, full := range []bool{false, true} {
		in, out := f.pipe()
		var write *call
		if full {
			write, _ = f.fill(out)
			in.Close()
		} else {
			in.Close()
			write = f.call(nil)
			out.Write(write.start(), []byte("anybody there?"))
		}
		f.wait(write)
		if write.n != 0 || !errors.Is(write.err, backend.ENOREADER) {
			f.t.Errorf("full %v: wrote %d bytes, %v", full, write.n, write.err)
		}
		if path := (*fs.PathError)(nil); !errors.As(write.err, &path) || path.Op != "write" {
			f.t.Errorf("full %v: %T is not an *fs.PathError of a write", full, write.err)
		}
	}
}

// testPipeWrongEnd: a pipe has one direction.
func testPipeWrongEnd(f *fixture) {
	in, out := f.pipe()
	c := f.call(nil)
	out.Read(c.start(), make([]byte, 1))
	f.wait(c)
	if path := (*fs.PathError)(nil); c.n != 0 || !errors.Is(c.err, backend.EWRONGEND) || !errors.As(c.err, &path) || path.Op != "read" {
		f.t.Errorf("read of the writing end: %d, %v", c.n, c.err)
	}
	in.Write(c.start(), make([]byte, 1))
	f.wait(c)
	if path := (*fs.PathError)(nil); c.n != 0 || !errors.Is(c.err, backend.EWRONGEND) || !errors.As(c.err, &path) || path.Op != "write" {
		f.t.Errorf("write to the reading end: %d, %v", c.n, c.err)
	}
	in.Accept(c.start())
	f.wait(c)
	if !errors.Is(c.err, errors.ErrUnsupported) {
		f.t.Errorf("accept on a pipe: %v", c.err)
	}
}

// testPipeCancel: the pipe still works after a cancel.
func testPipeCancel(f *fixture) {
	in, out := f.pipe()
	buf := make([]byte, 5)
	for range 3 {
		read := f.call(nil)
		in.Read(read.start(), buf)
		f.d.Cancel(&read.op)
		f.canceled(read)
	}
	write, sent := f.fill(out)
	f.d.Cancel(&write.op)
	f.wait(write)
	sent += write.n
	out.Close()
	if got := f.readToEnd(in); len(got) != sent || !bytes.Equal(got, make([]byte, sent)) {
		f.t.Errorf("read %d bytes, want %d", len(got), sent)
	}
}

// testPipeClose closes both ends with operations outstanding.
func testPipeClose(f *fixture) {
	in, out := f.pipe()
	write, _ := f.fill(out)
	out.Close()
	f.wait(write)
	if write.n == 0 && write.err != proactor.ErrHandleClosed {
		f.t.Errorf("write in progress: %v", write.err)
	}
	other, _ := f.pipe()
	read, late := f.call(nil), f.call(nil)
	other.Read(read.start(), make([]byte, 1))
	other.Close()
	other.Read(late.start(), make([]byte, 1))
	f.failed(read, proactor.ErrHandleClosed)
	f.failed(late, proactor.ErrHandleClosed)
	in.Close()
}
