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
	ctx := context.Background()
	body := make([]byte, 8)
	benchmarkHalves(b, func(push *zmq.Socket) error {
		for range benchmarkBatch {
			if err := push.SendBytes(ctx, body); err != nil {
				return err
			}
		}
		return nil
	}, func(pull *zmq.Socket) error {
		for range benchmarkBatch {
			m, err := pull.Recv(ctx)
			if err != nil {
				return err
			}
			m.Release()
		}
		return nil
	})
}

// BenchmarkSendRecvBatch is BenchmarkSendRecv with SendBatch and RecvBatch.
func BenchmarkSendRecvBatch(b *testing.B) {
	ctx := context.Background()
	out, in := make([]zmq.Msg, benchmarkBatch), make([]zmq.Msg, benchmarkBatch)
	for i := range out {
		out[i] = zmq.NewMsg(make([]byte, 8))
	}
	benchmarkHalves(b, func(push *zmq.Socket) error {
		_, err := push.SendBatch(ctx, out)
		return err
	}, func(pull *zmq.Socket) error {
		for left := in; len(left) > 0; {
			n, err := pull.RecvBatch(ctx, left)
			if err != nil {
				return err
			}
			left = left[n:]
		}
		zmq.ReleaseBatch(in)
		return nil
	})
}

// benchmarkBatch is the number of messages that are sent before they are received.
const benchmarkBatch = 500

func benchmarkHalves(b *testing.B, send, recv func(*zmq.Socket) error) {
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
	b.ReportAllocs()
	var sending, receiving time.Duration
	for b.Loop() {
		start := time.Now()
		if err := send(push); err != nil {
			b.Fatal(err)
		}
		sent := time.Now()
		if err := recv(pull); err != nil {
			b.Fatal(err)
		}
		sending += sent.Sub(start)
		receiving += time.Since(sent)
	}
	each := func(d time.Duration) float64 { return float64(d.Nanoseconds()) / float64(b.N) / benchmarkBatch }
	b.ReportMetric(each(sending), "ns/send")
	b.ReportMetric(each(receiving), "ns/recv")
}
