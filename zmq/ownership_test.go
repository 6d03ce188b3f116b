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
	everyTransport(t, func(f *fixture) {
		const n = 4
		push, in := f.Socket(zmq.PUSH, zmq.Options{}), f.Socket(zmq.PULL, zmq.Options{})
		f.Link(in, push)
		var outs, pulls [n]*zmq.Socket
		for i := range n {
			outs[i], pulls[i] = f.Socket(zmq.PUSH, zmq.Options{}), f.Socket(zmq.PULL, zmq.Options{})
			f.Link(pulls[i], outs[i])
		}
		for round := range 40 {
			want := content(round, sizesOwned[round%len(sizesOwned)])
			if round%2 == 0 {
				must(f.T, push.SendFrames(f.Ctx, want, want[:8], want))
			} else {
				must(f.T, push.SendBytes(f.Ctx, want))
			}
			m, err := in.Recv(f.Ctx)
			must(f.T, err)
			var all sync.WaitGroup
			for i := range n {
				all.Go(func() {
					for range 2 {
						if err := outs[i].Send(f.Ctx, m); err != nil {
							f.Error(err)
						}
					}
				})
				all.Go(func() {
					for range 2 {
						f.overwrite(pulls[i], want, round%2 == 0)
					}
				})
			}
			all.Wait()
			if !bytes.Equal(m.Bytes(), want) {
				f.Fatalf("the message changed to %.16q", m.Bytes())
			}
			m.Release()
		}
	})
}

// overwrite receives a message, checks it, and writes to all of its bytes.
func (f *fixture) overwrite(s *zmq.Socket, want []byte, frames bool) {
	got := make([][]byte, 1)
	var err error
	if frames {
		got, err = s.RecvFrames(f.Ctx)
	} else {
		got[0], err = s.RecvBytes(f.Ctx)
	}
	if err != nil {
		f.Error(err)
		return
	}
	for _, frame := range got {
		if !bytes.Equal(frame, want[:len(frame)]) {
			f.Errorf("received %.16q, want %.16q", frame, want)
		}
		for i := range frame {
			frame[i] = 'x'
		}
	}
}

// The results of RecvBytes and RecvFrames belong to the caller, even if other
// subscribers received the same message, and the publisher keeps it.
func TestReceivedBytesAreTheCallers(t *testing.T) {
	everyTransport(t, func(f *fixture) {
		pub := f.Socket(zmq.PUB, zmq.Options{SendHWM: zmq.Unlimited})
		subs := []*zmq.Socket{f.Subscriber(""), f.Subscriber(""), f.Subscriber("")}
		f.Link(pub, subs...)
		f.Subscribed(pub, len(subs))
		for i, size := range sizesOwned {
			want := content(i, size)
			mine := bytes.Clone(want)
			pooled := zmq.AllocMsg(size)
			copy(pooled.Bytes(), want)
			for name, send := range map[string]func() error{
				"SendBytes":  func() error { return pub.SendBytes(f.Ctx, mine) },
				"SendOwned":  func() error { return pub.SendOwned(f.Ctx, mine) },
				"AllocMsg":   func() error { return pub.Send(f.Ctx, pooled) },
				"SendFrames": func() error { return pub.SendFrames(f.Ctx, mine, mine[:8], mine) },
				"NewMsg":     func() error { return pub.Send(f.Ctx, zmq.NewMsg(mine, mine)) },
			} {
				must(f.T, send())
				var all sync.WaitGroup
				for _, sub := range subs {
					all.Go(func() { f.overwrite(sub, want, name == "SendFrames" || name == "NewMsg") })
				}
				all.Wait()
				if !bytes.Equal(mine, want) || !bytes.Equal(pooled.Bytes(), want) {
					f.Fatalf("%s of %d bytes: the publisher's own bytes changed", name, size)
				}
			}
			pooled.Release()
		}
	})
}

// Bytes that no other socket shares are not copied again.
func TestReceivedBytesAreNotCopiedTwice(t *testing.T) {
	everyTransport(t, func(f *fixture) {
		push, pull := f.Socket(zmq.PUSH, zmq.Options{}), f.Socket(zmq.PULL, zmq.Options{})
		f.Link(pull, push)
		body := make([]byte, 1<<20)
		run := func() {
			must(f.T, push.SendBytes(f.Ctx, body))
			_, err := pull.RecvBytes(f.Ctx)
			must(f.T, err)
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
			f.Fatalf("%d bytes allocated for a message of 1 MiB", bytes)
		}
	})
}

// A released message cannot be sent by way of a copy, nor released again: the
// failure shows the mistake.
func TestReleasedMessages(t *testing.T) {
	everyTransport(t, func(f *fixture) {
		push, pull := f.Socket(zmq.PUSH, zmq.Options{}), f.Socket(zmq.PULL, zmq.Options{})
		f.Link(pull, push)
		for name, shape := range map[string][]int{"large": {64 << 10}, "frames": {8, 8}, "large frames": {8, 64 << 10}} {
			f.Run(name, func(t *testing.T) {
				var frames [][]byte
				for i, size := range shape {
					frames = append(frames, content(i, size))
				}
				must(t, push.SendFrames(f.Ctx, frames...))
				m, err := pull.Recv(f.Ctx)
				must(t, err)
				if len(shape) == 1 && f.Transport == "inproc" {
					m = zmq.AllocMsg(shape[0]) // what came is the program's own memory
				}
				second := m
				m.Release()
				m.Release() // it is empty
				if err := push.Send(f.Ctx, m); !errors.Is(err, zmq.ErrNoFrame) {
					t.Errorf("sending an empty message: %v", err)
				}
				if err := push.Send(f.Ctx, second); !errors.Is(err, zmq.ErrReleased) {
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
