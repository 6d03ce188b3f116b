package sys

import (
	"net"
	"os"
	"path/filepath"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// SocketFile is the file that the binding of a Unix socket has made. It is the
// socket's to remove for as long as it is still the same: anybody may have removed it
// and bound another socket at its path, which is theirs.
type SocketFile struct {
	path string // absolute: the program may change its directory
	is   os.FileInfo
}

// SocketFileOf is the file of a socket that was just bound; addr is its local
// address. Abstract names and other networks have none.
func SocketFileOf(addr net.Addr) SocketFile {
	a, ok := addr.(*net.UnixAddr)
	if !ok || a == nil || a.Name == "" || a.Name[0] == '@' {
		return SocketFile{}
	}
	path, err := filepath.Abs(a.Name)
	if err != nil {
		path = a.Name // there is no directory to be in: so nobody has another one
	}
	is, err := os.Lstat(path)
	if err != nil {
		return SocketFile{} // gone already, or somewhere where we cannot look
	}
	os.SameFile(is, is) // Windows asks for the file's number now, and not when it is compared
	return SocketFile{path, is}
}

// Remove removes the file, unless another one has taken its place. It has to be
// called while the socket is open: until then nobody else's file has its number.
func (f SocketFile) Remove() {
	if f.is == nil {
		return
	}
	if now, err := os.Lstat(f.path); err == nil && os.SameFile(f.is, now) {
		_ = os.Remove(f.path) // gone already: just as well
	}
}

// Unbind removes the file of a connect's own socket, which was bound and then not
// connected.
func Unbind(op *backend.Op) {
	if to := op.Connect(); to.Network == "unixgram" && to.Socket != nil && to.Socket.LocalAddr != "" {
		SocketFileOf(&net.UnixAddr{Name: to.Socket.LocalAddr, Net: to.Network}).Remove()
	}
}
