package backend

import (
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// IsUnix reports whether the addresses of network are paths.
func IsUnix(network string) bool { return network == "unix" || network == "unixgram" }

// IsDatagram reports whether network carries datagrams instead of streams.
func IsDatagram(network string) bool {
	switch network {
	case "udp", "udp4", "udp6", "unixgram":
		return true
	}
	return false
}

// ParseTCP is ParseIP for streams.
func ParseTCP(network, address string) (netip.AddrPort, error) {
	if IsDatagram(network) {
		return netip.AddrPort{}, net.UnknownNetworkError(network)
	}
	return ParseIP(network, address)
}

// ParseIP parses the literal address that a listener binds or a connect goes to. An
// empty host is the wildcard address. The error is a *net.AddrError or a
// net.UnknownNetworkError.
func ParseIP(network, address string) (netip.AddrPort, error) {
	switch network {
	case "tcp", "tcp4", "tcp6", "udp", "udp4", "udp6":
	default:
		return netip.AddrPort{}, net.UnknownNetworkError(network)
	}
	if strings.HasPrefix(address, ":") {
		address = wildcard(network) + address
	}
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return netip.AddrPort{}, &net.AddrError{Err: "want a literal IP:port", Addr: address}
	}
	is4 := ap.Addr().Unmap().Is4()
	if network[3:] == "4" && !is4 || network[3:] == "6" && is4 {
		return netip.AddrPort{}, &net.AddrError{Err: "not an address of " + network, Addr: address}
	}
	return ap, nil
}

// ParseDial is ParseIP for the address that a connect goes to. Not every system can
// connect to the wildcard address, so ParseDial replaces it with the loopback
// address. An empty host on a network that does not name an IP version becomes
// 127.0.0.1, as in package net.
func ParseDial(network, address string) (netip.AddrPort, error) {
	ap, err := ParseIP(network, address)
	if err != nil || !ap.Addr().IsUnspecified() {
		return ap, err
	}
	ip := netip.IPv6Loopback()
	if ap.Addr().Is4() || strings.HasPrefix(address, ":") && network[3:] == "" {
		ip = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	return netip.AddrPortFrom(ip, ap.Port()), nil
}

// wildcard returns the address that means all addresses of this host.
func wildcard(network string) string {
	if network[3:] == "4" {
		return "0.0.0.0"
	}
	return "[::]"
}

// CheckAddress reports what is wrong with an address of a stream network, before
// any system call is made. A host name is an error, because it would have to be
// resolved.
func CheckAddress(network, address string) error {
	if IsDatagram(network) {
		return net.UnknownNetworkError(network)
	}
	return CheckAny(network, address)
}

// CheckPacketAddress is CheckAddress for a datagram network.
func CheckPacketAddress(network, address string) error {
	if !IsDatagram(network) {
		return net.UnknownNetworkError(network)
	}
	return CheckAny(network, address)
}

// CheckAny is CheckAddress for any network.
func CheckAny(network, address string) error {
	if !IsUnix(network) {
		_, err := ParseIP(network, address)
		return err
	}
	switch {
	case address == "":
		return &net.AddrError{Err: "a unix socket needs a path, or @name", Addr: address}
	case address[0] != '@' && strings.IndexByte(address, 0) >= 0:
		return &net.AddrError{Err: "a path contains no byte 0, which ends it", Addr: strconv.Quote(address)}
	}
	return nil
}

// SameTCP reports whether a and b are the same TCP address. A stream that has the
// same address at both ends is connected to itself.
func SameTCP(a, b net.Addr) bool {
	l, ok := a.(*net.TCPAddr)
	if !ok {
		return false
	}
	r, ok := b.(*net.TCPAddr)
	return ok && l.Port == r.Port && l.IP.Equal(r.IP) && l.Zone == r.Zone
}
