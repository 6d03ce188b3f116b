package engine

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/sim"
	"github.com/actum-go/actum/zmq/internal/mechanism"
	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// asking is NULL with an authenticator: it has received the peer's READY, and
// asks before it answers.
type asking struct {
	mechanism.Mechanism
	c        mechanism.Connection
	answer   atomic.Int32 // one of the constants; any goroutine sets it
	asked    func()
	received bool
	closed   int
}

const (
	noAnswer int32 = iota
	accepted
	refused
)

var errNotAllowed = errors.New("the authenticator refuses the peer")

func (m *asking) Receive(body []byte) error {
	err := m.Mechanism.Receive(body)
	if err == nil {
		m.received = true
		m.asked()
	}
	return err
}

func (m *asking) Suspended() bool { return m.received && m.answer.Load() == noAnswer }

func (m *asking) Next(dst []byte) ([]byte, error) {
	switch {
	case m.Suspended():
		return dst, errors.New("Next was called while the mechanism was suspended")
	case !m.received:
		return dst, nil
	case m.answer.Load() == refused:
		return wire.AppendError(dst, "Not-Allowed"), errNotAllowed
	}
	return m.Mechanism.Next(dst)
}

func (m *asking) Done() bool { return m.answer.Load() == accepted && m.Mechanism.Done() }
func (m *asking) Close()     { m.closed++ }

// reply answers as an authenticator does, on a goroutine of its own.
func (m *asking) reply(answer int32) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		m.answer.Store(answer)
		m.c.Resume()
		m.c.Resume()
	}()
	<-done
}

// ask connects an engine whose authenticator is asked to a peer that has sent
// its READY, and waits until it is asked.
func ask(f *fixture, cfg testConfig, asked func(*asking)) (*testSession, *peer, *asking) {
	f.Helper()
	var m *asking
	cfg.Mechanism = func(c mechanism.Connection) mechanism.Mechanism {
		m = &asking{Mechanism: mechanism.NewNull(c), c: c}
		m.asked = func() { asked(m) }
		return m
	}
	p, q := f.connect(cfg)
	p.e.Start()
	q.greet("PUSH")
	f.until("asked", func() bool { return m.received })
	return p, q, m
}

// after calls f when a time has passed.
func (f *fixture) after(d time.Duration, call func()) {
	f.d.StartTimer(&proactor.Operation{Handler: proactor.HandlerFunc(func(*proactor.Operation) { call() })}, d)
}

// An authenticator may take a second. What the peer sends meanwhile is kept,
// and read no further than that.
func TestAuthenticatorAnswersLater(t *testing.T) {
	for seed := range uint64(30) {
		faults := sim.Mild() // among others: a cancelled read that succeeds
		if seed%2 == 0 {
			faults = sim.Faults{}
		}
		f := newFixture(t, seed, faults)
		p, q, m := ask(f, testConfig{Type: wire.PULL, HandshakeTimeout: time.Minute}, func(m *asking) {
			f.after(time.Second, func() { m.reply(accepted) })
		})
		const n = 5000
		var sent []byte
		if seed%3 > 0 {
			for range n {
				sent = frame(sent, 0, []byte("impatient"))
			}
			q.say(sent)
		}
		before := f.network.Now()
		f.until("established", func() bool { return p.established > 0 })
		if took := f.network.Now() - before; took < time.Second-20*time.Millisecond || took > 2*time.Second {
			t.Errorf("established after %v", took)
		}
		if seed%3 == 0 {
			for range n {
				sent = frame(sent, 0, []byte("patient"))
			}
			q.say(sent)
		} else if p.e.reads > 10 {
			t.Errorf("%d reads before the answer", p.e.reads)
		}
		f.until("messages", func() bool { p.receive(n); return len(p.got) == n })
		if m.closed != 1 || p.closed != 0 {
			t.Errorf("the mechanism was closed %d times, the connection %d times", m.closed, p.closed)
		}
		p.e.Close(errTest)
		f.until("closed", func() bool { return p.closed > 0 })
	}
}

