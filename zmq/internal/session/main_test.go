package session_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/actum-go/actum/internal/leakcheck"
	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/sim"
	"github.com/actum-go/actum/zmq/internal/endpoint"
	"github.com/actum-go/actum/zmq/internal/engine"
	"github.com/actum-go/actum/zmq/internal/mechanism"
	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/session"
	"github.com/actum-go/actum/zmq/internal/stream"
	"github.com/actum-go/actum/zmq/internal/transport"
	"github.com/actum-go/actum/zmq/internal/transport/socket"
	"github.com/actum-go/actum/zmq/internal/wire"
)

func TestMain(m *testing.M) { leakcheck.Main(m) }

// fixture runs sessions on a simulated network in virtual time.
type fixture struct {
	*testing.T
	net *sim.Network
	d   *proactor.Dispatcher
	ctx context.Context
}

func newFixture(t *testing.T, faults sim.Faults) *fixture {
	t.Helper()
	f := &fixture{T: t, net: sim.NewNetwork(1, faults)}
	var err error
	f.d, err = proactor.New(proactor.Options{Backend: f.net})
	if err != nil {
		t.Fatal(err)
	}
	var cancel context.CancelFunc
	f.ctx, cancel = context.WithTimeout(context.Background(), 20*time.Second)
	t.Cleanup(func() {
		cancel()
		if err := f.d.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

// until runs the dispatcher until ok.
func (f *fixture) until(what string, ok func() bool) {
	f.Helper()
	for !ok() {
		if _, err := f.d.RunOne(f.ctx); err != nil {
			f.Fatalf("did not happen: %s: %v", what, err)
		}
	}
}

// graceful adapts a Stop with a timeout, of which these peers need nothing.
func (f *fixture) graceful(s interface {
	Stop(patience time.Duration, done func())
}) func(done func()) {
	return func(done func()) { s.Stop(time.Second, done) }
}

// stopped calls a Stop and waits until it is done.
func (f *fixture) stopped(stop func(done func())) {
	f.Helper()
	times := 0
	stop(func() { times++ })
	f.until("stopped", func() bool { return times > 0 })
	for range 10 { // a second call would come soon
		if _, err := f.d.Poll(); err != nil {
			f.Fatal(err)
		}
	}
	if times != 1 {
		f.Errorf("done was called %d times", times)
	}
}

// config is the configuration of a socket of the type, with libzmq's times and
// without jitter.
func (f *fixture) config(h *host, typ wire.SocketType) *session.Config {
	metadata := wire.Metadata{{Name: wire.PropertySocketType, Value: []byte(typ.String())}}
	return &session.Config{
		Host: h, Engine: engine.Config{
			Resolved: option.Resolve(new(option.Values)),
			Type:     typ, Mechanism: mechanism.NewNull, Metadata: metadata,
		},
		NewEngine:  engine.NewZMTP,
		Dispatcher: func() *proactor.Dispatcher { return f.d },
		Jitter:     func(time.Duration) time.Duration { return 0 },
	}
}

// host is a socket that only records the calls of sessions.
type host struct {
	mu      sync.Mutex
	events  []string
	refuse  error // the error of Connected; nil if it accepts the peer
	refused int   // messages
	limits  pipe.Limits
	last    *pipe.Peer
	in      *pipe.In // of the last connection
	id      string   // the routing id of its peer
	dropped int      // messages that waited for peers that were detached
	sent    pipe.Counter
	got     pipe.Counter
}

func (h *host) NewOut() *pipe.Out {
	return pipe.NewOut(&h.mu, pipe.Limits{}, message.GatherMin, h, &h.sent)
}
func (h *host) NewIn(s pipe.Source) *pipe.In {
	return pipe.NewIn(s, pipe.Limits{}, h, &h.got)
}
func (h *host) RecvLimits() pipe.Limits { return h.limits }
func (h *host) Writable(*pipe.Out)      {}
func (h *host) Readable(*pipe.In)       {}

func (h *host) LimitRecv(*pipe.Peer)    {}
func (h *host) Attach(*pipe.Peer) error { h.note("attach"); return nil }
func (h *host) Connected(p *pipe.Peer, in *pipe.In, id []byte) error {
	h.last, h.in, h.id = p, in, string(id)
	if h.refuse != nil {
		h.note("refuse")
		return h.refuse
	}
	h.note("connected")
	return nil
}
func (h *host) Refused(_ pipe.Refusal, n int) { h.refused += n }
func (h *host) Disconnected(*pipe.Peer)       { h.note("disconnected") }
func (h *host) Detach(p *pipe.Peer, _ bool) {
	h.mu.Lock()
	h.dropped += p.Out.Discard()
	h.mu.Unlock()
	h.note("detach")
}

func (h *host) note(event string) { h.events = append(h.events, event) }

// saw reports whether the host had exactly these calls.
func (h *host) saw(want ...string) bool { return fmt.Sprint(h.events) == fmt.Sprint(want) }

// way is a transport on the simulated network.
type way struct {
	connectTimeout time.Duration
	tried          func() // called when an attempt begins
	resolve        func(ctx context.Context) ([]string, error)
	remove         func() // see socket.NewListener
}

func (w *way) config() *transport.Config {
	return &transport.Config{Resolved: option.Resolve(&option.Values{ConnectTimeout: w.connectTimeout})}
}

func (w *way) Listen(_ context.Context, d *proactor.Dispatcher, ep endpoint.Endpoint) (transport.Listener, error) {
	o := w.config().SocketOptions()
	h, err := d.Listen("tcp", ep.Address.Host+":"+fmt.Sprint(ep.Address.Port), &o)
	if err != nil {
		return nil, err
	}
	return socket.NewListener(h, ep.String(), w.remove), nil
}

func (w *way) Dial(d *proactor.Dispatcher, ep endpoint.Endpoint, done func(stream.Stream, error)) transport.Attempt {
	if w.tried != nil {
		w.tried()
	}
	if w.resolve == nil {
		address := ep.Address.Host + ":" + fmt.Sprint(ep.Address.Port)
		return socket.Connect(d, w.config(), socket.Target{Network: "tcp", Address: address}, done)
	}
	return socket.Resolve(d, w.config(), func(ctx context.Context) (targets []socket.Target, err error) {
		addresses, err := w.resolve(ctx)
		for _, a := range addresses {
			targets = append(targets, socket.Target{Network: "tcp", Address: a})
		}
		return targets, err
	}, done)
}

const here = "tcp://127.0.0.1:5555"

func to(t *testing.T, w *way) session.Endpoint {
	t.Helper()
	ep, err := endpoint.Parse(here)
	if err != nil {
		t.Fatal(err)
	}
	return session.Endpoint{Endpoint: ep, Transport: w}
}

// listening returns a Listener that accepts.
func listening(cfg *session.Config, ep session.Endpoint, accepted *session.Accepted) (*session.Listener, error) {
	l, err := session.Listen(context.Background(), cfg, ep, accepted)
	if err == nil {
		l.Start()
	}
	return l, err
}
