package engine

import (
	"testing"

	"github.com/actum-go/actum/internal/tuning"
	"github.com/actum-go/actum/proactor/sim"
	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// A batch that is written is credited also if a command waits behind it.
// Otherwise the sender would lose some of its room for good each time.
func TestCreditBeforeACommand(t *testing.T) {
	for name, off := range map[string]tuning.Options{"tries": {}, "operations": {NoSpeculativeWrite: true}} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, 1, sim.Faults{})
			p, q := newPush(f, testConfig{Tuning: off})
			const n = 50
			for i := range n {
				// By the dispatcher, which finds a command when it has written the message.
				p.send([]byte("first"))
				p.send([]byte("second"))
				q.say(wire.AppendPing(nil, 0, nil))
				p.stream.before = func() {
					p.stream.before = nil
					p.e.queueCommand(wire.AppendPing(nil, 0, nil))
				}
				if name == "operations" {
					p.e.queueCommand(wire.AppendPing(nil, 0, nil))
				}
				f.until("messages", func() bool { return len(plain(q.traffic())) == 2*(i+1) })
				f.poll()
				if p.queued() != 0 || p.sent.Msgs != uint64(2*(i+1)) {
					t.Fatalf("after %d messages %d still wait, and %d count as sent", 2*(i+1), p.queued(), p.sent.Msgs)
				}
			}
		})
	}
}

// plain returns the messages among the items that were sent.
func plain(items []item) (list []item) {
	for _, i := range items {
		if !i.command {
			list = append(list, i)
		}
	}
	return list
}

// Answers do not pile up for a peer that sends PINGs and does not read: no more
// are added to those that wait, and the connection continues.
func TestAnswersDoNotPileUp(t *testing.T) {
	f := newFixture(t, 1, sim.Faults{Buffer: 1000})
	p, q := newPush(f, testConfig{})
	q.notReading = true
	ping := wire.AppendPing(nil, 0, []byte("0123456789abcdef"))
	most := 0
	for range 10 * maxAnswers / len(ping) {
		if p.closed > 0 || q.failed != nil {
			break
		}
		q.say(ping)
		f.poll()
		most = max(most, p.e.waiting())
	}
	if most > maxAnswers+len(ping) || most < maxAnswers/2 {
		t.Errorf("%d bytes of answers waited, the limit is %d", most, maxAnswers)
	}
	if p.closed > 0 {
		t.Errorf("closed: %v", p.cause)
	}
}

// PINGs do not pile up while bytes wait for their writer.
func TestPingsDoNotPileUp(t *testing.T) {
	f := newFixture(t, 1, sim.Faults{})
	p, q := newHeartbeating(f, testConfig{Heartbeat: &option.Heartbeat{Interval: second}}, nil)
	before := pings(q)
	p.stream.before = func() { // the sender's own write: it is the writer meanwhile
		p.stream.before = nil
		p.connectedFor(10 * second)
		if got, want := p.e.waiting(), len(wire.AppendPing(nil, 0, nil)); got != want {
			t.Errorf("%d bytes of PINGs wait after ten intervals, want one of %d", got, want)
		}
	}
	p.send([]byte("x"))
	f.poll()
	if n := pings(q) - before; n != 1 {
		t.Errorf("%d PINGs", n)
	}
}
