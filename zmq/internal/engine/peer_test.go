package engine

import (
	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// peer is the other end of the connection, without an engine.
type peer struct {
	*fixture
	*proactor.Handle
	readOp, writeOp proactor.Operation
	buf             [4096]byte
	sent            []byte // bytes of the engine that were read
	queue           []byte // bytes that are still to be written
	notReading      bool   // the peer does not read
	onHeard         func() // called after each read; may be nil
	failed          error  // why it cannot continue
	boxed           unboxer
}

func newPeer(f *fixture, h *proactor.Handle) *peer {
	p := &peer{fixture: f, Handle: h}
	p.readOp.Handler = proactor.HandlerFunc(func(op *proactor.Operation) {
		if p.failed = op.Err(); p.failed != nil {
			return
		}
		p.sent = append(p.sent, p.buf[:op.N()]...)
		if p.onHeard != nil {
			p.onHeard()
		}
		p.startRead()
	})
	p.writeOp.Handler = proactor.HandlerFunc(func(op *proactor.Operation) {
		if p.failed = op.Err(); p.failed != nil {
			return
		}
		p.queue = p.queue[op.N():]
		p.write()
	})
	p.startRead()
	return p
}

func (p *peer) startRead() {
	if !p.notReading && !p.readOp.Outstanding() {
		p.Read(&p.readOp, p.buf[:])
	}
}

// say writes b after the bytes that are still to be written.
func (p *peer) say(b []byte) {
	p.queue = append(p.queue, b...)
	if !p.writeOp.Outstanding() {
		p.write()
	}
}

func (p *peer) write() {
	if len(p.queue) > 0 {
		p.Write(&p.writeOp, p.queue)
	}
}

// greet sends a peer's greeting and READY.
func (p *peer) greet(typ string) {
	p.greetAs(wire.Greeting{Major: 3, Minor: 1, Mechanism: "NULL"}, typ)
}

// greetAs is greet with another greeting.
func (p *peer) greetAs(g wire.Greeting, typ string) {
	b := wire.AppendGreeting(nil, g)
	p.say(wire.AppendReady(b, wire.Metadata{{Name: wire.PropertySocketType, Value: []byte(typ)}}))
}

// traffic returns what the engine has sent after its greeting and READY.
func (p *peer) traffic() []item {
	p.Helper()
	if len(p.sent) <= wire.GreetingSize {
		return nil
	}
	items, err := reference(p.sent[wire.GreetingSize:], &option.Limits{}, keepAll)
	if err != nil {
		p.Fatalf("the engine sends what is not ZMTP: %v", err)
	}
	return items[min(1, len(items)):]
}

// messages returns messages of one frame as text; it panics on other items.
func messages(items []item) (texts []string) {
	for _, i := range items {
		if i.command || len(i.frames) != 1 {
			panic("not a message of one frame: " + i.String())
		}
		texts = append(texts, string(i.frames[0]))
	}
	return texts
}
