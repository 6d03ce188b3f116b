//go:build linux

// Package simulated is a kernel event queue for tests on Linux. It reports what epoll
// reports, in the form of a kqueue, and is harder to use than most kqueues:
//
//   - Each direction is an event of its own, and events come in any order.
//   - The end of a stream is reported once, with the bytes before it still to be read.
//   - Events come late: after younger ones, and after their descriptor was closed.
//   - Some events mean nothing: those of descriptors on which nothing has happened, or
//     that are unknown; errors of filters; Waits that return without an event.
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

// New makes a backend on a simulated queue. seed seeds its random choices.
func New(seed uint64) (backend.Backend, error) {
	return kqueue.NewOn("kqueue", func() (kqueue.Queue, error) { return newQueue(seed) })
}

type queue struct {
	parking   sys.Parking
	epoll     sys.Epoll
	begun     time.Time
	triggered atomic.Bool // Trigger was called

	// Used by Wait only.
	rand    *rand.Rand
	buffer  sys.EpollBuffer
	pending []sys.KqueueEvent // events that were not reported yet

	mu    sync.Mutex
	known []int // descriptors that are, or were, watched
}

func newQueue(seed uint64) (*queue, error) {
	e, err := sys.NewEpoll()
	if err != nil {
		return nil, err
	}
	q := &queue{epoll: e, begun: time.Now(), rand: rand.New(rand.NewPCG(seed, 0))}
	if err := q.parking.Init(e.FD(), "simulated kqueue", q.begun, q.hasEvents); err != nil {
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
	q.triggered.Store(true)
	q.parking.Wake()
}

// Close implements kqueue.Queue.
func (q *queue) Close() error { return q.parking.Close() }

// Wait implements kqueue.Queue.
func (q *queue) Wait(events *sys.KqueueEvents, timeout time.Duration) int {
	if !q.hasEvents() && timeout != 0 && !q.chance(16) {
		deadline := backend.NoDeadline
		if timeout > 0 {
			deadline = time.Since(q.begun) + timeout
		}
		q.parking.Sleep(deadline)
	}
	if q.triggered.Swap(false) {
		q.pending = append(q.pending, sys.KqueueEvent{})
	}
	q.addSpuriousEvent()
	q.rand.Shuffle(len(q.pending), func(i, j int) { q.pending[i], q.pending[j] = q.pending[j], q.pending[i] })
	n := copy(events[:], q.pending)
	if n > 1 && q.chance(4) {
		n = 1 + q.rand.IntN(n-1)
	}
	q.pending = append(q.pending[:0], q.pending[n:]...)
	return n
}

// hasEvents collects the events of epoll, and reports whether there is anything to
// report.
func (q *queue) hasEvents() bool {
	n := q.epoll.Poll(&q.buffer)
	for i := range n {
		e := q.buffer.Event(i)
		q.addEvents(int(e.Data), e.Flags)
	}
	return len(q.pending) > 0 || q.triggered.Load()
}

// addEvents turns an event of epoll into those of a kqueue.
func (q *queue) addEvents(fd int, flags uint32) {
	closed := flags&(unix.EPOLLHUP|unix.EPOLLERR) != 0
	if eof := closed || flags&unix.EPOLLRDHUP != 0; eof || flags&unix.EPOLLIN != 0 {
		q.pending = append(q.pending, sys.KqueueEvent{FD: fd, Filter: sys.KqueueRead, EOF: eof})
	}
	if closed || flags&unix.EPOLLOUT != 0 {
		q.pending = append(q.pending, sys.KqueueEvent{FD: fd, Filter: sys.KqueueWrite, EOF: closed})
	}
}

// addSpuriousEvent adds, sometimes, an event that means nothing.
func (q *queue) addSpuriousEvent() {
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
	q.pending = append(q.pending, e)
}

// chance is true once in n times.
func (q *queue) chance(n int) bool { return q.rand.IntN(n) == 0 }
