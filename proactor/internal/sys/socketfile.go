package sys

import (
	"net"
	"os"
	"path/filepath"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// SocketFile is the file that binding a Unix socket has made. The socket removes it if it
// is still the same file: another program may have removed it and bound its own socket
// at the path.
type SocketFile struct {
	path string // absolute: the program may change its directory
	is   os.FileInfo
}

// SocketFileOf returns the file of a socket that was just bound; addr is its local
// address. Abstract names and other networks have none.
func SocketFileOf(addr net.Addr) SocketFile {
	a, ok := addr.(*net.UnixAddr)
	if !ok || a == nil || a.Name == "" || a.Name[0] == '@' {
		return SocketFile{}
	}
	path, err := filepath.Abs(a.Name)
	if err != nil {
		path = a.Name // there is no working directory, so it cannot change either
	}
	is, err := os.Lstat(path)
	if err != nil {
		return SocketFile{} // removed already, or not accessible
	}
	os.SameFile(is, is) // makes Windows get the file's number now, and not at the comparison
	return SocketFile{path, is}
}

// Remove removes the file, unless another one has taken its place. It must be called
// while the socket is open: until then no other file has the same number.
func (f SocketFile) Remove() {
	if f.is == nil {
		return
	}
	if now, err := os.Lstat(f.path); err == nil && os.SameFile(f.is, now) {
		_ = os.Remove(f.path) // an error means that it was removed already
	}
}

// Unbind removes the file of the local address of a connect that has failed.
func Unbind(to *backend.ConnectArgs) {
	if to.Network == "unixgram" && to.Socket != nil && to.Socket.LocalAddr != "" {
		SocketFileOf(&net.UnixAddr{Name: to.Socket.LocalAddr, Net: to.Network}).Remove()
	}
}
