// Package tcp is the transport for tcp endpoints.
package tcp

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq/internal/endpoint"
	"github.com/actum-go/actum/zmq/internal/stream"
	"github.com/actum-go/actum/zmq/internal/transport"
	"github.com/actum-go/actum/zmq/internal/transport/socket"
)

const network = "tcp"

func init() {
	transport.Register(endpoint.TCP, func(c *transport.Config) transport.Transport { return New(c) })
}

// Transport is the tcp transport.
type Transport struct{ cfg *transport.Config }

// New makes the transport. A layer uses it below its own.
func New(c *transport.Config) Transport { return Transport{c} }

// Dial looks the name up, unless it is an address.
func (t Transport) Dial(d *proactor.Dispatcher, ep endpoint.Endpoint, done func(stream.Stream, error)) transport.Attempt {
	if to, ok := literalTarget(ep); ok {
		return socket.Connect(d, t.cfg, to, done)
	}
	return socket.Resolve(d, t.cfg, func(ctx context.Context) ([]socket.Target, error) { return t.resolve(ctx, ep) }, done)
}

// Listen binds an address, or the first address of a name or an interface.
func (t Transport) Listen(ctx context.Context, d *proactor.Dispatcher, ep endpoint.Endpoint) (transport.Listener, error) {
	ip, err := t.bindAddress(ctx, ep.Address.Host)
	if err != nil {
		return nil, err
	}
	o := t.cfg.SocketOptions()
	h, err := d.Listen(network, join(ip, ep.Address.Port), &o)
	if err != nil {
		return nil, err
	}
	return socket.NewListener(h, ep.Transport+"://"+h.LocalAddr().String(), nil), nil
}

// literalTarget returns the target of an endpoint that needs no look-up, or false
// for one that does. It makes no system call.
func literalTarget(ep endpoint.Endpoint) (socket.Target, bool) {
	ip, ok := literal(ep.Address.Host)
	if !ok {
		return socket.Target{}, false
	}
	if ep.Source == (endpoint.Address{}) {
		return target(ip, ep, ""), true
	}
	source, ok := literal(ep.Source.Host)
	if !ok {
		return socket.Target{}, false
	}
	return target(ip, ep, join(source, ep.Source.Port)), true
}

// resolve looks the name up. IPv4 addresses come first, as in libzmq.
func (t Transport) resolve(ctx context.Context, ep endpoint.Endpoint) ([]socket.Target, error) {
	source := ""
	if ep.Source != (endpoint.Address{}) {
		ip, err := t.bindAddress(ctx, ep.Source.Host)
		if err != nil {
			return nil, fmt.Errorf("source address: %w", err)
		}
		source = join(ip, ep.Source.Port)
	}
	ips, err := t.lookUp(ctx, ep.Address.Host)
	if err != nil {
		return nil, err
	}
	targets := make([]socket.Target, len(ips))
	for i, ip := range ips {
		targets[i] = target(ip, ep, source)
	}
	return targets, nil
}

// lookUp returns the addresses of a name, at least one, IPv4 first. A literal
// address gives itself.
func (t Transport) lookUp(ctx context.Context, host string) ([]netip.Addr, error) {
	r := t.cfg.Resolver
	if r == nil {
		r = net.DefaultResolver
	}
	ips, err := r.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return nil, err
	}
	sortIPv4First(ips)
	return ips, nil
}

// sortIPv4First also gives IPv4 addresses in IPv6 form their own form. It keeps the
// order of each version's addresses.
func sortIPv4First(ips []netip.Addr) {
	for i := range ips {
		ips[i] = ips[i].Unmap()
	}
	slices.SortStableFunc(ips, func(a, b netip.Addr) int { return cmp.Compare(a.BitLen(), b.BitLen()) })
}

func target(ip netip.Addr, ep endpoint.Endpoint, source string) socket.Target {
	return socket.Target{Network: network, Address: join(ip, ep.Address.Port), Source: source}
}

// literal returns the address that host denotes without a look-up.
func literal(host string) (netip.Addr, bool) {
	if host == endpoint.Wildcard {
		return netip.IPv4Unspecified(), true
	}
	ip, err := netip.ParseAddr(host)
	return ip, err == nil
}

// bindAddress returns the local address that host denotes: the wildcard, a
// literal address, an interface or a name.
func (t Transport) bindAddress(ctx context.Context, host string) (netip.Addr, error) {
	if ip, ok := literal(host); ok {
		return ip, nil
	}
	if ip, ok := interfaceAddress(host); ok {
		return ip, nil
	}
	ips, err := t.lookUp(ctx, host)
	if err != nil {
		return netip.Addr{}, fmt.Errorf("%q is neither an address nor an interface nor a name that resolves: %w", host, err)
	}
	return ips[0], nil
}

// interfaceAddress returns an interface's first IPv4 address, or else its first
// one.
func interfaceAddress(name string) (netip.Addr, bool) {
	i, err := net.InterfaceByName(name)
	if err != nil {
		return netip.Addr{}, false
	}
	addrs, _ := i.Addrs() // none, if that fails
	return firstAddress(addrs)
}

// firstAddress returns the first IPv4 address of an interface, or else its first
// one, or false if it has none.
func firstAddress(addrs []net.Addr) (netip.Addr, bool) {
	var ips []netip.Addr
	for _, a := range addrs {
		if prefix, err := netip.ParsePrefix(a.String()); err == nil {
			ips = append(ips, prefix.Addr())
		}
	}
	if len(ips) == 0 {
		return netip.Addr{}, false
	}
	sortIPv4First(ips)
	return ips[0], true
}

func join(ip netip.Addr, port uint16) string {
	return net.JoinHostPort(ip.String(), strconv.Itoa(int(port)))
}
