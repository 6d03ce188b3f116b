package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/actum-go/actum/internal/tuning"
	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/sim"
	"github.com/actum-go/actum/zmq/internal/mechanism"
	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// fixture is a network in memory, and the dispatcher that the test runs on it.
type fixture struct {
	testing.TB
	network *sim.Network
	d       *proactor.Dispatcher
	stuck   proactor.Operation
}

func newFixture(t testing.TB, seed uint64, faults sim.Faults) *fixture {
	f := &fixture{TB: t, network: sim.NewNetwork(seed, faults)}
	var err error
	f.d, err = proactor.New(proactor.Options{Backend: f.network})
	if err != nil {
		t.Fatal(err)
	}
	f.stuck.Handler = proactor.HandlerFunc(func(*proactor.Operation) {})
	f.d.StartTimer(&f.stuck, 24*time.Hour)
	t.Cleanup(func() {
		if err := f.d.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

// until runs the dispatcher until done returns true.
func (f *fixture) until(what string, done func() bool) {
	f.Helper()
	for !done() {
		if !f.stuck.Outstanding() {
			f.Fatalf("stuck: %s\n%v\n%s", what, f.network, f.network.Trace())
		}
		if _, err := f.d.RunOne(context.Background()); err != nil {
			f.Fatal(err)
		}
	}
}

// poll runs the dispatcher while almost no virtual time passes.
func (f *fixture) poll() {
	f.Helper()
	for range 20 {
		if _, err := f.d.Poll(); err != nil {
			f.Fatal(err)
		}
	}
}

// testSession is the session of an engine under test, and a pattern that consists of
// pipes only.
type testSession struct {
	*fixture
	e      *ZMTP
	stream *recorder

	mu            sync.Mutex // the send lock
	out           *pipe.Out
	in            *pipe.In
	pace          pipe.Sender
	got           []message.Msg
	subscriptions int // how many of these

	sent, received pipe.Counter
	established    int
	refuses        error // returned by Established
	closed         int
	cause          error
	unsent         message.Batch
	refused        map[pipe.Refusal]int
}

// recorder is a stream that counts the calls of its methods.
type recorder struct {
	*proactor.Handle
	tries, writes int // TryWrite and TryWriteV; Write and WriteV
	closes        int
	moved         int    // bytes written by tries
	longest       int    // bytes that one operation was given to write
	before        func() // called before each try; may be nil
	blind         bool   // it cannot tell whether the peer has hung up
	looks         int    // calls of HungUp
	broken        int    // tries from this number on fail; 0: none
}

func (s *recorder) TryWrite(b []byte) (int, error) {
	return s.tried(func() (int, error) { return s.Handle.TryWrite(b) })
}

func (s *recorder) TryWriteV(v [][]byte) (int, error) {
	return s.tried(func() (int, error) { return s.Handle.TryWriteV(v) })
}

func (s *recorder) HungUp() (hungUp, known bool) {
	s.looks++
	if s.blind {
		return false, false
	}
	return s.Handle.HungUp()
}

func (s *recorder) tried(try func() (int, error)) (int, error) {
	s.tries++
	if s.before != nil {
		s.before()
	}
	if s.broken > 0 && s.tries >= s.broken {
		return 0, errTest
	}
	n, err := try()
	s.moved += n
	return n, err
}

func (s *recorder) Write(op *proactor.Operation, b []byte) {
	s.longest = max(s.longest, len(b))
	s.writes++
	s.Handle.Write(op, b)
}

func (s *recorder) WriteV(op *proactor.Operation, v [][]byte) {
	n := 0
	for _, b := range v {
		n += len(b)
	}
	s.longest = max(s.longest, n)
	s.writes++
	s.Handle.WriteV(op, v)
}

func (s *recorder) Close() error {
	s.closes++
	return s.Handle.Close()
}

// Established implements Session.
func (p *testSession) Established(e Engine, _ wire.Metadata) (*pipe.Out, error) {
	p.established++
	p.in = pipe.NewIn(e.Inbox(), p.e.cfg.RecvLimits, p, &p.received)
	e.Inbox().Open(p.in)
	return p.out, p.refuses
}

// Refused implements Session.
func (p *testSession) Refused(why pipe.Refusal, n int) {
	if p.refused == nil {
		p.refused = map[pipe.Refusal]int{}
	}
	p.refused[why] += n
}

// Closed implements Session. Nothing may be outstanding: the memory of an
// outstanding operation is still in use, and its handler would be called for an
// engine that is gone.
func (p *testSession) Closed(e Engine, cause error, unsent *message.Batch) {
	for name, op := range p.e.operations() {
		if op.Outstanding() {
			p.Errorf("Closed is called while an operation is outstanding: %s", name)
		}
	}
	p.closed++
	p.cause = cause
	if unsent != nil {
		p.unsent = *unsent
	}
}

// operations returns all operations that can be outstanding when a session is
// closed, except posts, which do no harm.
func (e *ZMTP) operations() map[string]interface{ Outstanding() bool } {
	all := map[string]interface{ Outstanding() bool }{"read": &e.readOp, "write": &e.writeOp}
	if e.handshake != nil {
		all["handshake"] = &e.handshake.limit.op
	}
	if h := e.heartbeat; h != nil {
		all["next PING"], all["PONG"], all["promise"] = &h.next.op, &h.pong.op, &h.more.op
	}
	if e.quiet != nil {
		all["stall"], all["calm"] = &e.quiet.stall.op, &e.quiet.calm.op
	}
	if e.fullWatch != nil {
		all["look"] = &e.fullWatch.check.op
	}
	if e.graceful != nil {
		all["graceful close"] = &e.graceful.limit.op
	}
	return all
}

// Writable and Readable implement the pattern's sides of the pipes.
func (p *testSession) Writable(*pipe.Out) {}
func (p *testSession) Readable(*pipe.In)  {}

// send queues a message, and wakes the engine as a pattern does.
func (p *testSession) send(frames ...[]byte) {
	p.queue(func() { p.out.Put(message.New(frames...)) })
}

// subscribe is send for a subscription.
func (p *testSession) subscribe(s wire.Subscription) { p.queue(func() { p.out.PutSubscription(s) }) }

func (p *testSession) queue(put func()) {
	p.mu.Lock()
	put()
	p.pace.Send(p.out)
	p.mu.Unlock()
	if p.out.ActivateSelf(&p.e.conn) {
		p.e.Wake(p.pace.Alone(p.out))
	}
}

// share makes p use this Pace.
func (p *testSession) share(pace *pipe.Pace) { p.pace.Pace, p.out.Pace = pace, pace }

// receive takes up to n messages.
func (p *testSession) receive(n int) {
	for range n {
		i, ok := p.in.NextItem()
		if !ok {
			return
		}
		p.got = append(p.got, i.Msg)
		if _, ok := i.Subscription(); ok {
			p.subscriptions++
		}
	}
}

// testConfig is a Config with options that are not resolved from others: what is
// zero has no limit.
type testConfig struct {
	Type             wire.SocketType
	RecvLimits       pipe.Limits
	HandshakeTimeout time.Duration
	StallTimeout     time.Duration
	Heartbeat        *option.Heartbeat
	Limits           option.Limits
	Mechanism        mechanism.Constructor // nil: NULL
	Tuning           tuning.Options
	Abort            *atomic.Bool
	Connections      *atomic.Int32
}

func (c *testConfig) config() *Config {
	m := c.Mechanism
	if m == nil {
		m = mechanism.NewNull
	}
	return &Config{
		Type: c.Type, Tuning: c.Tuning, Abort: c.Abort, Connections: c.Connections,
		Mechanism: m,
		Metadata:  wire.Metadata{{Name: wire.PropertySocketType, Value: []byte(c.Type.String())}},
		Resolved: &option.Resolved{
			Values:     option.Values{HandshakeTimeout: c.HandshakeTimeout, StallTimeout: c.StallTimeout},
			RecvLimits: c.RecvLimits, Heartbeat: c.Heartbeat, Limits: c.Limits,
		},
	}
}

// connect joins an engine to a raw peer.
func (f *fixture) connect(cfg testConfig) (*testSession, *peer) {
	f.Helper()
	near, far := f.pair()
	p := &testSession{fixture: f, stream: &recorder{Handle: near}}
	p.out = pipe.NewOut(&p.mu, pipe.Limits{}, message.GatherMin, p, &p.sent)
	p.share(&pipe.Pace{Now: f.network.Now})
	p.e = NewZMTP(cfg.config(), Connection{Dispatcher: f.d, Stream: p.stream, Session: p}).(*ZMTP)
	return p, newPeer(f, far)
}

// shakeHands runs until there may be traffic, and nothing is being done.
func (f *fixture) shakeHands(p *testSession, q *peer, typ string) {
	f.Helper()
	p.e.Start()
	q.greet(typ)
	f.until("handshake", func() bool { return p.e.state == stateTraffic && len(q.queue) == 0 })
	f.poll()
	f.network.Advance(time.Second)
	f.poll()
	p.stream.tries, p.stream.writes, p.stream.moved, p.stream.longest = 0, 0, 0, 0
}

// pair makes a connection.
func (f *fixture) pair() (near, far *proactor.Handle) {
	f.Helper()
	l, err := f.d.Listen("tcp", "127.0.0.1:0", nil)
	if err != nil {
		f.Fatal(err)
	}
	var connect, accept proactor.Operation
	connect.Handler = proactor.HandlerFunc(func(op *proactor.Operation) { near = op.Handle() })
	accept.Handler = proactor.HandlerFunc(func(op *proactor.Operation) { far = op.Handle() })
	l.Accept(&accept)
	f.d.Connect(&connect, "tcp", l.LocalAddr().String(), nil)
	f.until("connect", func() bool { return near != nil && far != nil })
	if err := l.Close(); err != nil {
		f.Fatal(err)
	}
	return near, far
}

// numbered are messages "0", "1", ...
func numbered(from, to int) (texts []string) {
	for i := from; i < to; i++ {
		texts = append(texts, fmt.Sprint(i))
	}
	return texts
}

func (f *fixture) equal(what string, got, want []string) {
	f.Helper()
	if !slices.Equal(got, want) {
		f.Fatalf("%s: %.200q, want %.200q", what, got, want)
	}
}

var errTest = errors.New("test closes the connection")
