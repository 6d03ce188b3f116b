package engine

import (
	"errors"
	"fmt"
	"net/netip"
	"os"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq/internal/mechanism"
	"github.com/actum-go/actum/zmq/internal/stream"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// Errors that end a connection before there is any traffic.
var (
	// ErrHandshakeTimeout means that the peer did not finish its handshake.
	ErrHandshakeTimeout = fmt.Errorf("ZMTP handshake not finished in time: %w", os.ErrDeadlineExceeded)
	// ErrMechanism means that the peer wants another security mechanism.
	ErrMechanism = errors.New("peer uses another security mechanism")
)

// handshake is the state of an engine until the traffic begins.
type handshake struct {
	mechanism mechanism.Mechanism
	greeting  wire.Greeting
	limit     timeout
	refused   error // why this side refuses the peer; nil if it does not
}

// greet sends the greeting. Both sides send theirs at once, without waiting for
// the other's.
func (e *ZMTP) greet() {
	e.handshake.greeting = wire.Greeting{
		Major: wire.VersionMajor, Minor: wire.VersionMinor, Mechanism: e.handshake.mechanism.Name(),
	}
	e.queueCommand(wire.AppendGreeting(nil, e.handshake.greeting))
}

// stepHandshake continues the handshake with the bytes that have been received.
// It does nothing if they are not enough.
func (e *ZMTP) stepHandshake() error {
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
		e.handshake.refused = err // also if the peer has closed and will not read the ERROR
		if said := e.send(); err == nil {
			err = said
		}
		if err != nil || e.state >= stateClosing {
			return err
		}
	}
	return e.establish()
}

// send sends the mechanism's next command, if there is one. If that cannot be
// written, the connection is closing afterwards, or closed.
func (e *ZMTP) send() error {
	b, err := e.handshake.mechanism.Next(nil)
	if len(b) > 0 {
		e.queueCommand(b)
	}
	return err
}

// establish begins the traffic: from here on the Out has a consumer, which is
// active until it has found nothing to write.
func (e *ZMTP) establish() error {
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
	if !e.writeOp.Outstanding() { // otherwise onWritten continues when the handshake is written
		e.commands, e.queued, e.vec, e.next = nil, nil, nil, 0 // an idle connection has no use for them
		e.flush()
	}
	if e.state == stateTraffic { // what was queued could be written
		e.startHeartbeat()
	}
	return nil
}

// onLimit ends a handshake that takes too long.
func (e *ZMTP) onLimit(op *proactor.Operation) {
	switch {
	case e.state >= stateClosing:
		e.closeIfDone()
	case e.state == stateTraffic:
		e.forgetHandshake()
	case op.Err() == nil:
		e.fail(ErrHandshakeTimeout)
	}
}

// forgetHandshake frees the memory of a handshake that is done, once its time
// limit is not running any more.
func (e *ZMTP) forgetHandshake() {
	if !e.handshake.limit.running() {
		e.handshake = nil
	}
}

// peerAddress returns the peer's IP address without a port; "" if it has none.
func peerAddress(s stream.Stream) string {
	addr := s.RemoteAddr()
	if addr == nil {
		return ""
	}
	ap, err := netip.ParseAddrPort(addr.String())
	if err != nil { // a path
		return ""
	}
	return ap.Addr().Unmap().String()
}
