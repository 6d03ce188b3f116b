//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package files

import (
	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// Turn carries out one turn of t, to a non-blocking socket.
func Turn(socket int, t *backend.Transmission) (sys.Turn, error) {
	if t.File == nil {
		return sys.Transmit(socket, sys.File{}, t)
	}
	f, ok := t.File.(*File)
	if !ok {
		return sys.TurnDone, backend.ErrWrongHandle
	}
	if err := f.Acquire(); err != nil {
		return sys.TurnDone, err
	}
	defer f.Release()
	return sys.Transmit(socket, f.sys, t)
}
