package session

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/actum-go/actum/zmq/internal/engine"
	"github.com/actum-go/actum/zmq/internal/mechanism"
	"github.com/actum-go/actum/zmq/internal/transport"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// State is the state of one endpoint of a socket.
type State uint8

// The states. A Listener is listening; a Dialer is in one of the others.
const (
	StateConnecting State = iota // no attempt to connect has ended yet
	StateConnected
	StateRetrying // the last attempt failed, or the connection was lost; another one follows
	StateGivenUp  // there is no connection, and no further attempt
	StateListening
)

// String returns the state in a word or two, such as "connected".
func (s State) String() string {
	names := [...]string{"connecting", "connected", "retrying", "given up", "listening"}
	if int(s) < len(names) {
		return names[s]
	}
	return "unknown"
}

// Status describes one endpoint.
type Status struct {
	State State
	// Err is why the last attempt, connection or accept failed. It stays when a
	// later one succeeds.
	Err error
	// Failures is the number of failures since the last success; of a Listener,
	// since it was bound.
	Failures int
}

// status keeps a Status, which any goroutine may read, and logs changes. A
// repeated failure is logged when it has happened 1, 2, 4, 8 ... times in a row,
// and later every quarter of an hour, so that an endpoint that fails for days
// does not fill a disk. A connection that is made and lost again and again counts
// as one such failure.
type status struct {
	mu       sync.Mutex
	now      Status
	warned   []string      // causes that a warning was logged for
	lost     int           // connections lost
	quiet    bool          // the last loss was not logged, so the success that follows at once is not either
	reported time.Duration // when a failure was last logged
}

const (
	// reportAgain is the longest time between reports of a failure that continues.
	reportAgain = 15 * time.Minute
	// maxWarned is the number of different causes that get a warning of their
	// own. It is bounded because an unknown peer can cause any number of
	// different errors.
	maxWarned = 8
)

// Status returns the current state.
func (s *status) Status() Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// failed counts a failure and logs it, unless it has been logged often. It
// reports whether it did. at is the dispatcher's time.
func (s *status) failed(c *Config, at time.Duration, next State, what, where string, cause error) (logged bool) {
	warning := needsAttention(cause)
	s.mu.Lock()
	wasConnected := s.now.State == StateConnected
	s.now.State, s.now.Err = next, cause
	s.now.Failures++
	n := s.now.Failures
	report := n&(n-1) == 0
	switch {
	case wasConnected:
		s.lost++
		report = s.lost&(s.lost-1) == 0
		s.quiet = !report
	case report && n >= 8:
		s.quiet = false
	case s.quiet:
		report = false
	}
	report = warning && s.isNew(cause.Error()) || report || at-s.reported >= reportAgain
	if report {
		s.reported = at
	}
	s.mu.Unlock()
	if report {
		level := slog.LevelInfo
		if warning {
			level = slog.LevelWarn
		}
		c.log(level, what, where, cause, slog.Int("failures", n))
	}
	return report
}

// isNew reports whether no warning was logged for the cause yet.
func (s *status) isNew(cause string) bool {
	if slices.Contains(s.warned, cause) || len(s.warned) == maxWarned {
		return false
	}
	s.warned = append(s.warned, cause)
	return true
}

// succeeded records a success, and logs it if it follows failures that were
// logged. It reports whether it did.
func (s *status) succeeded(c *Config, next State, what, where string) (logged bool) {
	s.mu.Lock()
	n, quiet := s.now.Failures, s.quiet
	s.now.State, s.now.Failures = next, 0
	s.mu.Unlock()
	if n == 0 || quiet {
		return false
	}
	c.log(slog.LevelInfo, what, where, nil, slog.Int("failures", n))
	return true
}

// refusedPeerError is why the socket itself refuses a peer of a suitable type: a
// PAIR already has a peer, or a ROUTER already has a peer with the same routing
// id.
type refusedPeerError struct{ error }

func (e refusedPeerError) Unwrap() error { return e.error }

// permanentErrors are failures that retrying cannot cure: one of the two programs
// has to be changed.
var permanentErrors = []error{
	wire.ErrSignature, wire.ErrVersion, wire.ErrGreeting, wire.ErrFrame, wire.ErrCommand, wire.ErrMetadata, wire.ErrSocketType,
	mechanism.ErrIncompatible, mechanism.ErrRefused, mechanism.ErrUnexpected, mechanism.ErrTooLarge,
	engine.ErrMechanism, engine.ErrTooLarge,
}

// isPermanent reports whether retrying soon would not help.
func isPermanent(cause error) bool {
	if e := (*transport.Error)(nil); errors.As(cause, &e) && e.Permanent {
		return true
	}
	for _, m := range permanentErrors {
		if errors.Is(cause, m) {
			return true
		}
	}
	return false
}

// needsAttention reports whether a failure deserves a warning. Peers that come
// and go do not.
func needsAttention(cause error) bool {
	var unwanted refusedPeerError
	return cause != nil && (isPermanent(cause) || errors.Is(cause, engine.ErrHandshakeTimeout) ||
		errors.Is(cause, transport.ErrHandshakeTimeout) || errors.Is(cause, transport.ErrTooManyHandshakes) || errors.As(cause, &unwanted))
}

// log logs a change of an endpoint, if there is a Logger.
func (c *Config) log(level slog.Level, what, where string, cause error, more ...slog.Attr) {
	if c.Logger == nil {
		return
	}
	attrs := []slog.Attr{slog.String("socket", c.Engine.Type.String()), slog.String("endpoint", where)}
	if cause != nil {
		attrs = append(attrs, slog.Any("cause", cause))
	}
	c.Logger.LogAttrs(context.Background(), level, what, append(attrs, more...)...)
}
