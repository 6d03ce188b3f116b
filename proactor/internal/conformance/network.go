package conformance

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// NeedNetwork skips a test where the system has no sockets of network, so that
// the backend of that name cannot have any. Package net is asked; sim has its own.
func NeedNetwork(t testing.TB, name, network string) {
	t.Helper()
	if network != "unix" && network != "unixgram" || name == "sim" {
		return
	}
	ln, err := net.Listen("unix", filepath.Join(TempDir(t), "s"))
	if errors.Is(err, backend.EAFNOSUPPORT) {
		t.Skipf("this system has no unix sockets: %v", err)
	}
	if err == nil {
		ln.Close()
	}
}

// TempDir is a folder for one test's files. Its path is short enough for a socket's
// name, which that of t.TempDir may not be.
func TempDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "actum")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { removeFlat(t, dir) })
	return dir
}

// removeFlat removes a folder of files. It uses nothing but os.Remove: the other
// way of deleting that os.RemoveAll knows is missing from wine.
func removeFlat(t testing.TB, dir string) {
	files, err := os.ReadDir(dir)
	for _, f := range files {
		err = errors.Join(err, os.Remove(filepath.Join(dir, f.Name())))
	}
	if err = errors.Join(err, os.Remove(dir)); err != nil {
		t.Error(err)
	}
}
