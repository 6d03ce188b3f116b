//go:build unix

package goroutine

import (
	"net"
	"net/netip"
	"syscall"
)

// newRawPipe returns a pipe's descriptor, which waits as other descriptors do.
func newRawPipe(p pipe) syscall.RawConn { return neverBlocking(p) }

// readUDP receives a datagram. The flags report whether it was cut.
func readUDP(c *net.UDPConn, b []byte) (n, flags int, from netip.AddrPort, err error) {
	n, _, flags, from, err = c.ReadMsgUDPAddrPort(b, nil)
	return n, flags, from, err
}
