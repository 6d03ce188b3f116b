//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package readiness

import (
	"testing"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// gated is an eager demultiplexer that also counts the calls of Shut.
type gated struct {
	eager
	shut int
}

func (g *gated) Shut() { g.shut++ }

// pipeRead makes a pipe and starts a read of it.
func pipeRead(t *testing.T, b *Backend, kind backend.Kind) (h *handle, w backend.Handle, op *backend.Op) {
	t.Helper()
	r, w, err := b.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	op = &backend.Op{Kind: kind, Handle: r, Buf: make([]byte, 1), Vec: [][]byte{make([]byte, 1)}}
	b.Start(op)
	return r.(*handle), w, op
}

// A spin is refused if there is no read to try, or a reason to return. Otherwise it
// lowers the cost of edges and tries the read that was started last.
func TestSpin(t *testing.T) {
	d := new(gated)
	d.quiet = true
	made, err := New("gated", func(time.Time, func() bool) (Demultiplexer, error) { return d, nil })
	if err != nil {
		t.Fatal(err)
	}
	b := made.(*Backend)
	defer b.Close()
	spin := func(want backend.SpinResult) {
		t.Helper()
		if list, paid := b.Spin(0); list != nil || paid != want {
			t.Errorf("a spin: %v, %v; want %v", list, paid, want)
		}
	}
	spin(backend.SpinRefused) // there is no read
	if d.shut != 0 {
		t.Error("a refused spin calls Shut")
	}
	first, _, _ := pipeRead(t, b, backend.KindRead)
	spin(backend.SpinFruitless)
	second, w, op := pipeRead(t, b, backend.KindReadV)
	spin(backend.SpinFruitless)
	if d.shut != 2 {
		t.Errorf("two spins call Shut %d times", d.shut)
	}
	if _, err := w.TryWrite([]byte{1}); err != nil {
		t.Fatal(err)
	}
	if list, paid := b.Spin(0); list != op || paid != backend.SpinFruitful {
		t.Errorf("a spin with bytes: %v, %v", list, paid)
	}
	spin(backend.SpinRefused) // the read has completed
	b.Start(op)
	for name, reason := range map[string]func(){
		"a wake":       b.Wake,
		"a completion": func() { b.Complete(new(backend.Op), nil) },
		"a turn":       func() { b.transmitQueue.add(turn{q: &first.queues[backend.Out]}) },
	} {
		reason()
		spin(backend.SpinRefused)
		if b.Wait(0); b.hasCompleted() {
			t.Errorf("%s is left", name)
		}
	}
	second.queues[backend.In].Closed = backend.ErrHandleClosed
	spin(backend.SpinRefused)
	second.queues[backend.In].Closed = nil
	spin(backend.SpinFruitless)
	b.Closed.Store(true)
	spin(backend.SpinRefused)
	b.Closed.Store(false)
}

// A spin looks for edges now and then, and at the clock.
func TestSpinLooks(t *testing.T) {
	b, d := newEager(t)
	r, w, err := b.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	other := &backend.Op{Kind: backend.KindReceive, Handle: r, Args: &backend.ReceiveArgs{Pool: backend.NewPool(8, 1)}}
	d.quiet = true
	b.Start(other)
	d.last = r.(*handle).token
	if _, err := w.TryWrite([]byte{1}); err != nil {
		t.Fatal(err)
	}
	last := d.last
	pipeRead(t, b, backend.KindRead)
	d.last, d.quiet = last, false
	if list, paid := b.Spin(b.Now() + time.Hour); list != other || paid != backend.SpinFruitful || d.polls != 1 {
		t.Errorf("%v, %v after %d polls", list, paid, d.polls)
	}
	other.Receive().Buffer.Release()
	polls := d.polls
	if list, _ := b.Spin(0); list != nil || d.polls != polls {
		t.Errorf("a spin whose time is over: %v, %d polls", list, d.polls-polls)
	}
}
