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
	everyTransport(t, func(f *fixture) {
		push, pull := f.Socket(zmq.PUSH, zmq.Options{SendHWM: 1}), f.Socket(zmq.PULL, zmq.Options{RecvHWM: 1})
		ctx, cancel := context.WithCancel(f.Ctx)
		var waiting []<-chan error
		for range 4 {
			waiting = append(waiting, async(func() error { return push.SendBytes(ctx, []byte("never")) }))
		}
		patient := async(func() error { return push.SendBytes(f.Ctx, []byte("patient")) })
		cancel()
		for _, result := range waiting {
			f.Fails("sending", <-result, context.Canceled)
		}
		f.Link(pull, push)
		f.Expect(pull, "patient")
		must(f.T, <-patient)
		f.Send(push, "next")
		f.Expect(pull, "next")
	})
}

// A Recv whose context ends while it waits has received nothing.
func TestCancelRecv(t *testing.T) {
	everyTransport(t, func(f *fixture) {
		push, pull := f.Socket(zmq.PUSH, zmq.Options{}), f.Socket(zmq.PULL, zmq.Options{})
		f.Link(pull, push)
		for round := range 20 {
			ctx, cancel := context.WithCancel(f.Ctx)
			results := make(chan error)
			for range 3 {
				go func() {
					_, err := pull.RecvBytes(ctx)
					results <- err
				}()
			}
			f.Send(push, "x")
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
					f.Fails("receiving", err, context.Canceled)
				}
			}
			if got > 1 || round%2 == 1 && got == 0 {
				f.Fatalf("%d have received the message", got)
			}
			if got == 0 {
				f.Expect(pull, "x")
			}
		}
	})
}

// A REQ whose Recv was cancelled can wait again: the reply is not lost.
func TestWaitAgainForAReply(t *testing.T) {
	everyTransport(t, func(f *fixture) {
		req, rep := f.Socket(zmq.REQ, zmq.Options{RecvTimeout: time.Millisecond}), f.Socket(zmq.REP, zmq.Options{})
		f.Link(rep, req)
		f.Send(req, "q")
		_, err := req.Recv(f.Ctx)
		f.Fails("receiving before the reply", err, zmq.ErrTimeout)
		f.Fails("asking again", req.TrySend(zmq.StringMsg("q")), zmq.ErrState)
		f.Expect(rep, "q")
		f.Send(rep, "r")
		f.Eventually("the reply", func() bool {
			b, err := req.RecvBytes(f.Ctx)
			return err == nil && string(b) == "r"
		})
		f.Send(req, "next")
		f.Expect(rep, "next")
	})
}
