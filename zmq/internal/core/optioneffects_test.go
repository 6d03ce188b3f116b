package core_test

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq/internal/core"
	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/simulation"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// effect is what a change of an option does to the endpoints that are bound or
// connected after it, in virtual time. Those from before keep what they had.
type effect struct {
	option        string
	before, after string // its values, in libzmq's form
	typ           wire.SocketType
	others        option.Values
	connects      bool // the endpoints are connected, and nothing listens there; otherwise bound
	observe       func(o *observation) any
	was, holds    any // what is observed at an endpoint from before the change, and from after it
}

// effects has a row for each option that holds for new endpoints.
var effects = []effect{
	{option: "connect_timeout", before: "1500", after: "6000", typ: wire.PUSH, others: option.Values{ReconnectInterval: time.Hour},
		connects: true, observe: (*observation).timeOfFailure, was: 1500 * time.Millisecond, holds: 6 * time.Second},
	{option: "reconnect_ivl", before: "1000", after: "3000", typ: wire.PUSH,
		connects: true, observe: (*observation).timeOfFourthFailure, was: 3 * time.Second, holds: 9 * time.Second},
	{option: "reconnect_ivl_max", before: "0", after: "4000", typ: wire.PUSH, others: option.Values{ReconnectInterval: time.Second},
		connects: true, observe: (*observation).timeOfFourthFailure, was: 3 * time.Second, holds: 7 * time.Second},
	{option: "backlog", before: "1", after: "2", typ: wire.PULL,
		observe: (*observation).timeOfThreeConnects, was: time.Second, holds: time.Duration(0)},
	{option: "sndbuf", before: "5000", after: "20000", typ: wire.PUSH, others: option.Values{SendHWM: -1, Linger: -1},
		observe: (*observation).sendBuffer, was: 5000, holds: 20000},
	{option: "rcvbuf", before: "5000", after: "20000", typ: wire.PULL,
		observe: (*observation).recvBuffer, was: 5000, holds: 20000},
	{option: "handshake_ivl", before: "1000", after: "3000", typ: wire.PULL,
		observe: (*observation).timeOfSilence, was: time.Second, holds: 3 * time.Second},
	{option: "heartbeat_ivl", before: "1000", after: "3000", typ: wire.PULL,
		observe: (*observation).timeToPing, was: time.Second, holds: 3 * time.Second},
	{option: "heartbeat_timeout", before: "1000", after: "3000", typ: wire.PULL, others: option.Values{HeartbeatInterval: 10 * time.Second},
		observe: (*observation).timeAfterPing, was: time.Second, holds: 3 * time.Second},
	{option: "heartbeat_ttl", before: "1000", after: "3000", typ: wire.PULL, others: option.Values{HeartbeatInterval: time.Second},
		observe: (*observation).ttlOfPing, was: time.Second, holds: 3 * time.Second},
	{option: "maxmsgsize", before: "4", after: "5", typ: wire.PULL, observe: (*observation).takesTwoFrames, was: false, holds: true},
	{option: "maxmsgsize_total", before: "9", after: "10", typ: wire.PULL, observe: (*observation).takesTwoFrames, was: false, holds: true},
	{option: "maxframes", before: "1", after: "2", typ: wire.PULL, observe: (*observation).takesTwoFrames, was: false, holds: true},
	{option: "stall_timeout", before: "1000", after: "3000", typ: wire.PULL,
		observe: (*observation).timeOfHalfAMessage, was: time.Second, holds: 3 * time.Second},
}

// set sets an option of a socket that is not made yet.
func set(w *simulation.Run, o *option.Values, name, value string) {
	row, err := option.Find(name)
	w.Check(err)
	w.Check(row.Set(o, value))
}

