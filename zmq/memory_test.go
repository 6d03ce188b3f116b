package zmq_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/actum-go/actum/zmq"
)

// content is the body of message i: its number, repeated.
func content(i, size int) []byte {
	return bytes.Repeat(fmt.Appendf(nil, "%08d", i), size/8)
}

// sizesInMemory covers messages that are copied, pooled, referred to, and read in
// place.
var sizesInMemory = []int{8, 64, 504, 1024, 4088, 4096, 20_000, 64 << 10, 200_000}

// Released memory is used again, but never while a message refers to it. Messages
// pass unchanged through a proxy; some are kept, some are released at once, some
// later, and none ever changes.
func TestMemoryIsNotReusedTooEarly(t *testing.T) {
	everyTransport(t, func(r *fixture) {
		const n = 1500
		push, in := r.Socket(zmq.PUSH, zmq.Options{}), r.Socket(zmq.PULL, zmq.Options{})
		out, pull := r.Socket(zmq.PUSH, zmq.Options{}), r.Socket(zmq.PULL, zmq.Options{})
		r.Link(in, push)
		r.Link(pull, out)
		go func() {
			for m, err := range in.Messages(r.Ctx) {
				if err != nil || out.Send(r.Ctx, m) != nil {
					return
				}
				m.Release()
			}
		}()
		go func() {
			for i := range n {
				body := content(i, sizesInMemory[i%len(sizesInMemory)])
				m := zmq.AllocMsg(len(body))
				copy(m.Bytes(), body)
				if i%5 == 0 {
					m = zmq.CopyMsg(body, body[:8])
				}
				if push.Send(r.Ctx, m) != nil {
					return
				}
				m.Release()
			}
		}()
		kept := map[int]zmq.Msg{}
		check := func(i int, m zmq.Msg) {
			want := content(i, sizesInMemory[i%len(sizesInMemory)])
			if !bytes.Equal(m.Bytes(), want) || i%5 == 0 && !bytes.Equal(m.Frame(1), want[:8]) {
				r.Fatalf("message %d holds %.16q, want %.16q", i, m.Bytes(), want)
			}
		}
		for i := range n {
			m, err := pull.Recv(r.Ctx)
			must(r.T, err)
			check(i, m)
			switch i % 4 {
			case 0:
				m.Release()
			case 1, 2:
				kept[i] = m
			}
			if old, ok := kept[i-97]; ok {
				check(i-97, old)
				old.Release()
				delete(kept, i-97)
			}
		}
		for i, m := range kept {
			check(i, m)
		}
	})
}

// A message to several inproc subscribers is the same memory for all: it is
// reused only when all of them have released it.
func TestPublishedMemoryIsShared(t *testing.T) {
	everyTransport(t, func(r *fixture) {
		const n = 500
		pub := r.Socket(zmq.PUB, zmq.Options{SendHWM: zmq.Unlimited})
		subs := []*zmq.Socket{r.Subscriber(""), r.Subscriber("")}
		r.Link(pub, subs...)
		r.Subscribed(pub, 2)
		for i := range n {
			m := zmq.AllocMsg(8 << 10)
			copy(m.Bytes(), content(i, 8<<10))
			must(r.T, pub.Send(r.Ctx, m))
			m.Release()
		}
		for i := range n {
			for _, sub := range subs {
				m, err := sub.Recv(r.Ctx)
				must(r.T, err)
				if !bytes.Equal(m.Bytes(), content(i, 8<<10)) {
					r.Fatalf("message %d holds %.16q", i, m.Bytes())
				}
				m.Release()
			}
		}
	})
}

// The caller keeps the bytes given to SendBytes, even while the message is
// queued.
func TestSendBytesCopies(t *testing.T) {
	everyTransport(t, func(r *fixture) {
		push, pull := r.Socket(zmq.PUSH, zmq.Options{}), r.Socket(zmq.PULL, zmq.Options{})
		ep := r.Free()
		must(r.T, push.Connect(ep))
		for i, size := range sizesInMemory {
			b := content(i, size)
			must(r.T, push.SendBytes(r.Ctx, b))
			clear(b)
			f := content(i, size)
			must(r.T, push.SendFrames(r.Ctx, f, f))
			clear(f)
		}
		must(r.T, pull.Bind(ep))
		for i, size := range sizesInMemory {
			r.Expect(pull, string(content(i, size)))
			r.Expect(pull, string(content(i, size)), string(content(i, size)))
		}
	})
}
