package engine

import (
	"fmt"
	"slices"
	"testing"

	"github.com/actum-go/actum/internal/tuning"
	"github.com/actum-go/actum/proactor/sim"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// Commands of both sides in the middle of traffic: every PING is answered, in
// order, and no answer is in the middle of a message.
func TestCommandsDuringTraffic(t *testing.T) {
	for seed := range uint64(100) {
		f := newFixture(t, seed, sim.Faults{
			ShortRead: 0.3, ShortWrite: 0.3, WouldBlock: 0.3, Delay: 0.2, Stall: 0.1, Reorder: 0.2, Buffer: 200 << (seed % 6),
		})
		cfg := testConfig{Type: wire.DEALER, Tuning: tuning.Options{NoSpeculativeWrite: seed%3 == 0}}
		p, q := f.connect(cfg)
		f.shakeHands(p, q, "DEALER")
		const n = 40
		for i := range n {
			p.send([]byte("to the peer"), body(i*i*3))
			q.say(wire.AppendPing(nil, 0, fmt.Append(nil, i)))
			q.say(frame(nil, 0, body(i)))
			if i%3 == 0 {
				f.poll()
			}
		}
		f.until("everything", func() bool { p.receive(n); return len(q.traffic()) == 2*n && len(p.got) == n })
		checkDialogue(t, p, q.traffic(), n)
	}
}

func checkDialogue(t *testing.T, p *testSession, traffic []item, n int) {
	t.Helper()
	var pongs, sent int
	for _, i := range traffic {
		if !i.command {
			if want := (item{frames: [][]byte{[]byte("to the peer"), body(sent * sent * 3)}}); !i.equal(want) {
				t.Fatalf("message %d is %v, want %v", sent, i, want)
			}
			sent++
			continue
		}
		name, data, err := wire.ParseCommand(i.frames[0])
		if want := fmt.Sprint(pongs); err != nil || string(name) != wire.CommandPong || string(data) != want {
			t.Fatalf("command %s %q, %v: want the PONG for %s", name, data, err, want)
		}
		pongs++
	}
	for i, m := range p.got {
		if !slices.Equal(m.Bytes(), body(i)) {
			t.Fatalf("received %v as message %d", m.Frames(), i)
		}
	}
	if pongs != n || sent != n {
		t.Errorf("%d PONGs and %d messages, want %d of each", pongs, sent, n)
	}
}

// A command that comes when nothing else waits to be written is answered at
// once.
func TestCommandOnAnIdlePath(t *testing.T) {
	f := newFixture(t, 1, sim.Faults{})
	p, q := newPush(f, testConfig{})
	for i := range 3 {
		q.say(wire.AppendPing(nil, 0, fmt.Append(nil, i)))
		f.poll()
		if n := len(q.traffic()); n != i+1 || p.stream.writes != 0 {
			t.Fatalf("%d answers to %d PINGs, %d operations", n, i+1, p.stream.writes)
		}
	}
}
