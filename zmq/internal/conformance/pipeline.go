package conformance

import (
	"fmt"
	"strings"

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
func oneWay(r *Fixture) {
	push, pull := r.Socket(zmq.PUSH, zmq.Options{}), r.Socket(zmq.PULL, zmq.Options{})
	r.Link(pull, push)
	_, err := push.Recv(r.Ctx)
	r.Fails("receiving from PUSH", err, zmq.ErrNotSupported)
	r.Fails("sending to PULL", pull.SendBytes(r.Ctx, nil), zmq.ErrNotSupported)
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
func pipelineUnmodified(r *Fixture) {
	push, pull := r.Socket(zmq.PUSH, zmq.Options{}), r.Socket(zmq.PULL, zmq.Options{})
	r.Link(pull, push)
	sent := Async(func() error {
		for _, shape := range shapes() {
			if err := push.Send(r.Ctx, zmq.StringMsg(shape...)); err != nil {
				return err
			}
		}
		return nil
	})
	for _, shape := range shapes() {
		r.Expect(pull, shape...)
	}
	Must(r.T, <-sent)
}

// RFC 30, PUSH: "SHALL create this queue when initiating an outgoing connection
// to a peer, and SHALL maintain the queue whether or not the connection is
// established."
func pushQueuesBeforeItIsConnected(r *Fixture) {
	push, pull := r.Socket(zmq.PUSH, zmq.Options{}), r.Socket(zmq.PULL, zmq.Options{})
	ep := r.Free()
	Must(r.T, push.Connect(ep))
	for i := range 3 {
		Must(r.T, push.TrySend(zmq.StringMsg(fmt.Sprint(i))))
	}
	Must(r.T, pull.Bind(ep))
	for i := range 3 {
		r.Expect(pull, fmt.Sprint(i))
	}
}

// RFC 30, PUSH: "SHALL create this queue when a peer connects to it. If this peer
// disconnects, the PUSH socket SHALL destroy its queue and SHALL discard any
// messages it contains."
func pushDiscardsTheQueue(r *Fixture) {
	push := r.Socket(zmq.PUSH, zmq.Options{SendHWM: 10})
	pull := r.Socket(zmq.PULL, zmq.Options{RecvHWM: 1})
	r.Link(push, pull)
	n := r.Fill(push)
	Must(r.T, pull.Close())
	r.Peers(push, 0)
	r.Accounted(push, n)
	r.Fails("sending without a peer", push.TrySend(zmq.StringMsg("x")), zmq.ErrWouldBlock)
}

// RFC 30, PUSH: "SHALL route outgoing messages to available peers using a
// round-robin strategy."
func pushRoundRobin(r *Fixture) {
	push := r.Socket(zmq.PUSH, zmq.Options{})
	var pulls []*zmq.Socket
	for range 3 {
		pulls = append(pulls, r.Socket(zmq.PULL, zmq.Options{}))
	}
	r.Link(push, pulls...)
	for i := range 30 {
		r.Send(push, fmt.Sprint(i))
	}
	for i := range 30 {
		r.Expect(pulls[i%3], fmt.Sprint(i))
	}
}

// RFC 30, PUSH: "SHALL block on sending, or return a suitable error, when it has
// no available peers."
func pushBlocks(r *Fixture) {
	push, pull := r.Socket(zmq.PUSH, zmq.Options{}), r.Socket(zmq.PULL, zmq.Options{})
	r.Fails("sending without a peer", push.TrySend(zmq.StringMsg("x")), zmq.ErrWouldBlock)
	sent := Async(func() error { return push.SendBytes(r.Ctx, []byte("waited")) })
	r.Link(push, pull)
	r.Expect(pull, "waited")
	Must(r.T, <-sent)
}

// RFC 30, PUSH: "SHALL not accept further messages when it has no available
// peers", "SHALL NOT discard messages that it cannot queue"; both: "SHOULD
// constrain queue sizes to a runtime-configurable limit".
func pushKeeps(r *Fixture) {
	push, pull := r.Socket(zmq.PUSH, zmq.Options{SendHWM: 3}), r.Socket(zmq.PULL, zmq.Options{RecvHWM: 2})
	r.Link(pull, push)
	queued := r.Fill(push)
	const more = 200
	sent := Async(func() error {
		for i := range more {
			if err := push.SendBytes(r.Ctx, fmt.Append(nil, i)); err != nil {
				return err
			}
		}
		return nil
	})
	for range queued {
		r.Expect(pull, Large)
	}
	for i := range more {
		r.Expect(pull, fmt.Sprint(i))
	}
	Must(r.T, <-sent)
	if dropped := push.Stats().Dropped; len(dropped) > 0 {
		r.Errorf("dropped %v", dropped)
	}
}

// RFC 30, PUSH: "SHALL consider a peer as available only when it has a outgoing
// queue that is not full."
func pushPassesOverFullPeers(r *Fixture) {
	push := r.Socket(zmq.PUSH, zmq.Options{SendHWM: 2, Linger: zmq.NoLinger})
	slow, fast := r.Socket(zmq.PULL, zmq.Options{RecvHWM: 2}), r.Socket(zmq.PULL, zmq.Options{RecvHWM: 2})
	r.Link(push, slow)
	r.Fill(push)
	r.Link(push, fast)
	for got := 0; got < 100; {
		if err := push.TrySend(zmq.StringMsg("x")); err != nil {
			r.Fails("sending", err, zmq.ErrWouldBlock) // when both are full for a moment
		}
		if _, err := fast.TryRecv(); err == nil {
			got++
		}
	}
}

// RFC 30, PULL: "SHALL receive incoming messages from its peers using a
// fair-queuing strategy."
func pullQueuesFairly(r *Fixture) {
	pull := r.Socket(zmq.PULL, zmq.Options{RecvHWM: 10})
	flood, trickle := r.Socket(zmq.PUSH, zmq.Options{Linger: zmq.NoLinger}), r.Socket(zmq.PUSH, zmq.Options{})
	r.Link(pull, flood, trickle)
	flooded := Async(func() error {
		for flood.SendBytes(r.Ctx, []byte("flood")) == nil {
		}
		return nil
	})
	for i := range 50 { // nothing keeps a message from being received while others flood
		r.Send(trickle, fmt.Sprint(i))
		for r.Recv(pull) != fmt.Sprint(i) {
		}
	}
	Must(r.T, flood.Close())
	Must(r.T, <-flooded)
}
