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
	resumed   bool  // the mechanism has an answer from elsewhere
}

// greet sends the greeting. Both sides send theirs at once, without waiting for
// the other's.
func (e *ZMTP) greet() {
	e.handshake.greeting = wire.Greeting{
		Major: wire.VersionMajor, Minor: wire.VersionMinor, Mechanism: e.handshake.mechanism.Name(),
	}
	e.queueCommand(wire.AppendGreeting(nil, e.handshake.greeting))
}

// stepHandshake implements protocol.
func (e *ZMTP) stepHandshake() (read bool, err error) {
	h := e.handshake
	if e.state == stateGreeting {
		g, n, err := wire.ParseGreeting(e.decoder.Bytes())
		if err != nil || n == 0 {
			return true, err
		}
		e.decoder.Skip(n)
		if ours := h.greeting.Mechanism; g.Mechanism != ours {
			return false, fmt.Errorf("%w: %.20q instead of %s", ErrMechanism, g.Mechanism, ours)
		}
		e.subscribesByCommand = g.Major > 3 || g.Minor >= 1
		e.state = stateHandshake
		if err := e.send(); err != nil || e.state >= stateClosing {
			return false, err
		}
	}
	for !h.mechanism.Done() {
		if h.mechanism.Suspended() {
			return e.decoder.Ahead() == 0, nil // a read that is outstanding notices that the peer leaves
		}
		if h.resumed {
			h.resumed = false
			if err := e.send(); err != nil || e.state >= stateClosing {
				return false, err
			}
			continue
		}
		body, n, err := mechanism.ParseFrame(e.decoder.Bytes())
		if err != nil || n == 0 {
			return true, err
		}
		err = h.mechanism.Receive(body)
		e.decoder.Skip(n)
		h.refused = err // also if the peer has closed and will not read the ERROR
		if said := e.send(); err == nil {
			err = said
		}
		if err != nil || e.state >= stateClosing {
			return false, err
		}
	}
	return false, e.establish()
}

// send sends the mechanism's next command, if there is one. If that cannot be
// written, the connection is closing afterwards, or closed.
func (e *ZMTP) send() error {
	if h := e.handshake; h.refused == nil && h.mechanism.Suspended() {
		return nil
	}
	b, err := e.handshake.mechanism.Next(nil)
	if err != nil {
		e.handshake.refused = err
	}
	if len(b) > 0 {
		e.queueCommand(b)
	}
	return err
}

// resumeHandshake is mechanism.Connection's Resume.
func (e *ZMTP) resumeHandshake() {
	e.d.Post(&proactor.Operation{Handler: e.handler(e.onResumeHandshake)})
}

// onResumeHandshake continues a handshake that was suspended. An outstanding
// read is cancelled first, because nothing may be decoded meanwhile: onRead
// continues.
func (e *ZMTP) onResumeHandshake(op *proactor.Operation) {
	if op.Err() != nil || e.state != stateHandshake {
		return
	}
	e.handshake.resumed = true
	switch {
	case e.readOp.Outstanding():
		e.d.Cancel(&e.readOp)
	case e.take():
		e.drain(true)
	}
}

// establish begins the traffic.
func (e *ZMTP) establish() error {
	h := e.handshake
	peer, codec := h.mechanism.PeerMetadata(), h.mechanism.Codec()
	e.stopTimeout(&h.limit)
	h.end()
	e.forgetHandshake()
	err := e.conn.establish(peer, codec)
	if err == nil && e.state == stateTraffic { // what was queued could be written
		e.startHeartbeat()
	}
	return err
}

// end ends the use of the mechanism.
func (h *handshake) end() {
	if h.mechanism != nil {
		h.mechanism.Close()
		h.mechanism = nil
	}
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
