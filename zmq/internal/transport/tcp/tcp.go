// Package tcp leads from tcp endpoints to streams.
package tcp

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq/internal/endpoint"
	"github.com/actum-go/actum/zmq/internal/transport"
)

const network = "tcp"

// Transport is the tcp transport.
type Transport struct{}

var _ transport.Transport = Transport{}

// Listen binds an address, a name's first address, or an interface's.
func (Transport) Listen(d *proactor.Dispatcher, ep endpoint.Endpoint, o *proactor.SocketOptions) (transport.Listener, error) {
	ip, err := bindAddress(ep.Address.Host)
	if err != nil {
		return transport.Listener{}, err
	}
	h, err := d.Listen(network, join(ip, ep.Address.Port), o)
	if err != nil {
		return transport.Listener{}, err
	}
	return transport.Listener{Handle: h, Endpoint: Transport{}.Endpoint(h.LocalAddr()), Remove: func() {}}, nil
}

// Literal accepts IP addresses.
func (Transport) Literal(ep endpoint.Endpoint) (transport.Target, bool) {
	ip, err := netip.ParseAddr(ep.Address.Host)
	if err != nil {
		return transport.Target{}, false
	}
	if ep.Source == (endpoint.Address{}) {
		return target(ip, ep, ""), true
	}
	source, err := sourceAddress(ep.Source)
	return target(ip, ep, source), err == nil
}

// Resolve looks the name up; IPv4 addresses come first, as with libzmq.
func (Transport) Resolve(ctx context.Context, ep endpoint.Endpoint) ([]transport.Target, error) {
	source := ""
	if ep.Source != (endpoint.Address{}) {
		var err error
		if source, err = sourceAddress(ep.Source); err != nil {
			return nil, err
		}
	}
	ips, err := net.DefaultResolver.LookupNetIP(ctx, "ip", ep.Address.Host)
	if err != nil {
		return nil, err
	}
	var v4, v6 []transport.Target
	for _, ip := range ips {
		if ip = ip.Unmap(); ip.Is4() {
			v4 = append(v4, target(ip, ep, source))
		} else {
			v6 = append(v6, target(ip, ep, source))
		}
	}
	return append(v4, v6...), nil
}

// Endpoint writes a TCP address as an endpoint.
func (Transport) Endpoint(addr net.Addr) string { return network + "://" + addr.String() }

func target(ip netip.Addr, ep endpoint.Endpoint, source string) transport.Target {
	return transport.Target{Network: network, Address: join(ip, ep.Address.Port), Source: source}
}

// sourceAddress is the address to connect from.
func sourceAddress(a endpoint.Address) (string, error) {
	ip, err := bindAddress(a.Host)
	if err != nil {
		return "", err
	}
	return join(ip, a.Port), nil
}

// bindAddress finds the local address that host means: all of them, a literal
// one, an interface's, or a name's.
func bindAddress(host string) (netip.Addr, error) {
	if host == endpoint.Wildcard {
		return netip.IPv4Unspecified(), nil
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip, nil
	}
	if ip, ok := interfaceAddress(host); ok {
		return ip, nil
	}
	ips, err := net.LookupIP(host)
	if err != nil {
		return netip.Addr{}, fmt.Errorf("%q is no address, no interface and no name that resolves: %w", host, err)
	}
	for _, ip := range ips {
		if v4 := ip.To4(); v4 != nil {
			return netip.AddrFrom4([4]byte(v4)), nil
		}
	}
	ip, _ := netip.AddrFromSlice(ips[0])
	return ip, nil
}

// interfaceAddress is an interface's first address, an IPv4 one if it has any.
func interfaceAddress(name string) (first netip.Addr, ok bool) {
	i, err := net.InterfaceByName(name)
	if err != nil {
		return first, false
	}
	addrs, err := i.Addrs()
	if err != nil {
		return first, false
	}
	for _, a := range addrs {
		prefix, err := netip.ParsePrefix(a.String())
		if err != nil {
			continue
		}
		if prefix.Addr().Is4() {
			return prefix.Addr(), true
		}
		if !ok {
			first, ok = prefix.Addr(), true
		}
	}
	return first, ok
}

func join(ip netip.Addr, port uint16) string {
	return net.JoinHostPort(ip.String(), strconv.Itoa(int(port)))
}
