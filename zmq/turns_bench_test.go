package zmq_test

import (
	"context"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/actum-go/actum/zmq"
)

// BenchmarkBesideCancels measures the longest round trip between two sockets of a
// context while a peer subscribes to 100,000 topics of a third, cancels them, and
// leaves.
func BenchmarkBesideCancels(b *testing.B) {
	const n = 100_000
	c, err := zmq.NewContext(zmq.ContextOptions{})
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	pub, _ := c.NewSocket(zmq.PUB, zmq.Options{})
	rep, _ := c.NewSocket(zmq.REP, zmq.Options{})
	req, _ := c.NewSocket(zmq.REQ, zmq.Options{})
	if pub.Bind("tcp://127.0.0.1:0") != nil || rep.Bind("tcp://127.0.0.1:0") != nil || req.Connect(rep.LastEndpoint()) != nil {
		b.Fatal("not connected")
	}
	said := append(rawGreeting(1, "NULL"), rawReady("SUB")...)
	for _, what := range []string{"SUBSCRIBE", "CANCEL", "SUBSCRIBE"} {
		for i := range n {
			said = append(said, rawCommand(what, string([]byte{byte(i), byte(i >> 8), byte(i >> 16), 't'}))...)
		}
	}
	said = append(said, rawCommand("SUBSCRIBE", "end")...)
	ctx := context.Background()
	go func() {
		for {
			m, err := rep.Recv(ctx)
			if err != nil || rep.Send(ctx, m) != nil {
				return
			}
		}
	}()
	var longest, taken time.Duration
	for b.Loop() {
		peer, err := net.Dial("tcp", strings.TrimPrefix(pub.LastEndpoint(), "tcp://"))
		if err != nil {
			b.Fatal(err)
		}
		go io.Copy(io.Discard, peer)
		begun := time.Now()
		go peer.Write(said)
		for left := false; !left || pub.Stats().Peers > 0; {
			before := time.Now()
			if err := req.SendBytes(ctx, []byte("x")); err != nil {
				b.Fatal(err)
			}
			if _, err := req.RecvBytes(ctx); err != nil {
				b.Fatal(err)
			}
			longest = max(longest, time.Since(before))
			if !left && pub.Stats().Subscriptions == n+1 {
				taken += time.Since(begun)
				peer.Close()
				left = true
			}
		}
	}
	b.ReportMetric(float64(longest)/1e6, "ms/longest")
	b.ReportMetric(float64(taken)/1e6/float64(b.N), "ms/taken")
}
