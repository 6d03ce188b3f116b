package zmq_test

import (
	"context"
	"testing"

	"github.com/actum-go/actum/internal/racecheck"
	"github.com/actum-go/actum/zmq"
)

// In steady state a message takes no allocation, neither in the sender, nor in
// the receiver, nor in the I/O between them: all of them share the count.
func TestNoAllocationPerMessage(t *testing.T) {
	if racecheck.Enabled {
		t.Skip("the race detector allocates")
	}
	for _, tt := range []struct {
		name string
		make func(*fixture) (run func())
	}{
		{"PUSH and PULL", streamOf8Bytes},
		{"PUSH and PULL, 64 KiB", streamOf64KiB},
		{"PUSH and PULL, batches", streamOfBatches},
		{"PUSH and PULL, three frames", streamOfFrames},
		{"REQ and REP", roundTrips},
		{"PUB and SUB", publications},
		{"PUB and ten SUB, batches", publishedBatches},
		{"DEALER and ROUTER, two frames", routedRoundTrips},
	} {
		t.Run(tt.name, func(t *testing.T) {
			everyTransport(t, func(f *fixture) {
				run := tt.make(f)
				for range 10 { // until pools and buffers have their sizes
					run()
				}
				perRun := testing.AllocsPerRun(10, run)
				if perMessage := perRun / messagesPerRun; perMessage > tolerated {
					f.Fatalf("%.3f allocations a message", perMessage)
				}
			})
		})
	}
}

const (
	// messagesPerRun is how many messages, or round trips, are counted together.
	messagesPerRun = 500
	// tolerated is the share of messages that may allocate: an idle connection's
	// memory holds twenty small messages, a list of frames serves many, and the
	// collector empties pools now and then.
	tolerated = 0.25
)

// stream sends messages and receives them meanwhile.
func (f *fixture) stream(send func(context.Context, *zmq.Socket) error) func() {
	push, pull := f.Socket(zmq.PUSH, zmq.Options{}), f.Socket(zmq.PULL, zmq.Options{})
	f.Link(pull, push)
	ctx := context.Background()
	return func() {
		for range messagesPerRun {
			if err := send(ctx, push); err != nil {
				f.Fatal(err)
			}
		}
		for range messagesPerRun {
			m, err := pull.Recv(ctx)
			if err != nil {
				f.Fatal(err)
			}
			m.Release()
		}
	}
}

func streamOf8Bytes(f *fixture) func() {
	body := []byte("12345678")
	return f.stream(func(ctx context.Context, push *zmq.Socket) error { return push.Send(ctx, zmq.NewMsg(body)) })
}

func streamOfFrames(f *fixture) func() {
	a, b, c := []byte("first"), []byte("second"), []byte("third")
	return f.stream(func(ctx context.Context, push *zmq.Socket) error { return push.SendFrames(ctx, a, b, c) })
}

// Large bodies are sent one by one, so that their memory is reused.
func streamOf64KiB(f *fixture) func() {
	push, pull := f.Socket(zmq.PUSH, zmq.Options{}), f.Socket(zmq.PULL, zmq.Options{})
	f.Link(pull, push)
	ctx := context.Background()
	return func() {
		for range messagesPerRun {
			m := zmq.AllocMsg(64 << 10)
			if err := push.Send(ctx, m); err != nil {
				f.Fatal(err)
			}
			m.Release()
			m, err := pull.Recv(ctx)
			if err != nil {
				f.Fatal(err)
			}
			m.Release()
		}
	}
}

// batch is messagesPerRun messages of one small frame.
func batch() (ms []zmq.Msg) {
	for range messagesPerRun {
		ms = append(ms, zmq.NewMsg([]byte("12345678")))
	}
	return ms
}

// take receives as many messages as there is room for in ms, and releases them.
func (f *fixture) take(s *zmq.Socket, ms []zmq.Msg) {
	for n := 0; n < len(ms); {
		got, err := s.RecvBatch(context.Background(), ms[n:])
		if err != nil {
			f.Fatal(err)
		}
		n += got
	}
	zmq.ReleaseBatch(ms)
}

func streamOfBatches(f *fixture) func() {
	push, pull := f.Socket(zmq.PUSH, zmq.Options{}), f.Socket(zmq.PULL, zmq.Options{})
	f.Link(pull, push)
	out, in := batch(), make([]zmq.Msg, messagesPerRun)
	return func() {
		if _, err := push.SendBatch(context.Background(), out); err != nil {
			f.Fatal(err)
		}
		f.take(pull, in)
	}
}

func publishedBatches(f *fixture) func() {
	pub := f.Socket(zmq.PUB, zmq.Options{})
	subs := make([]*zmq.Socket, 10)
	for i := range subs {
		subs[i] = f.Subscriber("123")
	}
	f.Link(pub, subs...)
	f.Subscribed(pub, len(subs))
	out, in := batch(), make([]zmq.Msg, messagesPerRun)
	return func() {
		if _, err := pub.SendBatch(context.Background(), out); err != nil {
			f.Fatal(err)
		}
		for _, sub := range subs {
			f.take(sub, in)
		}
	}
}

func roundTrips(f *fixture) func() {
	req, rep := f.Socket(zmq.REQ, zmq.Options{}), f.Socket(zmq.REP, zmq.Options{})
	f.Link(rep, req)
	ctx := context.Background()
	body := []byte("12345678")
	go echo(rep)
	return func() {
		for range messagesPerRun {
			if err := req.SendBytes(ctx, body); err != nil {
				f.Fatal(err)
			}
			m, err := req.Recv(ctx)
			if err != nil {
				f.Fatal(err)
			}
			m.Release()
		}
	}
}

// echo sends back each message, until the socket is closed.
func echo(s *zmq.Socket) {
	ctx := context.Background()
	for {
		m, err := s.Recv(ctx)
		if err != nil || s.Send(ctx, m) != nil {
			return
		}
		m.Release()
	}
}

func publications(f *fixture) func() {
	pub, sub := f.Socket(zmq.PUB, zmq.Options{}), f.Subscriber("123")
	f.Link(pub, sub)
	f.Subscribed(pub, 1)
	ctx := context.Background()
	body := []byte("12345678")
	return func() {
		for range messagesPerRun {
			if err := pub.SendBytes(ctx, body); err != nil {
				f.Fatal(err)
			}
		}
		for range messagesPerRun {
			m, err := sub.Recv(ctx)
			if err != nil {
				f.Fatal(err)
			}
			m.Release()
		}
	}
}

func routedRoundTrips(f *fixture) func() {
	dealer, router := f.Socket(zmq.DEALER, zmq.Options{}), f.Socket(zmq.ROUTER, zmq.Options{})
	f.Link(router, dealer)
	ctx := context.Background()
	body := []byte("12345678")
	go echo(router)
	return func() {
		for range messagesPerRun {
			if err := dealer.SendBytes(ctx, body); err != nil {
				f.Fatal(err)
			}
			m, err := dealer.Recv(ctx)
			if err != nil {
				f.Fatal(err)
			}
			m.Release()
		}
	}
}
