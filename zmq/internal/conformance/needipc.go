package conformance

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
)

// NoUnixSockets returns why the system has no Unix sockets; nil if it has them.
var NoUnixSockets = sync.OnceValue(func() error {
	dir, err := os.MkdirTemp("", "zmq")
	if err != nil {
		return nil // the tests will say so
	}
	defer os.RemoveAll(dir)
	l, err := net.Listen("unix", filepath.Join(dir, "s"))
	if err == nil {
		l.Close()
	}
	const wsaeafnosupport = syscall.Errno(10047) // Windows has a number of its own for it
	if errors.Is(err, syscall.EAFNOSUPPORT) || errors.Is(err, wsaeafnosupport) {
		return err
	}
	return nil
})

// NeedTransport skips a test over ipc where the system has no Unix sockets.
func NeedTransport(t *testing.T, transport string) {
	t.Helper()
	if transport != "ipc" {
		return
	}
	if err := NoUnixSockets(); err != nil {
		t.Skipf("this system has no unix sockets: %v", err)
	}
}
