package goroutine

import (
	"net"
	"net/netip"

	"github.com/actum-go/actum/proactor/internal/sys"
)

// readUDP receives a datagram. Here the error tells that it was cut, and then not
// where it came from; and package net receives nothing at all into no room.
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
