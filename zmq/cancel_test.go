package zmq_test

import (
	"context"
	"testing"
	"time"

	"github.com/actum-go/actum/zmq"
)

// A Send whose context ends while it waits has sent nothing, and the socket still
// works.
func TestCancelSend(t *testing.T) {
	everyTransport(t, func(r *fixture) {
		push, pull := r.Socket(zmq.PUSH, zmq.Options{SendHWM: 1}), r.Socket(zmq.PULL, zmq.Options{RecvHWM: 1})
		ctx, cancel := context.WithCancel(r.Ctx)
		var waiting []<-chan error
		for range 4 {
			waiting = append(waiting, async(func() error { return push.SendBytes(ctx, []byte("never")) }))
		}
		patient := async(func() error { return push.SendBytes(r.Ctx, []byte("patient")) })
		cancel()
		for _, result := range waiting {
			r.Fails("sending", <-result, context.Canceled)
		}
		r.Link(pull, push)
		r.Expect(pull, "patient")
		must(r.T, <-patient)
		r.Send(push, "next")
		r.Expect(pull, "next")
	})
}

// A Recv whose context ends while it waits has received nothing.
func TestCancelRecv(t *testing.T) {
	everyTransport(t, func(r *fixture) {
		push, pull := r.Socket(zmq.PUSH, zmq.Options{}), r.Socket(zmq.PULL, zmq.Options{})
		r.Link(pull, push)
		for round := range 20 {
			ctx, cancel := context.WithCancel(r.Ctx)
			results := make(chan error)
			for range 3 {
				go func() {
					_, err := pull.RecvBytes(ctx)
					results <- err
				}()
			}
			r.Send(push, "x")
			if round%2 == 0 { // the message and the end may come together
				cancel()
			}
			first := <-results
			cancel()
			got := 0
			for _, err := range []error{first, <-results, <-results} {
				if err == nil {
					got++
				} else {
					r.Fails("receiving", err, context.Canceled)
				}
			}
			if got > 1 || round%2 == 1 && got == 0 {
				r.Fatalf("%d have received the message", got)
			}
			if got == 0 {
				r.Expect(pull, "x")
			}
		}
	})
}

// A REQ whose Recv was cancelled can wait again: the reply is not lost.
func TestWaitAgainForAReply(t *testing.T) {
	everyTransport(t, func(r *fixture) {
		req, rep := r.Socket(zmq.REQ, zmq.Options{RecvTimeout: time.Millisecond}), r.Socket(zmq.REP, zmq.Options{})
		r.Link(rep, req)
		r.Send(req, "q")
		_, err := req.Recv(r.Ctx)
		r.Fails("receiving before the reply", err, zmq.ErrTimeout)
		r.Fails("asking again", req.TrySend(zmq.StringMsg("q")), zmq.ErrState)
		r.Expect(rep, "q")
		r.Send(rep, "r")
		r.Eventually("the reply", func() bool {
			b, err := req.RecvBytes(r.Ctx)
			return err == nil && string(b) == "r"
		})
		r.Send(req, "next")
		r.Expect(rep, "next")
	})
}
