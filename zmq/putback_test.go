package zmq_test

import (
	"errors"
	"testing"

	"github.com/actum-go/actum/zmq"
)

// refuses checks that RecvBytes does not take the next message, which has several
// frames.
func (r *fixture) refuses(s *zmq.Socket) {
	r.Helper()
	if b, err := s.RecvBytes(r.Ctx); !errors.Is(err, zmq.ErrMultipart) || b != nil {
		r.Errorf("RecvBytes: %q, %v", b, err)
	}
}

// A message that RecvBytes does not take is the next one for every other call, and
// those behind it keep their order.
func TestRecvBytesLosesNothing(t *testing.T) {
	everyTransport(t, func(r *fixture) {
		push, pull := r.Socket(zmq.PUSH, zmq.Options{}), r.Socket(zmq.PULL, zmq.Options{})
		r.Link(pull, push)
		for range 20 { // enough of them for the receiver to leave the lock alone
			r.Send(push, "one")
		}
		r.Send(push, "a", "b")
		r.Send(push, "c", "d")
		r.Send(push, "last")
		for range 20 {
			r.Expect(pull, "one")
		}
		r.refuses(pull)
		r.refuses(pull)
		select {
		case <-pull.Readable():
		case <-r.Ctx.Done():
			t.Error("it is not readable")
		}
		r.Expect(pull, "a", "b")
		m, err := pull.TryRecv()
		must(t, err)
		if m.String() == "" || m.Len() != 2 || string(m.Frame(0)) != "c" {
			t.Errorf("received %v", &m)
		}
		m.Release()
		r.Expect(pull, "last")
		if stats := pull.Stats(); stats.Received != 23 {
			t.Errorf("%d messages received, want 23", stats.Received)
		}
	})
}

// A goroutine that waits is given the message that another could not take.
func TestRecvBytesLeavesToWaiters(t *testing.T) {
	everyTransport(t, func(r *fixture) {
		push, pull := r.Socket(zmq.PUSH, zmq.Options{}), r.Socket(zmq.PULL, zmq.Options{})
		r.Link(pull, push)
		const n = 100
		got := make(chan int, 2)
		for range 2 {
			go func() {
				frames := 0
				for frames < n {
					if _, err := pull.RecvBytes(r.Ctx); !errors.Is(err, zmq.ErrMultipart) {
						break
					}
					m, err := pull.Recv(r.Ctx)
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
			r.Send(push, "a", "b")
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
	everyTransport(t, func(r *fixture) {
		push, pull := r.Socket(zmq.PUSH, zmq.Options{}), r.Socket(zmq.PULL, zmq.Options{})
		r.Link(pull, push)
		r.Send(push, "a", "b")
		r.refuses(pull)
		must(t, pull.Close())
		r.Dropped(pull, zmq.DropUnread, 1)
	})
}

// A request may be received after RecvBytes refused it, or be answered as it is. A
// reply that was refused is gone when the next request is sent.
func TestRecvBytesOfRequests(t *testing.T) {
	everyTransport(t, func(r *fixture) {
		req, rep := r.Socket(zmq.REQ, zmq.Options{}), r.Socket(zmq.REP, zmq.Options{})
		r.Link(rep, req)
		r.Send(req, "a", "b")
		r.refuses(rep)
		r.Expect(rep, "a", "b")
		r.Send(rep, "c", "d")
		r.refuses(req)
		r.Expect(req, "c", "d")

		r.Send(req, "e", "f")
		r.refuses(rep)
		r.Send(rep, "g", "h")
		r.Dropped(rep, zmq.DropOutOfTurn, 1)
		r.refuses(req)
		r.Send(req, "i")
		r.Dropped(req, zmq.DropOutOfTurn, 1)
		r.Expect(rep, "i")
		r.Send(rep, "j")
		r.Expect(req, "j")
	})
}
