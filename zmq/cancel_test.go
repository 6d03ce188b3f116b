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
		push, pull := r.socket(zmq.PUSH, zmq.Options{SendHWM: 1}), r.socket(zmq.PULL, zmq.Options{RecvHWM: 1})
		ctx, cancel := context.WithCancel(r.ctx)
		var waiting []<-chan error
		for range 4 {
			waiting = append(waiting, async(func() error { return push.SendBytes(ctx, []byte("never")) }))
		}
		patient := async(func() error { return push.SendBytes(r.ctx, []byte("patient")) })
		cancel()
		for _, result := range waiting {
			r.fails("sending", <-result, context.Canceled)
		}
		r.link(pull, push)
		r.expect(pull, "patient")
		must(r.T, <-patient)
		r.send(push, "next")
		r.expect(pull, "next")
	})
}

// A Recv whose context ends while it waits has received nothing.
func TestCancelRecv(t *testing.T) {
	everyTransport(t, func(r *fixture) {
		push, pull := r.socket(zmq.PUSH, zmq.Options{}), r.socket(zmq.PULL, zmq.Options{})
		r.link(pull, push)
		for round := range 20 {
			ctx, cancel := context.WithCancel(r.ctx)
			results := make(chan error)
			for range 3 {
				go func() {
					_, err := pull.RecvBytes(ctx)
					results <- err
				}()
			}
			r.send(push, "x")
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
					r.fails("receiving", err, context.Canceled)
				}
			}
			if got > 1 || round%2 == 1 && got == 0 {
				r.Fatalf("%d have received the message", got)
			}
			if got == 0 {
				r.expect(pull, "x")
			}
		}
	})
}

// A REQ whose Recv was cancelled can wait again: the reply is not lost.
func TestWaitAgainForAReply(t *testing.T) {
	everyTransport(t, func(r *fixture) {
		req, rep := r.socket(zmq.REQ, zmq.Options{RecvTimeout: time.Millisecond}), r.socket(zmq.REP, zmq.Options{})
		r.link(rep, req)
		r.send(req, "q")
		_, err := req.Recv(r.ctx)
		r.fails("receiving before the reply", err, zmq.ErrTimeout)
		r.fails("asking again", req.TrySend(zmq.StringMsg("q")), zmq.ErrState)
		r.expect(rep, "q")
		r.send(rep, "r")
		r.eventually("the reply", func() bool {
			b, err := req.RecvBytes(r.ctx)
			return err == nil && string(b) == "r"
		})
		r.send(req, "next")
		r.expect(rep, "next")
	})
}
