// Package socket makes streams with the system's sockets. It is what the
// transports tcp and ipc share.
//
//	dial.go    look a name up, connect to one address after the other
//	listen.go  accept until stopped
package socket

import (
	"context"
	"errors"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq/internal/stream"
	"github.com/actum-go/actum/zmq/internal/transport"
)

// Target is an address to connect to, in the proactor's terms and without names
// to look up.
type Target struct {
	Network string // "tcp" or "unix"
	Address string // literal IP:port, or a path
	Source  string // literal IP:port to connect from; empty for any
}

// errNoAddress is the error of a look-up that succeeds without an address.
var errNoAddress = errors.New("the name has no address")

// attempt is a Dial in progress:
//
//  1. a goroutine looks the name up, and posts op
//  2. connect to one target after the other, each with the connect timeout
type attempt struct {
	d    *proactor.Dispatcher
	cfg  *transport.Config
	done func(stream.Stream, error)

	op        proactor.Operation // the post, then each connect
	cancel    context.CancelFunc // of the look-up; nil without one
	cancelled bool
	targets   []Target // still to be tried
	err       error    // of the look-up
}

// Connect connects to a target.
func Connect(d *proactor.Dispatcher, c *transport.Config, to Target, done func(stream.Stream, error)) transport.Attempt {
	a := &attempt{d: d, cfg: c, done: done, targets: []Target{to}}
	a.connect()
	return a
}

// Resolve looks up where to connect on a goroutine of its own, then connects to
// the first target that accepts.
func Resolve(d *proactor.Dispatcher, c *transport.Config, lookUp func(context.Context) ([]Target, error), done func(stream.Stream, error)) transport.Attempt {
	a := &attempt{d: d, cfg: c, done: done}
	ctx, cancel := context.WithCancel(context.Background())
	a.cancel = cancel
	a.op.Handler = proactor.HandlerFunc(a.onResolved)
	go func() {
		a.targets, a.err = lookUp(ctx)
		d.Post(&a.op)
	}()
	return a
}

func (a *attempt) onResolved(*proactor.Operation) {
	a.cancel()
	if a.err == nil && len(a.targets) == 0 {
		a.err = errNoAddress
	}
	switch {
	case a.cancelled:
		a.done(nil, proactor.ErrCanceled)
	case a.err != nil:
		a.done(nil, &transport.Error{Step: transport.StepResolve, Err: a.err})
	default:
		a.connect()
	}
}

// connect tries the next target. There must be one.
func (a *attempt) connect() {
	t := a.targets[0]
	a.targets = a.targets[1:]
	o := a.cfg.SocketOptions()
	o.LocalAddr = t.Source
	a.op.Handler = proactor.HandlerFunc(a.onConnect)
	a.op.SetTimeout(a.cfg.ConnectTimeout)
	a.d.Connect(&a.op, t.Network, t.Address, &o)
}

func (a *attempt) onConnect(op *proactor.Operation) {
	h, err := op.Handle(), op.Err()
	switch {
	case a.cancelled:
		if h != nil {
			_ = h.Close()
		}
		a.done(nil, proactor.ErrCanceled)
	case err != nil && len(a.targets) > 0:
		a.connect()
	case err != nil:
		a.done(nil, err)
	default:
		a.done(h, nil)
	}
}

// Cancel implements transport.Attempt.
func (a *attempt) Cancel() {
	a.cancelled = true
	if a.cancel != nil {
		a.cancel()
	}
	a.d.Cancel(&a.op)
}
