//go:build linux

// Package simulated is a kernel event queue for tests on Linux: what epoll tells
// is told as a kqueue would, and less conveniently than most would.
//
//   - Each direction is an event of its own, and they come in any order.
//   - That the other end has closed is told once, with the bytes before it still to
//     be read.
//   - Events come late, after others that are younger, and after their descriptor was
//     closed.
//   - Events come that mean nothing: of descriptors that nothing has happened to, or
//     that nobody knows; errors of filters; Waits that return with nothing.
package simulated

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/kqueue"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// New makes a backend on a simulated queue. What is random in it begins with seed.
func New(seed uint64) (backend.Backend, error) {
	return kqueue.NewOn("kqueue", func() (kqueue.Queue, error) { return newQueue(seed) })
}

type queue struct {
	parking sys.Parking
	epoll   sys.Epoll
	begun   time.Time
	bell    atomic.Bool // Trigger was called

	// Of Wait alone.
	rand   *rand.Rand
	buffer sys.EpollBuffer
	late   []sys.KqueueEvent // what has happened and was not told yet

	mu    sync.Mutex
	known []int // descriptors that are, or were, watched
}

func newQueue(seed uint64) (*queue, error) {
	e, err := sys.NewEpoll()
	if err != nil {
		return nil, err
	}
	q := &queue{epoll: e, begun: time.Now(), rand: rand.New(rand.NewPCG(seed, 0))}
	if err := q.parking.Init(e.FD(), "simulated kqueue", q.begun, q.something); err != nil {
		sys.Close(e.FD())
		return nil, err
	}
	return q, nil
}

// Add implements kqueue.Queue.
func (q *queue) Add(fd int) unix.Errno {
	q.mu.Lock()
	q.known = append(q.known, fd)
	q.mu.Unlock()
	return q.epoll.Add(fd, sys.EpollData(fd))
}

// Remove implements kqueue.Queue.
func (q *queue) Remove(fd int) { q.epoll.Remove(fd) }

// Trigger implements kqueue.Queue.
func (q *queue) Trigger() {
	q.bell.Store(true)
	q.parking.Wake()
}

// Close implements kqueue.Queue.
func (q *queue) Close() error { return q.parking.Close() }

// Wait implements kqueue.Queue.
func (q *queue) Wait(events *sys.KqueueEvents, timeout time.Duration) int {
	if !q.something() && timeout != 0 && !q.chance(16) {
		deadline := backend.NoDeadline
		if timeout > 0 {
			deadline = time.Since(q.begun) + timeout
		}
		q.parking.Sleep(deadline)
	}
	if q.bell.Swap(false) {
		q.late = append(q.late, sys.KqueueEvent{})
	}
	q.invent()
	q.rand.Shuffle(len(q.late), func(i, j int) { q.late[i], q.late[j] = q.late[j], q.late[i] })
	n := copy(events[:], q.late)
	if n > 1 && q.chance(4) {
		n = 1 + q.rand.IntN(n-1)
	}
	q.late = append(q.late[:0], q.late[n:]...)
	return n
}

// something collects what has happened, and reports whether there is anything to
// tell.
func (q *queue) something() bool {
	n := q.epoll.Poll(&q.buffer)
	for i := range n {
		e := q.buffer.Event(i)
		q.happened(int(e.Data), e.Flags)
	}
	return len(q.late) > 0 || q.bell.Load()
}

// happened turns an event of epoll into those of a kqueue.
func (q *queue) happened(fd int, flags uint32) {
	closed := flags&(unix.EPOLLHUP|unix.EPOLLERR) != 0
	if eof := closed || flags&unix.EPOLLRDHUP != 0; eof || flags&unix.EPOLLIN != 0 {
		q.late = append(q.late, sys.KqueueEvent{FD: fd, Filter: sys.KqueueRead, EOF: eof})
	}
	if closed || flags&unix.EPOLLOUT != 0 {
		q.late = append(q.late, sys.KqueueEvent{FD: fd, Filter: sys.KqueueWrite, EOF: closed})
	}
}

// invent adds events that mean nothing.
func (q *queue) invent() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.known) == 0 || !q.chance(4) {
		return
	}
	e := sys.KqueueEvent{FD: q.known[q.rand.IntN(len(q.known))], Filter: sys.KqueueRead}
	switch q.rand.IntN(8) {
	case 0:
		e.FD = 1 << 20
	case 1:
		e.Errno = unix.EBADF
	case 2, 3, 4:
		e.Filter = sys.KqueueWrite
	}
	q.late = append(q.late, e)
}

// chance is true once in n times.
func (q *queue) chance(n int) bool { return q.rand.IntN(n) == 0 }
