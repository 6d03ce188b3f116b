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
	if b, err := s.RecvBytes(r.ctx); !errors.Is(err, zmq.ErrMultipart) || b != nil {
		r.Errorf("RecvBytes: %q, %v", b, err)
	}
}

// A message that RecvBytes does not take is the next one for every other call, and
// those behind it keep their order.
func TestRecvBytesLosesNothing(t *testing.T) {
	everyTransport(t, func(r *fixture) {
		push, pull := r.socket(zmq.PUSH, zmq.Options{}), r.socket(zmq.PULL, zmq.Options{})
		r.link(pull, push)
		for range 20 { // enough of them for the receiver to leave the lock alone
			r.send(push, "one")
		}
		r.send(push, "a", "b")
		r.send(push, "c", "d")
		r.send(push, "last")
		for range 20 {
			r.expect(pull, "one")
		}
		r.refuses(pull)
		r.refuses(pull)
		select {
		case <-pull.Readable():
		case <-r.ctx.Done():
			t.Error("it is not readable")
		}
		r.expect(pull, "a", "b")
		m, err := pull.TryRecv()
		must(t, err)
		if m.String() == "" || m.Len() != 2 || string(m.Frame(0)) != "c" {
			t.Errorf("received %v", &m)
		}
		m.Release()
		r.expect(pull, "last")
		if stats := pull.Stats(); stats.Received != 23 {
			t.Errorf("%d messages received, want 23", stats.Received)
		}
	})
}

// A goroutine that waits is given the message that another could not take.
func TestRecvBytesLeavesToWaiters(t *testing.T) {
	everyTransport(t, func(r *fixture) {
		push, pull := r.socket(zmq.PUSH, zmq.Options{}), r.socket(zmq.PULL, zmq.Options{})
		r.link(pull, push)
		const n = 100
		got := make(chan int, 2)
		for range 2 {
			go func() {
				frames := 0
				for frames < n {
					if _, err := pull.RecvBytes(r.ctx); !errors.Is(err, zmq.ErrMultipart) {
						break
					}
					m, err := pull.Recv(r.ctx)
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
			r.send(push, "a", "b")
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
		push, pull := r.socket(zmq.PUSH, zmq.Options{}), r.socket(zmq.PULL, zmq.Options{})
		r.link(pull, push)
		r.send(push, "a", "b")
		r.refuses(pull)
		must(t, pull.Close())
		r.dropped(pull, zmq.DropUnread, 1)
	})
}

// A request may be received after RecvBytes refused it, or be answered as it is. A
// reply that was refused is gone when the next request is sent.
func TestRecvBytesOfRequests(t *testing.T) {
	everyTransport(t, func(r *fixture) {
		req, rep := r.socket(zmq.REQ, zmq.Options{}), r.socket(zmq.REP, zmq.Options{})
		r.link(rep, req)
		r.send(req, "a", "b")
		r.refuses(rep)
		r.expect(rep, "a", "b")
		r.send(rep, "c", "d")
		r.refuses(req)
		r.expect(req, "c", "d")

		r.send(req, "e", "f")
		r.refuses(rep)
		r.send(rep, "g", "h")
		r.dropped(rep, zmq.DropOutOfTurn, 1)
		r.refuses(req)
		r.send(req, "i")
		r.dropped(req, zmq.DropOutOfTurn, 1)
		r.expect(rep, "i")
		r.send(rep, "j")
		r.expect(req, "j")
	})
}
