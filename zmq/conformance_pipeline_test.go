package zmq_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/actum-go/actum/zmq"
)

// pipeline is RFC 30.
var pipeline = []requirement{
	{"PUSH only sends, PULL only receives", oneWay},
	{"messages are not modified", pipelineUnmodified},
	{"PUSH queues before it is connected", pushQueuesBeforeItIsConnected},
	{"PUSH discards the queue of a peer that left", pushDiscardsTheQueue},
	{"PUSH sends round robin", pushRoundRobin},
	{"PUSH blocks without peers", pushBlocks},
	{"PUSH does not discard", pushKeeps},
	{"PUSH passes over full peers", pushPassesOverFullPeers},
	{"PULL queues fairly", pullQueuesFairly},
}

// RFC 30, PUSH: "SHALL only send messages"; PULL: "SHALL only receive messages".
func oneWay(r *fixture) {
	push, pull := r.socket(zmq.PUSH, zmq.Options{}), r.socket(zmq.PULL, zmq.Options{})
	r.link(pull, push)
	_, err := push.Recv(r.ctx)
	r.fails("receiving from PUSH", err, zmq.ErrNotSupported)
	r.fails("sending to PULL", pull.SendBytes(r.ctx, nil), zmq.ErrNotSupported)
}

// shapes returns messages with empty frames, with sizes on both sides of each
// threshold, and with many frames.
func shapes() (list [][]string) {
	for _, size := range []int{0, 1, 255, 256, 4095, 4096, 65535, 65536, 1 << 20} {
		body := strings.Repeat("x", size)
		list = append(list, []string{body}, []string{"", body}, []string{body, ""}, []string{"a", body, "", "b"})
	}
	return append(list, strings.Split(strings.Repeat("frame ", 1000), " "))
}

// RFC 30, PUSH and PULL: "SHALL not filter or modify outgoing messages in any
// way", "incoming messages".
func pipelineUnmodified(r *fixture) {
	push, pull := r.socket(zmq.PUSH, zmq.Options{}), r.socket(zmq.PULL, zmq.Options{})
	r.link(pull, push)
	sent := async(func() error {
		for _, shape := range shapes() {
			if err := push.Send(r.ctx, zmq.StringMsg(shape...)); err != nil {
				return err
			}
		}
		return nil
	})
	for _, shape := range shapes() {
		r.expect(pull, shape...)
	}
	must(r.T, <-sent)
}

// RFC 30, PUSH: "SHALL create this queue when initiating an outgoing connection
// to a peer, and SHALL maintain the queue whether or not the connection is
// established."
func pushQueuesBeforeItIsConnected(r *fixture) {
	push, pull := r.socket(zmq.PUSH, zmq.Options{}), r.socket(zmq.PULL, zmq.Options{})
	ep := r.free()
	must(r.T, push.Connect(ep))
	for i := range 3 {
		must(r.T, push.TrySend(zmq.StringMsg(fmt.Sprint(i))))
	}
	must(r.T, pull.Bind(ep))
	for i := range 3 {
		r.expect(pull, fmt.Sprint(i))
	}
}

// RFC 30, PUSH: "SHALL create this queue when a peer connects to it. If this peer
// disconnects, the PUSH socket SHALL destroy its queue and SHALL discard any
// messages it contains."
func pushDiscardsTheQueue(r *fixture) {
	push := r.socket(zmq.PUSH, zmq.Options{SendHWM: 10})
	pull := r.socket(zmq.PULL, zmq.Options{RecvHWM: 1})
	r.link(push, pull)
	n := r.fill(push)
	must(r.T, pull.Close())
	r.peers(push, 0)
	r.accounted(push, n)
	r.fails("sending to nobody", push.TrySend(zmq.StringMsg("x")), zmq.ErrWouldBlock)
}

// RFC 30, PUSH: "SHALL route outgoing messages to available peers using a
// round-robin strategy."
func pushRoundRobin(r *fixture) {
	push := r.socket(zmq.PUSH, zmq.Options{})
	var pulls []*zmq.Socket
	for range 3 {
		pulls = append(pulls, r.socket(zmq.PULL, zmq.Options{}))
	}
	r.link(push, pulls...)
	for i := range 30 {
		r.send(push, fmt.Sprint(i))
	}
	for i := range 30 {
		r.expect(pulls[i%3], fmt.Sprint(i))
	}
}