func TestEffectsOfChanges(t *testing.T) {
	for _, e := range effects {
		t.Run(e.option, func(t *testing.T) {
			w := simulation.Quiet(t, core.Config{Jitter: func(time.Duration) time.Duration { return 0 }})
			o := e.others
			set(w, &o, e.option, e.before)
			s := w.Socket(e.typ, o)
			var endpoints [2]*observation
			for i := range endpoints {
				endpoints[i] = &observation{Run: w, s: s, at: fmt.Sprintf("127.0.0.1:%d", 7001+i), index: i}
				if i == 1 {
					w.Check(s.Set(e.option, e.after))
				}
				switch {
				case e.option == "connect_timeout":
					defer endpoints[i].fillBacklog()()
					fallthrough
				case e.connects:
					w.Check(s.Connect("tcp://" + endpoints[i].at))
				default:
					w.Bind(s, "tcp://"+endpoints[i].at)
				}
			}
			for i, want := range []any{e.was, e.holds} {
				if got := e.observe(endpoints[i]); got != want {
					t.Errorf("endpoint %d: %v, want %v", i+1, got, want)
				}
			}
			w.Check(s.Close())
		})
	}
}

// Every option has a test of what a change of it does.
func TestEveryOptionHasAnEffect(t *testing.T) {
	tested := strings.Fields("linger immediate sndtimeo rcvtimeo routing_id router_mandatory router_handover probe_router " +
		"req_correlate req_relaxed xpub_nodrop subscribe " + // TestChange... of zmq/socketoptions_test.go
		"sndhwm rcvhwm sndhwm_bytes rcvhwm_bytes") // TestChangeHighWaterMarks and others
	for _, e := range effects {
		tested = append(tested, e.option)
	}
	for _, r := range option.Rows() {
		if r.Implemented() != slices.Contains(tested, r.Name) {
			t.Errorf("%s is implemented: %v, tested: %v", r.Name, r.Implemented(), !r.Implemented())
		}
		if inTable := slices.ContainsFunc(effects, func(e effect) bool { return e.option == r.Name }); inTable && r.When != option.NewEndpoints {
			t.Errorf("%s does not hold for new endpoints alone", r.Name)
		}
	}
}

// A higher mark for receiving makes a full connection read on; a lower one leaves
// it reading as messages are received.
func TestChangedMarkOfAConnection(t *testing.T) {
	for name, marks := range map[string][2]string{"rcvhwm": {"2", "100000"}, "rcvhwm_bytes": {"3000", "100000000"}} {
		t.Run(name, func(t *testing.T) {
			const n = 1000
			w := simulation.Quiet(t, core.Config{})
			o := option.Values{RecvHWM: -1}
			set(w, &o, name, marks[0])
			s := w.Socket(wire.PULL, o)
			end := &observation{Run: w, s: s, at: "127.0.0.1:7001"}
			w.Bind(s, "tcp://"+end.at)
			p := end.shakeHands("PUSH")
			var frames []byte
			for range n {
				frames = append(wire.AppendFrameHeader(frames, 0, 1000), make([]byte, 1000)...)
			}
			op := proactor.NewOperation(func(*proactor.Operation) {})
			p.h.WriteAll(op, frames)
			written := func() bool { return !op.Outstanding() }
			if w.Until(time.Second, written) {
				t.Fatal("everything is read: the test tests nothing")
			}
			w.Check(s.Set(name, marks[1]))
			if !w.Until(time.Second, written) {
				t.Fatal("a higher mark changes nothing")
			}
			w.Check(s.Set(name, marks[0]))
			received := 0
			more := func() bool {
				for _, err := s.TryRecv(); err == nil; _, err = s.TryRecv() {
					received++
				}
				return received >= n
			}
			w.Until(time.Second, more)
			p.h.WriteAll(op, frames)
			if w.Until(time.Second, written) {
				t.Error("a lower mark changes nothing")
			}
			w.Until(time.Second, func() bool { return more() && received == 2*n })
			if received != 2*n {
				t.Errorf("%d messages are received, want %d", received, 2*n)
			}
			p.close()
			w.Check(s.Close())
		})
	}
}

