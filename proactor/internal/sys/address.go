//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows

package sys

import (
	"encoding/binary"
	"net"
	"net/netip"
	"strconv"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// Address is a socket address as the kernel lays it out:
//
//	AF_INET   family 2 | port 2, big endian | address 4 | zero 8
//	AF_INET6  family 2 | port 2, big endian | flow 4 | address 16 | scope 4
//	AF_UNIX   family 2 | path, ended by 0; or 0 and a name, for an abstract one
//
// The systems that come from BSD have a byte of length and one of family in the
// place of the family; see family_*.go.
type Address = backend.RawAddress

// EncodeAddress writes a literal address into a. It returns the address family.
func EncodeAddress(a *Address, network, address string) (family int, err error) {
	*a = Address{}
	if backend.IsUnix(network) {
		return familyUnix, encodePath(a, address)
	}
	ap, err := backend.ParseIP(network, address)
	if err != nil {
		return 0, err
	}
	return encodeIP(a, ap)
}

// encodePeer is EncodeAddress for the address of a peer: see backend.ParseDial.
func encodePeer(a *Address, network, address string) (family int, err error) {
	if backend.IsUnix(network) {
		return EncodeAddress(a, network, address)
	}
	*a = Address{}
	ap, err := backend.ParseDial(network, address)
	if err != nil {
		return 0, err
	}
	return encodeIP(a, ap)
}

func encodePath(a *Address, path string) error {
	if err := backend.CheckAddress("unix", path); err != nil {
		return err
	}
	if len(path) >= maxPath {
		return &net.AddrError{Err: "path is too long: " + strconv.Itoa(maxPath-1) + " bytes at most", Addr: path}
	}
	if path[0] == '@' && !abstractNames {
		return &net.AddrError{Err: "this system has no abstract names of unix sockets: use a path", Addr: path}
	}
	copy(a.Bytes[2:], path)
	a.Len = uint32(2 + len(path))
	if path[0] == '@' {
		a.Bytes[2] = 0
	} else {
		a.Len++
	}
	setFamily(a, familyUnix)
	return nil
}

func encodeIP(a *Address, ap netip.AddrPort) (family int, err error) {
	binary.BigEndian.PutUint16(a.Bytes[2:], ap.Port())
	ip := ap.Addr().Unmap()
	if ip.Is4() {
		*(*[4]byte)(a.Bytes[4:]) = ip.As4()
		a.Len = sizeInet4
		setFamily(a, familyInet)
		return familyInet, nil
	}
	scope, err := scopeOf(ip.Zone())
	*(*[16]byte)(a.Bytes[8:]) = ip.As16()
	binary.NativeEndian.PutUint32(a.Bytes[24:], scope)
	a.Len = sizeInet6
	setFamily(a, familyInet6)
	return familyInet6, err
}

// scopeOf returns the number of the interface with the name zone.
func scopeOf(zone string) (uint32, error) {
	if zone == "" {
		return 0, nil
	}
	if n, err := strconv.ParseUint(zone, 10, 32); err == nil {
		return uint32(n), nil
	}
	i, err := net.InterfaceByName(zone)
	if err != nil {
		return 0, err
	}
	return uint32(i.Index), nil
}

// DecodeAddress decodes the address that the kernel wrote into raw; nil if its family
// is unknown.
func DecodeAddress(raw *Address) net.Addr {
	if raw.Len < 2 {
		return nil
	}
	a := &raw.Bytes
	port := int(binary.BigEndian.Uint16(a[2:]))
	switch familyOf(raw) {
	case familyInet:
		return &net.TCPAddr{IP: append(net.IP(nil), a[4:8]...), Port: port}
	case familyInet6:
		return &net.TCPAddr{IP: append(net.IP(nil), a[8:24]...), Port: port, Zone: zoneOf(binary.NativeEndian.Uint32(a[24:]))}
	case familyUnix:
		return &net.UnixAddr{Net: "unix", Name: decodePath(a[2:min(raw.Len, uint32(len(a)))])}
	}
	return nil
}

func decodePath(path []byte) string {
	if len(path) == 0 || path[0] == 0 && !abstractNames {
		return "" // a socket that was not bound
	}
	if path[0] == 0 {
		return "@" + string(path[1:])
	}
	for i, c := range path {
		if c == 0 {
			return string(path[:i])
		}
	}
	return string(path)
}

// zoneOf returns the name of the interface with the number scope.
func zoneOf(scope uint32) string {
	if scope == 0 {
		return ""
	}
	if i, err := net.InterfaceByIndex(int(scope)); err == nil {
		return i.Name
	}
	return strconv.FormatUint(uint64(scope), 10)
}