// An authenticator may answer before Receive returns.
func TestAuthenticatorAnswersAtOnce(t *testing.T) {
	f := newFixture(t, 1, sim.Faults{})
	p, _, _ := ask(f, testConfig{Type: wire.PULL}, func(m *asking) { m.reply(accepted) })
	f.until("established", func() bool { return p.established > 0 })
}

// An authenticator that never answers: the handshake's timeout applies, and a
// peer that leaves is noticed before it. An answer that comes later does nothing.
func TestAuthenticatorDoesNotAnswer(t *testing.T) {
	for _, leaves := range []bool{false, true} {
		f := newFixture(t, 1, sim.Faults{})
		p, q, m := ask(f, testConfig{Type: wire.PULL, HandshakeTimeout: time.Minute}, func(*asking) {})
		before := f.network.Now()
		if leaves {
			_ = q.Handle.Close()
		}
		f.until("closed", func() bool { return p.closed > 0 })
		took := (f.network.Now() - before).Round(time.Second)
		if limit := errors.Is(p.cause, ErrHandshakeTimeout); limit == leaves || limit != (took == time.Minute) {
			t.Errorf("closed after %v by %v", took, p.cause)
		}
		if m.closed != 1 || p.established != 0 {
			t.Errorf("the mechanism was closed %d times; established: %d", m.closed, p.established)
		}
		m.reply(accepted)
		f.poll()
		if p.closed != 1 || p.established != 0 {
			t.Error("the answer to a closed connection does something")
		}
	}
}

// The connection closes while the authenticator is at it, and the answer comes
// when the dispatcher is closed, too.
func TestAuthenticatorAnswersAfterClose(t *testing.T) {
	var late []*asking
	t.Run("close", func(t *testing.T) {
		for _, answered := range []bool{false, true} {
			f := newFixture(t, 1, sim.Faults{})
			p, _, m := ask(f, testConfig{Type: wire.PULL, HandshakeTimeout: time.Minute}, func(*asking) {})
			if answered { // and the engine has not seen it
				m.reply(accepted)
			}
			p.e.Close(errTest)
			f.until("closed", func() bool { return p.closed > 0 })
			f.poll()
			if p.closed != 1 || p.established != 0 || !errors.Is(p.cause, errTest) || m.closed != 1 {
				t.Errorf("closed %d times by %v, established %d times", p.closed, p.cause, p.established)
			}
			late = append(late, m)
		}
	})
	for _, m := range late {
		m.reply(accepted)
	}
}

// An authenticator that refuses: the peer gets an ERROR, and the session the
// cause.
func TestAuthenticatorRefuses(t *testing.T) {
	f := newFixture(t, 1, sim.Faults{})
	p, q, m := ask(f, testConfig{Type: wire.PULL, HandshakeTimeout: time.Minute}, func(m *asking) {
		f.after(time.Second, func() { m.reply(refused) })
	})
	f.until("closed", func() bool { return p.closed > 0 })
	if !errors.Is(p.cause, errNotAllowed) || p.established != 0 || m.closed != 1 {
		t.Errorf("closed by %v, established %d times", p.cause, p.established)
	}
	f.until("end of stream", func() bool { return q.failed != nil })
	if want := wire.AppendError(nil, "Not-Allowed"); string(q.sent[wire.GreetingSize:]) != string(want) {
		t.Errorf("the peer was sent %q", q.sent[wire.GreetingSize:])
	}
}

// A mechanism knows its role, the peer's address, the socket's type and
// metadata.
func TestMechanismKnowsItsConnection(t *testing.T) {
	f := newFixture(t, 1, sim.Faults{})
	near, _ := f.pair()
	metadata := wire.Metadata{{Name: "X", Value: []byte("y")}}
	var got mechanism.Connection
	cfg := Config{Type: wire.DEALER, Resolved: new(option.Resolved), Metadata: metadata, Mechanism: func(c mechanism.Connection) mechanism.Mechanism {
		got = c
		return mechanism.NewNull(c)
	}}
	NewZMTP(&cfg, Connection{Dispatcher: f.d, Stream: near, Role: mechanism.Server})
	if got.Role != mechanism.Server || got.Peer != "127.0.0.1" || got.Type != wire.DEALER || len(got.Local) != 1 {
		t.Errorf("it knows %+v", got)
	}
}
