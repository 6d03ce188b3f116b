package files

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// TestErrorsNameTheFile: errors of the system are those of package os for the same
// operation, and a wrong request makes no system call.
func TestErrorsNameTheFile(t *testing.T) {
	h := newHarness(t, nil)
	name := filepath.Join(h.dir, "readonly")
	if err := os.WriteFile(name, []byte("abc"), 0o600); err != nil {
		t.Fatal(err)
	}
	open := h.do(&backend.Op{Kind: backend.KindOpen, Args: &backend.OpenArgs{Name: name}})
	if open.Err != nil {
		t.Fatal(open.Err)
	}
	f := open.New.(*File)
	if f.Name() != name {
		t.Errorf("its name is %q", f.Name())
	}
	for _, tt := range []struct {
		op   backend.Op
		call string
		want error // nil: any of the system's
	}{
		{backend.Op{Kind: backend.KindWriteAt, Buf: []byte("x")}, "write", nil},
		{backend.Op{Kind: backend.KindReadAt, Buf: make([]byte, 1), Off: -1}, "read", fs.ErrInvalid},
		{backend.Op{Kind: backend.KindWriteAt, Buf: []byte("x"), Off: -1}, "write", fs.ErrInvalid},
		{backend.Op{Kind: backend.KindOpen, Args: &backend.OpenArgs{Name: name + "/none"}}, "open", nil},
	} {
		op, path := tt.op, name
		if op.Handle = f; op.Kind == backend.KindOpen {
			op.Handle, path = nil, name+"/none"
		}
		h.do(&op)
		if e := (*fs.PathError)(nil); !errors.As(op.Err, &e) || e.Op != tt.call || e.Path != path || tt.want != nil && !errors.Is(e, tt.want) || op.N != 0 || op.New != nil {
			t.Errorf("%v: %d, %v", op.Kind, op.N, op.Err)
		}
	}
	stat := h.do(&backend.Op{Kind: backend.KindStat, Handle: f, Args: new(backend.Stat)})
	if s := stat.Stat(); stat.Err != nil || s.Name != name || s.Size != 3 || !s.Mode.IsRegular() {
		t.Errorf("%+v, %v", s, stat.Err)
	}
	if op := h.do(&backend.Op{Kind: backend.KindWriteAt, Handle: f}); op.Err != nil { // of nothing
		t.Errorf("a write of no bytes: %v", op.Err)
	}
	if op := h.do(&backend.Op{Kind: backend.KindRead, Handle: f}); op.Err != backend.ErrWrongHandle {
		t.Errorf("a read without an offset: %v", op.Err)
	}
}

// TestErrorsWithoutADescriptor: each operation reports the system's error.
func TestErrorsWithoutADescriptor(t *testing.T) {
	h := newHarness(t, nil)
	s, err := sys.OpenFile(&backend.OpenArgs{Name: filepath.Join(h.dir, "none")})
	if err == nil {
		t.Fatal("it is there")
	}
	f := &File{pool: &h.Pool, sys: s, name: "lost"}
	for _, tt := range []struct {
		op   backend.Op
		call string
	}{
		{backend.Op{Kind: backend.KindReadAt, Buf: make([]byte, 1)}, "read"},
		{backend.Op{Kind: backend.KindReadAt, Buf: make([]byte, quickRead+1)}, "read"},
		{backend.Op{Kind: backend.KindWriteAt, Buf: make([]byte, 1)}, "write"},
		{backend.Op{Kind: backend.KindSync}, "sync"},
		{backend.Op{Kind: backend.KindStat, Args: new(backend.Stat)}, "stat"},
	} {
		op := tt.op
		op.Handle = f
		h.do(&op)
		if e := (*fs.PathError)(nil); !errors.As(op.Err, &e) || e.Op != tt.call || e.Path != "lost" || op.N != 0 {
			t.Errorf("%v of %d bytes: %d, %v", op.Kind, len(op.Buf), op.N, op.Err)
		}
	}
	if op := h.do(&backend.Op{Kind: backend.KindPage, Handle: f}); op.Err != nil {
		t.Errorf("paging in, whose errors the reader gets: %v", op.Err)
	}
	if n, err := f.read(make([]byte, 1), 0); n != 0 || err == nil {
		t.Errorf("read: %d, %v", n, err)
	}
	if n, err := f.size(); n != 0 || err == nil {
		t.Errorf("size: %d, %v", n, err)
	}
	if f.users.Load() != 0 {
		t.Errorf("%d users are left", f.users.Load())
	}
}

// TestAdoptFile: a file that the caller has opened becomes a handle with its name; one
// that is closed does not.
func TestAdoptFile(t *testing.T) {
	h := newHarness(t, nil)
	given, err := os.Create(filepath.Join(h.dir, "given"))
	if err != nil {
		t.Fatal(err)
	}
	adopted, err := h.AdoptFile(given)
	if err != nil {
		t.Fatal(err)
	}
	given.Close()
	if f := adopted.(*File); f.Name() != given.Name() {
		t.Errorf("its name is %q, want %q", f.Name(), given.Name())
	}
	if op := h.do(&backend.Op{Kind: backend.KindWriteAt, Handle: adopted, Buf: []byte("x")}); op.N != 1 || op.Err != nil {
		t.Errorf("a write: %d, %v", op.N, op.Err)
	}
	if f, err := h.AdoptFile(given); f != nil || err == nil {
		t.Errorf("a closed file became %v, %v", f, err)
	}
}

