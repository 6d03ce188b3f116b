package sys

import (
	"errors"
	"runtime"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// This benchmark measures, for docs/adr/0007, what a message costs with many connections
// in each way to receive that owns no buffer while it waits.

const (
	benchStreams = 64
	benchMessage = 64
	benchBuffer  = 4 << 10
)

// BenchmarkReceiveWays compares the ways; an operation is one message received.
// own: a read into a buffer of the connection; polled: a poll, then a read into a
// buffer of the pool; ring: the kernel's multishot receive with its buffer ring.
func BenchmarkReceiveWays(b *testing.B) {
	for _, way := range []struct {
		name  string
		run   func(*ways)
		flags uint32
	}{
		{"own", (*ways).own, 0}, {"polled", (*ways).polled, 0}, {"ring", (*ways).multishot, 0},
		{"deferred/own", (*ways).own, deferred}, {"deferred/polled", (*ways).polled, deferred}, {"deferred/ring", (*ways).multishot, deferred},
	} {
		b.Run(way.name, func(b *testing.B) {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			w := newWays(b, way.flags)
			before := threadTime(b)
			b.ResetTimer()
			way.run(w)
			b.ReportMetric(float64(threadTime(b)-before)/float64(b.N), "cpu-ns/op")
		})
	}
}

// deferred makes the kernel do its part of the work only when this thread asks.
const deferred = RingSingleIssuer | RingDeferTaskrun

// threadTime returns the processor time of this thread in ns, which does not depend on
// the load of the machine.
func threadTime(b *testing.B) int64 {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_THREAD, &u); err != nil {
		b.Fatal(err)
	}
	return u.Utime.Nano() + u.Stime.Nano()
}

// ways is a ring with connections.
type ways struct {
	b        *testing.B
	ring     *Ring
	in, out  [benchStreams]int
	memory   [benchStreams][]byte
	message  [benchMessage]byte
	buffers  []byte // the kernel's list of buffers
	tail     uint16
	provided []byte // the buffers themselves
}

func newWays(b *testing.B, flags uint32) *ways {
	ring, err := SetupRing(256, 4096, RingSubmitAll|flags)
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EACCES) {
		b.Skipf("io_uring_setup: %v", err)
	}
	if err != nil {
		b.Fatal(err)
	}
	w := &ways{b: b, ring: ring, provided: make([]byte, benchStreams*benchBuffer)}
	b.Cleanup(func() { ring.Close() })
	for i := range w.in {
		fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			b.Fatal(err)
		}
		w.in[i], w.out[i], w.memory[i] = fds[0], fds[1], make([]byte, benchBuffer)
		b.Cleanup(func() { Close(fds[0]); Close(fds[1]) })
	}
	return w
}

// round sends a message on each connection and handles completions until each has
// arrived. handle reports whether the completion was a message.
func (w *ways) round(handle func(CQE) bool) {
	for _, fd := range w.out {
		if _, errno := Send(fd, w.message[:]); errno != 0 {
			w.b.Fatal(errno)
		}
	}
	for got := 0; got < benchStreams; {
		w.ring.Enter(w.ring.Pending(), RingEnterGetEvents, true)
		n := w.ring.Ready()
		for i := range n {
			if handle(w.ring.CQE(i)) {
				got++
			}
		}
		w.ring.Advance(n)
	}
}

func (w *ways) loop(handle func(CQE) bool) {
	for n := 0; n < w.b.N; n += benchStreams {
		w.round(handle)
	}
}

// push submits an entry for connection i.
func (w *ways) push(i int, e SQE) {
	free := w.ring.NextSQE()
	e.FD, e.UserData = int32(w.in[i]), uint64(i)
	*free = e
	w.ring.Publish()
}

func (w *ways) read(i int, ioprio uint16) {
	w.push(i, SQE{Opcode: RingOpRecv, Ioprio: ioprio, Addr: uint64(uintptr(unsafe.Pointer(&w.memory[i][0]))), Len: benchBuffer})
}

func (w *ways) own() {
	for i := range w.in {
		w.read(i, SQEPollFirst)
	}
	w.loop(func(c CQE) bool {
		w.check(c, benchMessage)
		w.read(int(c.UserData), SQEPollFirst)
		return true
	})
}

func (w *ways) polled() {
	poll := func(i int) { w.push(i, SQE{Opcode: RingOpPollAdd, OpFlags: RingPollIn}) }
	var reading [benchStreams]bool
	for i := range w.in {
		poll(i)
	}
	w.loop(func(c CQE) bool {
		i := int(c.UserData)
		if reading[i] = !reading[i]; reading[i] {
			w.read(i, 0)
			return false
		}
		w.check(c, benchMessage)
		poll(i)
		return true
	})
}

// What multishot receives need of the kernel's interface.
const (
	registerBufferRing = 22
	sqeBufferSelect    = 1 << 5
	recvMultishot      = 1 << 1
	cqeBuffer, cqeMore = 1 << 0, 1 << 1
	group              = 1
)

func (w *ways) multishot() {
	w.register()
	arm := func(i int) {
		e := SQE{Opcode: RingOpRecv, Flags: sqeBufferSelect, Ioprio: recvMultishot}
		*(*uint16)(unsafe.Add(unsafe.Pointer(&e), 40)) = group
		w.push(i, e)
	}
	for i := range w.in {
		arm(i)
	}
	w.loop(func(c CQE) bool {
		if c.Flags&cqeMore == 0 {
			arm(int(c.UserData))
		}
		if c.Flags&cqeBuffer == 0 {
			return false
		}
		w.check(c, benchMessage)
		w.provide(uint16(c.Flags >> 16))
		return true
	})
}

func (w *ways) check(c CQE, want int32) {
	if c.Res != want {
		w.b.Fatalf("connection %d: %d", c.UserData, c.Res)
	}
}

// register makes the kernel's list of buffers, and adds all buffers.
func (w *ways) register() {
	list, err := unix.Mmap(-1, 0, benchStreams*16, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		w.b.Fatal(err)
	}
	w.b.Cleanup(func() { _ = unix.Munmap(list) })
	w.buffers = list
	args := struct {
		addr        uint64
		entries     uint32
		group, flag uint16
		_           [3]uint64
	}{addr: uint64(uintptr(unsafe.Pointer(&list[0]))), entries: benchStreams, group: group}
	_, _, errno := unix.Syscall6(unix.SYS_IO_URING_REGISTER, uintptr(w.ring.FD()), registerBufferRing,
		uintptr(unsafe.Pointer(&args)), 1, 0, 0)
	if errno != 0 {
		w.b.Skipf("io_uring_setup: no buffer rings: %v", errno)
	}
	for i := range uint16(benchStreams) {
		w.provide(i)
	}
}

// provide gives buffer i to the kernel: address 8, length 4, number 2; the tail
// lies in the last 2 bytes of the first one.
func (w *ways) provide(i uint16) {
	at := unsafe.Pointer(&w.buffers[int(w.tail%benchStreams)*16])
	*(*uint64)(at) = uint64(uintptr(unsafe.Pointer(&w.provided[int(i)*benchBuffer])))
	*(*uint32)(unsafe.Add(at, 8)) = benchBuffer
	*(*uint16)(unsafe.Add(at, 12)) = i
	w.tail++
	*(*uint16)(unsafe.Pointer(&w.buffers[14])) = w.tail // the kernel looks in Enter, on this thread
}
