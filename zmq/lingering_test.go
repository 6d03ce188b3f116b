package zmq

import (
	"bytes"
	"log/slog"
	"runtime"
	"testing"
	"time"
)

const (
	simFirst  = "tcp://127.0.0.1:7001"
	simSecond = "tcp://127.0.0.1:7002"
)

// A disconnect with nothing to send is complete when it returns; one with messages to
// send is not, and leaves nothing behind when these have been sent: neither its entry,
// nor the timer of the linger.
func TestDisconnectLeavesNothing(t *testing.T) {
	w := newQuietSimulation(t)
	push, pull, late := w.socket(PUSH, Options{Linger: time.Minute}), w.socket(PULL, Options{}), w.socket(PULL, Options{})
	w.check(pull.Bind(simFirst))
	w.check(push.Connect(simFirst))
	if !w.until(time.Minute, func() bool { return push.Stats().Peers == 1 }) {
		t.Fatal("not connected")
	}
	w.check(push.Disconnect(simFirst))
	if n := push.Stats().Peers; n != 0 || len(push.lingering) > 0 || len(push.endpointCalls) > 0 {
		t.Errorf("%d peers, %d lingering connections and %d calls after Disconnect", n, len(push.lingering), len(push.endpointCalls))
	}
	for _, ep := range []string{simSecond, "tcp://127.0.0.1:7003"} {
		w.check(push.Connect(ep))
		w.check(push.TrySend(StringMsg("x")))
		w.check(push.Disconnect(ep))
	}
	if len(push.lingering) != 2 {
		t.Fatalf("%d connections linger, want 2", len(push.lingering))
	}
	first, second := push.lingering[0], push.lingering[1]
	w.check(late.Bind(simSecond))
	if !w.until(time.Minute, func() bool { return len(push.lingering) < 2 && !first.timer.Outstanding() }) {
		t.Fatalf("%d connections linger, the timer runs: %v", len(push.lingering), first.timer.Outstanding())
	}
	if len(push.lingering) != 1 || push.lingering[0] != second || push.Stats().Queued != 1 {
		t.Errorf("%d connections linger, %d messages are queued", len(push.lingering), push.Stats().Queued)
	}
	if w.until(30*time.Second, func() bool { return len(push.lingering) == 0 }) {
		t.Error("the other connection has not lingered for a minute")
	}
	if !w.until(time.Minute, func() bool { return len(push.lingering) == 0 }) || drops(push, DropPeerGone) != 1 {
		t.Errorf("after the minute %d messages are dropped, want 1", drops(push, DropPeerGone))
	}
	for _, s := range []*Socket{push, pull, late} {
		w.check(s.Close())
	}
}

// hurriedConnection reports that a close is to wait no longer.
type hurriedConnection struct {
	connection
	closeNow func()
}

func (c hurriedConnection) CloseNow() { c.closeNow() }

// A close without patience ends the wait for a peer to leave; one with patience does
// not, nor does it if nothing is waited for.
func TestStopSoon(t *testing.T) {
	for _, timeout := range []time.Duration{-1, 0, 1} {
		ended, hurried := []time.Duration{}, false
		l := &lingeringConn{connected: &connected{connection: inprocConnection{}}, finish: func(d time.Duration) { ended = append(ended, d) }}
		l.stopSoon(timeout)
		l.connection = hurriedConnection{l.connection, func() { hurried = true }}
		l.stopSoon(timeout)
		if hurried != (timeout <= 0) || len(ended) != 2 || ended[1] != timeout {
			t.Errorf("timeout %v: finished %v, hurried: %v", timeout, ended, hurried)
		}
	}
}

// The text of an error says what the socket's endpoints do: the connected ones come
// first, then the bound ones.
func TestWhere(t *testing.T) {
	w := newQuietSimulation(t)
	s := w.socket(DEALER, Options{Linger: NoLinger, ReconnectInterval: -1})
	expect := func(want string) {
		t.Helper()
		if got := s.where(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	expect("neither bound nor connected")
	w.check(s.Bind(simFirst))
	expect(simFirst + " listening")
	w.check(s.Connect(simSecond))
	expect(simSecond + " connecting, and 1 more")
	if !w.until(time.Minute, func() bool { return s.Stats().Endpoints[1].State == EndpointGivenUp }) {
		t.Fatal("not given up")
	}
	cause := s.Stats().Endpoints[1].LastError.Error()
	expect(simSecond + " given up: " + cause + ", and 1 more")
	w.check(s.Unbind(simFirst))
	expect(simSecond + " given up: " + cause)
	w.check(s.Close())
	expect("closed")

	s = w.socket(DEALER, Options{Linger: NoLinger, ReconnectInterval: time.Second})
	w.check(s.Connect(simSecond))
	if !w.until(time.Minute, func() bool { return s.Stats().Endpoints[0].State == EndpointRetrying }) {
		t.Fatal("not retrying")
	}
	expect(simSecond + " retrying: " + cause)
	w.check(s.Close())
}

// What a SUB queues is not messages: it is not counted, and a disconnect does not wait
// for it.
func TestSubscriptionsAreNotQueuedMessages(t *testing.T) {
	w := newQuietSimulation(t)
	sub := w.socket(SUB, Options{Subscribe: []string{"a", "b"}})
	w.check(sub.Bind(simFirst))
	w.check(sub.Connect(simSecond))
	if s := sub.Stats(); s.Queued != 0 || s.Endpoints[1].Queued != 0 {
		t.Errorf("%+v", s)
	}
	w.check(sub.Disconnect(simSecond))
	if s := sub.Stats(); len(s.Endpoints) != 1 || len(sub.lingering) > 0 {
		t.Errorf("%+v", s)
	}
	w.check(sub.Close())
}

// A report of what Close waits for needs a logger and a clock of its own: a simulation's
// time does not pass while a goroutine sleeps.
func TestReportsNeedALogger(t *testing.T) {
	silent := made(t, PUSH, Options{})
	simulated := newQuietSimulation(t)
	simulated.ctx.opts.Logger = slog.New(slog.DiscardHandler)
	s := simulated.socket(PUSH, Options{})
	for _, s := range []*Socket{silent, s} {
		stop := s.reportWaiting()
		buf := make([]byte, 1<<20)
		if bytes.Contains(buf[:runtime.Stack(buf, true)], []byte("reportWaiting.func")) {
			t.Error("a goroutine reports")
		}
		stop()
	}
	simulated.check(s.Close())
}
