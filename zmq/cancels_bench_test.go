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

// BenchmarkLatencyDuringCancels measures the longest round trip between a REQ and a REP
// while a subscriber of a PUB of the same context subscribes to 100,000 topics, cancels
// them, subscribes again, and leaves. It also measures how long the subscriptions take.
func BenchmarkLatencyDuringCancels(b *testing.B) {
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
	stream := append(rawGreeting(1, "NULL"), rawReady("SUB")...)
	for _, command := range []string{"SUBSCRIBE", "CANCEL", "SUBSCRIBE"} {
		for i := range n {
			stream = append(stream, rawCommand(command, string([]byte{byte(i), byte(i >> 8), byte(i >> 16), 't'}))...)
		}
	}
	stream = append(stream, rawCommand("SUBSCRIBE", "end")...)
	ctx := context.Background()
	go func() {
		for {
			m, err := rep.Recv(ctx)
			if err != nil || rep.Send(ctx, m) != nil {
				return
			}
		}
	}()
	var longest, subscribing time.Duration
	for b.Loop() {
		peer, err := net.Dial("tcp", strings.TrimPrefix(pub.LastEndpoint(), "tcp://"))
		if err != nil {
			b.Fatal(err)
		}
		go io.Copy(io.Discard, peer)
		start := time.Now()
		go peer.Write(stream)
		for left := false; !left || pub.Stats().Peers > 0; { // until the PUB has no peer any more
			sent := time.Now()
			if err := req.SendBytes(ctx, []byte("x")); err != nil {
				b.Fatal(err)
			}
			if _, err := req.RecvBytes(ctx); err != nil {
				b.Fatal(err)
			}
			longest = max(longest, time.Since(sent))
			if !left && pub.Stats().Subscriptions == n+1 {
				subscribing += time.Since(start)
				peer.Close()
				left = true
			}
		}
	}
	b.ReportMetric(float64(longest)/1e6, "longest-ms")
	b.ReportMetric(float64(subscribing)/1e6/float64(b.N), "subscribing-ms")
}
