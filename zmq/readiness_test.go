package zmq_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/actum-go/actum/zmq"
)

// One goroutine serves two sockets with select, and sees every message.
func TestSelectReadable(t *testing.T) {
	everyTransport(t, func(f *fixture) {
		const n = 300
		var pulls []*zmq.Socket
		for range 2 {
			push, pull := f.Socket(zmq.PUSH, zmq.Options{}), f.Socket(zmq.PULL, zmq.Options{RecvHWM: 10})
			f.Link(pull, push)
			pulls = append(pulls, pull)
			go func() {
				for i := range n {
					_ = push.SendBytes(f.Ctx, fmt.Append(nil, i))
				}
			}()
		}
		got := [2]int{}
		take := func(i int) { // one message for each token
			if m, err := pulls[i].TryRecv(); err == nil {
				if string(m.Bytes()) != fmt.Sprint(got[i]) {
					f.Fatalf("socket %d: message %d is %s", i, got[i], m.Bytes())
				}
				got[i]++
			}
		}
		for got != [2]int{n, n} {
			select {
			case <-pulls[0].Readable():
				take(0)
			case <-pulls[1].Readable():
				take(1)
			case <-f.Ctx.Done():
				f.Fatalf("received %v of %d", got, n)
			}
		}
	})
}

func TestSelectWritable(t *testing.T) {
	everyTransport(t, func(f *fixture) {
		push, pull := f.Socket(zmq.PUSH, zmq.Options{SendHWM: 2}), f.Socket(zmq.PULL, zmq.Options{RecvHWM: 2})
		const n = 200
		received := async(func() error {
			for i := range n {
				b, err := pull.RecvBytes(f.Ctx)
				if err != nil || string(b) != fmt.Sprint(i) {
					return fmt.Errorf("message %d is %q, %v", i, b, err)
				}
			}
			return nil
		})
		connected := async(func() error { f.Link(pull, push); return nil })
		for i := 0; i < n; {
			switch err := push.TrySend(zmq.StringMsg(fmt.Sprint(i))); {
			case err == nil:
				i++
			case errors.Is(err, zmq.ErrWouldBlock):
				select {
				case <-push.Writable():
				case <-f.Ctx.Done():
					f.Fatalf("no token after %d of %d", i, n)
				}
			default:
				f.Fatal(err)
			}
		}
		must(f.T, <-received)
		must(f.T, <-connected)
	})
}

// A closed socket is readable and writable, so that a select on it returns.
func TestReadinessOfAClosedSocket(t *testing.T) {
	f := newFixture(t, "inproc")
	s := f.Socket(zmq.PAIR, zmq.Options{})
	readable, writable := s.Readable(), s.Writable()
	<-readable // the first tokens say: look
	<-writable
	must(t, s.Close())
	<-readable
	<-writable
	_, err := s.TryRecv()
	f.Fails("receiving", err, zmq.ErrClosed)
}

// Recv and select on one socket share its messages; none is lost between them.
func TestSelectDuringRecv(t *testing.T) {
	everyTransport(t, func(f *fixture) {
		push, pull := f.Socket(zmq.PUSH, zmq.Options{}), f.Socket(zmq.PULL, zmq.Options{RecvHWM: 10})
		f.Link(pull, push)
		const n = 2000
		ctx, cancel := context.WithCancel(f.Ctx)
		defer cancel()
		seen := newTally(n, cancel)
		var receivers sync.WaitGroup
		receivers.Go(func() {
			for m, err := range pull.Messages(ctx) {
				if err == nil {
					seen.add(string(m.Bytes()))
				}
			}
		})
		receivers.Go(func() {
			for {
				select {
				case <-pull.Readable():
					if m, err := pull.TryRecv(); err == nil {
						seen.add(string(m.Bytes()))
					}
				case <-ctx.Done():
					return
				}
			}
		})
		for i := range n {
			f.Send(push, fmt.Sprint(i))
		}
		receivers.Wait()
		seen.check(f.T)
	})
}

func TestMessages(t *testing.T) {
	everyTransport(t, func(f *fixture) {
		push, pull := f.Socket(zmq.PUSH, zmq.Options{}), f.Socket(zmq.PULL, zmq.Options{})
		f.Link(pull, push)
		for i := range 10 {
			f.Send(push, fmt.Sprint(i))
		}
		i := 0
		for m, err := range pull.Messages(f.Ctx) { // as far as the caller wants
			must(f.T, err)
			if string(m.Bytes()) != fmt.Sprint(i) {
				f.Fatalf("message %d is %s", i, m.Bytes())
			}
			if i++; i == 5 {
				break
			}
		}
		ctx, cancel := context.WithCancel(f.Ctx)
		defer cancel()
		for m, err := range pull.Messages(ctx) { // until the context is done
			must(f.T, err)
			if string(m.Bytes()) != fmt.Sprint(i) {
				f.Fatalf("message %d is %q", i, m.Bytes())
			}
			if i++; i == 10 {
				cancel()
			}
		}
		over, stop := context.WithTimeout(f.Ctx, 1)
		defer stop()
		for m, err := range pull.Messages(over) {
			f.Fatalf("after the deadline: %q, %v", m.Frames(), err)
		}
		for _, tt := range []struct {
			what string
			s    *zmq.Socket
			want error
		}{
			{"a type that does not receive", push, zmq.ErrNotSupported},
			{"out of turn", f.Socket(zmq.REQ, zmq.Options{}), zmq.ErrState},
			{"RecvTimeout", f.Socket(zmq.PULL, zmq.Options{RecvTimeout: 1}), zmq.ErrTimeout},
		} {
			n := 0
			for m, err := range tt.s.Messages(f.Ctx) {
				if f.Fails(tt.what, err, tt.want); m.Len() != 0 {
					f.Fatalf("%s: %q", tt.what, m.Frames())
				}
				n++
			}
			if n != 1 {
				f.Fatalf("%s: %d pairs", tt.what, n)
			}
		}
		must(f.T, pull.Close())
		for m, err := range pull.Messages(f.Ctx) { // a closed socket has none
			f.Fatalf("%q, %v", m.Frames(), err)
		}
	})
}

// tally counts messages by their text: each must arrive once.
type tally struct {
	mu   sync.Mutex
	n    int
	seen map[string]int
	done func() // called when n have come
}

func newTally(n int, done func()) *tally { return &tally{n: n, seen: map[string]int{}, done: done} }

func (c *tally) add(text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen[text]++
	if c.n--; c.n == 0 {
		c.done()
	}
}

func (c *tally) check(t *testing.T) {
	t.Helper()
	if c.n != 0 {
		t.Errorf("%d messages are missing", c.n)
	}
	for text, n := range c.seen {
		if n != 1 {
			t.Errorf("%q came %d times", text, n)
		}
	}
}
