package netio

import (
	"context"
	"errors"
	"net"
	"strings"
	"time"

	"github.com/actum-go/actum/proactor"
)

// Dialer makes connections on a dispatcher. Its DialContext is what http.Transport
// and others ask for. It may be used by many goroutines.
type Dialer struct {
	// Dispatcher is where the connections will live. It must be set.
	Dispatcher *proactor.Dispatcher
	// Timeout limits one dial, names included; 0 is no limit but the context's
	// and the system's. Where a name has several addresses each one gets its
	// share of what is left.
	Timeout time.Duration
	// Resolver looks names up; nil is net.DefaultResolver.
	Resolver *net.Resolver
	// Socket are options of the sockets that are made.
	Socket proactor.SocketOptions
}

// minShare is how long one of several addresses is tried at least.
const minShare = 2 * time.Second

// DialContext connects to an address. network is "tcp", "tcp4", "tcp6" or "unix",
// which yields a *Conn, or "udp", "udp4", "udp6" or "unixgram", which yields a
// *PacketConn. address is as for net.Dial; the addresses of a name are tried one
// after the other. Once it has connected, ctx has no say any more. A handler of
// Dispatcher cannot wait for it: the error is proactor.ErrInHandler.
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

// dial is DialContext without what is made of the handle.
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

// try connects to one address, of so many that are left.
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
	return a.op.Accepted(), a.op.Err()
}

// attempt is one connect.
type attempt struct {
	op   proactor.Operation
	done chan struct{}
}

// HandleCompletion implements proactor.Handler.
func (a *attempt) HandleCompletion(*proactor.Operation) { close(a.done) }

// dialError is why a dial to addr, or to what has none yet, has failed.
func dialError(network string, addr net.Addr, err error) error {
	if said := (*net.OpError)(nil); errors.As(err, &said) {
		err = said.Err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		err = timeoutError{err}
	}
	return &net.OpError{Op: "dial", Net: network, Addr: addr, Err: err}
}
