package zmq_test

import (
	"errors"
	"testing"

	"github.com/actum-go/actum/zmq"
)

// refuses checks that RecvBytes does not take the next message, which has several
// frames.
func (f *fixture) refuses(s *zmq.Socket) {
	f.Helper()
	if b, err := s.RecvBytes(f.Ctx); !errors.Is(err, zmq.ErrMultipart) || b != nil {
		f.Errorf("RecvBytes: %q, %v", b, err)
	}
}

// A message that RecvBytes does not take is the next one for every other call, and
// those behind it keep their order.
func TestRecvBytesLosesNothing(t *testing.T) {
	everyTransport(t, func(f *fixture) {
		push, pull := f.Socket(zmq.PUSH, zmq.Options{}), f.Socket(zmq.PULL, zmq.Options{})
		f.Link(pull, push)
		for range 20 { // enough of them for the receiver to leave the lock alone
			f.Send(push, "one")
		}
		f.Send(push, "a", "b")
		f.Send(push, "c", "d")
		f.Send(push, "last")
		for range 20 {
			f.Expect(pull, "one")
		}
		f.refuses(pull)
		f.refuses(pull)
		select {
		case <-pull.Readable():
		case <-f.Ctx.Done():
			t.Error("it is not readable")
		}
		f.Expect(pull, "a", "b")
		m, err := pull.TryRecv()
		must(t, err)
		if m.String() == "" || m.Len() != 2 || string(m.Frame(0)) != "c" {
			t.Errorf("received %v", &m)
		}
		m.Release()
		f.Expect(pull, "last")
		if stats := pull.Stats(); stats.Received != 23 {
			t.Errorf("%d messages received, want 23", stats.Received)
		}
	})
}

// A goroutine that waits is given the message that another could not take.
func TestRecvBytesLeavesToWaiters(t *testing.T) {
	everyTransport(t, func(f *fixture) {
		push, pull := f.Socket(zmq.PUSH, zmq.Options{}), f.Socket(zmq.PULL, zmq.Options{})
		f.Link(pull, push)
		const n = 100
		got := make(chan int, 2)
		for range 2 {
			go func() {
				frames := 0
				for frames < n {
					if _, err := pull.RecvBytes(f.Ctx); !errors.Is(err, zmq.ErrMultipart) {
						break
					}
					m, err := pull.Recv(f.Ctx)
					if err != nil || m.Len() != 2 {
						break
					}
					m.Release()
					frames++
				}
				got <- frames
			}()
		}
		for range 2 * n {
			f.Send(push, "a", "b")
		}
		for range 2 {
			if frames := <-got; frames != n {
				t.Errorf("a goroutine received %d messages, want %d", frames, n)
			}
		}
	})
}

// What is put back and not received is counted when the socket is closed.
func TestRecvBytesThenClose(t *testing.T) {
	everyTransport(t, func(f *fixture) {
		push, pull := f.Socket(zmq.PUSH, zmq.Options{}), f.Socket(zmq.PULL, zmq.Options{})
		f.Link(pull, push)
		f.Send(push, "a", "b")
		f.refuses(pull)
		must(t, pull.Close())
		f.Dropped(pull, zmq.DropUnread, 1)
	})
}

// A request may be received after RecvBytes refused it, or be answered as it is. A
// reply that was refused is gone when the next request is sent.
func TestRecvBytesOfRequests(t *testing.T) {
	everyTransport(t, func(f *fixture) {
		req, rep := f.Socket(zmq.REQ, zmq.Options{}), f.Socket(zmq.REP, zmq.Options{})
		f.Link(rep, req)
		f.Send(req, "a", "b")
		f.refuses(rep)
		f.Expect(rep, "a", "b")
		f.Send(rep, "c", "d")
		f.refuses(req)
		f.Expect(req, "c", "d")

		f.Send(req, "e", "f")
		f.refuses(rep)
		f.Send(rep, "g", "h")
		f.Dropped(rep, zmq.DropUnexpected, 1)
		f.refuses(req)
		f.Send(req, "i")
		f.Dropped(req, zmq.DropUnexpected, 1)
		f.Expect(rep, "i")
		f.Send(rep, "j")
		f.Expect(req, "j")
	})
}
