package replay

import (
	"os"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// namedSignal is a signal of every system.
type namedSignal string

func (s namedSignal) Signal()        {}
func (s namedSignal) String() string { return string(s) }

// A signal is delivered to its set: the first, or the second.
func TestSignalsOfSets(t *testing.T) {
	p := playing(t, func(w *writer) {
		for _, set := range []int64{1, 2, 1} {
			w.event(eventSignal, set)
			w.name("hangup")
		}
		w.event(eventWait, 1, 0)
	})
	got := ""
	for _, name := range []string{"a", "b"} {
		p.Notify(func(s os.Signal) { got += name + " " + s.String() + " " }, []os.Signal{namedSignal("other"), namedSignal("hangup")})
	}
	if p.Wait(0); got != "a hangup b hangup a hangup " || p.err() != nil {
		t.Errorf("%q, %v", got, p.err())
	}
}

// A try has the result of the run: the number of bytes, the error, and what was read.
func TestTriesOfTheRun(t *testing.T) {
	p := playing(t, func(w *writer) {
		w.event(eventTryWrite, 1, sum([]byte("abc")), 2)
		w.error(backend.ErrCanceled)
		w.event(eventTryRead, 1, 4, 3)
		w.error(nil)
		w.string("xyz")
	})
	h := &handle{b: p, number: 1}
	if n, err := h.TryWrite([]byte("abc")); n != 2 || err != backend.ErrCanceled {
		t.Errorf("a write: %d, %v", n, err)
	}
	buf := make([]byte, 4)
	if n, err := h.TryRead(buf); n != 3 || err != nil || string(buf) != "xyz\x00" {
		t.Errorf("a read: %d, %v, %q", n, err, buf)
	}
	done := make(chan bool)
	go func() { // another goroutine's would need an operation
		defer close(done)
		n, err := h.TryWrite([]byte("abc"))
		m, readErr := h.TryRead(buf)
		if n != 0 || m != 0 || err != backend.ErrWouldBlock || readErr != backend.ErrWouldBlock {
			t.Errorf("elsewhere: %d, %v; %d, %v", n, err, m, readErr)
		}
	}()
	<-done
	if n, err := h.TryWrite([]byte("abc")); n != 0 || err == nil || err != p.err() {
		t.Errorf("a write that the run did not make: %d, %v", n, err)
	}
}

// The wait for the end of a journal ends there, or when the program says so, or when the
// replay has diverged, and not before.
func TestAwaitEnd(t *testing.T) {
	p := playing(t, func(w *writer) {
		w.event(eventWait, 1, 0)
		w.event(eventClose)
	})
	p.timeout = time.Hour
	ended := make(chan bool)
	asked := make(chan bool, 100)
	go func() {
		p.AwaitEnd(func() bool { asked <- true; return false })
		close(ended)
	}()
	<-asked
	p.mu.Lock() // it waits, and has released the lock
	select {
	case <-ended:
		t.Error("it has ended before the journal")
	default:
	}
	p.mu.Unlock()
	p.Wait(0)
	<-ended

	p = playing(t, func(w *writer) { w.event(eventWait, 1, 0) })
	p.timeout = time.Hour
	p.AwaitEnd(func() bool { return true })
	p.mu.Lock()
	p.divergeLocked("test")
	p.mu.Unlock()
	p.AwaitEnd(func() bool { return false })
}
