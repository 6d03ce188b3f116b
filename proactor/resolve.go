package proactor

import (
	"context"
	"net"
	"net/netip"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// Resolve looks a host name up without blocking a handler. network is "ip", "ip4" or
// "ip6". op completes when the addresses are known: op.N is their number, at least 1, and
// op.Addrs the addresses. The error is the resolver's, as a rule a *net.DNSError. A
// literal address needs no lookup. r may be nil, for net.DefaultResolver. A goroutine
// waits for the resolver; cancelling op ends its lookup.
//
// Under sim the names are those of sim.Network.SetHost. A journal does not hold the
// addresses: in a replay names are looked up again.
func (d *Dispatcher) Resolve(op *Operation, r *net.Resolver, network, host string) {
	if r == nil {
		r = net.DefaultResolver
	}
	ctx, cancel := context.WithCancel(context.Background())
	c, started := d.startExternal(op, KindResolve, lookup(cancel))
	if !started {
		cancel()
		return
	}
	find := func(ctx context.Context) ([]netip.Addr, error) { return r.LookupNetIP(ctx, network, host) }
	simulated, ok := implementation[backend.Hosts](d.backend)
	if ok {
		find = func(context.Context) ([]netip.Addr, error) { return simulated.LookupHost(network, host) }
	}
	run := func() {
		defer cancel()
		addrs, err := find(ctx)
		if ctx.Err() != nil {
			return // Cancel has completed op
		}
		for i := range addrs {
			addrs[i] = addrs[i].Unmap()
		}
		c.complete(len(addrs), err, func(e *externalOperation) { e.addrs = addrs })
	}
	if _, err := netip.ParseAddr(host); ok || err == nil {
		run() // it does not block
	} else {
		go run()
	}
}

// Addrs are the addresses that a Resolve has found, in the order of the resolver. The
// slice is the handler's.
func (o *Operation) Addrs() []netip.Addr {
	if c := o.settings.Load(); c != nil && c.external != nil {
		return c.external.addrs
	}
	return nil
}

// lookup is the processor of a Resolve: it ends the lookup.
type lookup context.CancelFunc

// Cancel implements Processor.
func (l lookup) Cancel(c Completion) {
	l()
	c.complete(0, ErrCanceled, nil)
}
