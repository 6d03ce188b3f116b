//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows

package sys

import (
	"net"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// maxConnects is how many sockets one connect may use up. Systems sometimes pick a
// local port that is taken, and answer EADDRNOTAVAIL: another socket gets another
// port. Package net makes as many attempts.
const maxConnects = 3

// ConnectAgain reports whether a connect that has failed with err, after so many
// attempts, is to be made once more, with a new socket. A port that was chosen by
// the caller stays what it is.
func ConnectAgain(op *backend.Op, err error, attempts int) bool {
	to := op.Connect()
	if err != backend.EADDRNOTAVAIL || attempts >= maxConnects || backend.IsUnix(to.Network) {
		return false
	}
	if to.Socket == nil || to.Socket.LocalAddr == "" {
		return true
	}
	local, err := backend.ParseIP(to.Network, to.Socket.LocalAddr)
	return err == nil && local.Port() == 0
}

// Established is where the two ends of a stream are that op has connected. The error
// is op's result, and then the socket has to be closed.
//
// A socket of TCP that is connected to an address of this host at which nobody
// listens may reach itself: the system picks a local port, and that happens to be
// the one that is connected to (a simultaneous open, RFC 9293 section 3.5). Such a
// socket reads what it writes, and nobody can listen at the address while it is
// open. So it is refused, as it would be with any other local port.
func Established(fd int, op *backend.Op) (local, remote net.Addr, err error) {
	local, remote = LocalAddr(fd), RemoteAddr(fd)
	if remote == nil { // the peer has gone by now: reading will tell
		to := op.Connect()
		remote = text{to.Network, to.Address}
	}
	if backend.SameTCP(local, remote) {
		abortOnClose(fd)
		return nil, nil, ConnectError(op, backend.ECONNREFUSED)
	}
	return local, remote, nil
}
