//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package readiness

import (
	"slices"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// watcher is an eager demultiplexer that also records what is watched.
type watcher struct {
	eager
	watched   []int
	unwatched []int
	tokens    []Token
}

func (w *watcher) Unwatch(fd int) { w.unwatched = append(w.unwatched, fd) }

func (w *watcher) Watch(fd int, token Token) {
	w.watched, w.tokens = append(w.watched, fd), append(w.tokens, token)
}

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

// A descriptor is unwatched from its first spin until the next Wait, or until another one
// is unwatched.
func TestSpinUnwatches(t *testing.T) {
	d := new(watcher)
	d.quiet = true
	made, err := New("watcher", func(time.Time, func() bool) (Demultiplexer, error) { return d, nil })
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
	first, _, _ := pipeRead(t, b, backend.KindRead)
	spin(backend.SpinFruitless)
	spin(backend.SpinFruitless)
	second, w, op := pipeRead(t, b, backend.KindReadV)
	spin(backend.SpinFruitless)
	if !slices.Equal(d.unwatched, []int{first.FD, second.FD}) || !slices.Equal(d.watched, []int{first.FD}) || d.tokens[0] != first.token {
		t.Errorf("unwatched %v, watched %v", d.unwatched, d.watched)
	}
	for range 2 {
		b.Wait(0)
	}
	if !slices.Equal(d.watched, []int{first.FD, second.FD}) || d.tokens[1] != second.token {
		t.Errorf("watched %v after Wait", d.watched)
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
	unwatched := len(d.unwatched)
	second.queues[backend.In].Closed = backend.ErrHandleClosed
	if spin(backend.SpinRefused); len(d.unwatched) != unwatched {
		t.Error("a closed descriptor is unwatched")
	}
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
	if list, paid := b.Spin(b.Now() + time.Hour); list != other || paid != backend.SpinFruitless || d.polls != 1 {
		t.Errorf("%v, %v after %d polls", list, paid, d.polls)
	}
	other.Receive().Buffer.Release()
	polls := d.polls
	if list, _ := b.Spin(0); list != nil || d.polls != polls {
		t.Errorf("a spin whose time is over: %v, %d polls", list, d.polls-polls)
	}
}
