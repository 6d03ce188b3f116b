package conformance

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"

	"github.com/actum-go/actum/proactor"
)

// open opens a file.
func (r *fixture) open(name string, flag int) *proactor.Handle {
	r.t.Helper()
	c := r.call(nil)
	r.d.OpenFile(c.start(), name, flag, 0o644)
	r.ok(c)
	if c.op.Handle() == nil {
		r.t.Fatal("an open without an error and without a file")
	}
	return c.op.Handle()
}

// name returns a fresh name for a file.
func (r *fixture) name() string {
	r.files++
	return filepath.Join(r.folder, fmt.Sprint("file", r.files))
}

// file makes a file that contains data, open for reading and writing.
func (r *fixture) file(data []byte) *proactor.Handle {
	r.t.Helper()
	f := r.open(r.name(), os.O_RDWR|os.O_CREATE|os.O_EXCL)
	r.writeAt(f, data, 0)
	return f
}

// writeAt writes all of b, with as many operations as it takes.
func (r *fixture) writeAt(f *proactor.Handle, b []byte, off int64) {
	r.t.Helper()
	c := r.call(nil)
	for len(b) > 0 {
		f.WriteAt(c.start(), b, off)
		r.ok(c)
		b, off = b[c.n:], off+int64(c.n)
	}
}

// readAll reads from off to the end, with buffers of the given size.
func (r *fixture) readAll(f *proactor.Handle, off int64, size int) []byte {
	r.t.Helper()
	var all []byte
	buf := make([]byte, size)
	for c := r.call(nil); ; {
		f.ReadAt(c.start(), buf, off)
		r.wait(c)
		if c.err == io.EOF && c.n == 0 {
			return all
		}
		if c.err != nil || c.n == 0 {
			r.t.Fatalf("read at %d: %d, %v", off, c.n, c.err)
		}
		all, off = append(all, buf[:c.n]...), off+int64(c.n)
	}
}

// size returns the size according to Stat.
func (r *fixture) size(f *proactor.Handle) int64 {
	r.t.Helper()
	var info proactor.FileInfo
	c := r.call(nil)
	f.Stat(c.start(), &info)
	r.ok(c)
	return info.Size()
}

func testFile(r *fixture) {
	data := pattern(300_000)
	f := r.file(data)
	for _, size := range []int{1 << 20, 65536, 65537, 4099} {
		if got := r.readAll(f, 0, size); !bytes.Equal(got, data) {
			r.t.Fatalf("reading %d bytes at a time: the bytes read are not the bytes written", size)
		}
	}
	if got := r.readAll(f, 299_990, 100); !bytes.Equal(got, data[299_990:]) {
		r.t.Error("the last bytes are others")
	}
	if got := r.readAll(f, 1<<40, 100); len(got) != 0 {
		r.t.Errorf("read %d bytes far behind the end", len(got))
	}
	r.writeAt(f, []byte("middle"), 1000)
	copy(data[1000:], "middle")
	if got := r.readAll(f, 0, 1<<20); !bytes.Equal(got, data) {
		r.t.Error("a write in the middle changed something else")
	}
	if err := f.Close(); err != nil {
		r.t.Error(err)
	}
}

// testFileHole writes behind the end.
func testFileHole(r *fixture) {
	f := r.file([]byte("ab"))
	r.writeAt(f, []byte("z"), 100_000)
	want := append([]byte("ab"), make([]byte, 100_000-2)...)
	if got := r.readAll(f, 0, 1<<20); !bytes.Equal(got, append(want, 'z')) {
		r.t.Error("what was never written is not zero")
	}
}

func testFileAppend(r *fixture) {
	name := r.name()
	r.writeAt(r.open(name, os.O_WRONLY|os.O_CREATE), []byte("start "), 0)
	f := r.open(name, os.O_RDWR|os.O_APPEND)
	r.writeAt(f, []byte("middle "), 0)
	r.writeAt(f, []byte("end"), 1<<30)
	if got := r.readAll(f, 0, 100); string(got) != "start middle end" {
		r.t.Errorf("read %q", got)
	}
	// Concurrent appends do not mix.
	line := bytes.Repeat([]byte("x"), 100)
	calls := make([]*call, 50)
	for i := range calls {
		calls[i] = r.call(nil)
		f.WriteAt(calls[i].start(), line, 0)
	}
	for _, c := range calls {
		r.ok(c)
	}
	if got := r.readAll(f, 16, 1<<20); !bytes.Equal(got, bytes.Repeat(line, len(calls))) {
		r.t.Errorf("%d bytes were appended", len(got))
	}
}

// testFileFlags creates, truncates, and refuses to create.
func testFileFlags(r *fixture) {
	name := r.name()
	r.failsOpen(name, os.O_RDWR, fs.ErrNotExist)
	r.writeAt(r.open(name, os.O_RDWR|os.O_CREATE), []byte("content"), 0)
	r.failsOpen(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, fs.ErrExist)
	r.failsOpen(filepath.Dir(name), os.O_RDONLY, syscall.EISDIR)
	r.failsOpen(name+"\x00", os.O_RDONLY, syscall.EINVAL)
	f := r.open(name, os.O_RDONLY)
	c := r.call(nil)
	f.WriteAt(c.start(), []byte("x"), 0)
	r.wait(c)
	if !isPathError(c.err, "write", name) || c.n != 0 {
		r.t.Errorf("write to a file that is open for reading: %d, %v", c.n, c.err)
	}
	if r.size(r.open(name, os.O_RDWR|os.O_TRUNC)) != 0 {
		r.t.Error("O_TRUNC did not empty the file")
	}
}

