package zmq_test

import (
	"context"
	"testing"

	"github.com/actum-go/actum/zmq"
)

// BenchmarkSendRecv is the caller's half of the data path alone: no I/O and no
// other goroutine, a batch of messages sent and then received over inproc.
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
	for b.Loop() {
		for range batch {
			if err := push.SendBytes(ctx, body); err != nil {
				b.Fatal(err)
			}
		}
		for range batch {
			m, err := pull.Recv(ctx)
			if err != nil {
				b.Fatal(err)
			}
			m.Release()
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/batch, "ns/message")
}
