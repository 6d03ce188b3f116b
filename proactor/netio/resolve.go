package netio

import (
	"context"
	"net"
	"net/netip"
)

// resolve lists the addresses that are meant, the ones to be tried first first.
func (d *Dialer) resolve(ctx context.Context, network, address string) ([]net.Addr, error) {
	switch network {
	case "unix", "unixgram":
		return []net.Addr{&net.UnixAddr{Name: address, Net: network}}, nil
	case "tcp", "tcp4", "tcp6", "udp", "udp4", "udp6":
	default:
		return nil, net.UnknownNetworkError(network)
	}
	r := d.Resolver
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
		host = "localhost"
	}
	ips, err := r.LookupNetIP(ctx, "ip"+network[len("tcp"):], host)
	if err != nil {
		return nil, err
	}
	list := make([]net.Addr, len(ips))
	for i, ip := range ips {
		at := netip.AddrPortFrom(ip.Unmap(), uint16(port))
		if list[i] = net.TCPAddrFromAddrPort(at); network[0] == 'u' {
			list[i] = net.UDPAddrFromAddrPort(at)
		}
	}
	return list, nil
}
