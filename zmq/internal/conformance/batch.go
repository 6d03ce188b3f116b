package conformance

import (
	"fmt"

	"github.com/actum-go/actum/zmq"
)

// batches are the rules for SendBatch and RecvBatch: a batch is as many messages that
// are sent, or received, one after the other.
var batches = []requirement{
	{"messages are not modified", batchUnmodified},
	{"PUSH sends a batch round robin", batchRoundRobin},
	{"PUSH waits for room", batchWaits},
	{"PUSH queues a batch before it is connected", batchQueues},
	{"PUB sends a batch to each subscriber", batchPublished},
	{"ROUTER answers a batch", batchAnswered},
	{"REQ and REP in turn", batchInTurn},
}

// sendBatch sends all messages.
func (f *Fixture) sendBatch(s *zmq.Socket, ms []zmq.Msg) {
	f.Helper()
	if n, err := s.SendBatch(f.Ctx, ms); n != len(ms) || err != nil {
		f.Fatalf("%s sending a batch: %d of %d messages: %v", s.Type(), n, len(ms), err)
	}
}

// expectBatch receives messages, in batches, until it has all of want.
func (f *Fixture) expectBatch(s *zmq.Socket, want []zmq.Msg) {
	f.Helper()
	got := make([]zmq.Msg, 7)
	for done := 0; done < len(want); {
		n, err := s.RecvBatch(f.Ctx, got[:min(len(got), len(want)-done)])
		if err != nil {
			f.Fatalf("%s receiving a batch: %v after %d messages", s.Type(), err, done)
		}
		for i := range got[:n] {
			if !got[i].Equal(&want[done]) {
				f.Fatalf("%s received %.40q as message %d, want %.40q", s.Type(), got[i].Frames(), done, want[done].Frames())
			}
			got[i].Release()
			done++
		}
	}
}

// numbered returns messages of one frame.
func numbered(n int) (ms []zmq.Msg) {
	for i := range n {
		ms = append(ms, zmq.StringMsg(fmt.Sprint(i)))
	}
	return ms
}

func batchUnmodified(f *Fixture) {
	var all []zmq.Msg
	for _, shape := range shapes() {
		all = append(all, zmq.StringMsg(shape...))
	}
	for _, types := range [][2]zmq.Type{{zmq.PUSH, zmq.PULL}, {zmq.PAIR, zmq.PAIR}, {zmq.DEALER, zmq.DEALER}} {
		from, to := f.Socket(types[0], zmq.Options{}), f.Socket(types[1], zmq.Options{})
		f.Link(to, from)
		sent := Async(func() error { _, err := from.SendBatch(f.Ctx, all); return err })
		f.expectBatch(to, all)
		Must(f.T, <-sent)
	}
}

func batchRoundRobin(f *Fixture) {
	push := f.Socket(zmq.PUSH, zmq.Options{})
	var pulls []*zmq.Socket
	for range 3 {
		pulls = append(pulls, f.Socket(zmq.PULL, zmq.Options{}))
	}
	f.Link(push, pulls...)
	f.sendBatch(push, numbered(30))
	for i := range 30 {
		f.Expect(pulls[i%3], fmt.Sprint(i))
	}
}

func batchWaits(f *Fixture) {
	push, pull := f.Socket(zmq.PUSH, zmq.Options{SendHWM: 3}), f.Socket(zmq.PULL, zmq.Options{RecvHWM: 2})
	f.Link(pull, push)
	const all = 3000
	sent := Async(func() error { _, err := push.SendBatch(f.Ctx, numbered(all)); return err })
	f.expectBatch(pull, numbered(all))
	Must(f.T, <-sent)
}

func batchQueues(f *Fixture) {
	push, pull := f.Socket(zmq.PUSH, zmq.Options{SendHWM: 3}), f.Socket(zmq.PULL, zmq.Options{})
	ep := f.Free()
	Must(f.T, push.Connect(ep))
	n, err := push.TrySendBatch(numbered(5))
	f.Fails("a batch beyond the high-water mark", err, zmq.ErrWouldBlock)
	if n != 3 {
		f.Fatalf("%d messages sent, want 3", n)
	}
	Must(f.T, pull.Bind(ep))
	f.expectBatch(pull, numbered(3))
}

func batchPublished(f *Fixture) {
	pub := f.Socket(zmq.PUB, zmq.Options{})
	all, some := f.Socket(zmq.SUB, zmq.Options{Subscribe: []string{""}}), f.Socket(zmq.SUB, zmq.Options{Subscribe: []string{"1"}})
	f.Link(pub, all, some)
	f.Subscribed(pub, 2)
	ms := numbered(20)
	f.sendBatch(pub, ms)
	f.expectBatch(all, ms)
	f.expectBatch(some, append(ms[1:2:2], ms[10:]...))
}

func batchAnswered(f *Fixture) {
	router := f.Socket(zmq.ROUTER, zmq.Options{})
	a, b := f.Socket(zmq.DEALER, zmq.Options{}), f.Socket(zmq.DEALER, zmq.Options{})
	f.Link(router, a, b)
	for range 3 {
		f.sendBatch(a, numbered(10))
		f.sendBatch(b, numbered(20))
		ms := make([]zmq.Msg, 40)
		for got := 0; got < 30; {
			n, err := router.RecvBatch(f.Ctx, ms)
			Must(f.T, err)
			f.sendBatch(router, ms[:n])
			got += n
		}
		f.expectBatch(a, numbered(10))
		f.expectBatch(b, numbered(20))
	}
}

func batchInTurn(f *Fixture) {
	req, rep := f.Socket(zmq.REQ, zmq.Options{}), f.Socket(zmq.REP, zmq.Options{})
	f.Link(rep, req)
	ms := make([]zmq.Msg, 9)
	for i := range 20 {
		for _, turn := range [][2]*zmq.Socket{{req, rep}, {rep, req}} {
			n, err := turn[0].SendBatch(f.Ctx, numbered(i+2))
			f.Fails("sending a batch", err, zmq.ErrState)
			if n != 1 {
				f.Fatalf("%s sent %d messages, want 1", turn[0].Type(), n)
			}
			n, err = turn[1].RecvBatch(f.Ctx, ms)
			Must(f.T, err)
			if n != 1 || string(ms[0].Bytes()) != "0" {
				f.Fatalf("%s received %d messages, the first %q", turn[1].Type(), n, ms[0].Bytes())
			}
		}
	}
}
