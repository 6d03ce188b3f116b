package core_test

import (
	"bytes"
	"log/slog"
	"runtime"
	"testing"
	"time"

	"github.com/actum-go/actum/zmq/internal/core"
	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/pattern"
	"github.com/actum-go/actum/zmq/internal/session"
	"github.com/actum-go/actum/zmq/internal/simulation"
	"github.com/actum-go/actum/zmq/internal/wire"
)

const (
	simFirst  = "tcp://127.0.0.1:7001"
	simSecond = "tcp://127.0.0.1:7002"
)

// A disconnect with nothing to send is complete when it returns; one with messages to
// send is not, and leaves nothing behind when these have been sent: neither its entry,
// nor the timer of the linger.
func TestDisconnectLeavesNothing(t *testing.T) {
	w := simulation.Quiet(t, core.Config{})
	push, pull, late := w.Socket(wire.PUSH, option.Values{Linger: time.Minute}), w.Socket(wire.PULL, option.Values{}), w.Socket(wire.PULL, option.Values{})
	w.Bind(pull, simFirst)
	w.Check(push.Connect(simFirst))
	if !w.Until(time.Minute, func() bool { return push.Stats().Peers == 1 }) {
		t.Fatal("not connected")
	}
	w.Check(push.Disconnect(simFirst))
	if n := push.Stats().Peers; n != 0 || len(push.Lingering()) > 0 || push.EndpointCalls() > 0 {
		t.Errorf("%d peers, %d lingering connections and %d calls after Disconnect", n, len(push.Lingering()), push.EndpointCalls())
	}
	for _, ep := range []string{simSecond, "tcp://127.0.0.1:7003"} {
		w.Check(push.Connect(ep))
		w.Check(push.TrySend(message.New([]byte("x"))))
		w.Check(push.Disconnect(ep))
	}
	if len(push.Lingering()) != 2 {
		t.Fatalf("%d connections linger, want 2", len(push.Lingering()))
	}
	first, second := push.Lingering()[0], push.Lingering()[1]
	w.Bind(late, simSecond)
	if !w.Until(time.Minute, func() bool { return len(push.Lingering()) < 2 && !first.TimerRuns() }) {
		t.Fatalf("%d connections linger, the timer runs: %v", len(push.Lingering()), first.TimerRuns())
	}
	if len(push.Lingering()) != 1 || push.Lingering()[0] != second || push.Stats().Queued != 1 {
		t.Errorf("%d connections linger, %d messages are queued", len(push.Lingering()), push.Stats().Queued)
	}
	if w.Until(30*time.Second, func() bool { return len(push.Lingering()) == 0 }) {
		t.Error("the other connection has not lingered for a minute")
	}
	if !w.Until(time.Minute, func() bool { return len(push.Lingering()) == 0 }) || push.Stats().Dropped[pattern.DropPeerGone] != 1 {
		t.Errorf("after the minute %d messages are dropped, want 1", push.Stats().Dropped[pattern.DropPeerGone])
	}
	for _, s := range []*core.Socket{push, pull, late} {
		w.Check(s.Close())
	}
}

// The text of an error says what the socket's endpoints do: the connected ones come
// first, then the bound ones.
func TestWhere(t *testing.T) {
	w := simulation.Quiet(t, core.Config{})
	s := w.Socket(wire.DEALER, option.Values{Linger: -1, ReconnectInterval: -1})
	expect := func(want string) {
		t.Helper()
		if got := s.Where(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	expect("neither bound nor connected")
	w.Bind(s, simFirst)
	expect(simFirst + " listening")
	w.Check(s.Connect(simSecond))
	expect(simSecond + " connecting, and 1 more")
	if !w.Until(time.Minute, func() bool { return s.Stats().Endpoints[1].State == session.StateGivenUp }) {
		t.Fatal("not given up")
	}
	cause := s.Stats().Endpoints[1].Err.Error()
	expect(simSecond + " given up: " + cause + ", and 1 more")
	w.Check(s.Unbind(simFirst))
	expect(simSecond + " given up: " + cause)
	w.Check(s.Close())
	expect("closed")

	s = w.Socket(wire.DEALER, option.Values{Linger: -1, ReconnectInterval: time.Second})
	w.Check(s.Connect(simSecond))
	if !w.Until(time.Minute, func() bool { return s.Stats().Endpoints[0].State == session.StateRetrying }) {
		t.Fatal("not retrying")
	}
	expect(simSecond + " retrying: " + cause)
	w.Check(s.Close())
}

// What a SUB queues is not messages: it is not counted, and a disconnect does not wait
// for it.
func TestSubscriptionsAreNotQueuedMessages(t *testing.T) {
	w := simulation.Quiet(t, core.Config{})
	sub := w.Socket(wire.SUB, option.Values{Subscribe: []string{"a", "b"}})
	w.Bind(sub, simFirst)
	w.Check(sub.Connect(simSecond))
	if s := sub.Stats(); s.Queued != 0 || s.Endpoints[1].Queued != 0 {
		t.Errorf("%+v", s)
	}
	w.Check(sub.Disconnect(simSecond))
	if s := sub.Stats(); len(s.Endpoints) != 1 || len(sub.Lingering()) > 0 {
		t.Errorf("%+v", s)
	}
	w.Check(sub.Close())
}

// A report of what Close waits for needs a logger and a clock of its own: a simulation's
// time does not pass while a goroutine sleeps.
func TestReportsNeedALogger(t *testing.T) {
	silent := core.Made(t, wire.PUSH, option.Values{})
	simulated := simulation.Quiet(t, core.Config{Logger: slog.New(slog.DiscardHandler)})
	s := simulated.Socket(wire.PUSH, option.Values{})
	for _, s := range []*core.Socket{silent, s} {
		stop := s.ReportWaiting()
		buf := make([]byte, 1<<20)
		if bytes.Contains(buf[:runtime.Stack(buf, true)], []byte("reportWaiting.func")) {
			t.Error("a goroutine reports")
		}
		stop()
	}
	simulated.Check(s.Close())
}
