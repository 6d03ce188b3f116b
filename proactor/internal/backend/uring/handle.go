//go:build linux

package uring

import (
	"cmp"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/skeleton"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// This file uses and closes handles: first the calls that do not wait (TryRead,
// TryWrite, HungUp), then ownership of the descriptor, and at the end Cancel, CloseWrite
// and Close.

// handle is a descriptor with its two queues. The descriptor is closed once Close was
// called and it has no users: no operation in the kernel, and no goroutine inside
// TryRead or TryWrite. So the descriptor's number cannot come to mean another file
// while it is in use.
type handle struct {
	skeleton.Descriptor
	b *Backend

	refs    atomic.Int32 // users of FD: 1 until Close, and 1 for each call or operation in progress
	closing skeleton.Closing

	queues      [backend.Directions]backend.Queue // b.mu
	closeReason error                             // b.mu: the error of operations once h is closed
	hot         bool                              // b.mu: bytes were there when the last receive was started
	poolWaiter  *backend.PoolWaiter               // b.mu: waits for a buffer; nil until a pool was empty
	vector      sys.Vector                        // used by TryWriteV: there is one writer at a time
}

var _ backend.Handle = (*handle)(nil)
var _ backend.HangUps = (*handle)(nil)
var _ backend.Readables = (*handle)(nil)

// register makes a handle of d, which Close closes.
func (b *Backend) register(d skeleton.Descriptor) (*handle, error) {
	h := &handle{b: b, Descriptor: d}
	h.refs.Store(1)
	if !b.Open.Add(h) {
		h.Release()
		return nil, backend.ErrBackendClosed
	}
	return h, nil
}

// TryRead implements backend.Handle.
func (h *handle) TryRead(p []byte) (int, error) {
	if err := h.acquire(); err != nil {
		return 0, err
	}
	defer h.releaseDescriptor()
	if len(p) == 0 {
		return 0, nil
	}
	return h.ReadResult(h.Recv(p))
}

// TryWrite implements backend.Handle.
func (h *handle) TryWrite(p []byte) (int, error) {
	if err := h.acquire(); err != nil {
		return 0, err
	}
	defer h.releaseDescriptor()
	if len(p) == 0 {
		return 0, nil
	}
	return h.writeResult(h.Send(p))
}

// TryWriteV implements backend.Handle.
func (h *handle) TryWriteV(v [][]byte) (int, error) {
	if err := h.acquire(); err != nil {
		return 0, err
	}
	defer h.releaseDescriptor()
	if h.vector.Set(v) == 0 {
		return 0, nil
	}
	n, errno := h.SendVector(&h.vector)
	h.vector.Reset()
	return h.writeResult(n, errno)
}

func (h *handle) writeResult(n int, errno unix.Errno) (int, error) {
	if errno == unix.EPIPE && h.writeClosed() {
		return 0, backend.ErrWriteClosed
	}
	return h.WriteResult(n, errno)
}

// writeClosed reports whether CloseWrite was called.
func (h *handle) writeClosed() bool {
	h.b.mu.Lock()
	defer h.b.mu.Unlock()
	return h.WriteClosing
}

// HungUp implements backend.HangUps.
func (h *handle) HungUp() bool {
	if h.acquire() != nil {
		return false
	}
	defer h.releaseDescriptor()
	return sys.HungUp(h.FD)
}

// CanAwaitReadable implements backend.Readables.
func (h *handle) CanAwaitReadable() bool { return h.IsStream() }

// acquire keeps the descriptor of a stream open until releaseDescriptor.
func (h *handle) acquire() error {
	if !h.IsStream() {
		return backend.ErrWrongHandle
	}
	return h.holdDescriptor()
}

// Control implements backend.Controllable.
func (h *handle) Control(f func(fd uintptr)) error {
	if err := h.holdDescriptor(); err != nil {
		return err
	}
	defer h.releaseDescriptor()
	f(uintptr(h.FD))
	return nil
}

// holdDescriptor is acquire for every kind of handle.
func (h *handle) holdDescriptor() error {
	for !h.closing.Begun() {
		n := h.refs.Load()
		if n == 0 {
			break
		}
		if h.refs.CompareAndSwap(n, n+1) {
			return nil
		}
	}
	h.b.mu.Lock()
	defer h.b.mu.Unlock()
	return cmp.Or(h.closeReason, h.b.ClosedError())
}

// releaseDescriptor drops a reference. The last one closes the descriptor.
func (h *handle) releaseDescriptor() {
	if h.refs.Add(-1) == 0 {
		sys.Close(h.FD)
	}
}

// releaseDescriptorLocked is releaseDescriptor with the lock held: the descriptor is
// closed later, without the lock.
func (b *Backend) releaseDescriptorLocked(h *handle) {
	if h.refs.Add(-1) == 0 {
		b.toClose = append(b.toClose, h.FD)
	}
}

// Take implements backend.Backend.
func (b *Backend) Take(from backend.Handle) (backend.Handle, error) {
	h, ok := from.(*handle)
	if !ok {
		return nil, backend.ErrOtherBackend
	}
	if err := h.detach(); err != nil {
		return nil, err
	}
	return b.Make(h.Descriptor)
}

// detach closes h and leaves its descriptor to the caller.
func (h *handle) detach() error {
	b := h.b
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case h.closeReason != nil:
		return h.closeReason
	case !h.queues[backend.In].Empty(), !h.queues[backend.Out].Empty(), h.refs.Load() > 1:
		return backend.ErrBusy
	case !h.closing.Claim():
		return b.ClosedError() // Close waits for the lock, and closes the descriptor
	}
	h.closeReason = backend.ErrHandleClosed
	b.Open.Remove(h)
	return nil
}

// Cancel cancels the operations that are outstanding on h, which stays open.
func (h *handle) Cancel() {
	h.b.mu.Lock()
	for i := range h.queues {
		h.b.cancelQueueLocked(&h.queues[i], backend.ErrCanceled)
	}
	h.b.mu.Unlock()
	h.b.wakeOrSubmit()
}

// CloseWrite ends the outgoing direction after the writes that are queued.
func (h *handle) CloseWrite() error {
	if err := h.CanCloseWrite(); err != nil {
		return err
	}
	h.b.mu.Lock()
	defer h.b.mu.Unlock()
	if h.closeReason != nil {
		return h.closeReason
	}
	h.WriteClosing = true
	h.shutdownWriteLocked()
	return nil
}

// shutdownWriteLocked shuts down the write side once no write is queued.
func (h *handle) shutdownWriteLocked() {
	if h.closeReason == nil {
		h.ShutdownWriteLocked(&h.queues[backend.Out])
	}
}

// Close ends the operations that are outstanding on h. The descriptor is closed
// when the kernel has given back the last of them.
func (h *handle) Close() error {
	return h.closing.Close(func() {
		b := h.b
		b.mu.Lock()
		h.closeReason = b.ClosedError()
		for i := range h.queues {
			b.cancelQueueLocked(&h.queues[i], h.closeReason)
		}
		b.mu.Unlock()
		h.File.Remove()
		if h.refs.Load() > 1 {
			// End the operations that cannot be cancelled because they are running.
			sys.Shutdown(h.FD)
		}
		h.releaseDescriptor()
		b.Open.Remove(h) // last: until here Backend.Close waits for h
		b.wakeOrSubmit()
	})
}
