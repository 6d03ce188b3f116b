package backend

import (
	"net"
	"net/netip"
	"strings"
)

// IsUnix reports whether network is the one of paths.
func IsUnix(network string) bool { return network == "unix" }

// ParseTCP turns the literal address of a listener or a connect into numbers.
// An empty host is the wildcard. The error is a *net.AddrError or a
// net.UnknownNetworkError.
func ParseTCP(network, address string) (netip.AddrPort, error) {
	if network != "tcp" && network != "tcp4" && network != "tcp6" {
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
	if network == "tcp4" && !is4 || network == "tcp6" && is4 {
		return netip.AddrPort{}, &net.AddrError{Err: "not an address of " + network, Addr: address}
	}
	return ap, nil
}

// wildcard is the address that stands for all of this host's.
func wildcard(network string) string {
	if network == "tcp4" {
		return "0.0.0.0"
	}
	return "[::]"
}

// CheckAddress reports what is wrong with an address for network, before any
// system call is made: it must not be a name, which would have to be looked up.
func CheckAddress(network, address string) error {
	if !IsUnix(network) {
		_, err := ParseTCP(network, address)
		return err
	}
	if address == "" {
		return &net.AddrError{Err: "a unix socket needs a path, or @name", Addr: address}
	}
	return nil
}
