//go:build windows

package iocp

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/skeleton"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// handle is a socket or an end of a pipe, with its two queues.
type handle struct {
	skeleton.Descriptor
	b       *Backend
	options *backend.SocketOptions // of a listener: also for the streams that it accepts
	queues  [backend.Directions]opQueue
	closing skeleton.Closing

	joinMu  sync.Mutex
	hasPort atomic.Bool // the socket belongs to the backend's port
}

var _ backend.Handle = (*handle)(nil)

// newHandle makes a handle of a descriptor, and owns it from then on.
func (b *Backend) newHandle(d skeleton.Descriptor) *handle {
	h := &handle{b: b, Descriptor: d}
	for i := range h.queues {
		h.queues[i].h = h
	}
	return h
}

// register makes a handle of d, which Backend.Close closes. If there is an error it
// closes d.
func (b *Backend) register(d skeleton.Descriptor) (*handle, error) {
	h := b.newHandle(d)
	if !b.Open.Add(h) {
		h.Close()
		return nil, backend.ErrBackendClosed
	}
	return h, nil
}

// joinPort adds the socket to the port, before its first operation. A stream that was
// just accepted can still go to another dispatcher.
func (h *handle) joinPort() error {
	if h.hasPort.Load() {
		return nil
	}
	h.joinMu.Lock()
	defer h.joinMu.Unlock()
	if h.hasPort.Load() {
		return nil
	}
	if err := h.b.port.Add(h.FD); err != nil {
		return err
	}
	h.hasPort.Store(true)
	return nil
}

// Listen implements backend.Backend.
func (b *Backend) Listen(network, address string, o *backend.SocketOptions) (backend.Handle, error) {
	l, err := b.Handles.Listen(network, address, o)
	if err == nil {
		l.(*handle).options = o
	}
	return l, err
}

// Adopt implements backend.Backend.
func (b *Backend) Adopt(f *os.File) (backend.Handle, error) {
	adopted, err := b.Handles.Adopt(f)
	if err != nil {
		return nil, err
	}
	if err := adopted.(*handle).joinPort(); err != nil {
		adopted.Close()
		err = fmt.Errorf("it has another completion port (%v): %w", err, errors.ErrUnsupported)
		return nil, &os.PathError{Op: "adopt", Path: f.Name(), Err: err}
	}
	return adopted, nil
}

// Take implements backend.Backend. A socket with earlier operations belongs to a port,
// which Windows before 8.1 cannot change.
func (b *Backend) Take(from backend.Handle) (backend.Handle, error) {
	h, ok := from.(*handle)
	if !ok {
		return nil, backend.ErrOtherBackend
	}
	err := h.closing.Detach(&h.b.Base, func() error {
		if h.hasPort.Load() {
			return b.port.Replace(h.FD)
		}
		return nil
	}, &h.queues[backend.In], &h.queues[backend.Out])
	if err != nil {
		return nil, err
	}
	h.b.Open.Remove(h)
	taken := b.newHandle(h.Descriptor)
	taken.options = h.options
	taken.hasPort.Store(h.hasPort.Load())
	if !b.Open.Add(taken) {
		taken.Close()
		return nil, backend.ErrBackendClosed
	}
	return taken, nil
}

// Control implements backend.Controllable. The queue's lock keeps the descriptor open.
func (h *handle) Control(f func(fd uintptr)) error {
	return h.queues[backend.In].Use(func() { f(uintptr(h.FD)) })
}

// TryRead implements backend.Handle.
func (h *handle) TryRead(b []byte) (int, error) {
	n, err := h.try(backend.In, func(*opQueue) (int, syscall.Errno) { return h.Recv(b) })
	if len(b) == 0 && err == io.EOF {
		err = nil
	}
	return n, err
}

// TryWrite implements backend.Handle.
func (h *handle) TryWrite(b []byte) (int, error) {
	return h.try(backend.Out, func(*opQueue) (int, syscall.Errno) { return h.Send(b) })
}

// TryWriteV implements backend.Handle.
func (h *handle) TryWriteV(v [][]byte) (int, error) {
	return h.try(backend.Out, func(q *opQueue) (int, syscall.Errno) {
		if q.vector.Set(v) == 0 {
			return 0, 0
		}
		defer q.vector.Reset()
		return h.SendVector(&q.vector)
	})
}

// try makes a call that does not wait, outside of the queue of direction d.
func (h *handle) try(d backend.Direction, call func(*opQueue) (int, syscall.Errno)) (int, error) {
	if !h.IsStream() {
		return 0, backend.ErrWrongHandle
	}
	q := &h.queues[d]
	q.Mu.Lock()
	defer q.Mu.Unlock()
	switch {
	case q.Closed != nil:
		return 0, q.Closed
	case d == backend.Out && h.WriteClosing:
		return 0, backend.ErrWriteClosed
	}
	n, errno := call(q)
	if d == backend.In {
		return h.ReadResult(n, errno)
	}
	return h.WriteResult(n, errno)
}

// Side implements skeleton.Handle.
func (h *handle) Side(k backend.Kind) skeleton.Side {
	if !h.Suits(k) {
		return nil
	}
	return &h.queues[k.Direction()]
}

// Cancel implements backend.Handle.
func (h *handle) Cancel() {
	for d := range h.queues {
		skeleton.CancelAll(&h.queues[d])
	}
}

// CloseWrite implements backend.Handle.
func (h *handle) CloseWrite() error { return h.CloseWriteOf(&h.queues[backend.Out].Queue) }

// Close implements backend.Handle. The socket of a stream is closed when nothing is in
// flight on it.
func (h *handle) Close() error {
	return h.closing.Close(func() {
		err := h.b.ClosedError()
		h.b.Mu.Lock()
		h.b.draining[h] = struct{}{} // before it leaves the registry
		h.b.Mu.Unlock()
		inFlight := false
		for d := range h.queues {
			inFlight = h.queues[d].close(err) || inFlight
		}
		if h.Listener {
			h.Release() // at once, which frees its address
		} else if inFlight && h.Name == "" {
			sys.Shutdown(h.FD) // the peer notices at once
		}
		h.b.releaseIfIdle(h)
		h.b.Open.Remove(h) // last: until here Backend.Close waits for h
		h.b.wakeSleeper()
	})
}

// releaseIfIdle closes the descriptor of a closed handle when nothing is in flight on it.
// Until then the descriptor is needed to ask the system how much was moved.
func (b *Backend) releaseIfIdle(h *handle) {
	for d := range h.queues {
		q := &h.queues[d]
		q.Mu.Lock()
		inUse := q.inFlight || q.Closed == nil
		q.Mu.Unlock()
		if inUse {
			return
		}
	}
	b.Mu.Lock()
	_, last := b.draining[h]
	delete(b.draining, h)
	b.Mu.Unlock()
	if last && !h.Listener {
		h.Release()
	}
}
