package sys

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// newParking parks on an epoll instance that watches fd.
func newParking(t *testing.T, fd int, ready func() bool) *Parking {
	t.Helper()
	e, err := NewEpoll()
	if err != nil {
		t.Fatal(err)
	}
	if errno := e.Add(fd, 7); errno != 0 {
		t.Fatal(errno)
	}
	p := new(Parking)
	if err := p.Init(e.FD(), "epoll", time.Now(), func() bool { return ready() || e.Poll(new(EpollBuffer)) > 1 }); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

func TestSleepUntilDeadline(t *testing.T) {
	a, _ := socketPair(t)
	p := newParking(t, a, func() bool { return false })
	for range 3 {
		deadline := time.Since(p.begun) + time.Millisecond
		for time.Since(p.begun) < deadline {
			p.Sleep(deadline)
		}
	}
}

// TestWakeIsNotLost publishes a reason and wakes while the other goroutine goes to sleep
// unless it sees the reason.
func TestWakeIsNotLost(t *testing.T) {
	a, _ := socketPair(t)
	var reasons atomic.Int32
	seen := int32(0)
	p := newParking(t, a, func() bool { return reasons.Load() > seen })
	const wakes = 3000
	next := make(chan struct{}, 1)
	go func() {
		for range wakes {
			reasons.Add(1)
			p.Wake()
			<-next
		}
	}()
	for seen < wakes {
		p.Sleep(backend.NoDeadline)
		if n := reasons.Load(); n > seen {
			seen = n
			next <- struct{}{}
		}
	}
}

// The descriptor ends the sleep each time that it becomes readable.
func TestSleepUntilReadable(t *testing.T) {
	a, b := socketPair(t)
	buf := make([]byte, 1)
	readable := func() bool {
		n, _ := Recv(a, buf)
		return n == 1
	}
	p := newParking(t, a, readable)
	for range 100 {
		go Send(b, []byte("x"))
		p.Sleep(backend.NoDeadline)
	}
	if p.Sleeping() {
		t.Error("sleeping after Sleep")
	}
}
