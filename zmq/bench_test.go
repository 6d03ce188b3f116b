package zmq_test

import (
	"context"
	"testing"
	"time"

	"github.com/actum-go/actum/zmq"
)

// BenchmarkSendRecv measures the caller's half of the data path alone, without
// I/O or another goroutine: a batch of messages sent and then received over
// inproc.
func BenchmarkSendRecv(b *testing.B) {
	const batch = 500
	ctx := context.Background()
	c, err := zmq.NewContext(zmq.ContextOptions{})
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	push, _ := c.NewSocket(zmq.PUSH, zmq.Options{})
	pull, _ := c.NewSocket(zmq.PULL, zmq.Options{})
	if err := pull.Bind("inproc://bench"); err != nil {
		b.Fatal(err)
	}
	if err := push.Connect("inproc://bench"); err != nil {
		b.Fatal(err)
	}
	body := make([]byte, 8)
	b.ReportAllocs()
	var sending, receiving time.Duration
	for b.Loop() {
		start := time.Now()
		for range batch {
			if err := push.SendBytes(ctx, body); err != nil {
				b.Fatal(err)
			}
		}
		sent := time.Now()
		for range batch {
			m, err := pull.Recv(ctx)
			if err != nil {
				b.Fatal(err)
			}
			m.Release()
		}
		sending += sent.Sub(start)
		receiving += time.Since(sent)
	}
	each := func(d time.Duration) float64 { return float64(d.Nanoseconds()) / float64(b.N) / batch }
	b.ReportMetric(each(sending), "ns/send")
	b.ReportMetric(each(receiving), "ns/recv")
}
