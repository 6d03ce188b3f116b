package netio

import (
	"context"
	"net"
	"net/netip"
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
	for i, at := range found {
		if list[i] = net.TCPAddrFromAddrPort(at); network[0] == 'u' {
			list[i] = net.UDPAddrFromAddrPort(at)
		}
	}
	return list, nil
}

// lookUp returns the addresses of a host and a port, each of which may be a name,
// on an IP network. none is the address of an empty host; if none is "", that is
// the invalid address. Without an error there is at least one address. A nil
// Resolver means package net's default.
func lookUp(ctx context.Context, r *net.Resolver, network, address, none string) ([]netip.AddrPort, error) {
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
		host = none
	}
	if host == "" {
		return []netip.AddrPort{netip.AddrPortFrom(netip.Addr{}, uint16(port))}, nil
	}
	ips, err := r.LookupNetIP(ctx, "ip"+network[len("tcp"):], host)
	if err != nil {
		return nil, err
	}
	list := make([]netip.AddrPort, len(ips))
	for i, ip := range ips {
		list[i] = netip.AddrPortFrom(ip.Unmap(), uint16(port))
	}
	return list, nil
}
