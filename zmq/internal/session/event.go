package session

import (
	"log/slog"
	"time"
)

// Event is something that has happened to an endpoint or to one of its
// connections. Sessions emit them in one place, emit, for Status, the log and
// Config.Observe.
type Event struct {
	Kind EventKind
	// Where is the endpoint, or for an accepted connection the peer's address.
	Where string
	Cause error         // of failures and ends; otherwise nil
	Delay time.Duration // of EventRetry: the time until the next attempt
}

// EventKind says what has happened.
type EventKind uint8

// The kinds of events. A connection that was made or accepted ends with
// EventHandshakeFailed, or with EventHandshakeSucceeded and later
// EventDisconnected.
const (
	EventListening       EventKind = iota
	EventAcceptFailed              // the listener tries again
	EventAcceptsAgain              // the first success after failures; logged if one of them was
	EventAccepted                  // a stream is ready
	EventPeerRefused               // an accepted connection without a handshake
	EventPeerEstablished           // an accepted connection has shaken hands
	EventPeerFailed                // an accepted connection ends for a reason that needs attention
	EventPeerLeft                  // an accepted connection ends as expected
	EventListenerClosed
	EventConnecting
	EventConnectFailed
	EventNotResolved
	EventBacklogFull // no attempt is made while messages wait to be received
	EventConnected   // a stream is ready
	EventHandshakeFailed
	EventHandshakeSucceeded
	EventDisconnected
	EventRetry   // another attempt follows
	EventGivenUp // no other attempt follows
	EventClosed  // the Dialer was stopped
)

// events says what each kind does to the status, and how it is logged. A kind
// without a text is not logged.
var events = [...]struct {
	text    string
	failure bool // counted by the status, which decides whether it is logged
	success bool
	next    State // after a failure or a success
}{
	EventAcceptFailed:       {text: "zmq: accept failed, trying again", failure: true, next: StateListening},
	EventAcceptsAgain:       {text: "zmq: accepting again"},
	EventPeerRefused:        {text: "zmq: no handshake with a peer", failure: true, next: StateListening},
	EventPeerFailed:         {text: "zmq: peer disconnected", failure: true, next: StateListening},
	EventPeerLeft:           {text: "zmq: peer left"},
	EventConnectFailed:      {text: "zmq: not connected, trying again", failure: true, next: StateRetrying},
	EventNotResolved:        {text: "zmq: name not resolved, trying again", failure: true, next: StateRetrying},
	EventBacklogFull:        {text: "zmq: not connecting again yet", failure: true, next: StateRetrying},
	EventHandshakeFailed:    {text: "zmq: no handshake, connecting again", failure: true, next: StateRetrying},
	EventHandshakeSucceeded: {text: "zmq: connected", success: true, next: StateConnected},
	EventDisconnected:       {text: "zmq: connection lost, connecting again", failure: true, next: StateRetrying},
	EventGivenUp:            {text: "zmq: not connecting again", failure: true, next: StateGivenUp},
	EventClosed:             {}, // the last one
}

// emit passes an event on, and reports whether it was logged, if there is a
// Logger. at is the dispatcher's time, on whose goroutine it is called, but for
// EventListening.
func (s *status) emit(c *Config, at time.Duration, e Event) (logged bool) {
	switch row := events[e.Kind]; {
	case row.failure:
		logged = s.failed(c, at, row.next, row.text, e.Where, e.Cause)
	case row.success:
		logged = s.succeeded(c, row.next, row.text, e.Where)
	case row.text != "":
		c.log(slog.LevelInfo, row.text, e.Where, e.Cause)
		logged = true
	}
	c.observe(e)
	return logged
}

// observe is emit for an event that changes no status and is not logged.
func (c *Config) observe(e Event) {
	if c.Observe != nil {
		c.Observe(e)
	}
}
