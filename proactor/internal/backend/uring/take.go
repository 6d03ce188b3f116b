//go:build linux

package uring

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
	return newHandle(b.enter(&handle{
		b: b, fd: h.fd, network: h.network, name: h.name, listener: h.listener, local: h.local, remote: h.remote,
		packet: h.packet, family: h.family, file: h.file, ending: h.ending, ended: h.ended,
	}))
}

// giveUp closes h and leaves its descriptor to the caller.
func (h *handle) giveUp() error {
	b := h.b
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case h.why != nil:
		return h.why
	case !h.queues[backend.In].Empty(), !h.queues[backend.Out].Empty(), h.refs.Load() > 1:
		return backend.ErrBusy
	}
	h.why = backend.ErrHandleClosed
	h.closing.Store(true)
	b.handles.Remove(h)
	return nil
}
