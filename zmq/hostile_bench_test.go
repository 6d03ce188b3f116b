package zmq_test

import (
	"bytes"
	"net"
	"testing"
	"time"

	"github.com/actum-go/actum/zmq"
)

// hostileStreams are cheap to send and expensive to receive. A peer sends one after the
// handshake.
var hostileStreams = []struct {
	name   string
	target zmq.Type
	peer   string
	stream []byte // sent repeatedly
	pause  time.Duration
}{
	{"tiny messages", zmq.PULL, "PUSH", bytes.Repeat(rawMessage("x"), 40_000), 0},
	{"empty messages", zmq.PULL, "PUSH", bytes.Repeat(rawMessage(""), 60_000), 0},
	{"a million empty frames", zmq.PULL, "PUSH", append(bytes.Repeat(rawFrame(1, nil), 1<<20-1), 0, 0), 0},
	{"empty frames to a PUB", zmq.PUB, "SUB", bytes.Repeat(rawFrame(1, nil), 60_000), 0},
	{"messages to a PUB", zmq.PUB, "SUB", bytes.Repeat(rawMessage("x"), 60_000), 0},
	{"messages to a PUSH", zmq.PUSH, "PULL", bytes.Repeat(rawMessage("x"), 60_000), 0},
	{"PINGs", zmq.PULL, "PUSH", bytes.Repeat(rawCommand("PING", "\x00\x00"), 10_000), 0},
	{"PINGs between frames", zmq.PULL, "PUSH", append(rawFrame(1, nil), bytes.Repeat(rawCommand("PING", "\x00\x00"), 10_000)...), 0},
	{"unknown commands", zmq.PULL, "PUSH", bytes.Repeat(rawCommand("X", ""), 30_000), 0},
	{"messages of 64 MiB", zmq.PULL, "PUSH", append(rawHeader(0, 64<<20), make([]byte, 64<<20)...), 0},
	{"a slow drip", zmq.PULL, "PUSH", []byte{0}, time.Millisecond},
}

// BenchmarkLatencyDuringHostileStream measures the longest round trip between a REQ and a
// REP while a peer sends a hostile stream to a third socket of the same context, which has
// one dispatcher.
func BenchmarkLatencyDuringHostileStream(b *testing.B) {
	for _, n := range hostileStreams {
		b.Run(n.name, func(b *testing.B) {
			c, err := zmq.NewContext(zmq.ContextOptions{Dispatchers: 1})
			if err != nil {
				b.Fatal(err)
			}
			defer c.Close()
			socket := func(typ zmq.Type) *zmq.Socket {
				s, err := c.NewSocket(typ, zmq.Options{Linger: zmq.NoLinger})
				if err != nil {
					b.Fatal(err)
				}
				return s
			}
			target, rep, req := socket(n.target), socket(zmq.REP), socket(zmq.REQ)
			for _, s := range []*zmq.Socket{target, rep} {
				if err := s.Bind("tcp://127.0.0.1:*"); err != nil {
					b.Fatal(err)
				}
			}
			if err := req.Connect(rep.LastEndpoint()); err != nil {
				b.Fatal(err)
			}
			conn, err := net.Dial("tcp", address(target))
			if err != nil {
				b.Fatal(err)
			}
			defer conn.Close()
			if _, err := conn.Write(append(rawGreeting(1, "NULL"), rawReady(n.peer)...)); err != nil {
				b.Fatal(err)
			}
			go func() { // the answers
				buf := make([]byte, 64<<10)
				for {
					if _, err := conn.Read(buf); err != nil {
						return
					}
				}
			}()
			go func() {
				for {
					if _, err := conn.Write(n.stream); err != nil {
						return
					}
					time.Sleep(n.pause)
				}
			}()
			ctx := b.Context()
			if n.target == zmq.PULL {
				go func() {
					for {
						m, err := target.Recv(ctx)
						if err != nil {
							return
						}
						m.Release()
					}
				}()
			}
			go func() {
				for {
					m, err := rep.Recv(ctx)
					if err != nil || rep.Send(ctx, m) != nil {
						return
					}
				}
			}()
			var worst time.Duration
			for b.Loop() {
				began := time.Now()
				if err := req.SendBytes(ctx, []byte("ping")); err != nil {
					b.Fatal(err)
				}
				if _, err := req.Recv(ctx); err != nil {
					b.Fatal(err)
				}
				worst = max(worst, time.Since(began))
			}
			b.ReportMetric(float64(worst.Microseconds())/1000, "worst-ms")
		})
	}
}
