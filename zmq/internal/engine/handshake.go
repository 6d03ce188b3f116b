package engine

import (
	"errors"
	"fmt"
	"os"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq/internal/mechanism"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// Why a connection is closed before there is any traffic.
var (
	// ErrHandshakeTimeout means that the peer did not finish its handshake.
	ErrHandshakeTimeout = fmt.Errorf("ZMTP handshake not finished in time: %w", os.ErrDeadlineExceeded)
	// ErrMechanism means that the peer wants another security mechanism.
	ErrMechanism = errors.New("peer uses another security mechanism")
)

// greet sends the greeting. Both sides do so at once: nobody waits for the
// other's first.
func (e *Engine) greet() {
	e.greeting = wire.Greeting{
		Major: wire.VersionMajor, Minor: wire.VersionMinor, Mechanism: e.cfg.Mechanism.Name(),
	}
	e.command(wire.AppendGreeting(nil, e.greeting))
}

// handshake goes on with what has been received. It returns with nothing done if
// that is not enough.
func (e *Engine) handshake() error {
	if e.state == stateGreeting {
		g, n, err := wire.ParseGreeting(e.decoder.Bytes())
		if err != nil || n == 0 {
			return err
		}
		e.decoder.Skip(n)
		if g.Mechanism != e.greeting.Mechanism {
			return fmt.Errorf("%w: %.20q instead of %s", ErrMechanism, g.Mechanism, e.greeting.Mechanism)
		}
		e.peer = g
		e.state = stateHandshake
		if err := e.say(); err != nil {
			return err
		}
	}
	for !e.cfg.Mechanism.Done() {
		body, n, err := mechanism.ParseFrame(e.decoder.Bytes())
		if err != nil || n == 0 {
			return err
		}
		err = e.cfg.Mechanism.Receive(body)
		e.decoder.Skip(n)
		if said := e.say(); err == nil {
			err = said
		}
		if err != nil {
			return err
		}
	}
	return e.establish()
}

// say sends what the mechanism has to say now.
func (e *Engine) say() error {
	b, err := e.cfg.Mechanism.Next(nil)
	if len(b) > 0 {
		e.command(b)
	}
	return err
}

// establish begins the traffic: from here on the Out has a consumer, which is at
// work until it has found nothing to write.
func (e *Engine) establish() error {
	out, err := e.cfg.Session.Established(e, e.cfg.Mechanism.PeerMetadata())
	if err != nil {
		return err
	}
	e.stop(e.limit)
	e.state = stateTraffic
	e.out = out
	e.holding = true
	e.out.Attach(e, true)
	if !e.writeOp.Outstanding() { // otherwise the writer goes on when the handshake is written
		e.flush()
	}
	return nil
}

// onLimit ends a handshake that takes too long.
func (e *Engine) onLimit(op *proactor.Operation) {
	e.limit = nil
	switch {
	case e.state >= stateClosing:
		e.settle()
	case e.state != stateTraffic && op.Err() == nil:
		e.fail(ErrHandshakeTimeout)
	}
}
