package proactor

import (
	"cmp"
	"errors"
	"net"
	"os"
	"sync"
	"testing"
	"time"

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
			o := Options{Backend: Named(b.Name), WaitMode: w}
			d, err := New(o)
			if err != nil {
				continue // it does not work here, or cannot wait in this way
			}
			d.Close()
			t.Run(b.Name+" "+cmp.Or(string(w), "parked"), func(t *testing.T) { f(t, o) })
		}
	}
}

// TestStartedWhileCloseWaitsForItsTurn: an operation that is started after Close has
// begun, and before Close has the turn, is left to Close. The goroutine of
// completeAfterClose must not call the backend's Wait.
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
		var results []error
		note := HandlerFunc(func(op *Operation) { results = append(results, op.Err()) })
		read, post := Operation{Handler: note}, Operation{Handler: note}
		r.Read(&read, make([]byte, 1))
		d.markClosed()
		d.begin(&post, KindPost)
		d.mu.Lock()
		d.posted.Push(&post.op)
		d.mu.Unlock()
		d.drainAfterClose()
		if len(results) > 0 {
			t.Error("completed before Close:", results)
		}
		d.Close()
		if len(results) != 2 || !errors.Is(results[0], ErrClosed) || !errors.Is(results[1], ErrClosed) {
			t.Errorf("completed with %v, want ErrClosed twice", results)
		}
	})
}

// TestStartsDuringClose: goroutines start operations while the dispatcher is being
// closed. Each operation completes once, also if it is started after Close, and no
// buffer is lost.
func TestStartsDuringClose(t *testing.T) {
	onEachWaiting(t, func(t *testing.T, o Options) {
		for range 30 {
			startsDuringClose(t, o)
		}
	})
}

func startsDuringClose(t *testing.T, o Options) {
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
	// persist starts one operation after the other until one completes with ErrClosed,
	// and then one more after Close has returned.
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

// closing is a backend that is closed, together with its dispatcher, just before an
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

// Close runs between the initiator's check whether the dispatcher is closed and the
// start: the operation completes nevertheless.
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

// A closed dispatcher makes nothing; the error names the call.
func TestClosedDispatcherMakesNothing(t *testing.T) {
	d, err := New(Options{Backend: Named("goroutine")})
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

// A signal and an event that have arrived before Close are the results of their waits.
func TestArrivedBeforeClose(t *testing.T) {
	d, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	signals, err := d.Signals(os.Interrupt)
	if err != nil {
		t.Fatal(err)
	}
	event := d.NewEvent()
	calls := 0
	handler := HandlerFunc(func(*Operation) { calls++ })
	arrived, signalled := Operation{Handler: handler}, Operation{Handler: handler}
	signals.Wait(&arrived)
	event.Wait(&signalled)
	signals.deliver(os.Interrupt)
	event.Signal()
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	if calls != 2 || arrived.Err() != nil || arrived.Signal() != os.Interrupt || signalled.Err() != nil || signalled.N() != 1 {
		t.Errorf("%d calls; signal %v, %v; event %d, %v", calls, arrived.Signal(), arrived.Err(), signalled.N(), signalled.Err())
	}
}

// cancelsInWake is a backend that calls cancel when it is woken, once.
type cancelsInWake struct {
	backend.Backend
	cancel func()
}

func (b *cancelsInWake) Wake() {
	if cancel := b.cancel; cancel != nil {
		b.cancel = nil
		cancel()
	}
	b.Backend.Wake()
}

// A cancel that comes while a wait is being started ends the wait. The time is that of
// the wake-up for the wait's timeout.
func TestCancelWhileStarting(t *testing.T) {
	d, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	b := &cancelsInWake{Backend: d.backend}
	d.backend = b
	event := d.NewEvent()
	for name, start := range map[string]func(*Operation){
		"event":    event.Wait,
		"external": func(op *Operation) { d.StartExternal(op, nil) },
	} {
		op := NewOperation(func(*Operation) {})
		op.SetTimeout(time.Hour)
		b.cancel = func() { d.Cancel(op) }
		d.parked.Store(true)
		start(op)
		if _, err := d.Poll(); err != nil {
			t.Fatal(err)
		}
		if op.Outstanding() || op.Err() != ErrCanceled || b.cancel != nil {
			t.Errorf("%s: outstanding %v, %v", name, op.Outstanding(), op.Err())
		}
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
}