// A mark for receiving that was changed holds for later connections of an endpoint,
// too, and for the messages of earlier ones that wait: a Connect makes no
// connection while they reach it.
func TestChangedMarkOfLaterConnections(t *testing.T) {
	w := simulation.Quiet(t, core.Config{})
	s := w.Socket(wire.PULL, option.Values{RecvHWM: -1})
	w.Bind(s, "tcp://127.0.0.1:7001")
	l, err := w.Dispatcher.Listen("tcp", "127.0.0.1:7002", nil)
	w.Check(err)
	var far *proactor.Handle
	accept := proactor.NewOperation(func(op *proactor.Operation) { far = op.Handle() })
	l.Accept(accept)
	w.Check(s.Connect("tcp://127.0.0.1:7002"))
	w.Until(time.Second, func() bool { return far != nil })
	w.Check(s.Set("rcvhwm", "3"))

	bound := (&observation{Run: w, s: s, at: "127.0.0.1:7001"}).shakeHands("PUSH")
	many := make([]byte, 2*200_000) // empty messages
	op := proactor.NewOperation(func(*proactor.Operation) {})
	bound.h.WriteAll(op, many)
	if w.Until(time.Second, func() bool { return !op.Outstanding() }) {
		t.Error("a connection that was made after the change reads everything")
	}
	w.Check(bound.h.Close())

	p := &bytePeer{observation: bound.observation, h: far}
	p.say(handshakeOf("PUSH"))
	p.say(make([]byte, 2*3))
	w.Until(time.Second, func() bool { return false })
	w.Check(far.Close())
	far = nil
	l.Accept(accept)
	w.Until(time.Second, func() bool { return far != nil })
	if err := s.Stats().Endpoints[1].Err; far != nil || !strings.Contains(fmt.Sprint(err), "not received yet") {
		t.Errorf("connected again: %v; the endpoint says %v", far != nil, err)
	}
	w.Check(s.Set("rcvhwm", "4"))
	if !w.Until(time.Second, func() bool { return far != nil }) {
		t.Fatal("not connected again with a higher mark")
	}
	w.Check(far.Close())
	w.Check(l.Close())
	w.Check(s.Close())
}

// observation is one endpoint of the socket. Its peer consists of bytes only.
type observation struct {
	*simulation.Run
	s     *core.Socket
	at    string // host and port
	index int    // among the socket's endpoints
}

// observed bounds each wait in virtual time.
const observed = time.Minute

// since is the virtual time that has passed, without the 5 ms for which an engine
// waits longer than it has to.
func (o *observation) since(begun time.Duration) time.Duration {
	return (o.Network.Now() - begun).Round(100 * time.Millisecond)
}

// fillBacklog makes a listener that answers no more connects.
func (o *observation) fillBacklog() (stop func()) {
	l, err := o.Dispatcher.Listen("tcp", o.at, &proactor.SocketOptions{Backlog: 1})
	o.Check(err)
	first := o.dial()
	return func() {
		o.Check(first.h.Close())
		o.Check(l.Close())
	}
}

func (o *observation) timeOfFailure() any       { return o.timeOfFailures(1) }
func (o *observation) timeOfFourthFailure() any { return o.timeOfFailures(4) }

func (o *observation) timeOfFailures(n int) any {
	o.Until(observed, func() bool { return o.s.Stats().Endpoints[o.index].Failures >= n })
	return o.since(0)
}

// timeOfThreeConnects is the time after which three peers that connect at the same
// time are connected. The first is accepted at once; one that finds the backlog
// full tries again after a second.
func (o *observation) timeOfThreeConnects() any {
	begun, connected := o.Network.Now(), 0
	for range 3 {
		o.Dispatcher.Connect(&proactor.Operation{Handler: proactor.HandlerFunc(func(op *proactor.Operation) {
			connected++
			o.Check(op.Handle().Close())
		})}, "tcp", o.at, nil)
	}
	o.Until(observed, func() bool { return connected == 3 })
	return o.since(begun)
}

// ownBuffer is what the peer's side adds to the buffers of a connection.
const ownBuffer = simulation.QuietBuffer / 2

// sendBuffer is the number of bytes that a peer which does not read is sent.
func (o *observation) sendBuffer() any {
	p := o.shakeHands("PULL")
	defer p.close()
	had := len(p.in)
	for range 100 {
		o.Check(o.s.TrySend(message.New([]byte(strings.Repeat("x", 1000)))))
	}
	o.Until(time.Second, func() bool { return false })
	n, err := p.h.TryRead(make([]byte, 1<<20))
	o.Check(err)
	return n + had - len(p.in) - ownBuffer
}

// recvBuffer is the number of bytes that a peer can write before any is read.
func (o *observation) recvBuffer() any {
	p := o.dial()
	defer p.close()
	n, err := p.h.TryWrite(make([]byte, 1<<20))
	o.Check(err)
	return n - ownBuffer
}

