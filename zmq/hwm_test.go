package zmq_test

import (
	"fmt"
	"testing"

	"github.com/actum-go/actum/zmq"
)

// accepts returns how many messages of size bytes a socket accepts before it
// would block.
func (f *fixture) accepts(s *zmq.Socket, size, enough int) (n int) {
	f.Helper()
	for ; n < enough; n++ {
		if err := s.TrySend(zmq.AllocMsg(size)); err != nil {
			f.Fails("sending", err, zmq.ErrWouldBlock)
			break
		}
	}
	return n
}

// Messages for a peer that is not there yet are bounded by the sender's marks.
func TestSendHWM(t *testing.T) {
	for _, tt := range []struct {
		name string
		o    zmq.Options
		size int
		want int
	}{
		{"default", zmq.Options{}, 1, zmq.DefaultHWM},
		{"messages", zmq.Options{SendHWM: 7}, 100_000, 7},
		{"one", zmq.Options{SendHWM: 1}, 1, 1},
		{"unlimited", zmq.Options{SendHWM: zmq.Unlimited}, 1, 50_000},
		{"bytes", zmq.Options{SendHWMBytes: 1000}, 300, 4},
		{"bytes alone", zmq.Options{SendHWM: zmq.Unlimited, SendHWMBytes: 100_000}, 10, 10_000},
		{"a message above the mark", zmq.Options{SendHWMBytes: 10}, 10_000, 1},
		{"whichever comes first", zmq.Options{SendHWM: 3, SendHWMBytes: 1000}, 1, 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			everyTransport(t, func(f *fixture) {
				tt.o.Linger = zmq.NoLinger
				push := f.Socket(zmq.PUSH, tt.o)
				must(t, push.Connect(f.Free()))
				if n := f.accepts(push, tt.size, 50_000); n != tt.want {
					f.Fatalf("took %d messages of %d bytes, want %d", n, tt.size, tt.want)
				}
			})
		})
	}
}

// Each peer has marks of its own.
func TestHWMIsPerPeer(t *testing.T) {
	everyTransport(t, func(f *fixture) {
		push := f.Socket(zmq.PUSH, zmq.Options{SendHWM: 5, Linger: zmq.NoLinger})
		for range 3 {
			must(f.T, push.Connect(f.Free()))
		}
		if n := f.accepts(push, 1, 100); n != 15 {
			f.Fatalf("three peers took %d messages, want 15", n)
		}
	})
}

// Over inproc the sender's and the receiver's marks are added.
func TestInprocHWM(t *testing.T) {
	for _, tt := range []struct {
		send, recv zmq.Options
		size, want int
	}{
		{zmq.Options{}, zmq.Options{}, 1, 2 * zmq.DefaultHWM},
		{zmq.Options{SendHWM: 5}, zmq.Options{RecvHWM: 7}, 1, 12},
		{zmq.Options{SendHWM: zmq.Unlimited}, zmq.Options{RecvHWM: 7}, 1, 20_000},
		{zmq.Options{SendHWMBytes: 50}, zmq.Options{RecvHWMBytes: 50}, 30, 4},
	} {
		for _, order := range []string{"receiver binds", "sender binds", "sender connects first"} {
			t.Run(fmt.Sprint(order, " ", tt.want), func(t *testing.T) {
				f := newFixture(t, "inproc")
				tt.send.Linger = zmq.NoLinger
				push, pull := f.Socket(zmq.PUSH, tt.send), f.Socket(zmq.PULL, tt.recv)
				switch order {
				case "receiver binds":
					f.Link(pull, push)
				case "sender binds":
					f.Link(push, pull)
				default:
					must(t, push.Connect("inproc://late"))
					must(t, pull.Bind("inproc://late"))
				}
				if n := f.accepts(push, tt.size, 20_000); n != tt.want {
					t.Fatalf("took %d messages of %d bytes, want %d", n, tt.size, tt.want)
				}
			})
		}
	}
}

// A receiver that is full stops reading: the sender blocks, nothing is lost, and
// traffic continues as soon as something is received.
func TestRecvHWM(t *testing.T) {
	for name, o := range map[string]zmq.Options{
		"messages": {RecvHWM: 1}, "bytes": {RecvHWMBytes: 1}, "both": {RecvHWM: 10, RecvHWMBytes: 100_000},
	} {
		t.Run(name, func(t *testing.T) {
			everyTransport(t, func(f *fixture) {
				push, pull := f.Socket(zmq.PUSH, zmq.Options{SendHWM: 1}), f.Socket(zmq.PULL, o)
				f.Link(pull, push)
				n := f.Fill(push)
				for range 3 {
					for range n / 2 {
						f.Expect(pull, large)
					}
					n -= n / 2
					n += f.Fill(push)
				}
				for range n {
					f.Expect(pull, large)
				}
			})
		})
	}
}

// With small socket buffers the system holds few messages.
func TestSocketBuffers(t *testing.T) {
	const small = 4096
	f := newFixture(t, "tcp")
	push := f.Socket(zmq.PUSH, zmq.Options{SendHWM: 1, SendBuffer: small, Linger: zmq.NoLinger})
	pull := f.Socket(zmq.PULL, zmq.Options{RecvHWM: 1, RecvBuffer: small})
	f.Link(pull, push)
	// One waits, one is received, parts of one or two are on their way.
	if n := f.Fill(push); n > 5 {
		t.Fatalf("%d messages of %d bytes fit", n, len(large))
	}
}
