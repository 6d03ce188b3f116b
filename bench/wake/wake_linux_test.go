package wake

import (
	"os"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// past is a deadline that has expired.
var past = time.Unix(1, 0)

// one is what is written to an eventfd to make it readable.
var one = []byte{1, 0, 0, 0, 0, 0, 0, 0}

// demultiplexer is an epoll descriptor registered with Go's poller, as a
// backend has it, and an eventfd that it watches.
type demultiplexer struct {
	file   *os.File
	raw    syscall.RawConn
	event  int
	events [8]syscall.EpollEvent
}

func newDemultiplexer(b *testing.B) *demultiplexer {
	b.Helper()
	epoll, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	check(b, err)
	event, _, errno := syscall.RawSyscall(syscall.SYS_EVENTFD2, 0, syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	if errno != 0 {
		b.Fatal(errno)
	}
	b.Cleanup(func() { syscall.Close(int(event)) })
	readable := &syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(event)}
	check(b, syscall.EpollCtl(epoll, syscall.EPOLL_CTL_ADD, int(event), readable))
	check(b, syscall.SetNonblock(epoll, true))
	file := os.NewFile(uintptr(epoll), "epoll")
	b.Cleanup(func() { file.Close() })
	raw, err := file.SyscallConn()
	check(b, err)
	return &demultiplexer{file: file, raw: raw, event: int(event)}
}

func check(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// park waits for an event or for the read deadline.
func (d *demultiplexer) park() {
	d.raw.Read(func(fd uintptr) bool {
		n, _ := syscall.EpollWait(int(fd), d.events[:], 0)
		return n > 0
	})
}

func (d *demultiplexer) wakeByEvent()    { syscall.Write(d.event, one) }
func (d *demultiplexer) wakeByDeadline() { d.file.SetReadDeadline(past) }

func (d *demultiplexer) drainEvent() {
	var b [8]byte
	syscall.Read(d.event, b[:])
}

func (d *demultiplexer) clearDeadline() { d.file.SetReadDeadline(time.Time{}) }

// roundTrip measures wake, and the answer of the woken goroutine.
func (d *demultiplexer) roundTrip(b *testing.B, wake, rearm func()) {
	answer := make(chan struct{})
	var stop atomic.Bool
	go func() {
		for !stop.Load() {
			d.park()
			rearm()
			answer <- struct{}{}
		}
	}()
	for b.Loop() {
		wake()
		<-answer
	}
	stop.Store(true)
	wake()
	<-answer
}

func BenchmarkRoundTrip(b *testing.B) {
	b.Run("eventfd", func(b *testing.B) {
		d := newDemultiplexer(b)
		d.roundTrip(b, d.wakeByEvent, d.drainEvent)
	})
	b.Run("deadline", func(b *testing.B) {
		d := newDemultiplexer(b)
		d.roundTrip(b, d.wakeByDeadline, d.clearDeadline)
	})
	b.Run("channels", func(b *testing.B) {
		ask, answer := make(chan struct{}), make(chan struct{})
		go func() {
			for range ask {
				answer <- struct{}{}
			}
		}()
		defer close(ask)
		for b.Loop() {
			ask <- struct{}{}
			<-answer
		}
	})
}

// BenchmarkWaker measures the waking side alone, with no goroutine parked.
func BenchmarkWaker(b *testing.B) {
	b.Run("eventfd", func(b *testing.B) {
		d := newDemultiplexer(b)
		for b.Loop() {
			d.wakeByEvent()
		}
	})
	b.Run("deadline", func(b *testing.B) {
		d := newDemultiplexer(b)
		for b.Loop() {
			d.wakeByDeadline()
		}
	})
}

// BenchmarkRearm measures the woken side's cost before it parks again.
func BenchmarkRearm(b *testing.B) {
	b.Run("eventfd", func(b *testing.B) {
		d := newDemultiplexer(b)
		for b.Loop() {
			d.wakeByEvent()
			d.drainEvent()
		}
	})
	b.Run("deadline", func(b *testing.B) {
		d := newDemultiplexer(b)
		for b.Loop() {
			d.clearDeadline()
		}
	})
}