func (o *observation) timeOfSilence() any {
	p := o.dial()
	defer p.close()
	return p.untilClosed()
}

func (o *observation) timeToPing() any {
	p := o.shakeHands("PUSH")
	defer p.close()
	begun := o.Network.Now()
	p.ping()
	return o.since(begun)
}

func (o *observation) timeAfterPing() any {
	p := o.shakeHands("PUSH")
	defer p.close()
	p.ping()
	return p.untilClosed()
}

func (o *observation) ttlOfPing() any {
	p := o.shakeHands("PUSH")
	defer p.close()
	_, data, err := wire.ParseCommand(p.ping())
	o.Check(err)
	ttl, _, err := wire.ParsePing(data)
	o.Check(err)
	return ttl
}

// takesTwoFrames reports whether a message of two frames of five bytes each is
// received.
func (o *observation) takesTwoFrames() any {
	p := o.shakeHands("PUSH")
	defer p.close()
	p.say([]byte("\x01\x05first\x00\x05other"))
	received := false
	o.Until(observed, func() bool {
		_, err := o.s.TryRecv()
		received = err == nil
		return received || p.isClosed()
	})
	return received
}

func (o *observation) timeOfHalfAMessage() any {
	p := o.shakeHands("PUSH")
	defer p.close()
	p.say([]byte("\x00\x05ha"))
	return p.untilClosed()
}

// bytePeer is a peer that consists of bytes only.
type bytePeer struct {
	*observation
	h  *proactor.Handle
	in []byte
}

// dial connects a peer to the endpoint.
func (o *observation) dial() *bytePeer {
	p := &bytePeer{observation: o}
	o.Dispatcher.Connect(&proactor.Operation{Handler: proactor.HandlerFunc(func(op *proactor.Operation) { p.h = op.Handle() })}, "tcp", o.at, nil)
	o.Until(observed, func() bool { return p.h != nil })
	return p
}

// shakeHands is dial for a peer of this type, which completes its handshake.
func (o *observation) shakeHands(typ string) *bytePeer {
	p := o.dial()
	p.say(handshakeOf(typ))
	o.Until(observed, func() bool { return p.command(0) != nil })
	o.Until(observed, func() bool { return o.s.Stats().Peers == 1 })
	return p
}

// handshakeOf is what a peer of this type says in its handshake.
func handshakeOf(typ string) []byte {
	b := wire.AppendGreeting(nil, wire.Greeting{Major: 3, Minor: 1, Mechanism: "NULL"})
	return wire.AppendReady(b, wire.Metadata{{Name: wire.PropertySocketType, Value: []byte(typ)}})
}

func (p *bytePeer) close() {
	p.Check(p.h.Close())
	p.Until(observed, func() bool { return p.s.Stats().Peers == 0 })
}

func (p *bytePeer) say(b []byte) {
	n, err := p.h.TryWrite(b)
	p.Check(err)
	if n < len(b) {
		p.Fail("%d of %d bytes are written", n, len(b))
	}
}

// isClosed reads what is there, and reports whether the stream has ended.
func (p *bytePeer) isClosed() bool {
	b := make([]byte, 1000)
	n, err := p.h.TryRead(b)
	p.in = append(p.in, b[:n]...)
	if err != nil && err != io.EOF && err != proactor.ErrWouldBlock {
		p.Check(err)
	}
	return err == io.EOF
}

func (p *bytePeer) untilClosed() any {
	begun := p.Network.Now()
	p.Until(observed, p.isClosed)
	return p.since(begun)
}

// command returns the body of the nth frame after the greeting, which is a short
// command; nil if it has not come.
func (p *bytePeer) command(n int) []byte {
	p.isClosed()
	if len(p.in) < wire.GreetingSize {
		return nil
	}
	for b := p.in[wire.GreetingSize:]; len(b) > 2 && len(b) >= 2+int(b[1]); n-- {
		if n == 0 {
			return b[2 : 2+b[1]]
		}
		b = b[2+b[1]:]
	}
	return nil
}

// ping waits for the first PING and returns its body.
func (p *bytePeer) ping() (body []byte) {
	p.Until(observed, func() bool { body = p.command(1); return body != nil })
	return body
}
