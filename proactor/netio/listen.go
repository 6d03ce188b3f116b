package netio

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strconv"

	"github.com/actum-go/actum/proactor"
)

// ListenConfig makes listeners and datagram sockets on a dispatcher. Several
// goroutines may use a ListenConfig.
type ListenConfig struct {
	// Dispatcher is the dispatcher of the listeners and sockets. It must be set.
	Dispatcher *proactor.Dispatcher
	// Resolver resolves names; nil means net.DefaultResolver.
	Resolver *net.Resolver
	// Socket has the options of new sockets.
	Socket proactor.SocketOptions
}

// Listen makes a listener. network is "tcp", "tcp4", "tcp6" or "unix". address is
// as for net.Listen: an empty host means all addresses of this host; a host name is
// resolved, and its first address is used, preferably of IPv4. ctx cancels the
// resolution, for which the caller waits: a handler gives a literal address, or
// calls Listen on another goroutine. Once the listener exists, ctx has no effect on
// it.
func (c *ListenConfig) Listen(ctx context.Context, network, address string) (*Listener, error) {
	address, err := c.at(ctx, network, address, "unix", "tcp", "tcp4", "tcp6")
	if err != nil {
		return nil, listenError(network, err)
	}
	h, err := c.Dispatcher.Listen(network, address, &c.Socket)
	if err != nil {
		return nil, err
	}
	return NewListener(h), nil
}

// ListenPacket makes a PacketConn. network is "udp", "udp4", "udp6" or "unixgram".
// address and ctx are as for Listen.
func (c *ListenConfig) ListenPacket(ctx context.Context, network, address string) (*PacketConn, error) {
	address, err := c.at(ctx, network, address, "unixgram", "udp", "udp4", "udp6")
	if err != nil {
		return nil, listenError(network, err)
	}
	h, err := c.Dispatcher.ListenPacket(network, address, &c.Socket)
	if err != nil {
		return nil, err
	}
	return NewPacketConn(h), nil
}

// Listen is [ListenConfig.Listen] on d, without a context. o may be nil.
func Listen(d *proactor.Dispatcher, network, address string, o *proactor.SocketOptions) (*Listener, error) {
	return configOn(d, o).Listen(context.Background(), network, address)
}

// ListenPacket is [ListenConfig.ListenPacket] on d, without a context. o may be
// nil.
func ListenPacket(d *proactor.Dispatcher, network, address string, o *proactor.SocketOptions) (*PacketConn, error) {
	return configOn(d, o).ListenPacket(context.Background(), network, address)
}

func configOn(d *proactor.Dispatcher, o *proactor.SocketOptions) *ListenConfig {
	c := &ListenConfig{Dispatcher: d}
	if o != nil {
		c.Socket = *o
	}
	return c
}

// at returns the address to bind: address itself on the network local, a literal
// address on the internet networks.
func (c *ListenConfig) at(ctx context.Context, network, address, local string, internet ...string) (string, error) {
	switch {
	case network == local:
		return address, nil
	case slices.Contains(internet, network):
		return c.resolve(ctx, network, address)
	}
	return "", net.UnknownNetworkError(network)
}

// resolve returns the literal address to bind.
func (c *ListenConfig) resolve(ctx context.Context, network, address string) (string, error) {
	if address == "" {
		return ":0", nil
	}
	list, err := lookUp(ctx, c.Resolver, network, address, "")
	if err != nil {
		return "", err
	}
	at := list[0]
	if i := slices.IndexFunc(list, func(a netip.AddrPort) bool { return a.Addr().Is4() }); i > 0 {
		at = list[i]
	}
	if !at.Addr().IsValid() { // all addresses of this host
		return ":" + strconv.Itoa(int(at.Port())), nil
	}
	return at.String(), nil
}

// listenError returns the error of a failed Listen.
func listenError(network string, err error) error {
	return &net.OpError{Op: "listen", Net: network, Err: err}
}
