package netio

import (
	"context"
	"net"
	"net/netip"
	"strings"
)

// resolve returns the addresses to try, in order.
func (d *Dialer) resolve(ctx context.Context, network, address string) ([]net.Addr, error) {
	switch network {
	case "unix", "unixgram":
		return []net.Addr{&net.UnixAddr{Name: address, Net: network}}, nil
	case "tcp", "tcp4", "tcp6", "udp", "udp4", "udp6":
	default:
		return nil, net.UnknownNetworkError(network)
	}
	found, err := lookUp(ctx, d.Resolver, network, address, "localhost")
	if err != nil {
		return nil, err
	}
	list := make([]net.Addr, len(found))
	for i, a := range found {
		if strings.HasPrefix(network, "udp") {
			list[i] = net.UDPAddrFromAddrPort(a)
		} else {
			list[i] = net.TCPAddrFromAddrPort(a)
		}
	}
	return list, nil
}

// lookUp returns the addresses of a host and a port, each of which may be a name,
// on an IP network; there is at least one unless it returns an error. If the host is
// empty, emptyHost is looked up instead; if that is empty too, the result is the zero
// Addr with the port. A nil Resolver means package net's default.
func lookUp(ctx context.Context, r *net.Resolver, network, address, emptyHost string) ([]netip.AddrPort, error) {
	if r == nil {
		r = net.DefaultResolver
	}
	host, service, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	port, err := r.LookupPort(ctx, network, service)
	if err != nil {
		return nil, err
	}
	if host == "" {
		host = emptyHost
	}
	if host == "" {
		return []netip.AddrPort{netip.AddrPortFrom(netip.Addr{}, uint16(port))}, nil
	}
	version := network[len("tcp"):] // "", "4" or "6"
	ips, err := r.LookupNetIP(ctx, "ip"+version, host)
	if err != nil {
		return nil, err
	}
	list := make([]netip.AddrPort, len(ips))
	for i, ip := range ips {
		list[i] = netip.AddrPortFrom(ip.Unmap(), uint16(port))
	}
	return list, nil
}
