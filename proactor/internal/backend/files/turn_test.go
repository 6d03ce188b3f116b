//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package files

import (
	"testing"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// TestTurnRefuses: a turn on a handle that is no file, or on a closed file, writes nothing.
func TestTurnRefuses(t *testing.T) {
	const noSocket = -1
	if _, err := Turn(noSocket, &backend.Transmission{File: other{}}); err != backend.ErrWrongHandle {
		t.Errorf("a handle that is no file: %v", err)
	}
	f := newHarness(t, nil).file([]byte("x"))
	f.Close()
	if _, err := Turn(noSocket, &backend.Transmission{File: f}); err != backend.ErrHandleClosed {
		t.Errorf("a closed file: %v", err)
	}
}
