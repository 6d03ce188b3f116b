package interop

import "testing"

// pattern is two types of sockets that go together, and what they do. The
// envelope of answers is libzmq's matter or ours; that of questions the flow's.
type pattern struct {
	a, b string
	run  func(s *stage, a, b peer, f flow)
	// lockstep patterns wait for an answer to every message.
	lockstep bool
	optionsA options
	optionsB options
}

func (p pattern) name() string { return p.a + "+" + p.b }

var patterns = []pattern{
	{a: "PUSH", b: "PULL", run: oneWay},
	{a: "PUB", b: "SUB", run: published, optionsA: options{hwm: -1}},
	{a: "PAIR", b: "PAIR", run: bothWays},
	{a: "DEALER", b: "DEALER", run: bothWays},
	{a: "DEALER", b: "ROUTER", run: echoed, optionsB: options{mandatory: true}},
	{a: "ROUTER", b: "ROUTER", run: routed,
		optionsA: options{mandatory: true, routingID: "the first"}, optionsB: options{mandatory: true, routingID: "the second"}},
	{a: "REQ", b: "REP", run: asked, lockstep: true},
	{a: "REQ", b: "ROUTER", run: asked, lockstep: true},
	{a: "DEALER", b: "REP", run: askedInEnvelope, lockstep: true},
}

func oneWay(s *stage, a, b peer, f flow) {
	s.together(func() error { return a.send(f) }, func() error { return b.recv(f) })
}

// published begins when the subscription has arrived.
func published(s *stage, a, b peer, f flow) {
	s.must(b.subscribe(""))
	s.reached(a, b)
	oneWay(s, a, b, f)
}

func bothWays(s *stage, a, b peer, f flow) {
	s.together(func() error { return a.exchange(f, f) }, func() error { return b.exchange(f, f) })
}

func echoed(s *stage, a, b peer, f flow) {
	s.together(func() error { return a.exchange(f, f) }, func() error { return b.echo(f.count) })
}

func asked(s *stage, a, b peer, f flow) {
	s.together(func() error { return a.ask(f) }, func() error { return b.echo(f.count) })
}

// askedInEnvelope is for a DEALER, which makes the empty frame that a REP looks
// for itself.
func askedInEnvelope(s *stage, a, b peer, f flow) { asked(s, a, b, f.via("")) }

// routed begins when each ROUTER knows the other: before that it cannot address
// it.
func routed(s *stage, a, b peer, f flow) {
	s.retry(func() error { return a.attempt("the second", "hello") })
	s.retry(func() error { return b.attempt("the first", "hello") })
	for _, p := range []peer{a, b} {
		_, err := p.hear()
		s.must(err)
	}
	toA, toB := f.via("the first"), f.via("the second")
	s.together(
		func() error { return a.exchange(toB, toB) },
		func() error { return b.exchange(toA, toA) },
	)
}

// sides are the ways to cast a pattern: who plays a, and who binds.
var sides = []struct {
	name          string
	swapped       bool // theirs plays a
	connectorIsUs bool
}{
	{"ours-binds", false, false},
	{"ours-connects", false, true},
	{"swapped/ours-binds", true, false},
	{"swapped/ours-connects", true, true},
}

// TestPatterns exchanges messages of all shapes: every pattern, either role,
// either side binding, every transport, with each of the others.
func TestPatterns(t *testing.T) {
	for _, them := range theirs {
		for _, p := range patterns {
			for _, tr := range transports {
				for _, side := range sides {
					if p.a == p.b && side.swapped {
						continue
					}
					t.Run(them.name+"/"+p.name()+"/"+tr.name+"/"+side.name, func(t *testing.T) {
						t.Parallel()
						perform(newStage(t), p, them, tr, side.swapped, side.connectorIsUs, flow{count: 54, shapes: allShapes})
					})
				}
			}
		}
	}
}

// perform runs one pattern between us and them.
func perform(s *stage, p pattern, them implementation, tr transport, swapped, weConnect bool, f flow) {
	s.Helper()
	implA, implB := ours, them
	if swapped {
		implA, implB = them, ours
	}
	p.optionsA.ipv6, p.optionsB.ipv6 = tr.ipv6, tr.ipv6
	a, b := s.start(implA, p.a, p.optionsA), s.start(implB, p.b, p.optionsB)
	binder, connector := a, b
	if swapped != weConnect {
		binder, connector = b, a
	}
	s.link(binder, connector, tr.wildcard(s.T))
	p.run(s, a, b, f)
	s.must(a.close())
	s.must(b.close())
}
