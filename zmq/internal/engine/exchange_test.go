package engine_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/sim"
	"github.com/actum-go/actum/zmq/internal/endpoint"
	"github.com/actum-go/actum/zmq/internal/engine"
	"github.com/actum-go/actum/zmq/internal/mechanism"
	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/pattern"
	"github.com/actum-go/actum/zmq/internal/session"
	"github.com/actum-go/actum/zmq/internal/transport"
	"github.com/actum-go/actum/zmq/internal/transport/tcp"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// fixture runs patterns, sessions and engines on a simulated network.
type fixture struct {
	*testing.T
	net   *sim.Network
	d     *proactor.Dispatcher
	stuck proactor.Operation
}

func newFixture(t *testing.T, seed uint64, faults sim.Faults) *fixture {
	t.Helper()
	f := &fixture{T: t, net: sim.NewNetwork(seed, faults)}
	var err error
	f.d, err = proactor.New(proactor.Options{Backend: f.net})
	if err != nil {
		t.Fatal(err)
	}
	f.stuck.Handler = proactor.HandlerFunc(func(*proactor.Operation) {})
	f.d.StartTimer(&f.stuck, 10*time.Minute)
	t.Cleanup(func() {
		if f.Failed() {
			return // a Dialer that is not stopped dials for ever
		}
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
		if _, err := f.d.RunOne(context.Background()); err != nil || !f.stuck.Outstanding() {
			f.Fatalf("did not happen: %s: %v\n%v", what, err, f.net)
		}
	}
}

// socket is a pattern with its sessions.
type socket struct {
	*fixture
	*pattern.Socket
	cfg      *session.Config
	accepted session.Accepted
	stops    []func(done func())
}

// socket makes a socket, whose engines get their configuration from change.
func (f *fixture) socket(typ wire.SocketType, make func(pattern.Config) *pattern.Socket, v option.Values, change func(*session.Config)) *socket {
	o := option.Resolve(&v)
	s := &socket{fixture: f, Socket: make(pattern.Config{Options: o, GatherMin: message.GatherMin})}
	s.cfg = &session.Config{
		Host: s.Socket, NewEngine: engine.NewZMTP,
		Engine: engine.Config{
			Type: typ, Resolved: o, Mechanism: mechanism.NewNull,
			Metadata: wire.Metadata{{Name: wire.PropertySocketType, Value: []byte(typ.String())}},
		},
		Dispatcher: func() *proactor.Dispatcher { return f.d },
		Jitter:     func(time.Duration) time.Duration { return 0 },
	}
	change(s.cfg)
	return s
}

// here is where everything is bound.
func (f *fixture) here() session.Endpoint {
	ep, err := endpoint.Parse("tcp://127.0.0.1:5555")
	if err != nil {
		f.Fatal(err)
	}
	return session.Endpoint{Endpoint: ep, Transport: tcp.New(&transport.Config{Resolved: option.Resolve(new(option.Values))})}
}

func (s *socket) bind() *socket {
	s.Helper()
	l, err := session.Listen(context.Background(), s.cfg, s.here(), &s.accepted)
	if err != nil {
		s.Fatal(err)
	}
	l.Start()
	s.stops = append(s.stops, l.Stop, func(done func()) { s.accepted.Stop(time.Second, done) })
	return s
}

func (s *socket) connect() *socket {
	s.Helper()
	d, err := session.Dial(s.cfg, s.here())
	if err != nil {
		s.Fatal(err)
	}
	s.stops = append(s.stops, func(done func()) { d.Stop(time.Second, done) })
	return s
}

// stop stops the sessions and closes the pattern.
func (s *socket) stop() {
	s.Helper()
	for _, stop := range s.stops {
		stopped := false
		stop(func() { stopped = true })
		s.until("stopped", func() bool { return stopped })
	}
	s.Socket.Close()
}

// send sends a message, and waits until there is room for it.
func (s *socket) send(frames ...[]byte) {
	s.Helper()
	s.until("sent", func() bool { return s.trySend(frames...) })
}

func (s *socket) trySend(frames ...[]byte) bool { return s.TrySend(message.New(frames...)) == nil }

// recv waits for a message.
func (s *socket) recv() (frames [][]byte) {
	s.Helper()
	s.until("received", func() bool {
		m, err := s.TryRecv()
		if err == nil {
			frames = m.OwnFrames()
		}
		return err == nil
	})
	return frames
}

// boxed makes the traffic of a socket's connections boxes.
func boxed(c *session.Config) {
	c.Engine.Mechanism = engine.NewBoxing
	c.Engine.Heartbeat = &option.Heartbeat{Interval: 20 * time.Millisecond, Timeout: time.Minute}
}

// text is the i-th message: short ones, some of several frames, and a few that
// are large.
func text(i int) [][]byte {
	frames := [][]byte{fmt.Append(nil, i)}
	for k := range i % 4 {
		frames = append(frames, bytes.Repeat([]byte{byte(i)}, i*k%300))
	}
	if i%50 == 7 {
		frames = append(frames, bytes.Repeat([]byte{byte(i)}, 1000*i))
	}
	return frames
}

func (s *socket) expect(i int, got [][]byte) {
	s.Helper()
	want := text(i)
	for k := range want {
		if len(got) != len(want) || !bytes.Equal(got[k], want[k]) {
			s.Fatalf("message %d has %d frames and begins with %.40q", i, len(got), got[0])
		}
	}
}

// forEachNetwork calls test on networks without faults, and with delays and short writes.
func forEachNetwork(t *testing.T, test func(f *fixture)) {
	for seed := range uint64(8) {
		faults := sim.Mild()
		faults.Buffer = 16 << 10
		if seed == 0 {
			faults = sim.Faults{}
		}
		test(newFixture(t, seed, faults))
	}
}

func TestCodecPushPull(t *testing.T) {
	forEachNetwork(t, func(f *fixture) {
		push := f.socket(wire.PUSH, pattern.NewPush, option.Values{SendHWM: 20}, boxed).connect()
		pull := f.socket(wire.PULL, pattern.NewPull, option.Values{RecvHWM: 20}, boxed).bind()
		const n = 150
		sent, got := 0, 0
		f.until("all received", func() bool {
			for sent < n && push.trySend(text(sent)...) {
				sent++
			}
			if m, err := pull.TryRecv(); err == nil {
				pull.expect(got, m.OwnFrames())
				got++
			}
			return got == n
		})
		if s := push.Stats(); s.Sent.Msgs != n {
			t.Errorf("%d messages are counted as sent", s.Sent.Msgs)
		}
		push.stop()
		pull.stop()
	})
}

func TestCodecPubSub(t *testing.T) {
	forEachNetwork(t, func(f *fixture) {
		pub := f.socket(wire.PUB, pattern.NewPub, option.Values{NoDrop: true}, boxed).bind()
		var subs []*socket
		for range 3 {
			sub := f.socket(wire.SUB, pattern.NewSub, option.Values{}, boxed).connect()
			if err := sub.Subscribe([]byte("1")); err != nil {
				t.Fatal(err)
			}
			subs = append(subs, sub)
		}
		f.until("subscribed", func() bool { // messages until all have got one
			pub.send([]byte("1 first"))
			for _, s := range subs {
				if s.Stats().Received.Msgs == 0 {
					_, _ = s.TryRecv()
					return false
				}
			}
			return true
		})
		for i := range 120 {
			pub.send(text(i)...)
		}
		for _, s := range subs {
			for i := range 120 {
				if fmt.Sprint(i)[0] != '1' {
					continue
				}
				got := s.recv()
				for string(got[0]) == "1 first" {
					got = s.recv()
				}
				s.expect(i, got)
			}
			s.stop()
		}
		pub.stop()
	})
}

func TestCodecReqRep(t *testing.T) {
	forEachNetwork(t, func(f *fixture) {
		rep := f.socket(wire.REP, pattern.NewRep, option.Values{}, boxed).bind()
		req := f.socket(wire.REQ, pattern.NewReq, option.Values{}, boxed).connect()
		for i := range 60 {
			req.send(text(i)...)
			rep.expect(i, rep.recv())
			rep.send(text(i + 1)...)
			req.expect(i+1, req.recv())
		}
		req.stop()
		rep.stop()
	})
}

// Messages that were not written go to the next connection, encoded anew. None
// arrives twice.
func TestCodecReconnects(t *testing.T) {
	for seed := range uint64(8) {
		faults := sim.Mild()
		faults.Reset = 0.01
		f := newFixture(t, seed, faults)
		push := f.socket(wire.PUSH, pattern.NewPush, option.Values{SendHWM: 10}, boxed).connect()
		pull := f.socket(wire.PULL, pattern.NewPull, option.Values{}, boxed).bind()
		got := map[int]bool{}
		take := func() {
			for m, err := pull.TryRecv(); err == nil; m, err = pull.TryRecv() {
				var i int
				if _, err := fmt.Sscan(string(m.Frame(0)), &i); err != nil || got[i] {
					t.Fatalf("%q arrives twice: %v", m.Frame(0), err)
				}
				pull.expect(i, m.OwnFrames())
				got[i] = true
			}
		}
		const n = 400
		for i := range n {
			push.send(text(i)...)
			take()
		}
		f.net.Calm()
		push.send(text(n)...)
		f.until("the last one", func() bool { take(); return got[n] })
		if len(got) < n/2 {
			t.Errorf("%d of %d messages arrived", len(got), n)
		}
		push.stop()
		pull.stop()
	}
}

// useRaw makes the engines of a socket raw.
func useRaw(c *session.Config) { c.NewEngine = engine.NewRaw }

// plain is a TCP peer without any protocol.
type plain struct {
	*proactor.Handle
	readOp, writeOp proactor.Operation
	mem             [1000]byte
	got             []byte
	out             []byte
	notReading      bool
	err             error // of reading
}

func newPlain(h *proactor.Handle) *plain {
	p := &plain{Handle: h}
	p.readOp.Handler = proactor.HandlerFunc(func(op *proactor.Operation) {
		p.got = append(p.got, p.mem[:op.N()]...)
		if p.err = op.Err(); p.err == nil {
			p.startRead()
		}
	})
	p.writeOp.Handler = proactor.HandlerFunc(func(op *proactor.Operation) {
		if p.out = p.out[op.N():]; op.Err() == nil && len(p.out) > 0 {
			p.Write(&p.writeOp, p.out)
		}
	})
	p.startRead()
	return p
}

func (p *plain) startRead() {
	if !p.notReading && !p.readOp.Outstanding() {
		p.Read(&p.readOp, p.mem[:])
	}
}

func (p *plain) say(b []byte) {
	if p.out = append(p.out, b...); !p.writeOp.Outstanding() {
		p.Write(&p.writeOp, p.out)
	}
}

// dial connects a plain peer to what is bound.
func (f *fixture) dial() (p *plain) {
	f.Helper()
	var op proactor.Operation
	op.Handler = proactor.HandlerFunc(func(op *proactor.Operation) { p = newPlain(op.Handle()) })
	f.d.Connect(&op, "tcp", "127.0.0.1:5555", nil)
	f.until("connected", func() bool { return p != nil })
	return p
}

// server accepts plain peers.
type server struct {
	*proactor.Handle
	op    proactor.Operation
	peers []*plain
}

func (f *fixture) serve() *server {
	f.Helper()
	l, err := f.d.Listen("tcp", "127.0.0.1:5555", nil)
	if err != nil {
		f.Fatal(err)
	}
	s := &server{Handle: l}
	s.op.Handler = proactor.HandlerFunc(func(op *proactor.Operation) {
		if h := op.Handle(); h != nil {
			s.peers = append(s.peers, newPlain(h))
			l.Accept(&s.op)
		}
	})
	l.Accept(&s.op)
	return s
}

// A raw engine carries bytes in both directions, and ends a connection after
// all that was sent.
func TestRawEngine(t *testing.T) {
	forEachNetwork(t, func(f *fixture) {
		s := f.socket(wire.DEALER, pattern.NewDealer, option.Values{}, useRaw).bind()
		p := f.dial()
		var sent, got []byte
		for i := range 80 {
			for _, f := range text(i) {
				sent = append(sent, f...)
			}
			s.send(text(i)...)
		}
		p.say(sent)
		for len(got) < len(sent) {
			frames := s.recv()
			if len(frames) != 1 || len(frames[0]) > engine.MaxRaw {
				t.Fatalf("%d frames, the first of %d bytes", len(frames), len(frames[0]))
			}
			got = append(got, frames[0]...)
		}
		f.until("all", func() bool { return len(p.got) >= len(sent) })
		if !bytes.Equal(p.got, sent) || !bytes.Equal(got, sent) {
			t.Error("other bytes arrive")
		}
		s.send([]byte("the last"))
		s.stop()
		f.until("the end", func() bool { return p.err != nil })
		if p.err != io.EOF || !bytes.HasSuffix(p.got, []byte("the last")) {
			t.Errorf("the peer reads %v", p.err)
		}
		_ = p.Close()
	})
}

// High-water marks hold in both directions: a peer that does not read makes the
// socket refuse messages, and one that floods the socket has to wait.
func TestRawEngineHighWaterMarks(t *testing.T) {
	forEachNetwork(t, func(f *fixture) {
		s := f.socket(wire.DEALER, pattern.NewDealer, option.Values{SendHWM: 5, RecvHWM: 5}, useRaw).bind()
		p := f.dial()
		p.notReading = true
		flood := bytes.Repeat([]byte("0123456789"), 50<<10)
		p.say(flood)
		var sent []byte
		body := bytes.Repeat([]byte("x"), 3000)
		for waited := 0; waited < 200; {
			if s.trySend(body) {
				sent, waited = append(sent, body...), 0
				continue
			}
			waited++
			if _, err := f.d.Poll(); err != nil {
				t.Fatal(err)
			}
		}
		if len(sent) > 400<<10 || len(p.out) < len(flood)/3 {
			t.Errorf("%d bytes sent to a peer that does not read, %d wait in the one that floods", len(sent), len(p.out))
		}
		p.notReading = false
		p.startRead()
		var got []byte
		for len(got) < len(flood) {
			got = append(got, s.recv()[0]...)
		}
		f.until("all", func() bool { return len(p.got) == len(sent) })
		if !bytes.Equal(got, flood) || !bytes.Equal(p.got, sent) {
			t.Error("other bytes arrive")
		}
		s.stop()
		_ = p.Close()
	})
}

// A socket with raw engines dials again, and sends what waits on the next
// connection.
func TestRawEngineReconnects(t *testing.T) {
	forEachNetwork(t, func(f *fixture) {
		l := f.serve()
		s := f.socket(wire.DEALER, pattern.NewDealer, option.Values{}, useRaw).connect()
		for i := range 5 {
			s.send(fmt.Append(nil, i))
			f.until("a connection", func() bool { return len(l.peers) == i+1 && len(l.peers[i].got) > 0 })
			p := l.peers[i]
			if string(p.got) != fmt.Sprint(i) {
				t.Fatalf("connection %d brings %q", i, p.got)
			}
			answer, got := fmt.Append(nil, "answer ", i), []byte(nil)
			p.say(answer)
			for len(got) < len(answer) { // it may come in pieces
				got = append(got, s.recv()[0]...)
			}
			if !bytes.Equal(got, answer) {
				t.Errorf("%q is received", got)
			}
			_ = p.CloseWrite()
			f.until("the end", func() bool { return p.err != nil })
			if !errors.Is(p.err, io.EOF) {
				t.Errorf("the peer reads %v", p.err)
			}
			_ = p.Close()
		}
		s.stop()
		_ = l.Close()
		for _, p := range l.peers[5:] {
			_ = p.Close()
		}
	})
}
