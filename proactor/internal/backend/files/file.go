package files

import (
	"net"
	"sync"
	"sync/atomic"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// File is an open file, a handle of every backend that uses system calls. Its
// descriptor is closed once Close was called and no user is left, so that its
// number cannot mean another file while it is in use.
type File struct {
	backend.NoStream
	pool *Pool
	sys  sys.File
	name string

	closer  sync.Mutex // held by Close, so that a second Close returns after the first
	closing atomic.Bool
	why     error        // the error of operations on the closed file; written before closed is set
	users   atomic.Int64 // the number of users between Acquire and Release, and the bit closed
}

var _ backend.Handle = (*File)(nil)

// closed is the bit of users that Close sets.
const closed = 1 << 62

// Acquire keeps the descriptor open until Release. The error says why it is closed.
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

// Release ends the use that Acquire began. It may close the descriptor.
func (f *File) Release() {
	if f.Leave() {
		f.sys.Close()
	}
}

// Leave is Release for callers that cannot close a descriptor now. It reports
// whether the caller has to close it later.
func (f *File) Leave() bool { return f.users.Add(-1) == closed }

// Sys returns the system's file. The caller must have acquired f.
func (f *File) Sys() sys.File { return f.sys }

// Name returns the name with which the file was opened.
func (f *File) Name() string { return f.name }

// Close implements backend.Handle. Operations that no worker has begun complete
// with ErrHandleClosed.
func (f *File) Close() error {
	f.closer.Lock()
	defer f.closer.Unlock()
	if f.closing.Swap(true) {
		return nil
	}
	f.why = f.pool.closedError()
	idle := f.users.Add(closed) == closed
	f.cancelAll(f.why)
	if idle {
		f.sys.Close()
	}
	f.pool.open.Remove(f) // last: until then Pool.Close waits for f
	return nil
}

// Cancel implements backend.Handle.
func (f *File) Cancel() { f.cancelAll(backend.ErrCanceled) }

// cancelAll completes with err the operations that no worker has begun, and cancels
// those in the kernel.
func (f *File) cancelAll(err error) {
	f.pool.failQueued(f, err)
	if f.pool.cancelInKernel != nil {
		f.pool.cancelInKernel(f)
	}
}

// Why returns the error of operations on a closed file; nil while it is open.
func (f *File) Why() error {
	if f.users.Load()&closed != 0 {
		return f.why
	}
	return nil
}

// LocalAddr returns nil.
func (f *File) LocalAddr() net.Addr { return nil }

// RemoteAddr returns nil.
func (f *File) RemoteAddr() net.Addr { return nil }
