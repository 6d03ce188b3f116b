package conformance

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// NeedNetwork skips a test of the named backend if the system has no sockets of
// network. Package net decides, except for sim, which needs no system.
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

// TempDir returns a folder for the files of one test. Its path is short enough for
// the name of a socket, unlike that of t.TempDir.
func TempDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "actum")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { removeFlat(t, dir) })
	return dir
}

// removeFlat removes a folder of files with os.Remove only: wine lacks the other
// system call that os.RemoveAll uses.
func removeFlat(t testing.TB, dir string) {
	files, err := os.ReadDir(dir)
	for _, f := range files {
		err = errors.Join(err, os.Remove(filepath.Join(dir, f.Name())))
	}
	if err = errors.Join(err, os.Remove(dir)); err != nil {
		t.Error(err)
	}
}
