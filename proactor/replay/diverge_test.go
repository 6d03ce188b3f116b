package replay

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// playing returns a player of a journal with what f writes, with the caller as the
// dispatching goroutine.
func playing(t *testing.T, f func(*writer)) *player {
	t.Helper()
	var b bytes.Buffer
	w := newWriter(&b)
	w.int(0) // the time
	f(w)
	if err := errors.Join(w.err, w.w.Flush()); err != nil {
		t.Fatal(err)
	}
	p, err := newPlayer(&b, time.Millisecond, nil)
	if err != nil {
		t.Fatal(err)
	}
	p.Enter()
	return p
}

// What the program does now and what the journal has are both in the error.
func TestDivergenceSaysWhat(t *testing.T) {
	read := func(p *player) { p.Start(&backend.Op{Kind: backend.KindRead, Buf: make([]byte, 8)}) }
	write := func(p *player) { p.Start(&backend.Op{Kind: backend.KindWrite, Buf: []byte("abc")}) }
	for _, tt := range []struct {
		name    string
		journal func(*writer)
		now     func(*player)
		want    string
	}{
		{"its end", func(*writer) {}, read, "is about to start a read of 8 bytes, but the journal's next event is: the end of the journal"},
		{"another operation", func(w *writer) { w.event(eventStart, int64(backend.KindAccept), 2, 0, 0) }, read, "but the journal's next event is: start an accept on handle 2"},
		{"an operation of another size", func(w *writer) { w.event(eventStart, int64(backend.KindRead), 1, 9, 0) }, read,
			"is about to start a read of 8 bytes, but the journal's next event is: start a read on handle 1 of 9 bytes"},
		{"other bytes", func(w *writer) { w.event(eventStart, int64(backend.KindWrite), 0, 3, 5) }, write,
			"is about to start a write of 3 bytes, but the journal's next event is: start a write of 3 bytes: the bytes or the address differ"},
		{"an unknown kind", func(w *writer) { w.event(eventStart, 99, 0, 0, 0) }, read, "the journal's next event is: start an operation of kind 99"},
		{"a call on a handle", func(w *writer) { w.event(eventCloseHandle, 7) }, read, "the journal's next event is: close a handle 7"},
		{"a cancel", func(w *writer) { w.event(eventCancel, 3) }, read, "the journal's next event is: cancel an operation 3"},
		{"a request", func(w *writer) { w.event(eventRequest, 0); w.name("post by main.f") }, read, "the journal's next event is: do what another goroutine asked for: post by main.f"},
		{"a wait", func(w *writer) { w.event(eventWait, 1, 0) }, read, "the journal's next event is: wait for completions"},
		{"nothing that is known", func(w *writer) { w.event(200) }, read, "the journal's next event is: an unknown event"},
		{"a call without arguments", func(w *writer) { w.event(eventWait, 1, 0) }, func(p *player) { p.CancelAll() }, "is about to cancel all, but the journal's next event is: wait for completions"},
		{"a signal for a set that is not there", func(w *writer) { w.event(eventSignal, 1); w.name("hangup") }, func(p *player) { p.Wait(0) }, `the signal "hangup" for set 1, which does not wait for it`},
		{"a signal that a set does not wait for", func(w *writer) { w.event(eventSignal, 1); w.name("hangup") }, func(p *player) {
			p.Notify(func(os.Signal) {}, []os.Signal{syscall.SIGINT})
			p.Wait(0)
		}, `the signal "hangup" for set 1, which does not wait for it`},
		{"a request that no goroutine makes", func(w *writer) { w.event(eventRequest, 0); w.name("post by main.f") }, func(p *player) {
			p.queue = append(p.queue, request{what: "cancel by main.g", do: func() {}}, request{what: "post by main.h", do: func() {}})
			p.Wait(0)
		}, "the journal's next event is the request of another goroutine, post by main.f, which no goroutine has made within 1ms; the requests that goroutines have made: cancel by main.g, post by main.h"},
		{"a completion of an operation that is not outstanding", func(w *writer) { w.event(eventWait, 1, 1, 5) }, func(p *player) { p.Wait(0) },
			"operation 5 completes in the journal, but is not outstanding"},
		{"a journal that is cut off", func(w *writer) { w.event(eventWait, 1, 1) }, func(p *player) { p.Wait(0) }, "operation 0 completes in the journal"},
		{"a journal without the result", func(w *writer) { w.event(eventWait) }, func(p *player) { p.Wait(0) }, "the journal ends in the middle, or is damaged: EOF"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := playing(t, tt.journal)
			tt.now(p)
			if err := p.err(); !errors.Is(err, ErrDiverged) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want %q", err, tt.want)
			}
		})
	}
}

