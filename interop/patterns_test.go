package interop

import (
	"testing"

	"github.com/actum-go/actum/interop/internal/flow"
)

// pattern is a pair of compatible socket types and what they do. The
// implementations add the envelope of replies; the flow has that of requests.
type pattern struct {
	a, b string
	run  func(s *fixture, a, b peer, f flow.Flow)
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

func oneWay(s *fixture, a, b peer, f flow.Flow) {
	s.together(func() error { return a.send(f) }, func() error { return b.recv(f) })
}

// published starts when the subscription has arrived.
func published(s *fixture, a, b peer, f flow.Flow) {
	s.must(b.subscribe(""))
	s.reached(a, b)
	oneWay(s, a, b, f)
}

func bothWays(s *fixture, a, b peer, f flow.Flow) {
	s.together(func() error { return a.exchange(f, f) }, func() error { return b.exchange(f, f) })
}

func echoed(s *fixture, a, b peer, f flow.Flow) {
	s.together(func() error { return a.exchange(f, f) }, func() error { return b.echo(f.Count) })
}

func asked(s *fixture, a, b peer, f flow.Flow) {
	s.together(func() error { return a.ask(f) }, func() error { return b.echo(f.Count) })
}

// askedInEnvelope is for a DEALER, which itself adds the empty frame that a REP
// expects.
func askedInEnvelope(s *fixture, a, b peer, f flow.Flow) { asked(s, a, b, f.Via("")) }

// routed starts when each ROUTER knows the other, which it needs to address it.
func routed(s *fixture, a, b peer, f flow.Flow) {
	s.retry(func() error { return a.attempt("the second", "hello") })
	s.retry(func() error { return b.attempt("the first", "hello") })
	for _, p := range []peer{a, b} {
		_, err := p.hear()
		s.must(err)
	}
	toA, toB := f.Via("the first"), f.Via("the second")
	s.together(
		func() error { return a.exchange(toB, toB) },
		func() error { return b.exchange(toA, toA) },
	)
}

// TestPatterns exchanges messages of all shapes: every pattern, either role,
// either side binding, every transport, with each of the others.
func TestPatterns(t *testing.T) {
	for _, them := range theirs {
		for _, p := range patterns {
			for _, tr := range transports {
				for _, c := range p.casts(them) {
					t.Run(them.name+"/"+p.name()+"/"+tr.name+"/"+c.name, func(t *testing.T) {
						t.Parallel()
						perform(newFixture(t), p, c, tr, flow.Flow{Count: 54, Shapes: flow.AllShapes})
					})
				}
			}
		}
	}
}

// casts returns the casts that differ: if both sides have the same type, half of
// them do not.
func (p pattern) casts(them implementation) []cast {
	all := casts(them)
	if p.a == p.b {
		return all[:2]
	}
	return all
}

// perform runs one pattern with one cast.
func perform(s *fixture, p pattern, c cast, tr transport, f flow.Flow) {
	s.Helper()
	p.optionsA.ipv6, p.optionsB.ipv6 = tr.ipv6, tr.ipv6
	a, b := s.start(c.a, p.a, p.optionsA), s.start(c.b, p.b, p.optionsB)
	if c.aBinds {
		s.link(a, b, tr.wildcard(s.T))
	} else {
		s.link(b, a, tr.wildcard(s.T))
	}
	p.run(s, a, b, f)
	s.must(a.close())
	s.must(b.close())
}
