//go:build !windows

package goroutine

import (
	"net"
	"net/netip"
)

// readUDP receives a datagram. The flags report whether it was cut.
func readUDP(c *net.UDPConn, b []byte) (n, flags int, from netip.AddrPort, err error) {
	n, _, flags, from, err = c.ReadMsgUDPAddrPort(b, nil)
	return n, flags, from, err
}
