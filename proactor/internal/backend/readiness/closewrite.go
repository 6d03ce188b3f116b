//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package readiness

import (
	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// CloseWrite implements backend.Handle.
func (h *handle) CloseWrite() error {
	if h.listener {
		return backend.ErrWrongHandle
	}
	if h.packet || h.name != "" {
		return backend.ErrNotSocket
	}
	l := &h.lanes[backend.Out]
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed != nil {
		return l.closed
	}
	l.ending = true
	l.end()
	return nil
}

// end tells the peer that no more will come, once nothing is left to be written.
// A peer that has gone already need not be told. Once the lane is closed the
// descriptor is not to be touched: its number may be somebody else's. mu is held.
func (l *lane) end() {
	if l.ending && !l.ended && l.closed == nil && l.queue.Empty() {
		l.ended = true
		sys.ShutdownWrite(l.h.fd)
	}
}
