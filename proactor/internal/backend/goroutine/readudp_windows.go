package goroutine

import (
	"net"
	"net/netip"

	"github.com/actum-go/actum/proactor/internal/sys"
)

// readUDP receives a datagram. On Windows an error reports that the datagram was
// cut, and its source is then unknown. Package net receives nothing into an empty
// buffer.
func readUDP(c *net.UDPConn, b []byte) (n, flags int, from netip.AddrPort, err error) {
	if len(b) > 0 {
		n, from, err = c.ReadFromUDPAddrPort(b)
		return n, 0, from, err
	}
	var room [1]byte
	if n, from, err = c.ReadFromUDPAddrPort(room[:]); n > 0 {
		err = sys.ErrCut
	}
	return 0, 0, from, err
}
