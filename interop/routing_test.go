package interop

import (
	"strings"
	"testing"
)

// TestRoutingIDs: a ROUTER knows its peers by the ids that they announce, or by
// one that it makes up, and replies reach their peers.
func TestRoutingIDs(t *testing.T) {
	ids := map[string]string{
		"text": "me", "bytes": "\x01\x00\x80", "longest": strings.Repeat("i", 255), "none": "",
	}
	for name, id := range ids {
		for _, dealer := range []string{"DEALER", "REQ"} {
			t.Run(dealer+"/"+name, func(t *testing.T) {
				forEachCast(t, func(s *fixture, c cast, endpoint string) {
					router := c.startA(s, "ROUTER", options{}, endpoint)
					asker := c.startB(s, dealer, options{routingID: id}, endpoint)
					announced(s, router, asker, id)
				})
			})
		}
	}
}

func announced(s *fixture, router, asker peer, id string) {
	s.Helper()
	s.must(asker.say("question", "1"))
	question, err := router.hear()
	s.must(err)
	from := question[0]
	if id != "" && from != id {
		s.Fatalf("the routing id is %q instead of %q", from, id)
	}
	if id == "" && (len(from) != 5 || from[0] != 0) {
		s.Errorf("the routing id made up is %q: 5 bytes, the first of them 0, expected", from)
	}
	question[len(question)-2] = "answer"
	s.must(router.say(question...))
	s.hears(asker, "answer", "1")
}

// TestRouterMandatory: a ROUTER fails if there is no such peer, or drops the
// message, depending on the option.
func TestRouterMandatory(t *testing.T) {
	forEachCast(t, func(s *fixture, c cast, endpoint string) {
		router := c.startA(s, "ROUTER", options{mandatory: true}, endpoint)
		if err := router.attempt("nobody", "hello"); err == nil {
			s.Error("a message to nobody was accepted")
		}
		dealer := c.startB(s, "DEALER", options{routingID: "somebody"}, endpoint)
		s.retry(func() error { return router.attempt("somebody", "hello") })
		s.hears(dealer, "hello")
		if c.a.name != ours.name {
			return // libzmq differs here: it continues to queue, or refuses the second peer with the id
		}
		dealer.kill()
		s.fails(func() error { return router.attempt("somebody", "are you there?") })

		dealer = c.startB(s, "DEALER", options{routingID: "somebody"}, endpoint)
		s.retry(func() error { return router.attempt("somebody", "hello again") })
		s.hears(dealer, "hello again")
	})
}

// fails repeats a function until it fails, because a peer may not have noticed
// yet.
func (s *fixture) fails(thing func() error) {
	s.Helper()
	for thing() == nil {
		s.must(s.ctx.Err())
	}
}

// TestRouterDrops: without RouterMandatory a message without a receiver is
// dropped.
func TestRouterDrops(t *testing.T) {
	forEachCast(t, func(s *fixture, c cast, endpoint string) {
		router := c.startA(s, "ROUTER", options{}, endpoint)
		s.must(router.say("nobody", "hello"))
		dealer := c.startB(s, "DEALER", options{routingID: "somebody"}, endpoint)
		s.must(dealer.say("hello"))
		s.hears(router, "somebody", "hello")
		s.must(router.say("nobody", "hello"))
		s.must(router.say("somebody", "you are the first"))
		s.hears(dealer, "you are the first")
	})
}

// TestSameRoutingID: the second peer with a routing id is refused, and the first
// keeps it.
func TestSameRoutingID(t *testing.T) {
	forEachCast(t, func(s *fixture, c cast, endpoint string) {
		if !c.aBinds {
			return // one DEALER cannot bind twice what the ROUTER connects to
		}
		router := c.startA(s, "ROUTER", options{}, endpoint)
		first := c.startB(s, "DEALER", options{routingID: "me"}, endpoint)
		s.must(first.say("first"))
		s.hears(router, "me", "first")
		second := c.startB(s, "DEALER", options{routingID: "me", linger: noLinger}, endpoint)
		s.must(second.say("second"))
		for range 3 {
			s.must(router.say("me", "to the first"))
			s.hears(first, "to the first")
			s.must(first.say("still first"))
			s.hears(router, "me", "still first")
		}
	})
}