// After a replay has diverged, outstanding operations fail in their order, later ones
// fail, and requests are carried out.
func TestAfterADivergence(t *testing.T) {
	p := playing(t, func(w *writer) {
		w.event(eventStart, int64(backend.KindRead), 0, 1, 0)
		w.event(eventStart, int64(backend.KindRead), 0, 2, 0)
	})
	diverged := make(chan error, 2)
	p.onDiverge = func(err error) { diverged <- err }
	var ops []*backend.Op
	for n := range 4 {
		op := &backend.Op{Kind: backend.KindRead, Buf: make([]byte, n+1), N: 7}
		ops = append(ops, op)
		p.Start(op) // the third is not in the journal
	}
	if err := <-diverged; err != p.err() || len(diverged) > 0 {
		t.Errorf("%v, want %v, once", err, p.err())
	}
	asked := 0
	p.queue = append(p.queue, request{do: func() { asked++ }}, request{do: func() { asked++ }})
	list := p.Wait(backend.NoDeadline)
	for i, want := range ops {
		if list != want || list.N != 0 || list.Err != p.err() {
			t.Fatalf("operation %d: %+v", i+1, list)
		}
		list = list.Next
	}
	if list != nil || asked != 2 {
		t.Errorf("%+v is left; %d requests were carried out, want 2", list, asked)
	}
	if op := p.Wait(time.Hour); op != nil || p.Now() != time.Hour {
		t.Errorf("%+v at %v, want nothing at an hour", op, p.Now())
	}
	if op := p.Wait(time.Minute); op != nil || p.Now() != time.Hour {
		t.Errorf("time has gone back to %v", p.Now())
	}
	if err := p.Close(); err != p.err() {
		t.Errorf("Close: %v", err)
	}
}

// A request of the journal is matched with one for the same, by the same operation
// each time.
func TestRequestsAreMatched(t *testing.T) {
	var a, b backend.Op
	p := playing(t, func(w *writer) {
		for _, number := range []int64{1, 2, 1, 0, 2} {
			w.event(eventRequest, number)
			w.name("start by main.f")
		}
		w.event(eventWait, 5, 0)
	})
	said := ""
	ask := func(op *backend.Op, text string) {
		p.queue = append(p.queue, request{op: op, what: "start by main.f", do: func() { said += text }})
	}
	p.queue = append(p.queue, request{what: "stop by main.f", do: func() { said += "never" }})
	ask(&a, "a1 ")
	ask(&b, "b1 ")
	ask(&b, "b2 ")
	ask(nil, "none ")
	ask(&a, "a2 ")
	if p.Wait(0); said != "a1 b1 a2 none b2 " || p.err() != nil || p.Now() != 5 {
		t.Errorf("%q, %v, at %v", said, p.err(), p.Now())
	}
}

