package interop

import (
	"fmt"
	"testing"
)

// TestHandover: the second peer with a routing id replaces the first.
func TestHandover(t *testing.T) {
	forEachCast(t, func(s *fixture, c cast, endpoint string) {
		if !c.aBinds {
			return // one DEALER cannot bind twice what the ROUTER connects to
		}
		router := c.startA(s, "ROUTER", options{handover: true}, endpoint)
		first := c.startB(s, "DEALER", options{routingID: "me"}, endpoint)
		s.must(first.say("first"))
		s.hears(router, "me", "first")
		second := c.startB(s, "DEALER", options{routingID: "me", linger: noLinger}, endpoint)
		s.must(second.say("second"))
		s.hears(router, "me", "second")
	})
}

// TestProbe: the first message that a ROUTER receives is empty.
func TestProbe(t *testing.T) {
	forEachCast(t, func(s *fixture, c cast, endpoint string) {
		router := c.startA(s, "ROUTER", options{}, endpoint)
		dealer := c.startB(s, "DEALER", options{routingID: "me", probe: true}, endpoint)
		s.together(func() error { // libzmq takes up who has connected only when it is asked for something
			_, err := dealer.hear()
			return err
		}, func() error {
			if probe, err := router.hear(); err != nil || len(probe) != 2 || probe[0] != "me" || probe[1] != "" {
				return fmt.Errorf("heard %q, %v", probe, err)
			}
			return router.say("me", "hello")
		})
	})
}
