package replay

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// idle is a backend whose operations complete when a test says so.
type idle struct {
	backend.Backend
	now       time.Duration
	completed backend.Queue
	cancelled []*backend.Op
	all       int // calls of CancelAll
	wakes     int
	err       error // of Close
}

func (b *idle) Now() time.Duration             { return b.now }
func (b *idle) Start(*backend.Op)              {}
func (b *idle) Cancel(op *backend.Op)          { b.cancelled = append(b.cancelled, op) }
func (b *idle) CancelAll()                     { b.all++ }
func (b *idle) Wait(time.Duration) *backend.Op { return b.completed.Take() }
func (b *idle) Wake()                          { b.wakes++ }
func (b *idle) Close() error                   { return b.err }

// A journal has what the dispatching goroutine did, in order, and of other goroutines
// only what they asked for and what they were answered.
func TestJournalOfARun(t *testing.T) {
	var text bytes.Buffer
	b := &idle{now: 3, err: errors.New("bad end")}
	r := record(b, &text, nil)
	r.Enter()
	first, second := &backend.Op{Kind: backend.KindRead, Buf: make([]byte, 2)}, &backend.Op{Kind: backend.KindWrite, Buf: []byte("abc")}
	r.Start(first)
	r.Start(second)
	r.Cancel(first)
	r.Cancel(&backend.Op{}) // is not outstanding
	if v := r.Value(func() int64 { return 42 }); v != 42 {
		t.Errorf("the value is %d", v)
	}
	elsewhere := func(f func()) {
		done := make(chan struct{})
		go func() { defer close(done); f() }()
		<-done
	}
	elsewhere(func() {
		r.Cancel(second)
		r.Value(func() int64 { return 43 })
		r.Ask(second, "start", func() {})
		r.Ask(second, "cancel", func() {})
		r.Ask(nil, "stop", func() {})
	})
	if r.Ask(nil, "stop", func() {}) {
		t.Error("the dispatching goroutine does not do it itself")
	}
	if len(b.cancelled) != 2 || b.cancelled[0] != first || b.cancelled[1] != second || b.wakes != 3 {
		t.Errorf("%d operations were cancelled; %d wakes, want one for each request", len(b.cancelled), b.wakes)
	}
	r.CancelAll()
	b.now = 9
	second.N = 3
	b.completed.Push(second)
	if r.Now() != 3 || r.Wait(0) != second || r.Now() != 9 || b.all != 1 {
		t.Errorf("it is %v", r.Now())
	}
	page := &backend.Op{Kind: backend.KindPage, N: 7}
	if r.Start(page); r.Wait(0) != page || !errors.Is(page.Err, errors.ErrUnsupported) || page.N != 0 || b.wakes != 4 {
		t.Errorf("a kind without room in a journal: %+v, %d wakes", page, b.wakes)
	}
	r.End()
	elsewhere(func() {
		if r.Ask(nil, "stop", func() {}) || r.Value(func() int64 { return 44 }) != 44 {
			t.Error("asked for, and nobody is there to do it")
		}
	})
	if err := r.Close(); err != b.err {
		t.Errorf("Close: %v", err)
	}

	j, err := newReader(&text)
	if err != nil {
		t.Fatal(err)
	}
	expect := func(what string, event byte, fields ...int64) {
		t.Helper()
		if event != 0 && j.event() != event {
			t.Fatalf("%s: another event", what)
		}
		for i, want := range fields {
			if got := j.int(); got != want {
				t.Errorf("%s: field %d is %d, want %d", what, i, got, want)
			}
		}
	}
	name := func(want string) {
		t.Helper()
		if got := j.name(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	expect("the time", 0, 3)
	expect("the first start", eventStart, int64(backend.KindRead), 0, 2, 0)
	expect("the second start", eventStart, int64(backend.KindWrite), 0, 3, sum([]byte("abc")))
	expect("the cancel", eventCancel, 1)
	expect("the value", eventValue, sum([]byte("testing.tRunner")), 42)
	expect("a call of another goroutine", eventExternal)
	expect("the other's value", eventValue)
	if j.int() == sum([]byte("testing.tRunner")) || j.int() != 43 {
		t.Error("the other's value is another one")
	}
	expect("cancel all", eventCancelAll)
	expect("the first request", eventRequest, 1)
	name("start by runtime.goexit")
	expect("the second request", eventRequest, 1)
	name("cancel by runtime.goexit")
	expect("the third request", eventRequest, 0)
	name("stop by runtime.goexit")
	expect("the wait", eventWait, 9, 1, 2, 3, 0, 0)
	expect("the close", eventClose)
	if err := j.error(); err == nil || err.Error() != "bad end" || j.event() != 0 {
		t.Errorf("%v, or the journal continues", err)
	}
}

// The dispatching goroutine's values come from the journal also once the dispatcher is
// closed; another goroutine's are its own then.
func TestValuesAfterTheEnd(t *testing.T) {
	p := playing(t, func(w *writer) {
		w.event(eventValue, sum([]byte("testing.tRunner")))
		w.int(42)
	})
	p.ended = true
	done := make(chan int64)
	go func() { done <- p.Value(func() int64 { return 7 }) }()
	if v := <-done; v != 7 {
		t.Errorf("another goroutine's value is %d", v)
	}
	if v := p.Value(func() int64 { return 7 }); v != 42 || p.err() != nil {
		t.Errorf("the value is %d, %v", v, p.err())
	}
	if v := p.Value(func() int64 { return 7 }); v != 7 || p.err() == nil {
		t.Errorf("a value that is not in the journal is %d, %v", v, p.err())
	}
}
