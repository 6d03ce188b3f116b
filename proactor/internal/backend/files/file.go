package files

import (
	"net"
	"sync"
	"sync/atomic"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// File is an open file, a handle of every backend that stands on a system. Its
// descriptor is closed when Close was called and nobody uses it any more: so
// its number cannot come to mean another file while it is in use.
type File struct {
	pool *Pool
	sys  sys.File
	name string

	closer  sync.Mutex // held by Close: who comes second waits until the first is done
	closing atomic.Bool
	why     error        // what operations end with once closed; written before closed is set
	users   atomic.Int64 // those between Acquire and Release, and closed
}

var _ backend.Handle = (*File)(nil)

// closed is set in users by Close.
const closed = 1 << 62

// Acquire keeps the descriptor open until Release. The error says why it is not
// open any more.
func (f *File) Acquire() error {
	for {
		n := f.users.Load()
		if n&closed != 0 {
			return f.why
		}
		if f.users.CompareAndSwap(n, n+1) {
			return nil
		}
	}
}

// Release undoes Acquire. It may close the descriptor.
func (f *File) Release() {
	if f.Leave() {
		f.sys.Close()
	}
}

// Leave is Release for callers that cannot close a descriptor at this moment. It
// reports whether they have to, later.
func (f *File) Leave() bool { return f.users.Add(-1) == closed }

// Sys is the file itself, for those who have acquired it.
func (f *File) Sys() sys.File { return f.sys }

// Name is what the file was opened as.
func (f *File) Name() string { return f.name }

// Close implements backend.Handle. What no worker has begun completes with
// ErrHandleClosed.
func (f *File) Close() error {
	f.closer.Lock()
	defer f.closer.Unlock()
	if f.closing.Swap(true) {
		return nil
	}
	f.why = f.pool.closedError()
	idle := f.users.Add(closed) == closed
	f.end(f.why)
	if idle {
		f.sys.Close()
	}
	f.pool.open.Remove(f) // at the end: until then Pool.Close waits for f
	return nil
}

// Cancel implements backend.Handle.
func (f *File) Cancel() { f.end(backend.ErrCanceled) }

// end completes with err what has not begun.
func (f *File) end(err error) {
	f.pool.abandon(f, err)
	if f.pool.recall != nil {
		f.pool.recall(f)
	}
}

// Why is what operations on a closed file end with; nil while it is open.
func (f *File) Why() error {
	if f.users.Load()&closed != 0 {
		return f.why
	}
	return nil
}

// TryRead fails: a file has no position to read from.
func (f *File) TryRead([]byte) (int, error) { return 0, backend.ErrWrongHandle }

// TryWrite fails: a file has no position to write at.
func (f *File) TryWrite([]byte) (int, error) { return 0, backend.ErrWrongHandle }

// TryWriteV fails: a file has no position to write at.
func (f *File) TryWriteV([][]byte) (int, error) { return 0, backend.ErrWrongHandle }

// CloseWrite fails: a file is not a stream.
func (f *File) CloseWrite() error { return backend.ErrWrongHandle }

// LocalAddr is nil.
func (f *File) LocalAddr() net.Addr { return nil }

// RemoteAddr is nil.
func (f *File) RemoteAddr() net.Addr { return nil }
