//go:build windows

package iocp

import "github.com/actum-go/actum/proactor/internal/backend"

// Take implements backend.Backend. A socket on which something was started has a
// port already, which systems before Windows 8.1 cannot change.
func (b *Backend) Take(from backend.Handle) (backend.Handle, error) {
	h, ok := from.(*handle)
	if !ok {
		return nil, backend.ErrOtherBackend
	}
	if err := h.giveUp(b); err != nil {
		return nil, err
	}
	taken := b.newHandle(h.fd, h.network, h.local, h.remote)
	taken.listener, taken.options, taken.packet, taken.family, taken.name = h.listener, h.options, h.packet, h.family, h.name
	taken.file = h.file
	taken.joined.Store(h.joined.Load())
	was, out := &h.lanes[backend.Out], &taken.lanes[backend.Out]
	out.ending, out.ended = was.ending, was.ended
	if err := b.register(taken); err != nil {
		return nil, err
	}
	return taken, nil
}

// giveUp closes h and leaves its socket, whose port is b's if it has one, to the
// caller.
func (h *handle) giveUp(to *Backend) error {
	for d := range h.lanes {
		l := &h.lanes[d]
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.closed != nil {
			return l.closed
		}
		if !l.queue.Empty() {
			return backend.ErrBusy
		}
	}
	if h.joined.Load() {
		if err := to.port.Replace(h.fd); err != nil {
			return err
		}
	}
	if h.closed.Swap(true) {
		return h.b.closedError() // Close waits for the lanes, and gives the socket back
	}
	for d := range h.lanes {
		h.lanes[d].closed = backend.ErrHandleClosed
	}
	h.b.handles.Remove(h)
	return nil
}
