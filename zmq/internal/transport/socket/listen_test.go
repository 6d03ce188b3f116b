package socket_test

import (
	"errors"
	"syscall"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/sim"
	"github.com/actum-go/actum/zmq/internal/stream"
	"github.com/actum-go/actum/zmq/internal/transport"
	"github.com/actum-go/actum/zmq/internal/transport/socket"
)

// acceptor records what a listener reports.
type acceptor struct {
	streams []stream.Stream
	errs    []error
	at      []time.Duration // of the errors
	d       *proactor.Dispatcher
}

func (a *acceptor) Accepted(s stream.Stream) { a.streams = append(a.streams, s) }
func (a *acceptor) Failed(from string, err error) {
	if from != "" {
		err = errors.New("from a peer: " + from)
	}
	a.errs, a.at = append(a.errs, err), append(a.at, a.d.Now())
}

// bind makes a listener that accepts.
func (f *fixture) bind(remove func()) (transport.Listener, *acceptor) {
	f.Helper()
	h, err := f.d.Listen("tcp", here, nil)
	if err != nil {
		f.Fatal(err)
	}
	l, a := socket.NewListener(h, "tcp://"+here, remove), &acceptor{d: f.d}
	if l.Endpoint() != "tcp://"+here {
		f.Errorf("it is at %s", l.Endpoint())
	}
	l.Start(a)
	return l, a
}

// connect begins a connection to the listener.
func (f *fixture) connect() *result {
	got := &result{}
	socket.Connect(f.d, configured(0), target(here), got.done)
	return got
}

// stop stops a listener, and checks that done is called once.
func (f *fixture) stop(l transport.Listener, remaining func() bool) {
	f.Helper()
	calls := 0
	l.Stop(func() {
		if calls++; remaining() {
			f.Error("the stop is complete, and the file is there")
		}
	})
	f.until("stopped", func() bool { return calls > 0 })
	if f.idle(); calls != 1 {
		f.Errorf("done was called %d times", calls)
	}
}

func nothing() bool { return false }

// A listener delivers each stream. An accept that fails is reported, and followed by
// a pause.
func TestAccepts(t *testing.T) {
	f := newFixture(t, sim.Faults{AbortAccept: 1})
	l, a := f.bind(nil)
	var dialled []*result
	for range 4 {
		dialled = append(dialled, f.connect())
	}
	f.until("two failures", func() bool { return len(a.errs) == 2 })
	if pause := (a.at[1] - a.at[0]).Round(time.Millisecond); pause != 100*time.Millisecond {
		t.Errorf("accepted again after %v, want 100 ms", pause)
	}
	f.net.Calm()
	f.until("two streams", func() bool { return len(a.streams) == 2 })
	for _, err := range a.errs {
		if !errors.Is(err, syscall.ECONNABORTED) {
			t.Error(err)
		}
	}
	f.stop(l, nothing)
	for _, s := range a.streams {
		_ = s.Close()
	}
	for _, x := range dialled {
		if x.s != nil {
			_ = x.s.Close()
		}
	}
	if n := f.net.Open(); n != 0 {
		t.Errorf("%d handles are open", n)
	}
}

// A stop during the pause does not wait for its end, and the file is removed before
// the stop is complete.
func TestStopInAPause(t *testing.T) {
	f := newFixture(t, sim.Faults{AbortAccept: 1})
	removed := make(chan struct{})
	l, a := f.bind(func() { close(removed) })
	dialled := f.connect()
	f.until("a failure", func() bool { return len(a.errs) == 1 })
	f.stop(l, func() bool {
		select {
		case <-removed:
			return false
		default:
			return true
		}
	})
	if took := f.net.Now() - a.at[0]; took > time.Millisecond {
		t.Errorf("the stop took %v", took)
	}
	if dialled.s != nil {
		_ = dialled.s.Close()
	}
	if n := f.net.Open(); n != 0 {
		t.Errorf("%d handles are open", n)
	}
}

// A connection that was made while the listener stops is closed.
func TestAcceptedInAStop(t *testing.T) {
	for rounds := range 5 {
		f := newFixture(t, sim.Faults{CancelLoses: 1})
		l, a := f.bind(nil)
		dialled := f.connect()
		for range rounds {
			if _, err := f.d.Poll(); err != nil {
				t.Fatal(err)
			}
		}
		f.stop(l, nothing)
		f.until("connected or refused", func() bool { return dialled.calls > 0 })
		for _, s := range a.streams {
			_ = s.Close()
		}
		if dialled.s != nil {
			_ = dialled.s.Close()
		}
		if n := f.net.Open(); n != 0 {
			t.Errorf("round %d: %d handles are open", rounds, n)
		}
	}
}

// A listener that was not started closes its handle, and removes its file.
func TestAbandon(t *testing.T) {
	for _, file := range []bool{true, false} {
		f := newFixture(t, sim.Faults{})
		h, err := f.d.Listen("tcp", here, nil)
		if err != nil {
			t.Fatal(err)
		}
		var remove func()
		removed := false
		if file {
			remove = func() { removed = true }
		}
		socket.NewListener(h, "tcp://"+here, remove).Abandon()
		if n := f.net.Open(); n != 0 || removed != file {
			t.Errorf("%d handles are open; the file is removed: %v, want %v", n, removed, file)
		}
	}
}

// A listener whose dispatcher was closed in the pause does not accept again, and can
// still be stopped.
func TestDispatcherClosedInAPause(t *testing.T) {
	f := newFixture(t, sim.Faults{AbortAccept: 1})
	l, a := f.bind(nil)
	f.connect()
	f.until("a failure", func() bool { return len(a.errs) == 1 })
	if err := f.d.Close(); err != nil {
		t.Error(err)
	}
	if len(a.errs) != 1 {
		t.Errorf("accepting has failed again: %v", a.errs[1:])
	}
	stopped := make(chan struct{})
	l.Stop(func() { close(stopped) }) // on a goroutine of the closed dispatcher
	<-stopped
}
