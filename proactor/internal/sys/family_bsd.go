//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package sys

import (
	"encoding/binary"
	"net"
	"net/netip"

	"golang.org/x/sys/unix"
)

// The constants of these systems for address.go.
const (
	familyInet    = unix.AF_INET
	familyInet6   = unix.AF_INET6
	familyUnix    = unix.AF_UNIX
	sizeInet4     = unix.SizeofSockaddrInet4
	sizeInet6     = unix.SizeofSockaddrInet6
	maxPath       = len(unix.RawSockaddrUnix{}.Path)
	abstractNames = false
)

// setFamily also writes the length, so a.Len must be set before.
func setFamily(a *Address, family uint16) { a.Bytes[0], a.Bytes[1] = byte(a.Len), byte(family) }
func familyOf(a *Address) uint16          { return uint16(a.Bytes[1]) }

// LocalAddr is the address of this end of a socket; nil if it has none.
func LocalAddr(fd int) net.Addr { return nameOf(unix.Getsockname(fd)) }

// RemoteAddr is the address of the other end of a socket; nil if it has none.
func RemoteAddr(fd int) net.Addr { return nameOf(unix.Getpeername(fd)) }

func nameOf(s unix.Sockaddr, err error) net.Addr {
	if err != nil {
		return nil
	}
	a := new(Address)
	encodeSockaddr(a, s)
	return DecodeAddress(a)
}

// The calls here go through package unix, which has a form of addresses of its own:
// some of these systems take system calls only from their C library.

// encodeSockaddr writes s into a. If s is of an unknown family, so is a.
func encodeSockaddr(a *Address, s unix.Sockaddr) {
	*a = Address{}
	switch s := s.(type) {
	case *unix.SockaddrInet4:
		_, _ = encodeIP(a, netip.AddrPortFrom(netip.AddrFrom4(s.Addr), uint16(s.Port)))
	case *unix.SockaddrInet6:
		_, _ = encodeIP(a, netip.AddrPortFrom(netip.AddrFrom16(s.Addr), uint16(s.Port))) // only zones fail
		if familyOf(a) == familyInet6 {
			binary.NativeEndian.PutUint32(a.Bytes[24:], s.ZoneId)
		}
	case *unix.SockaddrUnix:
		a.Len = uint32(2 + copy(a.Bytes[2:], s.Name))
		setFamily(a, familyUnix)
	}
}

// sockaddrOf is the reverse of encodeSockaddr; nil for nil.
func sockaddrOf(a *Address) unix.Sockaddr {
	if a == nil {
		return nil
	}
	port := int(binary.BigEndian.Uint16(a.Bytes[2:]))
	switch familyOf(a) {
	case familyInet:
		return &unix.SockaddrInet4{Port: port, Addr: [4]byte(a.Bytes[4:])}
	case familyInet6:
		return &unix.SockaddrInet6{Port: port, ZoneId: binary.NativeEndian.Uint32(a.Bytes[24:]), Addr: [16]byte(a.Bytes[8:])}
	}
	return &unix.SockaddrUnix{Name: decodePath(a.Bytes[2:min(a.Len, uint32(len(a.Bytes)))])}
}

// errnoOf returns the number of an error of package unix.
func errnoOf(err error) unix.Errno {
	errno, _ := err.(unix.Errno)
	return errno
}
