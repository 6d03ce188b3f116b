package interop

import (
	"testing"
	"time"
)

// TestHeartbeat: libzmq's PINGs are answered also when nothing else is said, so
// that it does not take us for dead: a ROUTER would know it by a new routing id
// when it had come back.
func TestHeartbeat(t *testing.T) {
	const interval, silence = 50 * time.Millisecond, 500 * time.Millisecond
	for _, tr := range transports {
		t.Run(tr.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			router := s.start(ours, "ROUTER", options{})
			dealer := s.start(theirs[0], "DEALER", options{ipv6: tr.ipv6, heartbeat: interval})
			s.link(router, dealer, tr.wildcard(t))
			s.must(dealer.say("before"))
			before, err := router.hear()
			s.must(err)
			<-time.After(silence) // the silence is what is tested
			s.must(dealer.say("after"))
			s.hears(router, before[0], "after")
		})
	}
}
