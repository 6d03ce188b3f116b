package zmq_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/actum-go/actum/zmq"
)

// BenchmarkRecvBytes measures the cost of giving received bytes to the caller:
// from 4 KiB on, inproc subscribers receive copies.
func BenchmarkRecvBytes(b *testing.B) {
	for _, tt := range []struct {
		endpoint    string
		subscribers int
	}{{"inproc://bench", 1}, {"inproc://bench", 2}, {"tcp://127.0.0.1:*", 1}} {
		for _, size := range []int{64, 64 << 10} {
			for _, call := range []string{"Recv", "RecvBytes"} {
				name := fmt.Sprintf("%.5s/%d SUB/%d B/%s", tt.endpoint, tt.subscribers, size, call)
				b.Run(name, func(b *testing.B) { benchmarkRecv(b, tt.endpoint, tt.subscribers, size, call == "Recv") })
			}
		}
	}
}

func benchmarkRecv(b *testing.B, endpoint string, subscribers, size int, release bool) {
	const batch = 20
	ctx := context.Background()
	c, err := zmq.NewContext(zmq.ContextOptions{})
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	pub, _ := c.NewSocket(zmq.PUB, zmq.Options{})
	if err := pub.Bind(endpoint); err != nil {
		b.Fatal(err)
	}
	var subs []*zmq.Socket
	for range subscribers {
		sub, _ := c.NewSocket(zmq.SUB, zmq.Options{Subscribe: []string{""}})
		if err := sub.Connect(pub.LastEndpoint()); err != nil {
			b.Fatal(err)
		}
		subs = append(subs, sub)
	}
	for pub.Stats().Subscriptions < subscribers {
	}
	body := make([]byte, size)
	b.SetBytes(int64(size * batch * subscribers))
	b.ReportAllocs()
	for b.Loop() {
		for range batch {
			if err := pub.SendBytes(ctx, body); err != nil {
				b.Fatal(err)
			}
		}
		for _, sub := range subs {
			for range batch {
				if !release {
					if _, err := sub.RecvBytes(ctx); err != nil {
						b.Fatal(err)
					}
					continue
				}
				m, err := sub.Recv(ctx)
				if err != nil {
					b.Fatal(err)
				}
				m.Release()
			}
		}
	}
}
