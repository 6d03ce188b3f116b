package interop

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/actum-go/actum/interop/internal/flow"
)

// endpointForms are the forms of endpoints: what to bind, and what to connect to
// for the bound endpoint.
var endpointForms = []struct {
	name string
	bind string
	at   func(bound string) string
}{
	{"interface", "tcp://lo:*", nil},
	{"everywhere", "tcp://*:*", viaLocalhost},
	{"source", "tcp://127.0.0.1:*", func(bound string) string {
		return "tcp://127.0.0.2:0;" + strings.TrimPrefix(bound, "tcp://")
	}},
	{"wildcard-path", "ipc://*", nil},
	{"abstract", "ipc://@actum interop %d", nil},
}

// viaLocalhost connects by name to a port that is bound everywhere.
func viaLocalhost(bound string) string {
	return "tcp://localhost" + bound[strings.LastIndex(bound, ":"):]
}

// TestEndpoints: an endpoint means the same for both sides, and each can connect
// to the last endpoint that the other reports.
func TestEndpoints(t *testing.T) {
	for i, form := range endpointForms {
		for j, c := range casts(theirs[0]) {
			t.Run(form.name+"/"+c.name, func(t *testing.T) {
				s := newFixture(t)
				a, b := s.start(c.a, "PUSH", options{}), s.start(c.b, "PULL", options{})
				binder, connector := a, b
				if !c.aBinds {
					binder, connector = b, a
				}
				wanted := form.bind
				if strings.Contains(wanted, "%d") {
					wanted = fmt.Sprintf(strings.ReplaceAll(wanted, " ", "-"), os.Getpid()*100+10*i+j)
				}
				bound, err := binder.bind(wanted)
				s.must(err)
				if form.at != nil {
					bound = form.at(bound)
				}
				s.must(connector.connect(bound))
				oneWay(s, a, b, flow.Flow{Count: 3, Shapes: flow.Numbers})
			})
		}
	}
}

// TestSeveralEndpoints: a socket of ours with several peers sends to them in
// turn, and receives from all of them.
func TestSeveralEndpoints(t *testing.T) {
	const each = 1000
	for _, tr := range transports {
		t.Run(tr.name, func(t *testing.T) {
			s := newFixture(t)
			push, pull := s.start(ours, "PUSH", options{}), s.start(ours, "PULL", options{})
			var things []func() error
			for range 3 {
				to, from := s.start(theirs[0], "PULL", options{ipv6: tr.ipv6}), s.start(theirs[0], "PUSH", options{ipv6: tr.ipv6})
				s.link(to, push, tr.wildcard(t))
				s.link(pull, from, tr.wildcard(t))
				things = append(things, func() error { return recvNumbers(to, each) },
					func() error { return from.send(flow.Flow{Count: each, Shapes: "4"}) })
			}
			things = append(things,
				func() error { return push.send(flow.Flow{Count: 3 * each, Shapes: flow.Numbers}) },
				func() error { return hearMany(pull, 3*each) },
			)
			s.together(things...)
		})
	}
}

// recvNumbers receives every third number, starting with any.
func recvNumbers(p peer, count int) error {
	for i := range count {
		frames, err := p.hear()
		if err != nil {
			return err
		}
		n := int(frames[0][6])<<8 | int(frames[0][7])
		if n/3 != i {
			return fmt.Errorf("number %d is the %dth of one peer of three: not sent in turn", n, i)
		}
	}
	return nil
}

func hearMany(p peer, count int) error {
	for range count {
		if _, err := p.hear(); err != nil {
			return err
		}
	}
	return nil
}

// TestUnbind: connected peers stay when our endpoint is unbound, and no new peer
// can connect until it is bound again. (libzmq's unbind ends the connections.)
func TestUnbind(t *testing.T) {
	forEachCast(t, func(s *fixture, c cast, endpoint string) {
		if binder := c.binder(); binder.name != ours.name {
			return
		}
		push := c.startA(s, "PUSH", options{}, endpoint)
		pull := c.startB(s, "PULL", options{}, endpoint)
		s.reached(push, pull)
		binder, lateType := push, "PULL"
		if !c.aBinds {
			binder, lateType = pull, "PUSH"
		}
		s.must(binder.unbind(endpoint))
		oneWay(s, push, pull, flow.Flow{Count: 10, Shapes: flow.Numbers})

		late := s.start(theirs[0], lateType, options{linger: noLinger})
		s.must(late.connect(endpoint)) // and waits
		oneWay(s, push, pull, flow.Flow{Count: 10, Shapes: flow.Numbers})
		_, err := binder.bind(endpoint)
		s.must(err)
		if c.aBinds {
			s.spokenTo(push, late)
		} else {
			s.spokenTo(late, pull)
		}
	})
}
