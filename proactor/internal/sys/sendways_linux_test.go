package sys

import (
	"errors"
	"net"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// This benchmark measures, for docs/adr/0015, what a message costs over loopback in each
// way to hand bytes to a socket through the ring. Gathering is compared by the processor
// time of the sending thread, zero copy by that of the process, because over loopback the
// receiver copies instead.

// sendWay is a way to send a message of size bytes, the first 16 of them separate.
type sendWay struct {
	name    string
	prepare func(*sender, *SQE)
	notices int // completions that follow the first one
	who     int // whose processor time counts
}

var sendWays = []sendWay{
	{"gather, sendmsg", (*sender).gather, 0, unix.RUSAGE_THREAD},
	{"gather, vectored send", (*sender).vectored, 0, unix.RUSAGE_THREAD},
	{"one piece, send", (*sender).whole, 0, unix.RUSAGE_SELF},
	{"one piece, zero-copy send", (*sender).zeroCopy, 1, unix.RUSAGE_SELF},
	{"one piece, zero-copy send, registered", (*sender).registered, 1, unix.RUSAGE_SELF},
}

const (
	registerBuffers      = 0
	sqeFixedBuffer       = 1 << 2 // in Ioprio of a send
	sendRuns             = 15
	sendBytes            = 16 << 20 // in a run
	cqeNotice            = 1 << 3   // this completion says that the memory is free again
	headerSize, maxWrite = 16, 1 << 20
)

// sender is a connection, a goroutine that reads from it, and a ring to write to it.
type sender struct {
	b      *testing.B
	ring   *Ring
	fd     int
	memory []byte
	iov    [2]unix.Iovec
	msg    unix.Msghdr
	size   int
}

func (s *sender) gather(e *SQE) {
	e.Opcode, e.OpFlags, e.Len, e.Addr = RingOpSendMsg, unix.MSG_WAITALL, 1, at(&s.msg)
}

func (s *sender) vectored(e *SQE) {
	e.Opcode, e.OpFlags, e.Len, e.Addr, e.Ioprio = RingOpSend, unix.MSG_WAITALL, 2, at(&s.iov[0]), SQESendVectorized
}

func (s *sender) whole(e *SQE) {
	e.Opcode, e.OpFlags, e.Len, e.Addr = RingOpSend, unix.MSG_WAITALL, uint32(s.size), at(&s.memory[0])
}

func (s *sender) zeroCopy(e *SQE)   { s.whole(e); e.Opcode = RingOpSendZC }
func (s *sender) registered(e *SQE) { s.zeroCopy(e); e.Ioprio = sqeFixedBuffer }
func at[T any](p *T) uint64         { return uint64(uintptr(unsafe.Pointer(p))) }

// BenchmarkSendWays runs all ways in turn, several times, and compares each with the
// plain way of its kind in the same run.
func BenchmarkSendWays(b *testing.B) {
	for _, size := range []int{256, 4 << 10, 64 << 10, maxWrite} {
		b.Run(strconv.Itoa(size), func(b *testing.B) {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			s := newSender(b)
			s.prepare(size)
			costs := make([][]float64, len(sendWays))
			for run := range sendRuns + 1 {
				for i, w := range sendWays {
					if cost := s.run(w); run > 0 { // the first one warms up
						costs[i] = append(costs[i], cost)
					}
				}
			}
			for i, w := range sendWays {
				plain := costs[0]
				if i >= 2 {
					plain = costs[2]
				}
				s.report(w.name, costs[i], plain)
			}
		})
	}
}

func (s *sender) report(name string, costs, plain []float64) {
	ratios := make([]float64, len(costs))
	for i := range costs {
		ratios[i] = costs[i] / plain[i]
	}
	slices.Sort(ratios)
	n := len(ratios)
	s.b.Logf("%-38s %8.0f ns, ratio %.2f (%.2f-%.2f)", name, slices.Sorted(slices.Values(costs))[n/2], ratios[n/2], ratios[n/8], ratios[n-1-n/8])
}

func newSender(b *testing.B) *sender {
	ring, err := SetupRing(8, 64, RingSubmitAll|RingSingleIssuer|RingDeferTaskrun)
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EACCES) {
		b.Skipf("io_uring_setup: %v", err)
	}
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { ring.Close() })
	s := &sender{b: b, ring: ring, memory: make([]byte, maxWrite)}
	region := unix.Iovec{Base: &s.memory[0], Len: maxWrite}
	if _, _, errno := unix.Syscall6(unix.SYS_IO_URING_REGISTER, uintptr(ring.FD()), registerBuffers, uintptr(unsafe.Pointer(&region)), 1, 0, 0); errno != 0 {
		b.Fatal(errno)
	}
	s.connect()
	return s
}

// connect starts a goroutine that reads everything.
func (s *sender) connect() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.b.Fatal(err)
	}
	defer l.Close()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		s.b.Fatal(err)
	}
	in, err := l.Accept()
	if err != nil {
		s.b.Fatal(err)
	}
	f, err := c.(*net.TCPConn).File()
	if err != nil {
		s.b.Fatal(err)
	}
	s.fd = int(f.Fd())
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 256<<10)
		for {
			if _, err := in.Read(buf); err != nil {
				return
			}
		}
	}()
	s.b.Cleanup(func() { f.Close(); c.Close(); <-done; in.Close() })
}

// prepare prepares messages of that size.
func (s *sender) prepare(size int) {
	s.size = size
	s.iov = [2]unix.Iovec{{Base: &s.memory[0]}, {Base: &s.memory[headerSize]}}
	s.iov[0].SetLen(headerSize)
	s.iov[1].SetLen(size - headerSize)
	s.msg = unix.Msghdr{Iov: &s.iov[0], Iovlen: 2}
}

// run returns what a message costs, in ns.
func (s *sender) run(w sendWay) float64 {
	count := min(max(sendBytes/s.size, 32), 2000)
	before := s.time(w.who)
	for range count {
		e := SQE{FD: int32(s.fd)}
		w.prepare(s, &e)
		*s.ring.NextSQE() = e
		s.ring.Publish()
		for left := 1 + w.notices; left > 0; {
			if errno := s.ring.EnterWait(s.ring.Pending(), 1, -1); errno != 0 && errno != unix.EINTR {
				s.b.Fatal(errno)
			}
			left -= s.take()
		}
	}
	return float64(s.time(w.who)-before) / float64(count)
}

// take reads completions.
func (s *sender) take() int {
	n := s.ring.Ready()
	for i := range n {
		if c := s.ring.CQE(i); c.Flags&cqeNotice == 0 && c.Res != int32(s.size) {
			s.b.Fatalf("%d of %d bytes were sent", c.Res, s.size)
		}
	}
	s.ring.Advance(n)
	return int(n)
}

func (s *sender) time(who int) int64 {
	var u unix.Rusage
	if err := unix.Getrusage(who, &u); err != nil {
		s.b.Fatal(err)
	}
	return u.Utime.Nano() + u.Stime.Nano()
}
