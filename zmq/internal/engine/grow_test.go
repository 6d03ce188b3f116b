package engine

import (
	"bytes"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/actum-go/actum/proactor/sim"
	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// goroutineID returns the number of the calling goroutine.
func goroutineID() string {
	var b [64]byte
	return string(bytes.Fields(b[:runtime.Stack(b[:], false)])[1])
}

// newGrowing is an engine whose peer sends a body that grows in large steps. large
// counts the large buffers, byUs those that the dispatcher's goroutine made.
func newGrowing(t *testing.T, size int) (p *testSession, q *peer, large, byUs *atomic.Int32) {
	f := newFixture(t, 1, sim.Faults{Buffer: 4 << 20})
	p, q = f.connect(testConfig{Type: wire.PULL})
	f.shakeHands(p, q, "PUSH")
	large, byUs = new(atomic.Int32), new(atomic.Int32)
	dispatcher := goroutineID()
	p.e.decoder.alloc = func(size int) *message.Buffer {
		if size > maxGrowth {
			large.Add(1)
			if goroutineID() == dispatcher {
				byUs.Add(1)
			}
		}
		return message.NewBuffer(size)
	}
	text := bytes.Repeat([]byte("0123456789abcdef"), size/16)
	q.say(append(frame(nil, 0, text), frame(nil, 0, []byte("next"))...))
	return p, q, large, byUs
}

// pollUntil runs the dispatcher until done returns true, while no virtual time
// passes: another goroutine may have work to do.
func (f *fixture) pollUntil(done func() bool) {
	f.Helper()
	for !done() {
		if _, err := f.d.Poll(); err != nil {
			f.Fatal(err)
		}
		runtime.Gosched()
	}
}

// A turn of the dispatcher never makes, clears and copies a large buffer.
func TestLargeBodiesGrowInBackground(t *testing.T) {
	const size = 40 << 20
	p, _, large, byUs := newGrowing(t, size)
	p.pollUntil(func() bool { p.receive(2); return len(p.got) == 2 })
	if n := byUs.Load(); n > 0 || large.Load() < 2 {
		t.Errorf("%d of %d large buffers were made by the dispatcher", n, large.Load())
	}
	b := p.got[0].Bytes()
	if len(b) != size || string(p.got[1].Bytes()) != "next" {
		t.Fatalf("received %d bytes and %.20q", len(b), p.got[1].Bytes())
	}
	for i := 0; i < size; i += 4099 {
		if b[i] != "0123456789abcdef"[i%16] {
			t.Fatalf("byte %d is %q", i, b[i])
		}
	}
}

// A connection that ends while its body grows is closed when the growth is
// done, and not before: the memory is in use.
func TestCloseWhileABodyGrows(t *testing.T) {
	p, _, _, _ := newGrowing(t, 40<<20)
	var started, goOn = make(chan struct{}), make(chan struct{})
	inner := p.e.decoder.alloc
	p.e.decoder.alloc = func(size int) *message.Buffer {
		if size > maxGrowth {
			close(started)
			<-goOn
		}
		return inner(size)
	}
	p.pollUntil(func() bool { return p.e.growing() })
	<-started
	p.e.Close(errTest)
	p.poll()
	if p.closed != 0 {
		t.Error("closed while memory of the connection is in use")
	}
	close(goOn)
	p.pollUntil(func() bool { return p.closed > 0 })
}
