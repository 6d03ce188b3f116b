package core

import (
	"testing"

	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// HoldStops makes each stop of s's bound endpoints close begun when the endpoint
// is closed, and complete only when release is closed.
func (s *Socket) HoldStops(begun, release chan struct{}) {
	for _, b := range s.bound {
		b.listener = heldListener{b.listener, begun, release}
	}
}

type heldListener struct {
	listener
	begun, release chan struct{}
}

func (l heldListener) Stop(done func()) {
	l.listener.Stop(func() {
		go func() {
			close(l.begun)
			<-l.release
			done()
		}()
	})
}

// Connections is the number of connections that share what a round may write.
func (s *Socket) Connections() int { return int(s.connections.Load()) }

// EndpointCalls is the number of calls of Unbind and Disconnect in progress.
func (s *Socket) EndpointCalls() int { return len(s.endpointCalls) }

// LingeringConn is a connection that lingers.
type LingeringConn = lingeringConn

// Lingering are the connections that linger.
func (s *Socket) Lingering() []*LingeringConn { return s.lingering }

// TimerRuns reports whether the linger's timer is outstanding.
func (l *lingeringConn) TimerRuns() bool { return l.timer.Outstanding() }

// Where is the text about the endpoints in errors.
func (s *Socket) Where() string { return s.where() }

// ReportWaiting starts the reports of what Close waits for.
func (s *Socket) ReportWaiting() (stop func()) { return s.reportWaiting() }

// Made makes a socket in a context of its own, both closed when the test ends.
func Made(t *testing.T, typ wire.SocketType, o option.Values) *Socket {
	t.Helper()
	return madeIn(t, Config{}, typ, o)
}

// madeIn is Made with the context's configuration.
func madeIn(t *testing.T, config Config, typ wire.SocketType, o option.Values) *Socket {
	t.Helper()
	c, s := new(Context), new(Socket)
	if err := c.Open(config); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := s.Open(c, typ, &o); err != nil {
		t.Fatal(err)
	}
	return s
}
