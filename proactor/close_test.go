package proactor

import (
	"cmp"
	"errors"
	"net"
	"os"
	"sync"
	"testing"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// onEachWaiting runs f on a dispatcher for each backend that works here, and for
// each way in which it can wait.
func onEachWaiting(t *testing.T, f func(*testing.T, Options)) {
	list, err := ProbeBackends(Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range list {
		for _, w := range []WaitMode{WaitParked, WaitLocked} {
			o := Options{Backend: b.Name, WaitMode: w}
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
		d.markClosed()
		d.begin(&post, KindPost)
		d.mu.Lock()
		d.posted.Push(&post.op)
		d.mu.Unlock()
		d.drainAfterClose()
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
// of them completes once, also those started when it is closed for good, and no
// buffer is lost.
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
	await := func(start func(*Operation)) (result error) {
		done := make(chan error)
		op := Operation{Handler: HandlerFunc(func(op *Operation) {
			if b := op.Buffer(); b != nil {
				b.Release()
			}
			done <- op.Err()
		})}
		start(&op)
		return <-done
	}
	begun, closed := make(chan bool, 1), make(chan bool)
	var starters sync.WaitGroup
	// persist starts one operation after the other until one has met Close, and
	// then one that finds everything over.
	persist := func(start func(*Operation)) {
		for !errors.Is(await(start), ErrClosed) {
			select {
			case begun <- true:
			default:
			}
		}
		<-closed
		if err := await(start); !errors.Is(err, ErrClosed) {
			t.Error("started after Close:", err)
		}
	}
	for range 3 {
		starters.Go(func() { persist(d.Post) })
	}
	starters.Go(func() { persist(func(op *Operation) { d.StartTimer(op, 0) }) })
	starters.Go(func() {
		persist(func(op *Operation) {
			_, _ = w.TryWrite([]byte("xx")) // until it is full, or closed
			r.Receive(op, pool)
			d.Cancel(op)
		})
	})
	<-begun
	d.Close()
	close(closed)
	if err := <-ran; err != ErrClosed {
		t.Error("Run:", err)
	}
	starters.Wait()
	if pool.Free() != 2 {
		t.Errorf("%d buffers are in the pool, want both", pool.Free())
	}
}

// closing is a backend that somebody closes, with the dispatcher, just before an
// operation reaches it.
type closing struct {
	backend.Backend
	once  sync.Once
	close func()
}

func (c *closing) Start(op *backend.Op) {
	c.once.Do(c.close)
	c.Backend.Start(op)
}

// Close comes to its end between the initiator's look whether the dispatcher is
// closed and the start: the operation completes all the same.
func TestCloseBeforeTheStart(t *testing.T) {
	onEachWaiting(t, func(t *testing.T, o Options) {
		d, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		r, w, err := d.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		d.backend = &closing{Backend: d.backend, close: func() {
			if err := d.Close(); err != nil {
				t.Error(err)
			}
		}}
		result := make(chan error, 1)
		op := Operation{Handler: HandlerFunc(func(op *Operation) { result <- op.Err() })}
		r.Read(&op, make([]byte, 1))
		if err := <-result; !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
		_ = w.Close() // which Close has done
	})
}

// A closed dispatcher makes nothing, and says what was asked for.
func TestClosedDispatcherMakesNothing(t *testing.T) {
	d, err := New(Options{Backend: "goroutine"})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	for what, call := range map[string]func() error{
		"listen on tcp 127.0.0.1:0": func() error { _, err := d.Listen("tcp", "127.0.0.1:0", nil); return err },
		"listen on udp 127.0.0.1:0": func() error { _, err := d.ListenPacket("udp", "127.0.0.1:0", nil); return err },
		"adopt a file":              func() error { _, err := d.Adopt(nil); return err },
		"make a pipe":               func() error { _, _, err := d.Pipe(); return err },
		"wait for signals":          func() error { _, err := d.Signals(os.Interrupt); return err },
	} {
		err := call()
		want := "proactor: " + what + ": the dispatcher is closed: make another with New"
		if !errors.Is(err, ErrClosed) || !errors.Is(err, net.ErrClosed) || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
