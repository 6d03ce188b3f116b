package zmq_test

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/actum-go/actum/zmq"
)

// sizesOwned covers messages that are copied into the pipe, referred to, and read
// in place.
var sizesOwned = []int{8, 1024, 4096, 20_000, 64 << 10}

// A received message may be sent to any number of sockets, by any number of
// goroutines, and read meanwhile. Received bytes may be written to.
func TestOneMessageToManySockets(t *testing.T) {
	everyTransport(t, func(r *fixture) {
		const n = 4
		push, in := r.Socket(zmq.PUSH, zmq.Options{}), r.Socket(zmq.PULL, zmq.Options{})
		r.Link(in, push)
		var outs, pulls [n]*zmq.Socket
		for i := range n {
			outs[i], pulls[i] = r.Socket(zmq.PUSH, zmq.Options{}), r.Socket(zmq.PULL, zmq.Options{})
			r.Link(pulls[i], outs[i])
		}
		for round := range 40 {
			want := content(round, sizesOwned[round%len(sizesOwned)])
			if round%2 == 0 {
				must(r.T, push.SendFrames(r.Ctx, want, want[:8], want))
			} else {
				must(r.T, push.SendBytes(r.Ctx, want))
			}
			m, err := in.Recv(r.Ctx)
			must(r.T, err)
			var all sync.WaitGroup
			for i := range n {
				all.Go(func() {
					for range 2 {
						if err := outs[i].Send(r.Ctx, m); err != nil {
							r.Error(err)
						}
					}
				})
				all.Go(func() {
					for range 2 {
						r.overwrite(pulls[i], want, round%2 == 0)
					}
				})
			}
			all.Wait()
			if !bytes.Equal(m.Bytes(), want) {
				r.Fatalf("the message changed to %.16q", m.Bytes())
			}
			m.Release()
		}
	})
}

// overwrite receives a message, checks it, and writes to all of its bytes.
func (r *fixture) overwrite(s *zmq.Socket, want []byte, frames bool) {
	got := make([][]byte, 1)
	var err error
	if frames {
		got, err = s.RecvFrames(r.Ctx)
	} else {
		got[0], err = s.RecvBytes(r.Ctx)
	}
	if err != nil {
		r.Error(err)
		return
	}
	for _, f := range got {
		if !bytes.Equal(f, want[:len(f)]) {
			r.Errorf("received %.16q, want %.16q", f, want)
		}
		for i := range f {
			f[i] = 'x'
		}
	}
}

// The results of RecvBytes and RecvFrames belong to the caller, even if other
// subscribers received the same message, and the publisher keeps it.
func TestReceivedBytesAreTheCallers(t *testing.T) {
	everyTransport(t, func(r *fixture) {
		pub := r.Socket(zmq.PUB, zmq.Options{SendHWM: zmq.Unlimited})
		subs := []*zmq.Socket{r.Subscriber(""), r.Subscriber(""), r.Subscriber("")}
		r.Link(pub, subs...)
		r.Subscribed(pub, len(subs))
		for i, size := range sizesOwned {
			want := content(i, size)
			mine := bytes.Clone(want)
			pooled := zmq.AllocMsg(size)
			copy(pooled.Bytes(), want)
			for name, send := range map[string]func() error{
				"SendBytes":  func() error { return pub.SendBytes(r.Ctx, mine) },
				"SendOwned":  func() error { return pub.SendOwned(r.Ctx, mine) },
				"AllocMsg":   func() error { return pub.Send(r.Ctx, pooled) },
				"SendFrames": func() error { return pub.SendFrames(r.Ctx, mine, mine[:8], mine) },
				"NewMsg":     func() error { return pub.Send(r.Ctx, zmq.NewMsg(mine, mine)) },
			} {
				must(r.T, send())
				var all sync.WaitGroup
				for _, sub := range subs {
					all.Go(func() { r.overwrite(sub, want, name == "SendFrames" || name == "NewMsg") })
				}
				all.Wait()
				if !bytes.Equal(mine, want) || !bytes.Equal(pooled.Bytes(), want) {
					r.Fatalf("%s of %d bytes: the publisher's own bytes changed", name, size)
				}
			}
			pooled.Release()
		}
	})
}

// Bytes that no other socket shares are not copied again.
func TestReceivedBytesAreNotCopiedTwice(t *testing.T) {
	everyTransport(t, func(r *fixture) {
		push, pull := r.Socket(zmq.PUSH, zmq.Options{}), r.Socket(zmq.PULL, zmq.Options{})
		r.Link(pull, push)
		body := make([]byte, 1<<20)
		run := func() {
			must(r.T, push.SendBytes(r.Ctx, body))
			_, err := pull.RecvBytes(r.Ctx)
			must(r.T, err)
		}
		run()
		const n = 50
		before := totalAlloc()
		for range n {
			run()
		}
		// SendBytes copies once, and over inproc that is what is received. A stream
		// needs memory for what is received, and the sender's is used again.
		if bytes := (totalAlloc() - before) / n; bytes > 1<<20*3/2 {
			r.Fatalf("%d bytes allocated for a message of 1 MiB", bytes)
		}
	})
}

// A released message cannot be sent by way of a copy, nor released again: the
// failure shows the mistake.
func TestReleasedMessages(t *testing.T) {
	everyTransport(t, func(r *fixture) {
		push, pull := r.Socket(zmq.PUSH, zmq.Options{}), r.Socket(zmq.PULL, zmq.Options{})
		r.Link(pull, push)
		for name, shape := range map[string][]int{"large": {64 << 10}, "frames": {8, 8}, "large frames": {8, 64 << 10}} {
			r.Run(name, func(t *testing.T) {
				var frames [][]byte
				for i, size := range shape {
					frames = append(frames, content(i, size))
				}
				must(t, push.SendFrames(r.Ctx, frames...))
				m, err := pull.Recv(r.Ctx)
				must(t, err)
				if len(shape) == 1 && r.Transport == "inproc" {
					m = zmq.AllocMsg(shape[0]) // what came is the program's own memory
				}
				second := m
				m.Release()
				m.Release() // it is empty
				if err := push.Send(r.Ctx, m); !errors.Is(err, zmq.ErrNoFrame) {
					t.Errorf("sending an empty message: %v", err)
				}
				if err := push.Send(r.Ctx, second); !errors.Is(err, zmq.ErrReleased) {
					t.Errorf("sending a copy: %v", err)
				}
				defer func() {
					if text := fmt.Sprint(recover()); text != "zmq: Msg.Release: a copy of this message was released before: release one of them only" {
						t.Errorf("releasing a copy: %s", text)
					}
				}()
				second.Release()
			})
		}
	})
}
