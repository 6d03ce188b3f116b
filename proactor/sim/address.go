package sim

import (
	"errors"
	"net"
	"net/netip"
	"syscall"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// firstPort is the first port that is assigned to an endpoint without one.
const firstPort = 32768

// endpoint is an address in a comparable form: a path for Unix, otherwise an IP
// address and a port.
type endpoint struct {
	path string
	at   netip.AddrPort
}

// parse parses a literal address.
func parse(network, address string) (endpoint, error) {
	if err := backend.CheckAny(network, address); err != nil {
		return endpoint{}, err
	}
	if backend.IsUnix(network) {
		return endpoint{path: address}, nil
	}
	at, err := backend.ParseIP(network, address)
	return endpoint{at: netip.AddrPortFrom(at.Addr().Unmap(), at.Port())}, err
}

// parsePeer is parse for the address of a connect: the wildcard means this host.
func parsePeer(network, address string) (endpoint, error) {
	if backend.IsUnix(network) {
		return parse(network, address)
	}
	at, err := backend.ParseDial(network, address)
	return endpoint{at: netip.AddrPortFrom(at.Addr().Unmap(), at.Port())}, err
}

// addr returns e as an address of package net.
func (e endpoint) addr() net.Addr {
	if !e.at.IsValid() {
		return &net.UnixAddr{Name: e.path, Net: "unix"}
	}
	return net.TCPAddrFromAddrPort(e.at)
}

func (e endpoint) wildcard() bool { return e.at.IsValid() && e.at.Addr().IsUnspecified() }

func (e endpoint) withPort(port uint16) endpoint {
	e.at = netip.AddrPortFrom(e.at.Addr(), port)
	return e
}

// free reports whether a listener may bind e. As on Linux, an address conflicts
// with itself and with the wildcard of its port.
func (n *Network) free(e endpoint) bool {
	if _, taken := n.listeners[e]; taken {
		return false
	}
	if !e.at.IsValid() {
		return true
	}
	for other := range n.listeners { // looks for any match, so the order does not matter
		if other.at.Port() == e.at.Port() && (other.wildcard() || e.wildcard()) {
			return false
		}
	}
	return true
}

var errNoPort = errors.New("no port is free: close a listener")

// pickPort gives e the next free port, if e has none.
func (n *Network) pickPort(e endpoint) (endpoint, error) {
	if !e.at.IsValid() || e.at.Port() != 0 {
		return e, nil
	}
	for range 1<<16 - firstPort {
		if n.port++; n.port < firstPort {
			n.port = firstPort
		}
		if c := e.withPort(n.port); n.free(c) {
			return c, nil
		}
	}
	return e, errNoPort
}

// lookup finds the listener on e.
func (n *Network) lookup(e endpoint) *listener {
	if l := n.listeners[e]; l != nil || !e.at.IsValid() {
		return l
	}
	any4 := netip.AddrPortFrom(netip.IPv4Unspecified(), e.at.Port())
	any6 := netip.AddrPortFrom(netip.IPv6Unspecified(), e.at.Port())
	if e.at.Addr().Is4() {
		if l := n.listeners[endpoint{at: any4}]; l != nil {
			return l
		}
	}
	return n.listeners[endpoint{at: any6}]
}

// reachable returns e, or the loopback address if e is the wildcard.
func (e endpoint) reachable() endpoint {
	if !e.wildcard() {
		return e
	}
	ip := netip.IPv6Loopback()
	if e.at.Addr().Is4() {
		ip = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	return endpoint{at: netip.AddrPortFrom(ip, e.at.Port())}
}

// absent returns the error of a connect to e when there is no listener.
func (e endpoint) absent() syscall.Errno {
	if e.at.IsValid() {
		return backend.ECONNREFUSED
	}
	return backend.ENOENT
}
