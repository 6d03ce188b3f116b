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
func oneWay(f *Fixture) {
	push, pull := f.Socket(zmq.PUSH, zmq.Options{}), f.Socket(zmq.PULL, zmq.Options{})
	f.Link(pull, push)
	_, err := push.Recv(f.Ctx)
	f.Fails("receiving from PUSH", err, zmq.ErrNotSupported)
	f.Fails("sending to PULL", pull.SendBytes(f.Ctx, nil), zmq.ErrNotSupported)
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
func pipelineUnmodified(f *Fixture) {
	push, pull := f.Socket(zmq.PUSH, zmq.Options{}), f.Socket(zmq.PULL, zmq.Options{})
	f.Link(pull, push)
	sent := Async(func() error {
		for _, shape := range shapes() {
			if err := push.Send(f.Ctx, zmq.StringMsg(shape...)); err != nil {
				return err
			}
		}
		return nil
	})
	for _, shape := range shapes() {
		f.Expect(pull, shape...)
	}
	Must(f.T, <-sent)
}

// RFC 30, PUSH: "SHALL create this queue when initiating an outgoing connection
// to a peer, and SHALL maintain the queue whether or not the connection is
// established."
func pushQueuesBeforeItIsConnected(f *Fixture) {
	push, pull := f.Socket(zmq.PUSH, zmq.Options{}), f.Socket(zmq.PULL, zmq.Options{})
	ep := f.Free()
	Must(f.T, push.Connect(ep))
	for i := range 3 {
		Must(f.T, push.TrySend(zmq.StringMsg(fmt.Sprint(i))))
	}
	Must(f.T, pull.Bind(ep))
	for i := range 3 {
		f.Expect(pull, fmt.Sprint(i))
	}
}

// RFC 30, PUSH: "SHALL create this queue when a peer connects to it. If this peer
// disconnects, the PUSH socket SHALL destroy its queue and SHALL discard any
// messages it contains."
func pushDiscardsTheQueue(f *Fixture) {
	push := f.Socket(zmq.PUSH, zmq.Options{SendHWM: 10})
	pull := f.Socket(zmq.PULL, zmq.Options{RecvHWM: 1})
	f.Link(push, pull)
	n := f.Fill(push)
	Must(f.T, pull.Close())
	f.Peers(push, 0)
	f.Accounted(push, n)
	f.Fails("sending without a peer", push.TrySend(zmq.StringMsg("x")), zmq.ErrWouldBlock)
}

// RFC 30, PUSH: "SHALL route outgoing messages to available peers using a
// round-robin strategy."
func pushRoundRobin(f *Fixture) {
	push := f.Socket(zmq.PUSH, zmq.Options{})
	var pulls []*zmq.Socket
	for range 3 {
		pulls = append(pulls, f.Socket(zmq.PULL, zmq.Options{}))
	}
	f.Link(push, pulls...)
	for i := range 30 {
		f.Send(push, fmt.Sprint(i))
	}
	for i := range 30 {
		f.Expect(pulls[i%3], fmt.Sprint(i))
	}
}

// RFC 30, PUSH: "SHALL block on sending, or return a suitable error, when it has
// no available peers."
func pushBlocks(f *Fixture) {
	push, pull := f.Socket(zmq.PUSH, zmq.Options{}), f.Socket(zmq.PULL, zmq.Options{})
	f.Fails("sending without a peer", push.TrySend(zmq.StringMsg("x")), zmq.ErrWouldBlock)
	sent := Async(func() error { return push.SendBytes(f.Ctx, []byte("waited")) })
	f.Link(push, pull)
	f.Expect(pull, "waited")
	Must(f.T, <-sent)
}

// RFC 30, PUSH: "SHALL not accept further messages when it has no available
// peers", "SHALL NOT discard messages that it cannot queue"; both: "SHOULD
// constrain queue sizes to a runtime-configurable limit".
func pushKeeps(f *Fixture) {
	push, pull := f.Socket(zmq.PUSH, zmq.Options{SendHWM: 3}), f.Socket(zmq.PULL, zmq.Options{RecvHWM: 2})
	f.Link(pull, push)
	queued := f.Fill(push)
	const more = 200
	sent := Async(func() error {
		for i := range more {
			if err := push.SendBytes(f.Ctx, fmt.Append(nil, i)); err != nil {
				return err
			}
		}
		return nil
	})
	for range queued {
		f.Expect(pull, Large)
	}
	for i := range more {
		f.Expect(pull, fmt.Sprint(i))
	}
	Must(f.T, <-sent)
	if dropped := push.Stats().Dropped; len(dropped) > 0 {
		f.Errorf("dropped %v", dropped)
	}
}

// RFC 30, PUSH: "SHALL consider a peer as available only when it has a outgoing
// queue that is not full."
func pushPassesOverFullPeers(f *Fixture) {
	push := f.Socket(zmq.PUSH, zmq.Options{SendHWM: 2, Linger: zmq.NoLinger})
	slow, fast := f.Socket(zmq.PULL, zmq.Options{RecvHWM: 2}), f.Socket(zmq.PULL, zmq.Options{RecvHWM: 2})
	f.Link(push, slow)
	f.Fill(push)
	f.Link(push, fast)
	for got := 0; got < 100; {
		if err := push.TrySend(zmq.StringMsg("x")); err != nil {
			f.Fails("sending", err, zmq.ErrWouldBlock) // when both are full for a moment
		}
		if _, err := fast.TryRecv(); err == nil {
			got++
		}
	}
}

// RFC 30, PULL: "SHALL receive incoming messages from its peers using a
// fair-queuing strategy."
func pullQueuesFairly(f *Fixture) {
	pull := f.Socket(zmq.PULL, zmq.Options{RecvHWM: 10})
	flood, trickle := f.Socket(zmq.PUSH, zmq.Options{Linger: zmq.NoLinger}), f.Socket(zmq.PUSH, zmq.Options{})
	f.Link(pull, flood, trickle)
	flooded := Async(func() error {
		for flood.SendBytes(f.Ctx, []byte("flood")) == nil {
		}
		return nil
	})
	for i := range 50 { // nothing keeps a message from being received while others flood
		f.Send(trickle, fmt.Sprint(i))
		for f.Recv(pull) != fmt.Sprint(i) {
		}
	}
	Must(f.T, flood.Close())
	Must(f.T, <-flooded)
}
