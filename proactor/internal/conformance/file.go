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
func (f *fixture) open(name string, flag int) *proactor.Handle {
	f.t.Helper()
	c := f.call(nil)
	f.d.OpenFile(c.start(), name, flag, 0o644)
	f.ok(c)
	if c.op.Handle() == nil {
		f.t.Fatal("an open without an error and without a file")
	}
	return c.op.Handle()
}

// name returns a fresh name for a file.
func (f *fixture) name() string {
	f.files++
	return filepath.Join(f.folder, fmt.Sprint("file", f.files))
}

// file makes a file that contains data, open for reading and writing.
func (f *fixture) file(data []byte) *proactor.Handle {
	f.t.Helper()
	file := f.open(f.name(), os.O_RDWR|os.O_CREATE|os.O_EXCL)
	f.writeAt(file, data, 0)
	return file
}

// writeAt writes all of b, with as many operations as it takes.
func (f *fixture) writeAt(file *proactor.Handle, b []byte, off int64) {
	f.t.Helper()
	c := f.call(nil)
	for len(b) > 0 {
		file.WriteAt(c.start(), b, off)
		f.ok(c)
		b, off = b[c.n:], off+int64(c.n)
	}
}

// readAll reads from off to the end, with buffers of the given size.
func (f *fixture) readAll(file *proactor.Handle, off int64, size int) []byte {
	f.t.Helper()
	var all []byte
	buf := make([]byte, size)
	for c := f.call(nil); ; {
		file.ReadAt(c.start(), buf, off)
		f.wait(c)
		if c.err == io.EOF && c.n == 0 {
			return all
		}
		if c.err != nil || c.n == 0 {
			f.t.Fatalf("read at %d: %d, %v", off, c.n, c.err)
		}
		all, off = append(all, buf[:c.n]...), off+int64(c.n)
	}
}

// size returns the size according to Stat.
func (f *fixture) size(file *proactor.Handle) int64 {
	f.t.Helper()
	var info proactor.FileInfo
	c := f.call(nil)
	file.Stat(c.start(), &info)
	f.ok(c)
	return info.Size()
}

func testFile(f *fixture) {
	data := pattern(300_000)
	file := f.file(data)
	for _, size := range []int{1 << 20, 65536, 65537, 4099} {
		if got := f.readAll(file, 0, size); !bytes.Equal(got, data) {
			f.t.Fatalf("reading %d bytes at a time: the bytes read are not the bytes written", size)
		}
	}
	if got := f.readAll(file, 299_990, 100); !bytes.Equal(got, data[299_990:]) {
		f.t.Error("the last bytes are others")
	}
	if got := f.readAll(file, 1<<40, 100); len(got) != 0 {
		f.t.Errorf("read %d bytes far behind the end", len(got))
	}
	f.writeAt(file, []byte("middle"), 1000)
	copy(data[1000:], "middle")
	if got := f.readAll(file, 0, 1<<20); !bytes.Equal(got, data) {
		f.t.Error("a write in the middle changed something else")
	}
	if err := file.Close(); err != nil {
		f.t.Error(err)
	}
}

// testFileHole writes behind the end.
func testFileHole(f *fixture) {
	file := f.file([]byte("ab"))
	f.writeAt(file, []byte("z"), 100_000)
	want := append([]byte("ab"), make([]byte, 100_000-2)...)
	if got := f.readAll(file, 0, 1<<20); !bytes.Equal(got, append(want, 'z')) {
		f.t.Error("what was never written is not zero")
	}
}

func testFileAppend(f *fixture) {
	name := f.name()
	f.writeAt(f.open(name, os.O_WRONLY|os.O_CREATE), []byte("start "), 0)
	file := f.open(name, os.O_RDWR|os.O_APPEND)
	f.writeAt(file, []byte("middle "), 0)
	f.writeAt(file, []byte("end"), 1<<30)
	if got := f.readAll(file, 0, 100); string(got) != "start middle end" {
		f.t.Errorf("read %q", got)
	}
	// Concurrent appends do not mix.
	line := bytes.Repeat([]byte("x"), 100)
	calls := make([]*call, 50)
	for i := range calls {
		calls[i] = f.call(nil)
		file.WriteAt(calls[i].start(), line, 0)
	}
	for _, c := range calls {
		f.ok(c)
	}
	if got := f.readAll(file, 16, 1<<20); !bytes.Equal(got, bytes.Repeat(line, len(calls))) {
		f.t.Errorf("%d bytes were appended", len(got))
	}
}

// testFileFlags creates, truncates, and refuses to create.
func testFileFlags(f *fixture) {
	name := f.name()
	f.failsOpen(name, os.O_RDWR, fs.ErrNotExist)
	f.writeAt(f.open(name, os.O_RDWR|os.O_CREATE), []byte("content"), 0)
	f.failsOpen(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, fs.ErrExist)
	f.failsOpen(filepath.Dir(name), os.O_RDONLY, syscall.EISDIR)
	f.failsOpen(name+"\x00", os.O_RDONLY, syscall.EINVAL)
	file := f.open(name, os.O_RDONLY)
	c := f.call(nil)
	file.WriteAt(c.start(), []byte("x"), 0)
	f.wait(c)
	if !isPathError(c.err, "write", name) || c.n != 0 {
		f.t.Errorf("write to a file that is open for reading: %d, %v", c.n, c.err)
	}
	if f.size(f.open(name, os.O_RDWR|os.O_TRUNC)) != 0 {
		f.t.Error("O_TRUNC did not empty the file")
	}
}