// RFC 30, PUSH: "SHALL block on sending, or return a suitable error, when it has
// no available peers."
func pushBlocks(r *fixture) {
	push, pull := r.socket(zmq.PUSH, zmq.Options{}), r.socket(zmq.PULL, zmq.Options{})
	r.fails("sending to nobody", push.TrySend(zmq.StringMsg("x")), zmq.ErrWouldBlock)
	sent := async(func() error { return push.SendBytes(r.ctx, []byte("waited")) })
	r.link(push, pull)
	r.expect(pull, "waited")
	must(r.T, <-sent)
}

// RFC 30, PUSH: "SHALL not accept further messages when it has no available
// peers", "SHALL NOT discard messages that it cannot queue"; both: "SHOULD
// constrain queue sizes to a runtime-configurable limit".
func pushKeeps(r *fixture) {
	push, pull := r.socket(zmq.PUSH, zmq.Options{SendHWM: 3}), r.socket(zmq.PULL, zmq.Options{RecvHWM: 2})
	r.link(pull, push)
	queued := r.fill(push)
	const more = 200
	sent := async(func() error {
		for i := range more {
			if err := push.SendBytes(r.ctx, fmt.Append(nil, i)); err != nil {
				return err
			}
		}
		return nil
	})
	for range queued {
		r.expect(pull, large)
	}
	for i := range more {
		r.expect(pull, fmt.Sprint(i))
	}
	must(r.T, <-sent)
	if dropped := push.Stats().Dropped; len(dropped) > 0 {
		r.Errorf("dropped %v", dropped)
	}
}

// RFC 30, PUSH: "SHALL consider a peer as available only when it has a outgoing
// queue that is not full."
func pushPassesOverFullPeers(r *fixture) {
	push := r.socket(zmq.PUSH, zmq.Options{SendHWM: 2, Linger: zmq.NoLinger})
	slow, fast := r.socket(zmq.PULL, zmq.Options{RecvHWM: 2}), r.socket(zmq.PULL, zmq.Options{RecvHWM: 2})
	r.link(push, slow)
	r.fill(push)
	r.link(push, fast)
	for got := 0; got < 100; {
		if err := push.TrySend(zmq.StringMsg("x")); err != nil {
			r.fails("sending", err, zmq.ErrWouldBlock) // when both are full for a moment
		}
		if _, err := fast.TryRecv(); err == nil {
			got++
		}
	}
}

// RFC 30, PULL: "SHALL receive incoming messages from its peers using a
// fair-queuing strategy."
func pullQueuesFairly(r *fixture) {
	pull := r.socket(zmq.PULL, zmq.Options{RecvHWM: 10})
	flood, trickle := r.socket(zmq.PUSH, zmq.Options{Linger: zmq.NoLinger}), r.socket(zmq.PUSH, zmq.Options{})
	r.link(pull, flood, trickle)
	flooded := async(func() error {
		for flood.SendBytes(r.ctx, []byte("flood")) == nil {
		}
		return nil
	})
	for i := range 50 { // nothing keeps a message from being received while others flood
		r.send(trickle, fmt.Sprint(i))
		for r.recv(pull) != fmt.Sprint(i) {
		}
	}
	must(r.T, flood.Close())
	must(r.T, <-flooded)
}

// Two peers that always have messages are served alternately, exactly so over
// inproc, where nothing arrives late.
func TestFairQueueIsExact(t *testing.T) {
	r := newFixture(t, "inproc")
	pull := r.socket(zmq.PULL, zmq.Options{})
	a, b := r.socket(zmq.PUSH, zmq.Options{}), r.socket(zmq.PUSH, zmq.Options{})
	r.link(pull, a, b)
	for range 20 {
		r.send(a, "a")
	}
	for range 10 {
		r.send(b, "b")
	}
	got := ""
	for range 30 {
		got += r.recv(pull)
	}
	if want := strings.Repeat("ab", 10) + strings.Repeat("a", 10); got != want {
		t.Fatalf("received in the order %s, want %s", got, want)
	}
}