// Whether the rest of a journal moves bytes or begins operations decides if a program
// that is being closed has diverged.
func TestRestOfAJournal(t *testing.T) {
	completion := func(w *writer, op *backend.Op) {
		w.event(eventStart, int64(op.Kind), 1, size(op), 0)
		w.event(eventWait, 3, 1, 1)
		w.result(op)
		w.int(0)
	}
	for _, tt := range []struct {
		name    string
		journal func(*writer)
		moves   bool
	}{
		{"nothing", func(*writer) {}, false},
		{"bytes", func(w *writer) {
			completion(w, &backend.Op{Kind: backend.KindWrite, Buf: []byte("x"), N: 1})
		}, true},
		{"the end of a stream", func(w *writer) {
			completion(w, &backend.Op{Kind: backend.KindRead, Buf: make([]byte, 1), Err: io.EOF})
		}, false},
		{"bytes after everything else", func(w *writer) {
			w.event(eventCloseHandle, 1)
			w.error(nil)
			w.event(eventCloseWrite, 1)
			w.error(backend.ErrHandleClosed)
			w.event(eventCancel, 1)
			w.event(eventCancelOn, 1)
			w.event(eventCancelAll)
			w.event(eventRequest, 0)
			w.name("stop by main.f")
			w.event(eventValue, 1)
			w.int(2)
			w.event(eventExternal)
			w.event(eventValue, 1)
			w.int(2)
			w.event(eventWait, 1, 0)
			completion(w, &backend.Op{Kind: backend.KindRead, Buf: []byte("x"), N: 1})
		}, true},
		{"bytes after the end of the dispatcher", func(w *writer) {
			w.event(eventClose)
			completion(w, &backend.Op{Kind: backend.KindRead, Buf: []byte("x"), N: 1})
		}, false},
		{"a try", func(w *writer) { w.event(eventTryRead, 1, 8) }, true},
		{"a new listener", func(w *writer) { w.event(eventListen, 1) }, true},
		{"a new listener of another goroutine", func(w *writer) { w.event(eventExternal); w.event(eventListen, 1); w.event(eventTryWrite) }, true},
	} {
		if p := playing(t, tt.journal); p.movesBytes() != tt.moves {
			t.Errorf("%s: moves bytes: %v, want %v", tt.name, !tt.moves, tt.moves)
		}
	}
	p := playing(t, func(w *writer) { // an operation that was started before
		w.event(eventWait, 3, 1, 1)
		w.result(&backend.Op{Kind: backend.KindRead, Buf: []byte("x"), N: 1})
		w.int(0)
	})
	p.started, p.inFlight[1] = 1, &backend.Op{Kind: backend.KindRead}
	if !p.movesBytes() {
		t.Error("bytes of an operation that was outstanding do not count")
	}
}

// A program that is being closed, and does something else than in its run, has ended
// and not diverged; one that is not has diverged.
func TestEndedByItsShutdown(t *testing.T) {
	for _, tt := range []struct {
		name  string
		setup func(*player)
		want  error
	}{
		{"it is not being closed", func(*player) {}, ErrDiverged},
		{"a goroutine has asked to close it", func(p *player) {
			p.queue = append(p.queue, request{what: backend.ClosingRequest + " by main.f"})
		}, backend.ErrBackendClosed},
		{"it is closed", func(p *player) { p.ended = true }, backend.ErrBackendClosed},
	} {
		p := playing(t, func(w *writer) { w.event(eventCancelOn, 1) })
		tt.setup(p)
		op := &backend.Op{Kind: backend.KindRead, Buf: make([]byte, 1)}
		p.Start(op)
		if !errors.Is(p.err(), tt.want) || !errors.Is(op.Err, tt.want) {
			t.Errorf("%s: %v, the operation: %v, want %v", tt.name, p.err(), op.Err, tt.want)
		}
		if err := p.Close(); tt.want == ErrDiverged && !errors.Is(err, ErrDiverged) || tt.want != ErrDiverged && err != nil {
			t.Errorf("%s: Close: %v", tt.name, err)
		}
	}
}

// A player that has reached the end of its journal is closed as in the run, with the
// run's error.
func TestCloseAsInTheRun(t *testing.T) {
	for _, want := range []error{nil, backend.ErrHandleClosed} {
		p := playing(t, func(w *writer) {
			w.event(eventClose)
			w.error(want)
		})
		if err := p.Close(); err != want || p.err() != nil {
			t.Errorf("%v, %v, want %v", err, p.err(), want)
		}
		late := &backend.Op{Kind: backend.KindRead, Buf: make([]byte, 1)}
		if p.Start(late); !errors.Is(late.Err, backend.ErrBackendClosed) {
			t.Errorf("an operation that is started late: %v", late.Err)
		}
	}
}
