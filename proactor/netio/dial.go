package netio

import (
	"context"
	"errors"
	"net"
	"strings"
	"time"

	"github.com/actum-go/actum/proactor"
)

// Dialer makes connections on a dispatcher. Its DialContext has the signature that
// http.Transport and other clients expect. Several goroutines may use a Dialer.
type Dialer struct {
	// Dispatcher is the dispatcher of the connections. It must be set.
	Dispatcher *proactor.Dispatcher
	// Timeout limits one dial, including name resolution. 0 means only the limits
	// of the context and the system. If a name has several addresses, each gets its
	// share of the remaining time.
	Timeout time.Duration
	// Resolver resolves names; nil means net.DefaultResolver.
	Resolver *net.Resolver
	// Socket has the options of new sockets.
	Socket proactor.SocketOptions
}

// minShare is the minimum time for one of several addresses.
const minShare = 2 * time.Second

// DialContext connects to an address. network is "tcp", "tcp4", "tcp6" or "unix",
// which yields a *Conn, or "udp", "udp4", "udp6" or "unixgram", which yields a
// *PacketConn. address is as for net.Dial; the addresses of a name are tried one
// after the other. Once connected, ctx has no effect on the connection. A handler
// of Dispatcher cannot wait for a dial: it gets the error proactor.ErrInHandler.
func (d *Dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	h, err := d.dial(ctx, network, address)
	switch {
	case err != nil:
		return nil, err
	case network == "unixgram" || strings.HasPrefix(network, "udp"):
		return NewPacketConn(h), nil
	}
	return NewConn(h), nil
}

// dial is DialContext, but returns a handle.
func (d *Dialer) dial(ctx context.Context, network, address string) (*proactor.Handle, error) {
	if d.Dispatcher.InHandler() {
		return nil, dialError(network, nil, proactor.ErrInHandler)
	}
	if d.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, d.Timeout)
		defer cancel()
	}
	list, err := d.resolve(ctx, network, address)
	if err != nil {
		return nil, dialError(network, nil, err)
	}
	var first error
	for i, addr := range list {
		h, err := d.try(ctx, network, addr.String(), len(list)-i)
		if err == nil {
			return h, nil
		}
		if first == nil {
			first = dialError(network, addr, err)
		}
		if ctx.Err() != nil {
			break
		}
	}
	return nil, first
}

// try connects to one address. left is the number of addresses left, including this
// one.
func (d *Dialer) try(ctx context.Context, network, address string, left int) (*proactor.Handle, error) {
	if limit, ok := ctx.Deadline(); ok && left > 1 {
		share := max(time.Until(limit)/time.Duration(left), minShare)
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, share)
		defer cancel()
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	a := attempt{done: make(chan struct{})}
	a.op.Handler = &a
	d.Dispatcher.Connect(&a.op, network, address, &d.Socket)
	select {
	case <-a.done:
	case <-ctx.Done():
		d.Dispatcher.Cancel(&a.op)
		<-a.done
		if errors.Is(a.op.Err(), proactor.ErrCanceled) {
			return nil, ctx.Err()
		}
	}
	return a.op.Handle(), a.op.Err()
}

// attempt is one connect.
type attempt struct {
	op   proactor.Operation
	done chan struct{}
}

// HandleCompletion implements proactor.Handler.
func (a *attempt) HandleCompletion(*proactor.Operation) { close(a.done) }

// dialError returns the error of a failed dial to addr, which is nil before
// resolution.
func dialError(network string, addr net.Addr, err error) error {
	if said := (*net.OpError)(nil); errors.As(err, &said) {
		err = said.Err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		err = timeoutError{err}
	}
	return &net.OpError{Op: "dial", Net: network, Addr: addr, Err: err}
}
