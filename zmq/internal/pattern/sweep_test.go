package pattern

import (
	"testing"

	"github.com/actum-go/actum/zmq/internal/wire"
)

// A subscriber with up to a turn's number of subscriptions is removed at once,
// without another goroutine.
func TestLeavingWithLittle(t *testing.T) {
	for _, n := range []int{1, turnSize} {
		s := NewPub(Config{})
		kind := s.behaviour.(*pub)
		for range 5 {
			peer, inbox := heardBy(t, s)
			inbox.Put(says(wire.Subscribe, n))
			s.Disconnected(peer)
			s.sendMu.Lock()
			left, sweeping := kind.index.Prefixes(), kind.sweeping
			s.sendMu.Unlock()
			if left != 0 || sweeping {
				t.Errorf("of %d subscriptions %d are left; a goroutine removes them: %v", n, left, sweeping)
			}
		}
		s.Close()
	}
}
