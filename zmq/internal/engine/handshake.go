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

// handshake is what an engine knows until the traffic begins.
type handshake struct {
	mechanism mechanism.Mechanism
	greeting  wire.Greeting
	limit     timeout
	refused   error // why this side does not want the peer; nil if it does
}

// greet sends the greeting. Both sides do so at once: nobody waits for the
// other's first.
func (e *Engine) greet() {
	e.handshake.greeting = wire.Greeting{
		Major: wire.VersionMajor, Minor: wire.VersionMinor, Mechanism: e.handshake.mechanism.Name(),
	}
	e.queueCommand(wire.AppendGreeting(nil, e.handshake.greeting))
}

// handshake goes on with what has been received. It returns with nothing done if
// that is not enough.
func (e *Engine) stepHandshake() error {
	if e.state == stateGreeting {
		g, n, err := wire.ParseGreeting(e.decoder.Bytes())
		if err != nil || n == 0 {
			return err
		}
		e.decoder.Skip(n)
		if ours := e.handshake.greeting.Mechanism; g.Mechanism != ours {
			return fmt.Errorf("%w: %.20q instead of %s", ErrMechanism, g.Mechanism, ours)
		}
		e.subscribesByCommand = g.Major > 3 || g.Minor >= 1
		e.state = stateHandshake
		if err := e.send(); err != nil || e.state >= stateClosing {
			return err
		}
	}
	for !e.handshake.mechanism.Done() {
		body, n, err := mechanism.ParseFrame(e.decoder.Bytes())
		if err != nil || n == 0 {
			return err
		}
		err = e.handshake.mechanism.Receive(body)
		e.decoder.Skip(n)
		e.handshake.refused = err // also if the peer has closed, and cannot be told
		if said := e.send(); err == nil {
			err = said
		}
		if err != nil || e.state >= stateClosing {
			return err
		}
	}
	return e.establish()
}

// say sends what the mechanism has to say now. If that cannot be written the
// connection is closing afterwards, or closed.
func (e *Engine) send() error {
	b, err := e.handshake.mechanism.Next(nil)
	if len(b) > 0 {
		e.queueCommand(b)
	}
	return err
}

// establish begins the traffic: from here on the Out has a consumer, which is at
// work until it has found nothing to write.
func (e *Engine) establish() error {
	out, err := e.session.Established(e, e.handshake.mechanism.PeerMetadata())
	if err != nil {
		return err
	}
	e.stopTimeout(&e.handshake.limit)
	e.forgetHandshake()
	e.state = stateTraffic
	e.out = out
	e.dispatcherWrites = true
	e.out.Attach(e, true)
	if !e.writeOp.Outstanding() { // otherwise the writer goes on when the handshake is written
		e.commands, e.queued, e.vec, e.next = nil, nil, nil, 0 // an idle connection has no use for them
		e.flush()
	}
	if e.state == stateTraffic { // it could be written
		e.startHeartbeat()
	}
	return nil
}

// onLimit ends a handshake that takes too long.
func (e *Engine) onLimit(op *proactor.Operation) {
	switch {
	case e.state >= stateClosing:
		e.closeIfDone()
	case e.state == stateTraffic:
		e.forgetHandshake()
	case op.Err() == nil:
		e.fail(ErrHandshakeTimeout)
	}
}

// forgetHandshake gives the memory of a handshake that is done back, once its time
// limit is not running any more.
func (e *Engine) forgetHandshake() {
	if !e.handshake.limit.running() {
		e.handshake = nil
	}
}
