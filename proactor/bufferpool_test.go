package proactor_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/actum-go/actum/internal/alloctest"
	"github.com/actum-go/actum/proactor"
)

// TestNoAllocationReceive: a receive into a buffer of a pool allocates nothing,
// multishot or not.
func TestNoAllocationReceive(t *testing.T) {
	for _, name := range workingBackends() {
		if name == "sim" {
			continue
		}
		for _, each := range []bool{false, true} {
			what := "single"
			if each {
				what = "multishot"
			}
			t.Run(name+"/"+what, func(t *testing.T) {
				d := dispatcher(t, name)
				turn := receiveTurn(t, d, each)
				turn()
				alloctest.None(t, 1000, func() {
					for range 1000 {
						turn()
					}
				})
			})
		}
	}
}

// receiveTurn returns a function that sends some bytes over a stream whose other end
// receives them.
func receiveTurn(tb testing.TB, d *proactor.Dispatcher, each bool) func() {
	a, b := connectedPair(tb, d, "tcp")
	pool := proactor.NewBufferPool(4096, 2)
	data, got := make([]byte, 64), 0
	receive := &proactor.Operation{Handler: proactor.HandlerFunc(func(op *proactor.Operation) {
		if op.Err() == nil {
			got += op.N()
			op.Buffer().Release()
		}
	})}
	return func() {
		if !receive.Outstanding() {
			if each {
				b.ReceiveMultishot(receive, pool)
			} else {
				b.Receive(receive, pool)
			}
		}
		if _, err := a.TryWrite(data); err != nil {
			tb.Fatal(err)
		}
		for got = 0; got < len(data); {
			if _, err := d.RunOne(context.Background()); err != nil {
				tb.Fatal(err)
			}
		}
	}
}

// BenchmarkReceive compares reading into the connection's own buffer with taking one
// from a pool, one message at a time.
func BenchmarkReceive(b *testing.B) {
	for _, name := range workingBackends() {
		if name == "sim" {
			continue
		}
		for _, way := range []string{"own", "single", "multishot"} {
			b.Run(name+"/"+way, func(b *testing.B) {
				d := dispatcher(b, name)
				turn := readTurn(b, d)
				if way != "own" {
					turn = receiveTurn(b, d, way == "multishot")
				}
				for b.Loop() {
					turn()
				}
			})
		}
	}
}

// readTurn is receiveTurn with a read.
func readTurn(tb testing.TB, d *proactor.Dispatcher) func() {
	a, b := connectedPair(tb, d, "tcp")
	data, buf := make([]byte, 64), make([]byte, 4096)
	read := &proactor.Operation{Handler: proactor.HandlerFunc(func(*proactor.Operation) {})}
	return func() {
		b.Read(read, buf)
		if _, err := a.TryWrite(data); err != nil {
			tb.Fatal(err)
		}
		for read.Outstanding() {
			if _, err := d.RunOne(context.Background()); err != nil {
				tb.Fatal(err)
			}
		}
	}
}

// A pool of an impossible size panics with a clear text, also if its size overflows.
func TestImpossiblePools(t *testing.T) {
	for _, p := range [][2]int{{0, 1}, {1, 0}, {-1, 1}, {math.MaxInt, 2}, {2, math.MaxInt}, {math.MaxInt, math.MaxInt}, {math.MaxInt/2 + 1, 2}} {
		func() {
			defer func() {
				if text, ok := recover().(string); !ok || !strings.Contains(text, "a buffer pool of") {
					t.Errorf("%d buffers of %d bytes: the panic is %q", p[1], p[0], text)
				}
			}()
			proactor.NewBufferPool(p[0], p[1])
		}()
	}
}
