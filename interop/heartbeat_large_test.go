package interop

import (
	"strings"
	"testing"
	"time"

	"github.com/actum-go/actum/interop/internal/flow"
	"github.com/actum-go/actum/zmq"
)

// TestHeartbeatBetweenFrames: libzmq answers PINGs, and sends its own, between
// the frames of a message, which still arrives whole.
func TestHeartbeatBetweenFrames(t *testing.T) {
	const often = 50 * time.Millisecond
	large := flow.Flow{Count: 10, Shapes: strings.TrimSuffix(strings.Repeat("1048576,", 40), ",")}
	for name, o := range map[string][2]options{
		"our PINGs":   {{heartbeat: often, timeout: dead}, {}},
		"their PINGs": {{}, {heartbeat: often, timeout: dead}},
		"both":        {{heartbeat: often, timeout: dead}, {heartbeat: often, timeout: dead}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newFixture(t)
			pull := s.start(ours, "PULL", o[0]).(*local)
			push := s.start(theirs[0], "PUSH", o[1])
			s.link(pull, push, transports[0].wildcard(t))
			s.together(func() error { return push.send(large) }, func() error { return pull.recv(large) })
			if n := pull.socket.Stats().Dropped[zmq.DropMalformed]; n > 0 {
				t.Errorf("%d messages were malformed", n)
			}
		})
	}
}
