//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package files

import (
	"testing"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// TestTurnRefuses: a turn on a handle that is no file, on a closed file, or to a socket
// that is not open, writes nothing.
func TestTurnRefuses(t *testing.T) {
	const noSocket = -1
	if _, err := Turn(noSocket, &backend.Transmission{File: other{}}); err != backend.ErrWrongHandle {
		t.Errorf("a handle that is no file: %v", err)
	}
	f := newHarness(t, nil).file([]byte("x"))
	x := &backend.Transmission{File: f}
	x.Reset(new(backend.Op))
	x.Cached = backend.TransmitTurn // qemu does not say that the file is in memory
	if _, err := Turn(noSocket, x); err == nil || x.Sent != 0 || f.users.Load() != 0 {
		t.Errorf("a socket that is not open: %v, %d bytes sent, %d users of the file are left", err, x.Sent, f.users.Load())
	}
	f.Close()
	if _, err := Turn(noSocket, &backend.Transmission{File: f}); err != backend.ErrHandleClosed {
		t.Errorf("a closed file: %v", err)
	}
}
