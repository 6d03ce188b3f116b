//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows

package sys

import (
	"encoding/binary"
	"net"
	"net/netip"
	"os"
	"syscall"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// ListenPacket makes a socket of datagrams, non-blocking and bound. The error is a
// *net.OpError.
func ListenPacket(network, address string, o *backend.SocketOptions) (fd int, err error) {
	return anyFamily(network, address, func(network string) (int, error) {
		if err := backend.CheckPacketAddress(network, address); err != nil {
			return -1, err
		}
		if shared, ok := multicast(network, address); ok {
			return bindSocket(network, shared, o, groupOptions)
		}
		return bindSocket(network, address, o, bothFamilies)
	})
}

// multicast reports whether address is that of a multicast group. If so, at is the
// wildcard address to which its socket is bound, as with package net, so that the
// socket can join several groups.
func multicast(network, address string) (at string, ok bool) {
	ap, err := backend.ParseIP(network, address)
	if err != nil || !ap.Addr().Unmap().IsMulticast() {
		return "", false
	}
	ip := netip.IPv6Unspecified()
	if ap.Addr().Unmap().Is4() {
		ip = netip.IPv4Unspecified()
	}
	return netip.AddrPortFrom(ip, ap.Port()).String(), true
}

// groupOptions lets several sockets have the port of a multicast group.
func groupOptions(fd int, network string, family int) error {
	if err := reusePort(fd); err != nil {
		return err
	}
	return bothFamilies(fd, network, family)
}

// PacketName converts addr, the address of a socket of datagrams, to the type that
// package net has for datagrams.
func PacketName(addr net.Addr) net.Addr {
	switch a := addr.(type) {
	case *net.TCPAddr:
		return &net.UDPAddr{IP: a.IP, Port: a.Port, Zone: a.Zone}
	case *net.UnixAddr:
		return &net.UnixAddr{Name: a.Name, Net: "unixgram"}
	}
	return addr
}

// EncodePacket writes the destination of a datagram into a, for a socket of that
// family.
func EncodePacket(a *Address, to backend.PacketAddr, family uint16) error {
	*a = Address{}
	ip := to.AddrPort.Addr().Unmap()
	switch {
	case family == familyUnix && to.Path != "":
		return encodePath(a, to.Path)
	case family == familyInet && ip.Is4(), family == familyInet6 && ip.Is6():
		_, err := encodeIP(a, to.AddrPort)
		return err
	case family == familyInet6 && ip.Is4():
		encodeMapped(a, ip, to.AddrPort.Port())
		return nil
	}
	return &net.AddrError{Err: "not an address that this socket can send to", Addr: to.String()}
}

// encodeMapped writes an IPv4 address for an IPv6 socket.
func encodeMapped(a *Address, ip netip.Addr, port uint16) {
	binary.BigEndian.PutUint16(a.Bytes[2:], port)
	*(*[16]byte)(a.Bytes[8:]) = ip.As16()
	a.Len = sizeInet6
	setFamily(a, familyInet6)
}

// DecodePacket decodes the source of a datagram into at. It keeps the path in at if
// that is the same, which saves an allocation.
func DecodePacket(raw *Address, at *backend.PacketAddr) {
	b := raw.Bytes[:min(raw.Len, uint32(len(raw.Bytes)))]
	if len(b) < 2 {
		*at = backend.PacketAddr{}
		return
	}
	switch familyOf(raw) {
	case familyInet:
		ip := netip.AddrFrom4([4]byte(raw.Bytes[4:]))
		*at = backend.PacketAddr{AddrPort: netip.AddrPortFrom(ip, binary.BigEndian.Uint16(b[2:]))}
	case familyInet6:
		ip := netip.AddrFrom16([16]byte(raw.Bytes[8:])).Unmap()
		if scope := binary.NativeEndian.Uint32(raw.Bytes[24:]); scope != 0 {
			ip = ip.WithZone(zoneOf(scope)) // only link-local addresses have one
		}
		*at = backend.PacketAddr{AddrPort: netip.AddrPortFrom(ip, binary.BigEndian.Uint16(b[2:]))}
	case familyUnix:
		decodeName(b[2:], at)
	default:
		*at = backend.PacketAddr{}
	}
}

// decodeName is decodePath that allocates a string only if the path has changed.
func decodeName(b []byte, at *backend.PacketAddr) {
	at.AddrPort = netip.AddrPort{}
	if len(b) > 0 && b[0] == 0 && abstractNames {
		b[0] = '@'
	}
	for i, c := range b {
		if c == 0 {
			b = b[:i]
			break
		}
	}
	if at.Path != string(b) {
		at.Path = string(b)
	}
}

// PacketError is the error of a send or receive of a datagram, in the form of package
// net.
func PacketError(call, network string, local net.Addr, to backend.PacketAddr, remote net.Addr, err error) error {
	if errno, ok := err.(syscall.Errno); ok {
		err = os.NewSyscallError(call, errno)
	}
	if to.IsValid() && call == "write" {
		remote = textAddr{network, to.String()}
	}
	return &net.OpError{Op: call, Net: network, Source: local, Addr: remote, Err: err}
}
