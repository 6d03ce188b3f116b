package zmq_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/actum-go/actum/zmq"
)

// workers is the number of senders, and of receivers.
const workers = 8

// each is the number of messages that each of them sends.
const each = 500

// ok reports err, from any goroutine, and returns whether it is nil.
func (f *fixture) ok(err error) bool {
	if err != nil {
		f.Error(err)
	}
	return err == nil
}

// Eight goroutines send on one socket and eight receive on another: each message
// is received once.
func TestManyGoroutinesOnOneSocket(t *testing.T) {
	for _, typ := range []zmq.Type{zmq.PUSH, zmq.DEALER, zmq.PAIR} {
		t.Run(typ.String(), func(t *testing.T) {
			everyTransport(t, func(f *fixture) {
				receiver := typ
				if typ == zmq.PUSH {
					receiver = zmq.PULL
				}
				from, to := f.Socket(typ, zmq.Options{SendHWM: 20}), f.Socket(receiver, zmq.Options{RecvHWM: 20})
				f.Link(to, from)
				ctx, cancel := context.WithCancel(f.Ctx)
				defer cancel()
				seen := newTally(workers*each, cancel)
				var busy sync.WaitGroup
				for sender := range workers {
					busy.Go(func() {
						for i := range each {
							if !f.ok(from.SendBytes(f.Ctx, fmt.Appendf(nil, "%d/%d", sender, i))) {
								return
							}
						}
					})
					busy.Go(func() {
						for m, err := range to.Messages(ctx) {
							if err == nil {
								seen.add(string(m.Bytes()))
							}
						}
					})
				}
				busy.Wait()
				seen.check(f.T)
			})
		})
	}
}

// Goroutines send and receive batches beside others that send and receive single
// messages: each message is received once, and those of a sender stay in order.
func TestBatchesBesideSingleMessages(t *testing.T) {
	everyTransport(t, func(f *fixture) {
		push, pull := f.Socket(zmq.PUSH, zmq.Options{SendHWM: 20}), f.Socket(zmq.PULL, zmq.Options{RecvHWM: 20})
		f.Link(pull, push)
		ctx, cancel := context.WithCancel(f.Ctx)
		defer cancel()
		seen := newTally(workers*each, cancel)
		var busy sync.WaitGroup
		for sender := range workers {
			ms := make([]zmq.Msg, each)
			for i := range ms {
				ms[i] = zmq.StringMsg(fmt.Sprintf("%d/%d", sender, i))
			}
			busy.Go(func() {
				size := 1 // of the next batch: 1 to 64
				for len(ms) > 0 && sender%2 == 0 {
					n, err := push.SendBatch(f.Ctx, ms[:min(size, len(ms))])
					if !f.ok(err) {
						return
					}
					ms, size = ms[n:], size%64+1
				}
				for _, m := range ms {
					if !f.ok(push.Send(f.Ctx, m)) {
						return
					}
				}
			})
			busy.Go(func() {
				last := map[string]int{}
				add := func(m zmq.Msg) {
					from, number, _ := strings.Cut(string(m.Bytes()), "/")
					i, _ := strconv.Atoi(number)
					if before, ok := last[from]; ok && i < before {
						f.Errorf("message %d of sender %s came after %d", i, from, before)
					}
					last[from] = i
					seen.add(string(m.Bytes()))
				}
				got := make([]zmq.Msg, 1+sender*10)
				for {
					n, err := pull.RecvBatch(ctx, got)
					if err != nil {
						return
					}
					for _, m := range got[:n] {
						add(m)
					}
					if m, err := pull.Recv(ctx); err == nil {
						add(m)
					}
				}
			})
		}
		busy.Wait()
		seen.check(f.T)
	})
}

// Each sender's own messages stay in order.
func TestOrderOfEachSender(t *testing.T) {
	everyTransport(t, func(f *fixture) {
		push, pull := f.Socket(zmq.PUSH, zmq.Options{}), f.Socket(zmq.PULL, zmq.Options{})
		f.Link(pull, push)
		for sender := range workers {
			go func() {
				for i := range each {
					if push.SendFrames(f.Ctx, fmt.Append(nil, sender), fmt.Append(nil, i)) != nil {
						return
					}
				}
			}()
		}
		next := map[string]int{}
		for range workers * each {
			frames, err := pull.RecvFrames(f.Ctx)
			must(f.T, err)
			if sender := string(frames[0]); string(frames[1]) != fmt.Sprint(next[sender]) {
				f.Fatalf("sender %s: %s instead of %d", sender, frames[1], next[sender])
			} else {
				next[sender]++
			}
		}
	})
}

// The frames of one message stay together, small and large, beside other senders.
func TestMultipartIsNeverInterleaved(t *testing.T) {
	everyTransport(t, func(f *fixture) {
		push, pull := f.Socket(zmq.PUSH, zmq.Options{SendHWM: 50}), f.Socket(zmq.PULL, zmq.Options{RecvHWM: 50})
		f.Link(pull, push)
		const rounds = 50
		for sender := range workers {
			go func() {
				name := fmt.Sprint(sender)
				for i := range rounds {
					frames := make([]string, 1+i%7)
					for j := range frames {
						frames[j] = strings.Repeat(name, 1+1000*j*(i%3))
					}
					if push.Send(f.Ctx, zmq.StringMsg(frames...)) != nil {
						return
					}
				}
			}()
		}
		next := map[byte]int{}
		for range workers * rounds {
			m, err := pull.Recv(f.Ctx)
			must(f.T, err)
			sender := m.Bytes()[0]
			i := next[sender]
			next[sender]++
			if m.Len() != 1+i%7 {
				f.Fatalf("message %d of sender %c has %d frames", i, sender, m.Len())
			}
			for j, frame := range m.Frames() {
				if want := 1 + 1000*j*(i%3); len(frame) != want || strings.Trim(string(frame), string(sender)) != "" {
					f.Fatalf("message %d of sender %c: frame %d has %d bytes instead of %d, or another's", i, sender, j, len(frame), want)
				}
			}
		}
	})
}

