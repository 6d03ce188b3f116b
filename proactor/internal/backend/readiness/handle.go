//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package readiness

import (
	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/skeleton"
)

// handle is a descriptor with its two queues.
type handle struct {
	skeleton.Descriptor
	b       *Backend
	token   Token // the token of its edges
	queues  [backend.Directions]opQueue
	closing skeleton.Closing
}

var _ backend.Handle = (*handle)(nil)
var _ backend.HangUps = (*handle)(nil)
var _ backend.Readables = (*handle)(nil)

// newHandle makes a handle of a non-blocking descriptor, and owns it from then on.
func (b *Backend) newHandle(d skeleton.Descriptor) *handle {
	h := &handle{b: b, Descriptor: d}
	for i := range h.queues {
		h.queues[i].h, h.queues[i].ready = h, true
	}
	return h
}

// register makes a handle of d, which Backend.Close closes and whose edges the kernel
// reports. If there is an error it closes d.
func (b *Backend) register(d skeleton.Descriptor) (*handle, error) {
	h := b.newHandle(d)
	b.Mu.Lock()
	err := b.watchLocked(h)
	if err == nil {
		b.Open.Add(h) // not refused: Close waits for Mu
	}
	b.Mu.Unlock()
	if err != nil {
		h.Close()
		return nil, err
	}
	return h, nil
}

// watchLocked gives h a token and has the kernel report its edges. The caller holds
// b.Mu until the backend knows h as well, because a goroutine that finds h may close
// it, which undoes all three.
func (b *Backend) watchLocked(h *handle) error {
	h.token = b.table.add(h)
	if b.Closed.Load() {
		return backend.ErrBackendClosed
	}
	if errno := b.demux.Add(h.FD, h.token); errno != 0 {
		return h.Error("watch", errno)
	}
	return nil
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

// detach closes h and leaves its descriptor, which is not watched any more, to the
// caller.
func (h *handle) detach() error {
	b := h.b
	err := h.closing.Detach(&b.Base, func() error { return nil }, &h.queues[backend.In], &h.queues[backend.Out])
	if err != nil {
		return err
	}
	b.Open.Remove(h)
	b.Mu.Lock()
	if !b.Closed.Load() {
		b.demux.Remove(h.FD)
	}
	b.table.remove(h.token)
	b.Mu.Unlock()
	return nil
}

// HungUp implements backend.HangUps. An edge reports a hang-up whether or not an
// operation is outstanding.
func (h *handle) HungUp() bool {
	q := &h.queues[backend.In]
	q.Mu.Lock()
	defer q.Mu.Unlock()
	return q.hangup && q.Closed == nil
}

// CanAwaitReadable implements backend.Readables.
func (h *handle) CanAwaitReadable() bool { return h.IsStream() }

// Control implements backend.Controllable. The queue's lock keeps the descriptor open.
func (h *handle) Control(f func(fd uintptr)) error {
	return h.queues[backend.In].Use(func() { f(uintptr(h.FD)) })
}

// TryRead implements backend.Handle.
func (h *handle) TryRead(b []byte) (int, error) {
	q, err := h.lockForTry(backend.In)
	if err != nil {
		return 0, err
	}
	n, err := q.recvLocked(b)
	q.Mu.Unlock()
	return n, err
}

// TryWrite implements backend.Handle.
func (h *handle) TryWrite(b []byte) (int, error) {
	q, err := h.lockForTry(backend.Out)
	if err != nil {
		return 0, err
	}
	n, err := q.sendLocked(b)
	q.Mu.Unlock()
	return n, err
}

// TryWriteV implements backend.Handle.
func (h *handle) TryWriteV(v [][]byte) (int, error) {
	q, err := h.lockForTry(backend.Out)
	if err != nil {
		return 0, err
	}
	n, err := q.sendVectorLocked(v)
	q.Mu.Unlock()
	return n, err
}

// lockForTry locks the queue of direction d for an attempt outside of the queue.
func (h *handle) lockForTry(d backend.Direction) (*opQueue, error) {
	if !h.IsStream() {
		return nil, backend.ErrWrongHandle
	}
	q := &h.queues[d]
	q.Mu.Lock()
	if q.Closed != nil {
		err := q.Closed
		q.Mu.Unlock()
		return nil, err
	}
	return q, nil
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

// Close implements backend.Handle. Once the queues are closed no goroutine uses the
// descriptor, whose number may then come to mean another file.
func (h *handle) Close() error {
	return h.closing.Close(func() {
		err := h.b.ClosedError()
		for d := range h.queues {
			h.queues[d].close(err)
		}
		h.b.Mu.Lock()
		h.b.table.remove(h.token)
		h.b.Mu.Unlock()
		h.Release()
		h.b.Open.Remove(h) // last: until here Backend.Close waits for h
		h.b.demux.Wake()
	})
}
