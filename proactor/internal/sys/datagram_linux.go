package sys

import (
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"os"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// ListenPacket makes a socket of datagrams, non-blocking and bound. The error is a
// *net.OpError.
func ListenPacket(network, address string, o *backend.SocketOptions) (fd int, err error) {
	fd, err = listenPacket(network, address, o)
	if errors.Is(err, unix.EAFNOSUPPORT) && network == "udp" && strings.HasPrefix(address, ":") {
		fd, err = listenPacket("udp4", address, o) // this system has no IPv6, and nobody insisted
	}
	if err != nil {
		return -1, &net.OpError{Op: "listen", Net: network, Addr: text{network, address}, Err: err}
	}
	return fd, nil
}

func listenPacket(network, address string, o *backend.SocketOptions) (int, error) {
	if err := backend.CheckPacketAddress(network, address); err != nil {
		return -1, err
	}
	var a Address
	family, err := EncodeAddress(&a, network, address)
	if err != nil {
		return -1, err
	}
	fd, err := newSocket(network, family, o)
	if err != nil {
		return -1, err
	}
	if family != unix.AF_UNIX {
		err = bothFamilies(fd, network, family)
	}
	if err == nil {
		err = bind(fd, &a)
	}
	if err != nil {
		Close(fd)
		return -1, err
	}
	return fd, nil
}

// PacketFamily is the address family of a socket of datagrams.
func PacketFamily(fd int) uint16 {
	family, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_DOMAIN)
	if err != nil {
		return unix.AF_UNSPEC
	}
	return uint16(family)
}

// PacketName is addr, an end of a socket of datagrams, as package net has it for
// those.
func PacketName(addr net.Addr) net.Addr {
	switch a := addr.(type) {
	case *net.TCPAddr:
		return &net.UDPAddr{IP: a.IP, Port: a.Port, Zone: a.Zone}
	case *net.UnixAddr:
		return &net.UnixAddr{Name: a.Name, Net: "unixgram"}
	}
	return addr
}

// EncodePacket writes the destination of a datagram for a socket of that family.
func EncodePacket(a *Address, to backend.PacketAddr, family uint16) error {
	*a = Address{}
	ip := to.AddrPort.Addr().Unmap()
	switch {
	case family == unix.AF_UNIX && to.Path != "":
		return encodePath(a, to.Path)
	case family == unix.AF_INET && ip.Is4(), family == unix.AF_INET6 && ip.Is6():
		_, err := encodeIP(a, to.AddrPort)
		return err
	case family == unix.AF_INET6 && ip.Is4():
		encodeMapped(a, ip, to.AddrPort.Port())
		return nil
	}
	return &net.AddrError{Err: "not an address that this socket can send to", Addr: to.String()}
}

// encodeMapped writes an IPv4 address for an IPv6 socket.
func encodeMapped(a *Address, ip netip.Addr, port uint16) {
	setFamily(a, unix.AF_INET6)
	binary.BigEndian.PutUint16(a.Bytes[2:], port)
	*(*[16]byte)(a.Bytes[8:]) = ip.As16()
	a.Len = unix.SizeofSockaddrInet6
}

// DecodePacket reads where a datagram came from. A path that is in at already is
// kept if it is the same: it is made of memory.
func DecodePacket(raw *Address, at *backend.PacketAddr) {
	b := raw.Bytes[:min(raw.Len, uint32(len(raw.Bytes)))]
	if len(b) < 2 {
		*at = backend.PacketAddr{}
		return
	}
	switch binary.NativeEndian.Uint16(b) {
	case unix.AF_INET:
		ip := netip.AddrFrom4([4]byte(raw.Bytes[4:]))
		*at = backend.PacketAddr{AddrPort: netip.AddrPortFrom(ip, binary.BigEndian.Uint16(b[2:]))}
	case unix.AF_INET6:
		ip := netip.AddrFrom16([16]byte(raw.Bytes[8:])).Unmap()
		if scope := binary.NativeEndian.Uint32(raw.Bytes[24:]); scope != 0 {
			ip = ip.WithZone(zoneOf(scope)) // link-local alone has one
		}
		*at = backend.PacketAddr{AddrPort: netip.AddrPortFrom(ip, binary.BigEndian.Uint16(b[2:]))}
	case unix.AF_UNIX:
		decodeName(b[2:], at)
	default:
		*at = backend.PacketAddr{}
	}
}

// decodeName is decodePath that makes a string only of what is another one.
func decodeName(b []byte, at *backend.PacketAddr) {
	at.AddrPort = netip.AddrPort{}
	if len(b) > 0 && b[0] == 0 {
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

// RecvPacket receives one datagram into b, with where it came from, by way of x.
// EAGAIN is that there is none.
func RecvPacket(fd int, b []byte, from *Address, x *Vector) (n int, truncated bool, errno unix.Errno) {
	from.Len = uint32(len(from.Bytes))
	x.setPacket(b, from)
	n, errno = transferMsg(unix.SYS_RECVMSG, fd, x, 0)
	truncated = x.msg.Flags&unix.MSG_TRUNC != 0
	from.Len = x.msg.Namelen
	x.resetPacket()
	return n, truncated, errno
}

// SendPacket sends b as one datagram, by way of x; to is nil for a connected
// socket.
func SendPacket(fd int, b []byte, to *Address, x *Vector) (int, unix.Errno) {
	x.setPacket(b, to)
	n, errno := transferMsg(unix.SYS_SENDMSG, fd, x, unix.MSG_NOSIGNAL)
	x.resetPacket()
	return n, errno
}

func (x *Vector) setPacket(b []byte, a *Address) {
	e := unix.Iovec{Base: unsafe.SliceData(b)}
	e.SetLen(len(b))
	x.iov, x.size = append(x.iov[:0], e), len(b)
	x.msg = unix.Msghdr{Iov: unsafe.SliceData(x.iov)}
	x.msg.SetIovlen(1)
	if a != nil {
		x.msg.Name, x.msg.Namelen = &a.Bytes[0], a.Len
	}
}

func (x *Vector) resetPacket() {
	x.Reset()
	x.msg = unix.Msghdr{}
}

// Writable reports whether a socket has room: one that has, and cannot send all
// the same, waits for its peer.
func Writable(fd int) bool {
	p := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}
	n, err := unix.Poll(p, 0)
	return err == nil && n == 1 && p[0].Revents&unix.POLLOUT != 0
}

// PacketError is what is wrong with a datagram, as package net would say it.
func PacketError(call, network string, local net.Addr, to backend.PacketAddr, remote net.Addr, err error) error {
	if errno, ok := err.(unix.Errno); ok {
		err = os.NewSyscallError(call, errno)
	}
	if to.IsValid() && call == "write" {
		remote = text{network, to.String()}
	}
	return &net.OpError{Op: call, Net: network, Source: local, Addr: remote, Err: err}
}