// failsOpen expects an open to fail.
func (r *fixture) failsOpen(name string, flag int, want error) {
	r.t.Helper()
	c := r.call(nil)
	r.d.OpenFile(c.start(), name, flag, 0o644)
	r.wait(c)
	if !errors.Is(c.err, want) || !isPathError(c.err, "open", name) || c.op.Handle() != nil {
		r.t.Errorf("open: %v, %v; want %v", c.op.Handle(), c.err, want)
	}
}

func isPathError(err error, verb, name string) bool {
	var p *fs.PathError
	return errors.As(err, &p) && p.Op == verb && p.Path == name
}

func testFileStat(r *fixture) {
	name := r.name()
	f := r.open(name, os.O_RDWR|os.O_CREATE)
	r.writeAt(f, []byte("12345"), 0)
	var info proactor.FileInfo
	c := r.call(nil)
	f.Stat(c.start(), &info)
	r.ok(c)
	if info.Name() != filepath.Base(name) || info.Size() != 5 || !info.Mode().IsRegular() || info.IsDir() || info.Sys() != nil {
		r.t.Errorf("%s", fs.FormatFileInfo(&info))
	}
	if info.Mode().Perm()&0o600 != 0o600 || info.ModTime().Year() < 2000 {
		r.t.Errorf("%s", fs.FormatFileInfo(&info))
	}
	before := info.ModTime()
	r.writeAt(f, []byte("6"), 5)
	f.Stat(c.start(), &info)
	r.ok(c)
	if info.Size() != 6 || info.ModTime().Before(before) {
		r.t.Errorf("written again: %s", fs.FormatFileInfo(&info))
	}
}

func testFileSync(r *fixture) {
	f := r.file([]byte("precious"))
	c := r.call(nil)
	f.Sync(c.start())
	r.ok(c)
	r.writeAt(f, []byte("x"), 0)
	f.SyncData(c.start())
	r.ok(c)
}

// testFileNothing moves no bytes, which is not the end of the file.
func testFileNothing(r *fixture) {
	f := r.file([]byte("abc"))
	c := r.call(nil)
	for _, off := range []int64{0, 3, 1000} {
		f.ReadAt(c.start(), nil, off)
		r.ok(c)
		f.WriteAt(c.start(), []byte{}, off)
		r.ok(c)
	}
	if r.size(f) != 3 {
		r.t.Errorf("%d bytes after nothing was written", r.size(f))
	}
}

// testFileWrongHandle uses stream operations on files and file operations on
// streams.
func testFileWrongHandle(r *fixture) {
	f := r.file([]byte("abc"))
	a, _ := r.pair()
	ln := r.listen()
	buf := make([]byte, 1)
	var info proactor.FileInfo
	for name, start := range map[string]func(*proactor.Operation){
		"read of a file":       func(op *proactor.Operation) { f.Read(op, buf) },
		"write to a file":      func(op *proactor.Operation) { f.WriteV(op, [][]byte{buf}) },
		"accept on a file":     f.Accept,
		"transmit to a file":   func(op *proactor.Operation) { f.TransmitFile(op, &proactor.Transmission{Header: buf}) },
		"read at of a stream":  func(op *proactor.Operation) { a.ReadAt(op, buf, 0) },
		"sync of a stream":     a.Sync,
		"stat of a listener":   func(op *proactor.Operation) { ln.Stat(op, &info) },
		"transmit of a stream": func(op *proactor.Operation) { a.TransmitFile(op, &proactor.Transmission{File: a}) },
	} {
		c := r.call(nil)
		start(c.start())
		r.wait(c)
		if !errors.Is(c.err, errors.ErrUnsupported) || c.n != 0 {
			r.t.Errorf("%s: %d, %v", name, c.n, c.err)
		}
	}
	r.tryFails(f, "a file", errors.ErrUnsupported)
	if f.LocalAddr() != nil || f.RemoteAddr() != nil {
		r.t.Error("a file has an address")
	}
}

// testFileNegative: a negative offset is an error, although some systems take it
// for the current position.
func testFileNegative(r *fixture) {
	f := r.file([]byte("abc"))
	c := r.call(nil)
	for range 2 {
		f.ReadAt(c.start(), make([]byte, 1), -1)
		r.wait(c)
		if !errors.Is(c.err, fs.ErrInvalid) || c.n != 0 {
			r.t.Errorf("read at -1: %d, %v", c.n, c.err)
		}
		f.WriteAt(c.start(), make([]byte, 1), -1)
		r.wait(c)
		if !errors.Is(c.err, fs.ErrInvalid) || c.n != 0 {
			r.t.Errorf("write at -1: %d, %v", c.n, c.err)
		}
	}
}

// testFileSideBySide has many operations outstanding on one file, more than there
// are workers, started by several goroutines.
func testFileSideBySide(r *fixture) {
	const starters, each, block = 4, 100, 3000
	data := pattern(starters * each * block)
	f := r.file(nil)
	side := func(start func(c *call, at int)) {
		done := 0
		var starting sync.WaitGroup
		for s := range starters {
			calls := make([]*call, each)
			for i := range calls {
				calls[i] = r.call(func() {
					if done++; calls[i].err != nil || calls[i].n != block {
						r.t.Errorf("%v: %d, %v", calls[i].op.Kind(), calls[i].n, calls[i].err)
					}
				})
			}
			starting.Go(func() {
				for i, c := range calls {
					start(c, (s*each+i)*block)
				}
			})
		}
		r.until("everything", func() bool { return done == starters*each })
		starting.Wait()
	}
	side(func(c *call, at int) { f.WriteAt(c.start(), data[at:at+block], int64(at)) })
	got := make([]byte, len(data))
	side(func(c *call, at int) { f.ReadAt(c.start(), got[at:at+block], int64(at)) })
	if !bytes.Equal(got, data) {
		r.t.Error("the bytes read are not the bytes written")
	}
}
