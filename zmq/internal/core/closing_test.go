package core_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/actum-go/actum/zmq/internal/core"
	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/pattern"
	"github.com/actum-go/actum/zmq/internal/simulation"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// Without linger, Close writes nothing more: neither queued messages, nor those
// for which the dispatcher has been woken but has not begun to write, for any
// number of peers. All of them are counted.
func TestCloseWithoutLingerWritesNothing(t *testing.T) {
	const peers, each = 200, 5
	for _, accepts := range []bool{true, false} { // which side the PUSH is on
		t.Run(fmt.Sprint("accepts ", accepts), func(t *testing.T) {
			w := simulation.Quiet(t, core.Config{})
			push, pull := w.Socket(wire.PUSH, option.Values{Linger: -1}), w.Socket(wire.PULL, option.Values{RecvHWM: 1})
			binds, connects := pull, push
			if accepts {
				binds, connects = push, pull
			}
			w.Bind(binds, "tcp://127.0.0.1:7001")
			for range peers {
				w.Check(connects.Connect("tcp://127.0.0.1:7001"))
			}
			if !w.Until(time.Minute, func() bool { return push.Stats().Peers == peers }) {
				t.Fatalf("%d peers, want %d", push.Stats().Peers, peers)
			}
			if n := push.Connections(); n != peers {
				t.Errorf("%d connections share what a round may write, want %d", n, peers)
			}
			for range peers * each {
				w.Check(push.TrySend(message.New([]byte("x"))))
			}
			before := push.Stats()
			if before.Queued < peers*(each-2) {
				t.Fatalf("%d messages are queued: the test tests nothing", before.Queued)
			}
			w.Check(push.Close())
			after := push.Stats()
			if n := push.Connections(); n != 0 {
				t.Errorf("%d connections are counted after Close", n)
			}
			if n := after.Sent.Msgs - before.Sent.Msgs; n > 0 {
				t.Errorf("%d messages were written by Close", n)
			}
			if n := after.Sent.Msgs + after.Dropped[pattern.DropPeerGone]; n != peers*each {
				t.Errorf("%d messages were sent or dropped, want %d", n, peers*each)
			}
			w.Check(pull.Close())
		})
	}
}
