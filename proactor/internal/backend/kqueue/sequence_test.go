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

// script is a queue that tells what a test has it tell, and nothing else.
type script struct {
	added []int // descriptors, in that order
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

// scene is a pipe on a script: events name the descriptor of its reading end.
type fixture struct {
	*testing.T
	script script
	b      backend.Backend
	r, w   backend.Handle
	read   backend.Op
}

func newFixture(t *testing.T) *fixture {
	s := &fixture{T: t}
	var err error
	if s.b, err = NewOn("scripted", func() (Queue, error) { return &s.script, nil }); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.b.Close() })
	if s.r, s.w, err = s.b.Pipe(); err != nil {
		t.Fatal(err)
	}
	return s
}

// start begins to read n bytes.
func (s *fixture) start(n int) {
	s.read = backend.Op{Kind: backend.KindRead, Handle: s.r, Buf: make([]byte, n)}
	s.b.Start(&s.read)
}

// tell has the queue tell of events, and reports whether the read has completed.
func (s *fixture) tell(events ...sys.KqueueEvent) bool {
	for _, e := range events {
		if e.FD == 0 {
			e.FD = s.script.added[0]
		}
		s.script.next = append(s.script.next, e)
	}
	for {
		op := s.b.Wait(0)
		if op != nil {
			return op == &s.read
		}
		if len(s.script.next) == 0 {
			return false
		}
	}
}

func (s *fixture) write(b string) {
	s.Helper()
	if n, err := s.w.TryWrite([]byte(b)); n != len(b) || err != nil {
		s.Fatal(n, err)
	}
}

// expect says what the read, which has completed, must have come to.
func (s *fixture) expect(n int, err error) {
	s.Helper()
	if s.read.N != n || s.read.Err != err {
		s.Errorf("read %d bytes, %v; want %d, %v", s.read.N, s.read.Err, n, err)
	}
}

var (
	readable = sys.KqueueEvent{Filter: sys.KqueueRead}
	ended    = sys.KqueueEvent{Filter: sys.KqueueRead, EOF: true}
)

// The end is told once, with bytes before it: reads go on until they find it.
func TestEndBehindBytes(t *testing.T) {
	s := newFixture(t)
	s.start(4)
	s.write("0123456789")
	s.w.Close()
	if !s.tell(ended) {
		t.Fatal("told of the end, the read waits")
	}
	s.expect(4, nil)
	for _, want := range []struct {
		n   int
		err error
	}{{4, nil}, {2, nil}, {0, io.EOF}, {0, io.EOF}} {
		s.start(4)
		if !s.tell() {
			t.Fatal("with no further event a read waits")
		}
		s.expect(want.n, want.err)
	}
}

// Events that mean nothing complete nothing, fail nothing, and take nothing away
// from those that do.
func TestEventsInVain(t *testing.T) {
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
			s := newFixture(t)
			s.start(4)
			if s.tell(e) {
				s.Fatal("nothing was written, and the read has completed:", s.read.N, s.read.Err)
			}
			s.write("late")
			if s.tell() {
				t.Fatal("a read completed that nobody told of")
			}
			if !s.tell(e, readable) {
				t.Fatal("the read waits")
			}
			s.expect(4, nil)
		})
	}
}

// An event that was taken while its descriptor was closed is of no use, and of no
// harm to whoever has the number now.
func TestEventOfAClosedDescriptor(t *testing.T) {
	s := newFixture(t)
	fd := s.script.added[0]
	s.r.Close()
	s.w.Close()
	s.tell(sys.KqueueEvent{FD: fd, Filter: sys.KqueueRead, EOF: true})
	var err error
	if s.r, s.w, err = s.b.Pipe(); err != nil {
		t.Fatal(err)
	}
	s.start(4)
	for _, fd := range s.script.added {
		if s.tell(sys.KqueueEvent{FD: fd, Filter: sys.KqueueRead, EOF: true}) {
			t.Fatal("the read has completed:", s.read.N, s.read.Err)
		}
	}
}

// A write that found no room waits for the event that tells of some.
func TestRoomToWrite(t *testing.T) {
	s := newFixture(t)
	full := 0
	for {
		n, err := s.w.TryWrite(make([]byte, 4096))
		if err == backend.ErrWouldBlock {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		full += n
	}
	write := backend.Op{Kind: backend.KindWrite, Handle: s.w, Buf: make([]byte, 4096)}
	s.b.Start(&write)
	room := sys.KqueueEvent{FD: s.script.added[1], Filter: sys.KqueueWrite}
	s.script.next = append(s.script.next, room)
	if op := s.b.Wait(0); op != nil {
		t.Fatal("there is no room, and the write has completed:", op.N, op.Err)
	}
	if n, err := s.r.TryRead(make([]byte, full)); n != full || err != nil {
		t.Fatal(n, err)
	}
	s.script.next = append(s.script.next, room)
	if op := s.b.Wait(0); op != &write || write.N != 4096 || write.Err != nil {
		t.Error(op, write.N, write.Err)
	}
}
