package session

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/actum-go/actum/zmq/internal/engine"
	"github.com/actum-go/actum/zmq/internal/transport"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// counting is a slog.Handler that counts the records.
type counting struct{ infos, warnings int }

func (c *counting) Enabled(context.Context, slog.Level) bool { return true }
func (c *counting) Handle(_ context.Context, r slog.Record) error {
	if r.Level == slog.LevelWarn {
		c.warnings++
	} else {
		c.infos++
	}
	return nil
}
func (c *counting) WithAttrs([]slog.Attr) slog.Handler { return c }
func (c *counting) WithGroup(string) slog.Handler      { return c }

func logged() (*counting, *Config) {
	c := new(counting)
	return c, &Config{Logger: slog.New(c), Engine: engine.Config{Type: wire.PUSH}}
}

// A repeated failure is logged when it has happened 1, 2, 4, 8 ... times, and a
// quarter of an hour after the last report.
func TestRepeatedFailures(t *testing.T) {
	c, cfg := logged()
	s := &status{}
	if s.succeeded(cfg, StateConnected, "connected", "tcp://x"); c.infos > 0 {
		t.Error("a success that follows no failure is logged")
	}
	s = &status{}
	cause := errors.New("connection refused")
	last := time.Duration(0)
	for n := 1; n <= 4*3600; n++ {
		at := time.Duration(n) * time.Second
		before := c.infos
		s.failed(cfg, at, StateRetrying, "failed", "tcp://x", cause)
		want := n&(n-1) == 0 || at-last >= 15*time.Minute
		if got := c.infos > before; got != want {
			t.Fatalf("failure %d, %v after the last report: reported %v, want %v", n, at-last, got, want)
		}
		if want {
			last = at
		}
	}
	if now := s.Status(); now.Failures != 4*3600 || now.Err != cause || now.State != StateRetrying || c.warnings != 0 {
		t.Errorf("%+v, %d warnings", now, c.warnings)
	}
	s.succeeded(cfg, StateConnected, "connected", "tcp://x")
	if now := s.Status(); now.Failures != 0 || now.State != StateConnected {
		t.Errorf("%+v", now)
	}
}

// The first eight causes of a warning are each logged at once. Further ones,
// which an unknown peer could make up, are logged only as repeated failures.
func TestDifferentWarnings(t *testing.T) {
	c, cfg := logged()
	s := &status{}
	for n := 1; n <= 100; n++ {
		cause := fmt.Errorf("%w: %d", wire.ErrGreeting, n)
		before := c.warnings
		s.failed(cfg, time.Second, StateRetrying, "failed", "tcp://x", cause)
		if got, want := c.warnings > before, n <= 8 || n&(n-1) == 0; got != want {
			t.Errorf("cause %d: reported %v, want %v", n, got, want)
		}
		s.failed(cfg, time.Second, StateRetrying, "failed", "tcp://x", cause)
		s.now.Failures-- // as if it had not failed again
	}
}

// After a loss that is not logged, because there were many, the following
// failures and the success are not logged either, until the eighth failure in a
// row.
func TestSilenceAfterALoss(t *testing.T) {
	for failures := range 17 {
		c, cfg := logged()
		s := &status{}
		cause := errors.New("connection reset")
		for range 3 { // the third one is not reported
			s.succeeded(cfg, StateConnected, "connected", "tcp://x")
			s.failed(cfg, 0, StateRetrying, "lost", "tcp://x", cause)
		}
		c.infos = 0
		for range failures {
			s.failed(cfg, 0, StateRetrying, "failed", "tcp://x", cause)
		}
		s.succeeded(cfg, StateConnected, "connected", "tcp://x")
		want := 0
		if failures >= 7 { // eight, with the loss
			want = 2 // that, and the success
		}
		if failures >= 15 {
			want = 3
		}
		if c.infos != want || c.warnings != 0 {
			t.Errorf("%d failures after the loss: %d lines and %d warnings, want %d and none", failures, c.infos, c.warnings, want)
		}
	}
}

// A failure that a user has to fix is a warning: a peer that does not fit, one
// that does not answer, and one that the socket refuses.
func TestNeedsAttention(t *testing.T) {
	for _, tt := range []struct {
		cause error
		want  bool
	}{
		{nil, false},
		{errors.New("connection refused"), false},
		{errStopped, false},
		{fmt.Errorf("x: %w", engine.ErrHandshakeTimeout), true},
		{fmt.Errorf("x: %w", engine.ErrTooLarge), true},
		{&transport.Error{Step: transport.StepHandshake, Err: errors.New("bad certificate"), Permanent: true}, true},
		{&transport.Error{Step: transport.StepHandshake, Err: errors.New("connection reset")}, false},
		{&transport.Error{Step: transport.StepHandshake, Err: transport.ErrHandshakeTimeout}, true},
		{fmt.Errorf("x: %w", refusedPeerError{errors.New("one is enough")}), true},
	} {
		if got := needsAttention(tt.cause); got != tt.want {
			t.Errorf("%v: %v, want %v", tt.cause, got, tt.want)
		}
	}
	why := errors.New("one is enough")
	if !errors.Is(refusedPeerError{why}, why) {
		t.Error("the reason is not in the error")
	}
}
