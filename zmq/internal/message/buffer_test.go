package message_test

import (
	"testing"

	"github.com/actum-go/actum/zmq/internal/message"
)

func TestBufferSizes(t *testing.T) {
	for _, tt := range []struct{ size, least, most int }{
		{0, 0, 0},
		{1, 1, 1}, // not worth pooling
		{1023, 1023, 1023},
		{1024, 4096, 4096},
		{4096, 4096, 4096},
		{4097, 8192, 8192},
		{1 << 24, 1 << 24, 1 << 24},
		{1<<24 + 1, 1<<24 + 1, 1<<24 + 1}, // left to the collector
	} {
		b := message.NewBuffer(tt.size)
		if n := len(b.Data()); n < tt.least || n > tt.most {
			t.Errorf("%d bytes for %d", n, tt.size)
		}
		b.Release()
	}
}

// Memory is reused only when its last holder has released it.
func TestBufferIsReusedAfterTheLastRelease(t *testing.T) {
	held := message.NewBuffer(1 << 12)
	held.Retain(2)
	held.Release()
	held.Release()
	for range 100 {
		if other := message.NewBuffer(1 << 12); other == held {
			t.Fatal("reused while it is held")
		}
	}
	held.Release()
	again := message.NewBuffer(1 << 12)
	again.Retain(1) // a holder count that is not reset would panic or leak
	again.Release()
	again.Release()
}

func TestBufferReleasedTooOften(t *testing.T) {
	b := message.NewBuffer(10) // not pooled: it is not reused
	b.Release()
	defer func() {
		if recover() == nil {
			t.Fatal("no panic")
		}
	}()
	b.Release()
}
