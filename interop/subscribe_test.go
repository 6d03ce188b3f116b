package interop

import (
	"math"
	"testing"
	"time"

	"github.com/actum-go/actum/interop/internal/flow"
)

// TestSubscriptions: prefixes select the messages that are received. Each
// subscription to a prefix counts, and a cancel works at once.
func TestSubscriptions(t *testing.T) {
	forEachCast(t, func(s *fixture, c cast, endpoint string) {
		pub := c.startA(s, "PUB", options{hwm: -1}, endpoint)
		sub := c.startB(s, "SUB", options{}, endpoint)
		prefixes := []string{"b", "b", "abc", "end"}
		for _, prefix := range prefixes {
			s.must(sub.subscribe(prefix))
		}
		for _, prefix := range prefixes { // they arrive one by one, and in any order
			s.delivered(pub, sub, prefix+" arrives")
		}
		s.must(pub.say("begin"))
		s.skipTo(sub, "begin")

		s.must(pub.say("ab"))
		s.must(pub.say("abcd", "and", "more"))
		s.must(pub.say("c"))
		s.must(pub.say("", "b"))
		s.must(pub.say("b"))
		s.hears(sub, "abcd", "and", "more")
		s.hears(sub, "b")

		s.must(sub.unsubscribe("b"))
		s.must(sub.unsubscribe("abc"))
		s.must(pub.say("abcd"))
		s.must(pub.say("b1"))
		s.hears(sub, "b1")

		s.must(sub.unsubscribe("b"))
		s.must(pub.say("b2"))
		s.must(pub.say("end"))
		s.hears(sub, "end")
	})
}

// TestSubscribeAll: the empty prefix selects all messages, including the empty
// one.
func TestSubscribeAll(t *testing.T) {
	forEachCast(t, func(s *fixture, c cast, endpoint string) {
		pub := c.startA(s, "PUB", options{hwm: -1}, endpoint)
		sub := c.startB(s, "SUB", options{}, endpoint)
		s.must(sub.subscribe(""))
		s.reached(pub, sub)
		s.must(pub.say(""))
		s.must(pub.say("x", ""))
		s.hears(sub, "")
		s.hears(sub, "x", "")
	})
}

// TestSlowSubscriber: a PUB drops messages that exceed its marks. Those that
// arrive are in order.
func TestSlowSubscriber(t *testing.T) {
	forEachCast(t, func(s *fixture, c cast, endpoint string) {
		const burst = 50_000
		pub := c.startA(s, "PUB", options{hwm: 10}, endpoint)
		sub := c.startB(s, "SUB", options{hwm: 10}, endpoint)
		s.must(sub.subscribe("are"))
		s.spokenTo(pub, sub)
		s.must(sub.unsubscribe("are"))
		s.must(sub.subscribe("\x00")) // numbers, not what was said last
		done := make(chan error, 1)
		go func() { _, _, err := sub.follow(math.MaxInt, burst); done <- err }()
		s.must(pub.send(flow.Flow{Count: burst, Shapes: flow.Numbers}))
		for n := burst; ; n++ { // the last ones may be dropped: one more until it is not
			s.must(pub.send(flow.Flow{From: n, Count: 1, Shapes: flow.Numbers}))
			select {
			case err := <-done:
				s.must(err)
				return
			case <-time.After(askAgain):
			}
		}
	})
}