// TestNotAStream: a file has no position, no addresses and no directions.
func TestNotAStream(t *testing.T) {
	f := newHarness(t, nil).file(nil)
	for name, call := range map[string]func() (int, error){
		"TryRead":    func() (int, error) { return f.TryRead(make([]byte, 1)) },
		"TryWrite":   func() (int, error) { return f.TryWrite([]byte{1}) },
		"TryWriteV":  func() (int, error) { return f.TryWriteV([][]byte{{1}}) },
		"CloseWrite": func() (int, error) { return 0, f.CloseWrite() },
	} {
		if n, err := call(); n != 0 || err != backend.ErrWrongHandle {
			t.Errorf("%s: %d, %v", name, n, err)
		}
	}
	if f.LocalAddr() != nil || f.RemoteAddr() != nil {
		t.Error("it has an address")
	}
}

// TestClosedFilesAreForgotten: the pool keeps open files only, and names those that
// are cancelled or closed to the kernel's part.
func TestClosedFilesAreForgotten(t *testing.T) {
	h := newHarness(t, nil)
	var named []*File
	h.cancelInKernel = func(f *File) { named = append(named, f) }
	f, other := h.file([]byte("x")), h.file([]byte("y"))
	f.Cancel()
	f.Close()
	f.Close()
	if len(named) != 2 || named[0] != f || named[1] != f {
		t.Errorf("%d files were named to the kernel, want this one twice", len(named))
	}
	left := 0
	h.open.Each(func(g *File) {
		if left++; g != other {
			t.Error("the closed file is kept")
		}
	})
	if left != 1 || f.Why() != backend.ErrHandleClosed || other.Why() != nil {
		t.Errorf("%d files are open; %v, %v", left, f.Why(), other.Why())
	}
}

// TestNumberOfWorkers: it depends on the processors, within bounds.
func TestNumberOfWorkers(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for processors, want := range map[int]int{1: 16, 2: 16, 3: 24, 8: 64, 9: 64, 100: 64} {
		runtime.GOMAXPROCS(processors)
		var p Pool
		if p.Init(func(*backend.Op) {}, nil); p.limit != want {
			t.Errorf("%d processors: %d workers, want %d", processors, p.limit, want)
		}
	}
}

// failing is a stream that takes a number of writes.
type failing struct {
	bytes.Buffer
	left int
}

var errGone = errors.New("the peer has gone")

func (f *failing) Write(b []byte) (int, error) {
	if f.left--; f.left < 0 {
		return 0, errGone
	}
	return f.Buffer.Write(b)
}

// TestCopyFails: an error of a write ends a transmission, whichever part it writes.
func TestCopyFails(t *testing.T) {
	h := newHarness(t, nil)
	f := h.file([]byte("file"))
	for writes, want := range []string{"", "head", "headfile", "headfiletail"} {
		x := &backend.Transmission{Header: []byte("head"), File: f, Trailer: []byte("tail")}
		x.Reset(new(backend.Op))
		w := &failing{left: writes}
		err := Copy(w, x)
		if (err == nil) != (writes == 3) || err != nil && err != errGone || w.String() != want || x.Sent != int64(len(want)) {
			t.Errorf("after %d writes: %v, %q, %d bytes sent", writes, err, w, x.Sent)
		}
	}
	x := &backend.Transmission{Header: []byte("head"), Trailer: []byte("tail")}
	x.Reset(new(backend.Op))
	w := &failing{left: 2}
	if err := Copy(w, x); err != nil || w.String() != "headtail" {
		t.Errorf("without a file: %v, %q", err, w)
	}
	x = &backend.Transmission{File: other{}}
	x.Reset(new(backend.Op))
	if err := Copy(io.Discard, x); err != backend.ErrWrongHandle {
		t.Errorf("a handle that is no file: %v", err)
	}
}

// other is a handle that is no file.
type other struct{ backend.Handle }

// TestTransmitErrors: what the caller has done is not an error of the stream.
func TestTransmitErrors(t *testing.T) {
	local, remote := &net.UnixAddr{Name: "a"}, &net.UnixAddr{Name: "b"}
	for _, err := range []error{nil, io.ErrUnexpectedEOF, backend.ErrWrongHandle, backend.ErrHandleClosed, backend.ErrBackendClosed, backend.FileError(backend.KindReadAt, "f", fs.ErrInvalid)} {
		if got := TransmitError("", "unix", local, remote, err); got != err {
			t.Errorf("%v became %v", err, got)
		}
	}
	got := TransmitError("", "unix", local, remote, &net.OpError{Op: "sendfile", Err: syscall.EPIPE})
	if e := (*net.OpError)(nil); !errors.As(got, &e) || e.Op != "write" || e.Err != syscall.EPIPE || e.Source != net.Addr(local) || e.Addr != net.Addr(remote) {
		t.Errorf("%+v", got)
	}
}
