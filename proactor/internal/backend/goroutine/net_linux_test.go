package goroutine

import (
	"testing"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// Streams are TCP and not Multipath TCP, as on the other backends, whatever the program's
// settings are, and are not kept alive.
func TestPlainTCP(t *testing.T) {
	t.Setenv("GODEBUG", "multipathtcp=1")
	b := newBackend(t)
	l, err := b.Listen("tcp", "127.0.0.1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	connect := &backend.Op{Kind: backend.KindConnect, Args: &backend.ConnectArgs{Network: "tcp", Address: l.LocalAddr().String()}}
	b.Start(connect)
	await(t, b, connect)
	accept := &backend.Op{Kind: backend.KindAccept, Handle: l}
	b.Start(accept)
	await(t, b, accept)
	for name, h := range map[string]backend.Handle{"listener": l, "connected": connect.New, "accepted": accept.New} {
		err := h.(backend.Controllable).Control(func(fd uintptr) {
			if p, err := unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_PROTOCOL); err != nil || p != unix.IPPROTO_TCP {
				t.Errorf("%s: protocol %d, %v", name, p, err)
			}
			if on, err := unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_KEEPALIVE); err != nil || on != 0 {
				t.Errorf("%s: kept alive %d, %v", name, on, err)
			}
		})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

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
