package goroutine

import (
	"testing"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// A pipe hangs up when its other end is closed, and has a descriptor while it is open.
func TestPipeHangsUp(t *testing.T) {
	b := newBackend(t)
	r, w, err := b.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	hungUp := func() bool { return r.(backend.HangUps).HungUp() }
	if hungUp() {
		t.Error("hung up at the beginning")
	}
	if w.Close(); !hungUp() {
		t.Error("not hung up after the other end was closed")
	}
	calls := 0
	control := func() error { return r.(backend.Controllable).Control(func(uintptr) { calls++ }) }
	if err := control(); err != nil || calls != 1 {
		t.Errorf("%v after %d calls", err, calls)
	}
	r.Close()
	if err := control(); err != backend.ErrHandleClosed || calls != 1 || hungUp() {
		t.Errorf("closed: %v after %d calls, hung up %v", err, calls, hungUp())
	}
}
