package proactor

import (
	"cmp"
	"errors"
	"sync"
	"testing"
)

// onEachWaiting runs f on a dispatcher for each backend that works here, and for
// each way in which it can wait.
func onEachWaiting(t *testing.T, f func(*testing.T, Options)) {
	list, err := ProbeBackends(Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range list {
		for _, w := range []Waiting{WaitParked, WaitLocked} {
			o := Options{Backend: b.Name, Waiting: w}
			d, err := New(o)
			if err != nil {
				continue // it does not work here, or cannot wait so
			}
			d.Close()
			t.Run(b.Name+" "+cmp.Or(string(w), "parked"), func(t *testing.T) { f(t, o) })
		}
	}
}

// What is started between Close's first word and its turn is left to Close: who
// comes before it must not wait for the backend in its stead.
func TestStartedWhileCloseWaitsForItsTurn(t *testing.T) {
	onEachWaiting(t, func(t *testing.T, o Options) {
		d, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		r, w, err := d.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		var told []error
		tell := HandlerFunc(func(op *Operation) { told = append(told, op.Err()) })
		read, post := Operation{Handler: tell}, Operation{Handler: tell}
		r.Read(&read, make([]byte, 1))
		d.shut()
		d.begin(&post, KindPost)
		d.mu.Lock()
		d.posted.Push(&post.op)
		d.mu.Unlock()
		d.drainLate()
		if len(told) > 0 {
			t.Error("completed before Close:", told)
		}
		d.Close()
		if len(told) != 2 || !errors.Is(told[0], ErrClosed) || !errors.Is(told[1], ErrClosed) {
			t.Errorf("told %v, want ErrClosed twice", told)
		}
	})
}

// Who starts operations does not know that the dispatcher is being closed: each
// of them completes once, and no buffer is lost.
func TestStartsBesideClose(t *testing.T) {
	onEachWaiting(t, func(t *testing.T, o Options) {
		for range 30 {
			startsBesideClose(t, o)
		}
	})
}

func startsBesideClose(t *testing.T, o Options) {
	d, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	ran := make(chan error, 1)
	go func() { ran <- d.Run() }()
	pool := NewBufferPool(16, 2)
	r, w, err := d.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	await := func(start func(*Operation)) {
		done := make(chan bool)
		op := Operation{Handler: HandlerFunc(func(op *Operation) {
			if b := op.Buffer(); b != nil {
				b.Release()
			}
			close(done)
		})}
		start(&op)
		<-done
	}
	begun := make(chan bool, 1)
	var starters sync.WaitGroup
	for range 3 {
		starters.Go(func() {
			for range 30 {
				await(d.Post)
				select {
				case begun <- true:
				default:
				}
			}
		})
	}
	starters.Go(func() {
		for range 20 {
			_, _ = w.TryWrite([]byte("xx")) // until it is full, or closed
			await(func(op *Operation) {
				r.Receive(op, pool)
				d.Cancel(op)
			})
		}
	})
	<-begun
	d.Close()
	if err := <-ran; err != ErrClosed {
		t.Error("Run:", err)
	}
	starters.Wait()
	if pool.Free() != 2 {
		t.Errorf("%d buffers are in the pool, want both", pool.Free())
	}
}