// Many REQ sockets ask one ROUTER that many goroutines serve: each gets its own
// reply.
func TestManyAskOneRouter(t *testing.T) {
	everyTransport(t, func(f *fixture) {
		router := f.Socket(zmq.ROUTER, zmq.Options{})
		ep := f.Bind(router)
		var askers, servers sync.WaitGroup
		for range 4 {
			servers.Go(func() {
				for m, err := range router.Messages(f.Ctx) {
					if err == nil {
						err = router.Send(f.Ctx, m)
					}
					if !f.ok(err) {
						return
					}
				}
			})
		}
		for asker := range workers {
			req := f.Socket(zmq.REQ, zmq.Options{})
			must(f.T, req.Connect(ep))
			askers.Go(func() {
				for i := range 100 {
					text := fmt.Sprint(asker, " asks ", i)
					if !f.ok(req.SendBytes(f.Ctx, []byte(text))) {
						return
					}
					b, err := req.RecvBytes(f.Ctx)
					if !f.ok(err) {
						return
					}
					if string(b) != text {
						f.Errorf("%q was answered with %q", text, b)
					}
				}
			})
		}
		askers.Wait()
		must(f.T, router.Close())
		servers.Wait()
	})
}

// Publish, subscribe, and connect and close subscribers, all at once.
func TestPublishWhileSubscribersComeAndGo(t *testing.T) {
	everyTransport(t, func(f *fixture) {
		pub := f.Socket(zmq.PUB, zmq.Options{SendHWM: 10})
		ep := f.Bind(pub)
		ctx, stop := context.WithCancel(f.Ctx)
		var publishers, subscribers sync.WaitGroup
		for i := range 2 {
			publishers.Go(func() {
				for ctx.Err() == nil && f.ok(pub.Send(f.Ctx, zmq.StringMsg(fmt.Sprint("topic ", i), large[:i*5000]))) {
				}
			})
		}
		for range 4 {
			subscribers.Go(func() {
				for round := range 5 {
					if !f.ok(listenOnce(f.Ctx, f.Sockets, ep, fmt.Sprint("topic ", round%2))) {
						return
					}
				}
			})
		}
		subscribers.Wait()
		stop()
		publishers.Wait()
		f.Peers(pub, 0)
		f.Subscribed(pub, 0)
	})
}

// listenOnce subscribes to a topic until it receives one message.
func listenOnce(ctx context.Context, c *zmq.Context, ep, topic string) error {
	sub, err := c.NewSocket(zmq.SUB, zmq.Options{RecvHWM: 5, Subscribe: []string{"other"}})
	if err != nil {
		return err
	}
	defer sub.Close()
	if err := errors.Join(sub.Connect(ep), sub.Subscribe(topic), sub.Unsubscribe("other")); err != nil {
		return err
	}
	m, err := sub.Recv(ctx)
	if err == nil && string(m.Bytes()) != topic {
		err = fmt.Errorf("received %.20q, want %q", m.Bytes(), topic)
	}
	return err
}

// Endpoints are added and removed while others send and receive.
func TestEndpointsComeAndGo(t *testing.T) {
	everyTransport(t, func(f *fixture) {
		push, pull := f.Socket(zmq.PUSH, zmq.Options{Linger: zmq.NoLinger}), f.Socket(zmq.PULL, zmq.Options{})
		f.Link(pull, push) // one stays
		ctx, stop := context.WithCancel(f.Ctx)
		var busy sync.WaitGroup
		busy.Go(func() {
			for ctx.Err() == nil && f.ok(push.SendBytes(f.Ctx, []byte("x"))) {
			}
		})
		busy.Go(func() {
			for {
				if _, err := pull.Recv(ctx); err != nil {
					return
				}
			}
		})
		for range 20 {
			ep := f.Free()
			must(f.T, push.Connect(ep))
			must(f.T, pull.Bind(ep))
			must(f.T, pull.Unbind(ep))
			must(f.T, push.Disconnect(ep))
		}
		stop()
		go func() { // the sender may wait for room
			for range pull.Messages(f.Ctx) {
			}
		}()
		busy.Wait()
	})
}

// Two hundred peers connect, send, and close. The backlog has room for all of
// them, because a peer that does not fit would try again after a second.
func TestManyPeers(t *testing.T) {
	everyTransport(t, func(f *fixture) {
		const peers = 200
		pull := f.Socket(zmq.PULL, zmq.Options{Backlog: peers})
		ep := f.Bind(pull)
		for range peers {
			push, err := f.Sockets.NewSocket(zmq.PUSH, zmq.Options{})
			must(f.T, err)
			must(f.T, push.Connect(ep))
			f.Send(push, "hello")
			go push.Close()
		}
		for range peers {
			f.Expect(pull, "hello")
		}
		f.Peers(pull, 0)
	})
}
