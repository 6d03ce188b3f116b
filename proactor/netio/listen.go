package netio

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strconv"

	"github.com/actum-go/actum/proactor"
)

// ListenConfig makes listeners and sockets of datagrams on a dispatcher. It may be
// used by many goroutines.
type ListenConfig struct {
	// Dispatcher is where they will live. It must be set.
	Dispatcher *proactor.Dispatcher
	// Resolver looks names up; nil is net.DefaultResolver.
	Resolver *net.Resolver
	// Socket are options of the sockets that are made.
	Socket proactor.SocketOptions
}

// Listen makes a listener. network is "tcp", "tcp4", "tcp6" or "unix". address is as
// for net.Listen: none is all of this host's addresses; a host that is a name is
// looked up, and its first address taken, of IPv4 if there is one. ctx ends the
// look-up, which the caller waits for: a handler gives a literal address, or leaves
// it to another goroutine. Once there is a listener ctx has no say any more.
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

// Listen is [ListenConfig.Listen], on d and without a context. o may be nil.
func Listen(d *proactor.Dispatcher, network, address string, o *proactor.SocketOptions) (*Listener, error) {
	return configOn(d, o).Listen(context.Background(), network, address)
}

// ListenPacket is [ListenConfig.ListenPacket], on d and without a context. o may be
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

// at is where to listen: address itself in the local network, a literal one in those of
// the internet.
func (c *ListenConfig) at(ctx context.Context, network, address, local string, internet ...string) (string, error) {
	switch {
	case network == local:
		return address, nil
	case slices.Contains(internet, network):
		return c.resolve(ctx, network, address)
	}
	return "", net.UnknownNetworkError(network)
}

// resolve is the literal address to listen at.
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
	if !at.Addr().IsValid() { // all of this host's
		return ":" + strconv.Itoa(int(at.Port())), nil
	}
	return at.String(), nil
}

// listenError is why a listener could not be made.
func listenError(network string, err error) error {
	return &net.OpError{Op: "listen", Net: network, Err: err}
}
