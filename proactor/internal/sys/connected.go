//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows

package sys

import (
	"net"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// maxConnects is how many sockets one connect may use. Systems sometimes pick a
// local port that is taken, and answer EADDRNOTAVAIL: another socket gets another
// port. Package net makes as many attempts.
const maxConnects = 3

// ConnectAgain reports whether a connect that has failed with err is made once more,
// with a new socket. attempts is the number of attempts so far. If the caller chose the
// local port there is no other port to try.
func ConnectAgain(to *backend.ConnectArgs, err error, attempts int) bool {
	if err != backend.EADDRNOTAVAIL || attempts >= maxConnects || backend.IsUnix(to.Network) {
		return false
	}
	if to.Socket == nil || to.Socket.LocalAddr == "" {
		return true
	}
	local, err := backend.ParseIP(to.Network, to.Socket.LocalAddr)
	return err == nil && local.Port() == 0
}

// Established returns the addresses of a stream that is connected to to. After an error
// the caller closes the socket.
//
// A TCP socket that connects to an address of this host that has no listener may reach
// itself: the system picks a local port, which may be the one that is connected to (a
// simultaneous open, RFC 9293 section 3.5). Such a socket reads what it writes, and no
// program can listen at the address while it is open. So it is refused, as it would be
// with any other local port.
func Established(fd int, to *backend.ConnectArgs) (local, remote net.Addr, err error) {
	local, remote = LocalAddr(fd), RemoteAddr(fd)
	if remote == nil { // the peer has gone by now: a read will fail
		remote = textAddr{to.Network, to.Address}
	}
	if backend.SameTCP(local, remote) {
		abortOnClose(fd)
		return nil, nil, ConnectError(to, backend.ECONNREFUSED)
	}
	return local, remote, nil
}
