package zmq

import (
	"fmt"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/sim"
)

// quietBuffer is the size of the buffers of a connection in a quiet simulation.
const quietBuffer = 64 << 10

// newQuietSimulation makes a simulation without faults.
func newQuietSimulation(t *testing.T) *simulation {
	w := &simulation{network: sim.NewNetwork(1, sim.Faults{Buffer: quietBuffer})}
	var err error
	w.d, err = proactor.New(proactor.Options{Backend: w.network})
	if err != nil {
		t.Fatal(err)
	}
	w.ctx = newContextOn(w.d, ContextOptions{})
	t.Cleanup(func() {
		if err := w.d.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// Without linger, Close writes nothing more: neither queued messages, nor those
// for which the dispatcher has been woken but has not begun to write, for any
// number of peers. All of them are counted.
func TestCloseWithoutLingerWritesNothing(t *testing.T) {
	const peers, each = 200, 5
	for _, accepts := range []bool{true, false} { // which side the PUSH is on
		t.Run(fmt.Sprint("accepts ", accepts), func(t *testing.T) {
			w := newQuietSimulation(t)
			push, pull := w.socket(PUSH, Options{Linger: NoLinger}), w.socket(PULL, Options{RecvHWM: 1})
			binds, connects := pull, push
			if accepts {
				binds, connects = push, pull
			}
			w.check(binds.Bind("tcp://127.0.0.1:7001"))
			for range peers {
				w.check(connects.Connect("tcp://127.0.0.1:7001"))
			}
			if !w.until(time.Minute, func() bool { return push.Stats().Peers == peers }) {
				t.Fatalf("%d peers, want %d", push.Stats().Peers, peers)
			}
			if n := push.connections.Load(); n != peers {
				t.Errorf("%d connections share what a round may write, want %d", n, peers)
			}
			for range peers * each {
				w.check(push.TrySend(StringMsg("x")))
			}
			before := push.Stats()
			if before.Queued < peers*(each-2) {
				t.Fatalf("%d messages are queued: the test tests nothing", before.Queued)
			}
			w.check(push.Close())
			after := push.Stats()
			if n := push.connections.Load(); n != 0 {
				t.Errorf("%d connections are counted after Close", n)
			}
			if n := after.Sent - before.Sent; n > 0 {
				t.Errorf("%d messages were written by Close", n)
			}
			if n := after.Sent + after.Dropped[DropPeerGone]; n != peers*each {
				t.Errorf("%d messages were sent or dropped, want %d", n, peers*each)
			}
			w.check(pull.Close())
		})
	}
}
