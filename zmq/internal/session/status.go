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
	"github.com/actum-go/actum/zmq/internal/wire"
)

// State is what one endpoint of a socket is doing.
type State uint8

// The states. A Listener is listening; a Dialer is in one of the others.
const (
	StateConnecting State = iota // no attempt to connect has ended yet
	StateConnected
	StateRetrying // the last attempt failed, or the connection was lost; another one follows
	StateGivenUp  // there is no connection, and no further attempt
	StateListening
)

// Status is what is known of one endpoint.
type Status struct {
	State State
	// Err is why the last attempt, connection or accept failed. It stays when a
	// later one succeeds.
	Err error
	// Failures is how many have failed since the last success; of a Listener, since
	// it listens.
	Failures int
}

// status keeps a Status, which any goroutine may read, and reports changes to the
// logger. A failure that repeats is reported when it has happened 1, 2, 4, 8 ...
// times in a row, and then every quarter of an hour: an endpoint that fails for
// days does not fill a disk. A connection that is made and lost again and again is
// one such failure.
type status struct {
	mu       sync.Mutex
	now      Status
	warned   []string      // causes that have been warned of
	lost     int           // connections lost
	quiet    bool          // the last loss was not reported: nor is the success that follows at once
	reported time.Duration // when something was last
}

const (
	// reportAgain is how often a failure that goes on is reported in the end.
	reportAgain = 15 * time.Minute
	// maxWarned is how many different causes of warnings are told apart. A stranger
	// can make up any number.
	maxWarned = 8
)

// Status reads the current state.
func (s *status) Status() Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// failed notes a failure and reports it, unless it has been reported often. at is
// the dispatcher's time.
func (s *status) failed(c *Config, at time.Duration, next State, what, where string, cause error) {
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
}

// isNew reports whether a cause has not been warned of.
func (s *status) isNew(cause string) bool {
	if slices.Contains(s.warned, cause) || len(s.warned) == maxWarned {
		return false
	}
	s.warned = append(s.warned, cause)
	return true
}

// succeeded notes a success, and reports one that follows failures.
func (s *status) succeeded(c *Config, next State, what, where string) {
	s.mu.Lock()
	n, quiet := s.now.Failures, s.quiet
	s.now.State, s.now.Failures = next, 0
	s.mu.Unlock()
	if n > 0 && !quiet {
		c.log(slog.LevelInfo, what, where, nil, slog.Int("failures", n))
	}
}

// unwantedError is why the socket itself does not want a peer that is fit for it:
// a PAIR has one already, or a ROUTER knows one of that routing id.
type unwantedError struct{ error }

func (e unwantedError) Unwrap() error { return e.error }

// misfits are failures that happen again with the same peer, however often one
// tries: somebody has to change one of the two programs.
var misfits = []error{
	wire.ErrSignature, wire.ErrVersion, wire.ErrGreeting, wire.ErrFrame, wire.ErrCommand, wire.ErrMetadata, wire.ErrSocketType,
	mechanism.ErrIncompatible, mechanism.ErrRefused, mechanism.ErrUnexpected, mechanism.ErrTooLarge,
	engine.ErrMechanism, engine.ErrTooLarge,
}

// misfit reports whether it does not help to try again soon.
func misfit(cause error) bool {
	for _, m := range misfits {
		if errors.Is(cause, m) {
			return true
		}
	}
	return false
}

// needsAttention reports whether a failure is a warning, rather than what happens
// to every program whose peers come and go.
func needsAttention(cause error) bool {
	var unwanted unwantedError
	return cause != nil && (misfit(cause) || errors.Is(cause, engine.ErrHandshakeTimeout) || errors.As(cause, &unwanted))
}

// log reports what became of an endpoint, if anybody wants to know.
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
