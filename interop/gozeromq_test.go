package interop

import (
	"os/exec"
	"sync"
	"testing"

	"github.com/actum-go/actum/interop/internal/flow"
)

var gozeromq = implementation{"go-zeromq", startGozeromq}

// startGozeromq runs go-zeromq in a program of its own, because it leaves
// goroutines behind. It has neither high-water marks nor linger.
func startGozeromq(s *fixture, socketType string, o options) peer {
	s.Helper()
	program, err := gozeromqPeer()
	s.must(err)
	return startProcess(s, options{routingID: o.routingID}, program, socketType)
}

var gozeromqPeer = sync.OnceValues(func() (string, error) {
	return build("gozeromq-peer", func(program string) *exec.Cmd {
		return exec.Command("go", "build", "-o", program, "./peers/gozeromq")
	})
})

// TestGozeromq exchanges messages with go-zeromq/zmq4: all patterns work between
// two peers, with the exceptions in works.
func TestGozeromq(t *testing.T) {
	for _, p := range patterns {
		for _, tr := range transports {
			for _, c := range p.casts(gozeromq) {
				f, ok := works(p, c)
				if !ok {
					continue
				}
				t.Run(p.name()+"/"+tr.name+"/"+c.name, func(t *testing.T) {
					t.Parallel()
					perform(newFixture(t), p, c, tr, f)
				})
			}
		}
	}
}

// works returns the messages that go-zeromq can exchange. Its REQ fails while it
// has no peer, as when it binds. Its REP takes an empty frame of the request for
// the end of the envelope.
func works(p pattern, c cast) (f flow.Flow, ok bool) {
	f = flow.Flow{Count: 54, Shapes: flow.AllShapes}
	if p.b == "REP" && c.b.name == gozeromq.name {
		f.Shapes = "8;8,300;255;256;1048576;1,1048576;65535"
	}
	return f, !(p.a == "REQ" && c.a.name == gozeromq.name && c.aBinds)
}
