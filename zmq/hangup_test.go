package zmq_test

import (
	"bytes"
	"testing"

	"github.com/actum-go/actum/internal/racecheck"
	"github.com/actum-go/actum/zmq"
	"github.com/actum-go/actum/zmq/internal/conformance"
)

// Peers that send more than the high-water mark and leave, while the program does
// not receive, are noticed: no connection stays behind, and each message can be
// received.
func TestShortLivedPeersAtTheHighWaterMark(t *testing.T) {
	const peers, each, size = 20, 220, 400 // what is beyond the mark fits into a receive buffer
	for _, backend := range backends {
		t.Run(backend, func(t *testing.T) {
			c, err := zmq.NewContext(zmq.ContextOptions{Backend: backend})
			if err != nil {
				t.Skip(err)
			}
			t.Cleanup(func() { must(t, c.Close()) })
			pull := newSocket(t, c, zmq.PULL, zmq.Options{RecvHWM: 100})
			must(t, pull.Bind("tcp://127.0.0.1:*"))
			f := &conformance.Fixture{T: t, Ctx: deadline(t)}
			var raws []*raw
			for range peers { // together: each is looked at only once in a while
				raw := dialRaw(t, address(pull))
				raw.shakeHands("PUSH")
				raws = append(raws, raw)
			}
			f.Peers(pull, peers)
			for _, raw := range raws {
				raw.write(bytes.Repeat(rawFrame(0, make([]byte, size)), each))
				must(t, raw.TCPConn.CloseWrite())
			}
			for _, raw := range raws {
				raw.ended()
			}
			f.Peers(pull, 0)
			for range peers * each {
				m, err := pull.Recv(f.Ctx)
				must(t, err)
				if m.Size() != size {
					t.Fatalf("a message of %d bytes", m.Size())
				}
				m.Release()
			}
		})
	}
}

// Messages that exceed a limit, violate ZMTP, or reach a type that does not
// receive are counted.
func TestRefusedMessagesAreCounted(t *testing.T) {
	for _, test := range []struct {
		name   string
		typ    zmq.Type
		o      zmq.Options
		peer   string
		says   []byte
		reason zmq.DropReason
		n      uint64
		stays  bool
	}{
		{"a frame that is too large", zmq.PULL, zmq.Options{MaxFrameSize: 10}, "PUSH", rawHeader(0, 11), zmq.DropTooLarge, 1, false},
		{"a message that is too large", zmq.PULL, zmq.Options{MaxMessageSize: 10}, "PUSH",
			bytes.Repeat(rawFrame(1, make([]byte, 6)), 2), zmq.DropTooLarge, 1, false},
		{"too many frames", zmq.PULL, zmq.Options{MaxFrames: 10}, "PUSH", bytes.Repeat(rawFrame(1, nil), 11), zmq.DropTooLarge, 1, false},
		{"no ZMTP", zmq.PULL, zmq.Options{}, "PUSH", rawHeader(0, 1<<63), zmq.DropMalformed, 1, false},
		{"messages to a PUSH", zmq.PUSH, zmq.Options{}, "PULL", bytes.Repeat(rawMessage("x"), 5000), zmq.DropUnexpected, 5000, true},
		{"messages to a PUB", zmq.PUB, zmq.Options{}, "SUB",
			bytes.Join([][]byte{rawMessage(""), rawMessage("\x02"), rawFrame(1, []byte("\x01a")), rawMessage("\x01b"),
				rawFrame(0, make([]byte, 1<<20)[1:]), rawFrame(0, bytes.Repeat([]byte{3}, 1<<20))}, nil), zmq.DropUnexpected, 4, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newContext(t)
			test.o.Linger = zmq.NoLinger
			s := newSocket(t, c, test.typ, test.o)
			must(t, s.Bind("tcp://127.0.0.1:*"))
			raw := dialRaw(t, address(s))
			raw.shakeHands(test.peer)
			raw.write(test.says)
			f := &conformance.Fixture{T: t, Ctx: deadline(t)}
			f.Dropped(s, test.reason, test.n)
			if test.stays {
				raw.write(rawCommand("PING", "\x00\x00"))
				raw.readFrame()
				return
			}
			raw.ended()
		})
	}
}

// A message of very many frames, which no program can receive, costs a PUB no
// memory.
func TestEmptyFramesToAPub(t *testing.T) {
	c := newContext(t)
	pub := newSocket(t, c, zmq.PUB, zmq.Options{Linger: zmq.NoLinger, MaxFrames: -1})
	must(t, pub.Bind("tcp://127.0.0.1:*"))
	raw := dialRaw(t, address(pub))
	raw.shakeHands("SUB")
	allocated := totalAlloc()
	times := 8
	if racecheck.Enabled {
		times = 1
	}
	for range times {
		raw.write(bytes.Repeat(rawFrame(1, nil), 1<<20))
	}
	raw.write(rawMessage("end"), rawCommand("PING", "\x00\x00"))
	raw.readFrame()
	if grown := totalAlloc() - allocated; grown > 24<<20 { // 2 MiB each are the test's own
		t.Errorf("%d MiB were allocated", grown>>20)
	}
}
