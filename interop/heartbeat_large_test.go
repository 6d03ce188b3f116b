package interop

import (
	"strings"
	"testing"
	"time"
)

// TestHeartbeatBetweenFrames: libzmq answers our PINGs between the frames of a
// message, where it still arrives whole.
func TestHeartbeatBetweenFrames(t *testing.T) {
	const frames, size, rounds = 40, 1 << 20, 5
	for _, tr := range transports {
		t.Run(tr.name, func(t *testing.T) {
			s := newStage(t)
			pull := s.start(ours, "PULL", options{heartbeat: 50 * time.Millisecond, timeout: dead})
			push := s.start(theirs[0], "PUSH", options{ipv6: tr.ipv6})
			s.link(pull, push, tr.wildcard(t))
			message := make([]string, frames)
			for i := range message {
				message[i] = strings.Repeat(string(rune('a'+i%26)), size)
			}
			for range rounds {
				s.must(push.say(message...))
			}
			for range rounds {
				got, err := pull.hear()
				s.must(err)
				if len(got) != frames || strings.Join(got, "") != strings.Join(message, "") {
					t.Fatalf("%d frames, want %d", len(got), frames)
				}
			}
		})
	}
}
