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
	everyTransport(t, func(f *fixture) {
		const n = 1500
		push, in := f.Socket(zmq.PUSH, zmq.Options{}), f.Socket(zmq.PULL, zmq.Options{})
		out, pull := f.Socket(zmq.PUSH, zmq.Options{}), f.Socket(zmq.PULL, zmq.Options{})
		f.Link(in, push)
		f.Link(pull, out)
		go func() {
			for m, err := range in.Messages(f.Ctx) {
				if err != nil || out.Send(f.Ctx, m) != nil {
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
				if push.Send(f.Ctx, m) != nil {
					return
				}
				m.Release()
			}
		}()
		kept := map[int]zmq.Msg{}
		check := func(i int, m zmq.Msg) {
			want := content(i, sizesInMemory[i%len(sizesInMemory)])
			if !bytes.Equal(m.Bytes(), want) || i%5 == 0 && !bytes.Equal(m.Frame(1), want[:8]) {
				f.Fatalf("message %d holds %.16q, want %.16q", i, m.Bytes(), want)
			}
		}
		for i := range n {
			m, err := pull.Recv(f.Ctx)
			must(f.T, err)
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
	everyTransport(t, func(f *fixture) {
		const n = 500
		pub := f.Socket(zmq.PUB, zmq.Options{SendHWM: zmq.Unlimited})
		subs := []*zmq.Socket{f.Subscriber(""), f.Subscriber("")}
		f.Link(pub, subs...)
		f.Subscribed(pub, 2)
		for i := range n {
			m := zmq.AllocMsg(8 << 10)
			copy(m.Bytes(), content(i, 8<<10))
			must(f.T, pub.Send(f.Ctx, m))
			m.Release()
		}
		for i := range n {
			for _, sub := range subs {
				m, err := sub.Recv(f.Ctx)
				must(f.T, err)
				if !bytes.Equal(m.Bytes(), content(i, 8<<10)) {
					f.Fatalf("message %d holds %.16q", i, m.Bytes())
				}
				m.Release()
			}
		}
	})
}

// The caller keeps the bytes given to SendBytes, even while the message is
// queued.
func TestSendBytesCopies(t *testing.T) {
	everyTransport(t, func(f *fixture) {
		push, pull := f.Socket(zmq.PUSH, zmq.Options{}), f.Socket(zmq.PULL, zmq.Options{})
		ep := f.Free()
		must(f.T, push.Connect(ep))
		for i, size := range sizesInMemory {
			b := content(i, size)
			must(f.T, push.SendBytes(f.Ctx, b))
			clear(b)
			frame := content(i, size)
			must(f.T, push.SendFrames(f.Ctx, frame, frame))
			clear(frame)
		}
		must(f.T, pull.Bind(ep))
		for i, size := range sizesInMemory {
			f.Expect(pull, string(content(i, size)))
			f.Expect(pull, string(content(i, size)), string(content(i, size)))
		}
	})
}
