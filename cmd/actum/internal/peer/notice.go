package peer

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/actum-go/actum/zmq"
)

// defaultPatience is how long a command waits until it says what for.
const defaultPatience = time.Second

// wait is something that a command can wait for.
type wait int

const (
	forMessage       wait = iota // to be received
	forRoom                      // a peer to send to, or room in its queue
	forSubscriptions             // of a publisher
	forDelivery                  // of what was sent, at the end
	waits
)

// notice says on standard error what a command is waiting for, once it has waited
// for some time, and again when that changes.
type notice struct {
	w        io.Writer
	patience time.Duration // negative: it says nothing
	describe func(wait) string

	since [waits]atomic.Int64 // when a wait began, in ns since start; 0: there is none
	start time.Time
}

// begin starts a wait.
func (n *notice) begin(w wait) { n.since[w].Store(max(int64(time.Since(n.start)), 1)) }

// end ends it.
func (n *notice) end(w wait) { n.since[w].Store(0) }

// watch looks after the waits until stop is called.
func (n *notice) watch() (stop func()) {
	if n.patience < 0 {
		return func() {}
	}
	done := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		t := time.NewTicker(max(n.patience, time.Millisecond))
		defer t.Stop()
		said := ""
		for {
			select {
			case <-t.C:
				if text := n.text(); text != "" && text != said {
					said = text
					fmt.Fprintln(n.w, "actum:", text)
				}
			case <-done:
				return
			}
		}
	})
	return func() {
		close(done)
		watching.Wait()
	}
}

// text says what has been waited for too long; empty if nothing has. Of several,
// it is what the others depend on: the last one.
func (n *notice) text() string {
	now := time.Since(n.start)
	for w := waits - 1; w >= 0; w-- {
		if since := n.since[w].Load(); since != 0 && now-time.Duration(since) >= n.patience {
			return n.describe(w)
		}
	}
	return ""
}

// waitingFor says what a socket waits for.
func (s *session) waitingFor(w wait) string {
	stats := s.Stats()
	switch {
	case w == forSubscriptions && stats.Peers > 0:
		return fmt.Sprintf("waiting for subscriptions: %d of %d", stats.Subscriptions, s.subscriptions)
	case stats.Peers == 0:
		return s.waitingForPeer()
	case w == forRoom:
		return "connected, waiting for a peer that takes the message"
	case w == forDelivery:
		return "connected, waiting for the peer to take what was sent"
	case s.Type() == zmq.REQ:
		return "connected, waiting for the reply"
	}
	return "connected, waiting for messages"
}

// waitingForPeer says what became of each endpoint.
func (s *session) waitingForPeer() string {
	var parts []string
	for _, endpoint := range s.connects {
		if cause := s.causes.last(endpoint); cause != "" {
			endpoint += ": " + cause + ", trying again"
		}
		parts = append(parts, endpoint)
	}
	for _, endpoint := range s.binds {
		part := "a peer to connect to " + endpoint
		if cause := s.causes.last(endpoint); cause != "" {
			part += " (the last one: " + cause + ")"
		}
		parts = append(parts, part)
	}
	return "waiting for " + strings.Join(parts, "; ")
}

// causes remembers why connections to endpoints failed, as a context's log says, and
// hands the log on.
type causes struct {
	slog.Handler // nil: nobody else reads the log

	mu sync.Mutex
	of map[string]string
}

func (c *causes) last(endpoint string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.of[endpoint]
}

// Enabled is part of slog.Handler.
func (c *causes) Enabled(context.Context, slog.Level) bool { return true }

// Handle is part of slog.Handler.
func (c *causes) Handle(ctx context.Context, r slog.Record) error {
	var endpoint, cause string
	r.Attrs(func(a slog.Attr) bool {
		switch a.Key {
		case "endpoint":
			endpoint = a.Value.String()
		case "cause":
			if err, ok := a.Value.Any().(error); ok && err != nil {
				cause = reason(err)
			}
		}
		return true
	})
	if cause != "" {
		c.mu.Lock()
		c.of[endpoint] = cause
		c.mu.Unlock()
	}
	if c.Handler == nil {
		return nil
	}
	return c.Handler.Handle(ctx, r)
}

// reason is an error without the operation and the address in front of it: the
// endpoint is named already.
func reason(err error) string {
	if op, ok := err.(*net.OpError); ok && op.Err != nil {
		err = op.Err
	}
	if call, ok := err.(*os.SyscallError); ok && call.Err != nil {
		err = call.Err
	}
	return err.Error()
}

// lockedWriter is written to by several goroutines.
type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(b)
}
