//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package readiness

import "github.com/actum-go/actum/proactor/internal/backend"

var _ backend.HangUps = (*handle)(nil)

// HungUp implements backend.HangUps. The edge has told, whether or not anything
// was outstanding.
func (h *handle) HungUp() bool {
	l := &h.lanes[backend.In]
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.hangup && l.closed == nil
}
