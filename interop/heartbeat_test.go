package interop

import (
	"syscall"
	"testing"
	"time"
)

// TestHeartbeat: libzmq's PINGs are answered even without other traffic, so that
// it does not take us for dead. Otherwise a ROUTER would know the peer by a new
// routing id after it had connected again.
func TestHeartbeat(t *testing.T) {
	t.Parallel() // with TestOurHeartbeat: both mostly wait
	testHeartbeat(t, options{}, options{heartbeat: heartbeat, timeout: dead})
}

// TestOurHeartbeat: libzmq answers our PINGs.
func TestOurHeartbeat(t *testing.T) {
	t.Parallel()
	testHeartbeat(t, options{heartbeat: heartbeat, timeout: dead}, options{})
}

const (
	heartbeat = 100 * time.Millisecond
	dead      = 15 * heartbeat // longer than a busy machine keeps a process waiting
)

func testHeartbeat(t *testing.T, own, others options) {
	const silence = 2 * dead
	for _, tr := range transports {
		t.Run(tr.name, func(t *testing.T) {
			t.Parallel()
			s := newFixture(t)
			router := s.start(ours, "ROUTER", own)
			others.ipv6 = tr.ipv6
			dealer := s.start(theirs[0], "DEALER", others)
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

// TestHeartbeatOfAStoppedPeer: a libzmq process that hangs is disconnected,
// because it does not answer our PINGs, or does not send within the TTL of its
// own. When it continues it connects again.
func TestHeartbeatOfAStoppedPeer(t *testing.T) {
	for name, o := range map[string][2]options{
		"our PINGs":   {{heartbeat: heartbeat}, {}},
		"their PINGs": {{}, {heartbeat: heartbeat, timeout: 2 * heartbeat}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newFixture(t)
			router := s.start(ours, "ROUTER", o[0]).(*local)
			dealer := s.start(theirs[0], "DEALER", o[1])
			s.link(router, dealer, transports[0].wildcard(t))
			s.must(dealer.say("before"))
			_, err := router.hear()
			s.must(err)
			process := dealer.(*process).cmd.Process
			for router.socket.Stats().Peers > 0 {
				s.must(process.Signal(syscall.SIGCONT))
				<-time.After(2 * heartbeat) // for it to have sent a PING; if it has not: again
				s.must(process.Signal(syscall.SIGSTOP))
				for begun := time.Now(); time.Since(begun) < dead && router.socket.Stats().Peers > 0; {
					s.must(s.ctx.Err())
					<-time.After(askAgain)
				}
			}
			s.must(process.Signal(syscall.SIGCONT))
			s.spokenTo(dealer, router)
		})
	}
}
