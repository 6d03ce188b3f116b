package session_test

import (
	"context"
	"errors"
	"testing"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/sim"
	"github.com/actum-go/actum/zmq/internal/endpoint"
	"github.com/actum-go/actum/zmq/internal/session"
	"github.com/actum-go/actum/zmq/internal/transport"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// pausing is a way whose listeners pause for a reason, which may be nil.
type pausing struct {
	way
	why *error
}

type pausingListener struct {
	transport.Listener
	why *error
}

func (l pausingListener) Paused() error { return *l.why }

func (p *pausing) Listen(ctx context.Context, d *proactor.Dispatcher, ep endpoint.Endpoint) (transport.Listener, error) {
	l, err := p.way.Listen(ctx, d, ep)
	return pausingListener{l, p.why}, err
}

// The reason for which a listener pauses is shown as its error while it does. It
// is no failure.
func TestStatusOfAListenerThatPauses(t *testing.T) {
	f := newFixture(t, sim.Faults{})
	var why error
	at := to(t, &way{})
	at.Transport = &pausing{why: &why}
	l, err := listening(f.config(&host{}, wire.PULL), at, &session.Accepted{})
	if err != nil {
		t.Fatal(err)
	}
	for _, why = range []error{nil, errors.New("too many open files"), nil} {
		if now := l.Status(); now.Err != why || now.Failures != 0 || now.State != session.StateListening {
			t.Errorf("%+v, want %v", now, why)
		}
	}
	f.stopped(l.Stop)
}
