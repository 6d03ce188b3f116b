//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package readiness

import "github.com/actum-go/actum/proactor/internal/backend"

// Take implements backend.Backend.
func (b *Backend) Take(from backend.Handle) (backend.Handle, error) {
	h, ok := from.(*handle)
	if !ok {
		return nil, backend.ErrOtherBackend
	}
	if err := h.giveUp(); err != nil {
		return nil, err
	}
	taken := b.newHandle(h.fd, h.network, h.local, h.remote)
	taken.listener, taken.name, taken.packet, taken.family, taken.file = h.listener, h.name, h.packet, h.family, h.file
	was, out := &h.lanes[backend.Out], &taken.lanes[backend.Out]
	out.ending, out.ended = was.ending, was.ended
	if err := b.register(taken); err != nil {
		return nil, err
	}
	return taken, nil
}

// giveUp closes h and leaves its descriptor, which is not watched any more, to
// the caller.
func (h *handle) giveUp() error {
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
	if h.closed.Swap(true) {
		return h.b.closedError() // Close waits for the lanes, and gives the descriptor back
	}
	for d := range h.lanes {
		h.lanes[d].closed = backend.ErrHandleClosed
	}
	h.b.handles.Remove(h)
	h.b.mu.Lock()
	if !h.b.ended.Load() {
		h.b.demux.Remove(h.fd)
	}
	h.b.table.remove(h.token)
	h.b.mu.Unlock()
	return nil
}