// failsOpen expects an open to fail.
func (f *fixture) failsOpen(name string, flag int, want error) {
	f.t.Helper()
	c := f.call(nil)
	f.d.OpenFile(c.start(), name, flag, 0o644)
	f.wait(c)
	if !errors.Is(c.err, want) || !isPathError(c.err, "open", name) || c.op.Handle() != nil {
		f.t.Errorf("open: %v, %v; want %v", c.op.Handle(), c.err, want)
	}
}

func isPathError(err error, verb, name string) bool {
	var p *fs.PathError
	return errors.As(err, &p) && p.Op == verb && p.Path == name
}

func testFileStat(f *fixture) {
	name := f.name()
	file := f.open(name, os.O_RDWR|os.O_CREATE)
	f.writeAt(file, []byte("12345"), 0)
	var info proactor.FileInfo
	c := f.call(nil)
	file.Stat(c.start(), &info)
	f.ok(c)
	if info.Name() != filepath.Base(name) || info.Size() != 5 || !info.Mode().IsRegular() || info.IsDir() || info.Sys() != nil {
		f.t.Errorf("%s", fs.FormatFileInfo(&info))
	}
	if info.Mode().Perm()&0o600 != 0o600 || info.ModTime().Year() < 2000 {
		f.t.Errorf("%s", fs.FormatFileInfo(&info))
	}
	before := info.ModTime()
	f.writeAt(file, []byte("6"), 5)
	file.Stat(c.start(), &info)
	f.ok(c)
	if info.Size() != 6 || info.ModTime().Before(before) {
		f.t.Errorf("written again: %s", fs.FormatFileInfo(&info))
	}
}

func testFileSync(f *fixture) {
	file := f.file([]byte("precious"))
	c := f.call(nil)
	file.Sync(c.start())
	f.ok(c)
	f.writeAt(file, []byte("x"), 0)
	file.SyncData(c.start())
	f.ok(c)
}

// testFileNothing moves no bytes, which is not the end of the file.
func testFileNothing(f *fixture) {
	file := f.file([]byte("abc"))
	c := f.call(nil)
	for _, off := range []int64{0, 3, 1000} {
		file.ReadAt(c.start(), nil, off)
		f.ok(c)
		file.WriteAt(c.start(), []byte{}, off)
		f.ok(c)
	}
	if f.size(file) != 3 {
		f.t.Errorf("%d bytes after nothing was written", f.size(file))
	}
}

// testFileWrongHandle uses stream operations on files and file operations on
// streams.
func testFileWrongHandle(f *fixture) {
	file := f.file([]byte("abc"))
	a, _ := f.pair()
	ln := f.listen()
	buf := make([]byte, 1)
	var info proactor.FileInfo
	for name, start := range map[string]func(*proactor.Operation){
		"read of a file":       func(op *proactor.Operation) { file.Read(op, buf) },
		"write to a file":      func(op *proactor.Operation) { file.WriteV(op, [][]byte{buf}) },
		"accept on a file":     file.Accept,
		"transmit to a file":   func(op *proactor.Operation) { file.TransmitFile(op, &proactor.Transmission{Header: buf}) },
		"read at of a stream":  func(op *proactor.Operation) { a.ReadAt(op, buf, 0) },
		"sync of a stream":     a.Sync,
		"stat of a listener":   func(op *proactor.Operation) { ln.Stat(op, &info) },
		"transmit of a stream": func(op *proactor.Operation) { a.TransmitFile(op, &proactor.Transmission{File: a}) },
	} {
		c := f.call(nil)
		start(c.start())
		f.wait(c)
		if !errors.Is(c.err, errors.ErrUnsupported) || c.n != 0 {
			f.t.Errorf("%s: %d, %v", name, c.n, c.err)
		}
	}
	f.tryFails(file, "a file", errors.ErrUnsupported)
	if file.LocalAddr() != nil || file.RemoteAddr() != nil {
		f.t.Error("a file has an address")
	}
}

// testFileNegative: a negative offset is an error, although some systems take it
// for the current position.
func testFileNegative(f *fixture) {
	file := f.file([]byte("abc"))
	c := f.call(nil)
	for range 2 {
		file.ReadAt(c.start(), make([]byte, 1), -1)
		f.wait(c)
		if !errors.Is(c.err, fs.ErrInvalid) || c.n != 0 {
			f.t.Errorf("read at -1: %d, %v", c.n, c.err)
		}
		file.WriteAt(c.start(), make([]byte, 1), -1)
		f.wait(c)
		if !errors.Is(c.err, fs.ErrInvalid) || c.n != 0 {
			f.t.Errorf("write at -1: %d, %v", c.n, c.err)
		}
	}
}

// testFileSideBySide has many operations outstanding on one file, more than there
// are workers, started by several goroutines.
func testFileSideBySide(f *fixture) {
	const starters, each, block = 4, 100, 3000
	data := pattern(starters * each * block)
	file := f.file(nil)
	side := func(start func(c *call, at int)) {
		done := 0
		var starting sync.WaitGroup
		for s := range starters {
			calls := make([]*call, each)
			for i := range calls {
				calls[i] = f.call(func() {
					if done++; calls[i].err != nil || calls[i].n != block {
						f.t.Errorf("%v: %d, %v", calls[i].op.Kind(), calls[i].n, calls[i].err)
					}
				})
			}
			starting.Go(func() {
				for i, c := range calls {
					start(c, (s*each+i)*block)
				}
			})
		}
		f.until("everything", func() bool { return done == starters*each })
		starting.Wait()
	}
	side(func(c *call, at int) { file.WriteAt(c.start(), data[at:at+block], int64(at)) })
	got := make([]byte, len(data))
	side(func(c *call, at int) { file.ReadAt(c.start(), got[at:at+block], int64(at)) })
	if !bytes.Equal(got, data) {
		f.t.Error("the bytes read are not the bytes written")
	}
}
