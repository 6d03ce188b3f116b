package proactor

import "github.com/actum-go/actum/proactor/internal/backend"

// HungUp reports whether the peer of a stream has ended its side, or the connection
// is broken, also where what the peer sent before that waits to be read: then it is
// still there, and no more comes. It is for those who have stopped reading. It does
// not wait. known is false where the backend cannot tell (iocp, goroutine outside
// of Linux, a replay): there only reading finds the end.
func (h *Handle) HungUp() (hungUp, known bool) {
	q, ok := h.h.(backend.HangUps)
	if !ok || h.d.journal != nil {
		return false, false
	}
	return q.HungUp(), true
}
