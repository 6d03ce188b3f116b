//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package kqueue

import (
	"io"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// script is a queue that reports the events that a test gives it.
type script struct {
	added []int // the watched descriptors, in order
	next  []sys.KqueueEvent
}

func (s *script) Add(fd int) unix.Errno {
	s.added = append(s.added, fd)
	return 0
}

func (s *script) Wait(e *sys.KqueueEvents, _ time.Duration) int {
	n := copy(e[:], s.next)
	s.next = s.next[n:]
	return n
}

func (s *script) Remove(int)   {}
func (s *script) Trigger()     {}
func (s *script) Close() error { return nil }

// fixture is a pipe whose backend runs on a script. Events name the descriptor of the
// pipe's reading end.
type fixture struct {
	*testing.T
	script script
	b      backend.Backend
	r, w   backend.Handle
	read   backend.Op
}

func newFixture(t *testing.T) *fixture {
	f := &fixture{T: t}
	var err error
	if f.b, err = NewOn("scripted", func() (Queue, error) { return &f.script, nil }); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.b.Close() })
	if f.r, f.w, err = f.b.Pipe(); err != nil {
		t.Fatal(err)
	}
	return f
}

// start begins to read n bytes.
func (f *fixture) start(n int) {
	f.read = backend.Op{Kind: backend.KindRead, Handle: f.r, Buf: make([]byte, n)}
	f.b.Start(&f.read)
}

// deliver has the queue report events, and reports whether the read has completed.
func (f *fixture) deliver(events ...sys.KqueueEvent) bool {
	for _, e := range events {
		if e.FD == 0 {
			e.FD = f.script.added[0]
		}
		f.script.next = append(f.script.next, e)
	}
	for {
		op := f.b.Wait(0)
		if op != nil {
			return op == &f.read
		}
		if len(f.script.next) == 0 {
			return false
		}
	}
}

func (f *fixture) write(b string) {
	f.Helper()
	if n, err := f.w.TryWrite([]byte(b)); n != len(b) || err != nil {
		f.Fatal(n, err)
	}
}

// expect checks the result of the read, which has completed.
func (f *fixture) expect(n int, err error) {
	f.Helper()
	if f.read.N != n || f.read.Err != err {
		f.Errorf("read %d bytes, %v; want %d, %v", f.read.N, f.read.Err, n, err)
	}
}

var (
	readable = sys.KqueueEvent{Filter: sys.KqueueRead}
	ended    = sys.KqueueEvent{Filter: sys.KqueueRead, EOF: true}
)

// The end is reported once, with bytes before it: reads continue until they find it.
func TestEndBehindBytes(t *testing.T) {
	f := newFixture(t)
	f.start(4)
	f.write("0123456789")
	f.w.Close()
	if !f.deliver(ended) {
		t.Fatal("the end was reported, but the read waits")
	}
	f.expect(4, nil)
	for _, want := range []struct {
		n   int
		err error
	}{{4, nil}, {2, nil}, {0, io.EOF}, {0, io.EOF}} {
		f.start(4)
		if !f.deliver() {
			t.Fatal("a read waits for a further event")
		}
		f.expect(want.n, want.err)
	}
}

// Events without a cause complete no operation, fail none, and do not hide the events
// that have one.
func TestMeaninglessEvents(t *testing.T) {
	for name, e := range map[string]sys.KqueueEvent{
		"spurious":       readable,
		"the other way":  {Filter: sys.KqueueWrite},
		"trigger":        {FD: -1},
		"unknown":        {FD: 1 << 20, Filter: sys.KqueueRead},
		"an error":       {Filter: sys.KqueueRead, Errno: syscall.EBADF},
		"an early end":   ended,
		"end of writing": {Filter: sys.KqueueWrite, EOF: true},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			f.start(4)
			if f.deliver(e) {
				f.Fatal("nothing was written, and the read has completed:", f.read.N, f.read.Err)
			}
			f.write("late")
			if f.deliver() {
				t.Fatal("a read completed without an event")
			}
			if !f.deliver(e, readable) {
				t.Fatal("the read waits")
			}
			f.expect(4, nil)
		})
	}
}

// An event that was taken while its descriptor was being closed has no effect, also on
// the handle that has the descriptor's number now.
func TestEventOfAClosedDescriptor(t *testing.T) {
	f := newFixture(t)
	fd := f.script.added[0]
	f.r.Close()
	f.w.Close()
	f.deliver(sys.KqueueEvent{FD: fd, Filter: sys.KqueueRead, EOF: true})
	var err error
	if f.r, f.w, err = f.b.Pipe(); err != nil {
		t.Fatal(err)
	}
	f.start(4)
	for _, fd := range f.script.added {
		if f.deliver(sys.KqueueEvent{FD: fd, Filter: sys.KqueueRead, EOF: true}) {
			t.Fatal("the read has completed:", f.read.N, f.read.Err)
		}
	}
}

// A write that found no room waits for the event that reports some.
func TestRoomToWrite(t *testing.T) {
	f := newFixture(t)
	full := 0
	for {
		n, err := f.w.TryWrite(make([]byte, 4096))
		if err == backend.ErrWouldBlock {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		full += n
	}
	write := backend.Op{Kind: backend.KindWrite, Handle: f.w, Buf: make([]byte, 4096)}
	f.b.Start(&write)
	room := sys.KqueueEvent{FD: f.script.added[1], Filter: sys.KqueueWrite}
	f.script.next = append(f.script.next, room)
	if op := f.b.Wait(0); op != nil {
		t.Fatal("there is no room, and the write has completed:", op.N, op.Err)
	}
	if n, err := f.r.TryRead(make([]byte, full)); n != full || err != nil {
		t.Fatal(n, err)
	}
	f.script.next = append(f.script.next, room)
	if op := f.b.Wait(0); op != &write || write.N != 4096 || write.Err != nil {
		t.Error(op, write.N, write.Err)
	}
}
