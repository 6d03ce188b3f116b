package interop

import (
	"strings"
	"testing"
)

// TestMaxMessageSize: the largest message passes. A peer that sends a larger one
// is disconnected, connects again, and its messages are received.
func TestMaxMessageSize(t *testing.T) {
	const limit = 1000
	largest, tooLarge := strings.Repeat("m", limit), strings.Repeat("m", limit+1)
	forEachCast(t, func(s *fixture, c cast, endpoint string) {
		push := c.startA(s, "PUSH", options{}, endpoint)
		pull := c.startB(s, "PULL", options{maxSize: limit}, endpoint)
		s.reached(push, pull)
		for range 3 {
			s.must(push.say(largest))
			s.hears(pull, largest)
			s.must(push.say(largest, "", largest)) // each frame counts alone
			s.hears(pull, largest, "", largest)
			s.must(push.say(tooLarge))
			if c.b.name != ours.name && c.aBinds {
				return // libzmq does not connect again to who has offended it
			}
			s.reached(push, pull) // hears nothing but this, or fails
		}
	})
}
