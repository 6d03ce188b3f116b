package interop

import "testing"

// cast assigns the two roles of a test: one peer is ours, the other is not.
type cast struct {
	name string
	a, b implementation
	// aBinds: a binds and b connects, or the other way round.
	aBinds bool
}

func (c cast) binder() implementation {
	if c.aBinds {
		return c.a
	}
	return c.b
}

// casts returns all casts with one of the other implementations.
func casts(them implementation) []cast {
	return []cast{
		{"ours-binds-to-" + them.name, ours, them, true},
		{"ours-connects-to-" + them.name, ours, them, false},
		{them.name + "-binds-to-ours", them, ours, true},
		{them.name + "-connects-to-ours", them, ours, false},
	}
}

// forEachCast runs a test with every cast over every transport whose endpoints
// are known before they are bound.
func forEachCast(t *testing.T, test func(s *fixture, c cast, endpoint string)) {
	for _, c := range casts(theirs[0]) {
		for _, tr := range fixedTransports {
			t.Run(c.name+"/"+tr.name, func(t *testing.T) {
				t.Parallel()
				test(newFixture(t), c, tr.wildcard(t))
			})
		}
	}
}

// join makes a peer bind or connect, as a or as b.
func (c cast) join(s *fixture, p peer, isA bool, endpoint string) {
	s.Helper()
	if isA == c.aBinds {
		_, err := p.bind(endpoint)
		s.must(err)
		return
	}
	s.must(p.connect(endpoint))
}

// startA and startB make a peer that joins.
func (c cast) startA(s *fixture, socketType string, o options, endpoint string) peer {
	s.Helper()
	p := s.start(c.a, socketType, o)
	c.join(s, p, true, endpoint)
	return p
}

func (c cast) startB(s *fixture, socketType string, o options, endpoint string) peer {
	s.Helper()
	p := s.start(c.b, socketType, o)
	c.join(s, p, false, endpoint)
	return p
}
