package sys

import (
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Ring is one io_uring: a submission queue that we fill and the kernel
// empties, and a completion queue the other way round, both in shared memory.
//
// Concurrency: NextSQE and Publish under one lock of the caller's; Ready, CQE
// and Advance by one goroutine at a time; Pending, NeedsEnter and Enter by any
// goroutine. Memory that an entry points to must stay reachable for the garbage
// collector, and must not be on a stack, until its completion was read.
type Ring struct {
	fd       int
	flags    uint32
	features uint32

	sqHead  *atomic.Uint32 // written by the kernel: the entries that it has taken
	sqTail  *atomic.Uint32 // written by us: the entries that we have published
	sqFlags *atomic.Uint32
	sqes    []SQE
	next    uint32 // the next entry, not yet published

	cqHead *atomic.Uint32 // written by us: the completions that we have read
	cqTail *atomic.Uint32 // written by the kernel: the completions that it has posted
	cqes   []CQE

	mappings [][]byte

	// The arguments of EnterWait. The kernel follows an address in wait, so they must
	// not be on a stack.
	wait    ringWaitArg
	timeout ringTimespec
}

// SetupRing makes a ring of the given size with exactly these setup flags. The
// descriptor is non-blocking and closed on exec. The error is the kernel's
// errno.
func SetupRing(entries, completions, flags uint32) (*Ring, error) {
	p := RingParams{Flags: flags | RingCQSize | RingClamp, CQEntries: completions}
	fd, _, errno := unix.Syscall(unix.SYS_IO_URING_SETUP, uintptr(entries), uintptr(unsafe.Pointer(&p)), 0)
	if errno != 0 {
		return nil, errno
	}
	r := &Ring{fd: int(fd), flags: p.Flags, features: p.Features}
	err := unix.SetNonblock(r.fd, true)
	if err == nil {
		err = r.mapQueues(&p)
	}
	if err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}

// mapQueues maps the two queues, which modern kernels keep in one mapping, and the
// entries.
func (r *Ring) mapQueues(p *RingParams) error {
	sqSize := p.SQOff.C + p.SQEntries*4
	cqSize := p.CQOff.B + p.CQEntries*uint32(unsafe.Sizeof(CQE{}))
	if p.Features&RingFeatSingleMmap != 0 {
		sqSize = max(sqSize, cqSize)
	}
	sq, err := r.mmap(ringOffSQ, sqSize)
	if err != nil {
		return err
	}
	cq := sq
	if p.Features&RingFeatSingleMmap == 0 {
		if cq, err = r.mmap(ringOffCQ, cqSize); err != nil {
			return err
		}
	}
	entries, err := r.mmap(ringOffSQEs, p.SQEntries*uint32(unsafe.Sizeof(SQE{})))
	if err != nil {
		return err
	}
	r.sqes = unsafe.Slice((*SQE)(unsafe.Pointer(&entries[0])), p.SQEntries)
	r.cqes = unsafe.Slice((*CQE)(unsafe.Pointer(&cq[p.CQOff.B])), p.CQEntries)
	r.sqHead, r.sqTail = word(sq, p.SQOff.Head), word(sq, p.SQOff.Tail)
	r.cqHead, r.cqTail = word(cq, p.CQOff.Head), word(cq, p.CQOff.Tail)
	r.sqFlags = word(sq, p.SQOff.A)
	// Entries are taken in the order of this array: entry n is always slot n.
	for i := range p.SQEntries {
		word(sq, p.SQOff.C+4*i).Store(i)
	}
	return nil
}

func (r *Ring) mmap(offset int64, size uint32) ([]byte, error) {
	m, err := unix.Mmap(r.fd, offset, int(size), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED|unix.MAP_POPULATE)
	if err == nil {
		r.mappings = append(r.mappings, m)
	}
	return m, err
}

func word(m []byte, offset uint32) *atomic.Uint32 {
	return (*atomic.Uint32)(unsafe.Pointer(&m[offset]))
}

// FD returns the ring's descriptor, which is readable while there are completions.
func (r *Ring) FD() int { return r.fd }

// Flags returns the flags that the ring was set up with.
func (r *Ring) Flags() uint32 { return r.flags }

// Features returns the RingFeat bits of this kernel.
func (r *Ring) Features() uint32 { return r.features }

// Entries returns the sizes of the submission and of the completion queue.
func (r *Ring) Entries() (submission, completion int) { return len(r.sqes), len(r.cqes) }

// Probe asks which operations this kernel has.
func (r *Ring) Probe() (func(Opcode) bool, error) {
	p := new(ringProbe)
	_, _, errno := unix.Syscall6(unix.SYS_IO_URING_REGISTER, uintptr(r.fd), ringRegisterProbe,
		uintptr(unsafe.Pointer(p)), uintptr(len(p.Ops)), 0, 0)
	if errno != 0 {
		return nil, errno
	}
	return func(op Opcode) bool { return p.Ops[op].Flags&ringOpSupported != 0 }, nil
}

// NextSQE returns the next free entry, zeroed; nil if the queue is full. It belongs to the
// kernel after Publish.
func (r *Ring) NextSQE() *SQE {
	if r.next-r.sqHead.Load() >= uint32(len(r.sqes)) {
		return nil
	}
	e := &r.sqes[r.next&uint32(len(r.sqes)-1)]
	*e = SQE{}
	return e
}

// Publish hands over the entry of NextSQE. The kernel takes it at the next Enter.
func (r *Ring) Publish() {
	r.next++
	r.sqTail.Store(r.next)
}

// Pending returns how many published entries the kernel has not taken. It reads the head
// first, which never passes a tail that is read later.
func (r *Ring) Pending() uint32 {
	head := r.sqHead.Load()
	return r.sqTail.Load() - head
}

// NeedsEnter reports whether completions wait for an Enter with RingEnterGetEvents: the
// queue has overflowed, or this thread has completion work to do.
func (r *Ring) NeedsEnter() bool { return r.sqFlags.Load()&(ringSQOverflow|ringSQTaskrun) != 0 }

// Overflown reports whether the kernel keeps completions that did not fit in the queue.
func (r *Ring) Overflown() bool { return r.sqFlags.Load()&ringSQOverflow != 0 }

// Enter submits up to n entries and returns how many were taken. It does not wait. quick
// says that few bytes will be copied, so that the Go scheduler need not be notified of
// the system call.
func (r *Ring) Enter(n, flags uint32, quick bool) (int, unix.Errno) {
	var taken uintptr
	var errno unix.Errno
	if quick {
		taken, _, errno = unix.RawSyscall6(unix.SYS_IO_URING_ENTER, uintptr(r.fd), uintptr(n), 0, uintptr(flags), 0, 0)
	} else {
		taken, _, errno = unix.Syscall6(unix.SYS_IO_URING_ENTER, uintptr(r.fd), uintptr(n), 0, uintptr(flags), 0, 0)
	}
	return int(taken), errno
}

// SendMessage posts a completion with that user data and result 0 to the ring. Any thread
// may call it: it does not enter the ring.
func (r *Ring) SendMessage(userData uint64) unix.Errno {
	e := SQE{Opcode: RingOpMsgRing, FD: int32(r.fd), Off: userData}
	_, _, errno := unix.RawSyscall6(unix.SYS_IO_URING_REGISTER, noRing, ringRegisterSendMsg, uintptr(unsafe.Pointer(&e)), 1, 0, 0)
	return errno
}

// EnterWait submits up to n entries and waits, on the caller's thread, until there are
// least completions, or for timeout; a negative timeout is forever. It may return with
// fewer completions. One goroutine at a time may call it.
//
// least also bounds how much deferred completion work the kernel runs in one call: least
// items, or 20 if that is more (Linux 6.13 and later; before, all there is). Asking for
// completions that come anyway costs no waiting.
func (r *Ring) EnterWait(n, least uint32, timeout time.Duration) unix.Errno {
	r.setTimeout(timeout)
	_, _, errno := unix.Syscall6(unix.SYS_IO_URING_ENTER, uintptr(r.fd), uintptr(n), uintptr(least),
		RingEnterGetEvents|ringEnterExtArg, uintptr(unsafe.Pointer(&r.wait)), unsafe.Sizeof(r.wait))
	return errno
}

// EnterQuick is EnterWait with a timeout of 0. The Go scheduler is not notified of the
// system call, and the garbage collector waits for its end, so the entries must be few.
func (r *Ring) EnterQuick(n, least uint32) unix.Errno {
	r.setTimeout(0)
	_, _, errno := unix.RawSyscall6(unix.SYS_IO_URING_ENTER, uintptr(r.fd), uintptr(n), uintptr(least),
		RingEnterGetEvents|ringEnterExtArg, uintptr(unsafe.Pointer(&r.wait)), unsafe.Sizeof(r.wait))
	return errno
}

func (r *Ring) setTimeout(timeout time.Duration) {
	r.wait.Timeout = 0
	if timeout >= 0 {
		r.timeout = ringTimespec{Sec: int64(timeout / time.Second), Nsec: int64(timeout % time.Second)}
		r.wait.Timeout = uint64(uintptr(unsafe.Pointer(&r.timeout)))
	}
}

// Ready returns how many completions can be read.
func (r *Ring) Ready() uint32 { return r.cqTail.Load() - r.cqHead.Load() }

// CQE returns the i-th completion that can be read.
func (r *Ring) CQE(i uint32) CQE {
	return r.cqes[(r.cqHead.Load()+i)&uint32(len(r.cqes)-1)]
}

// Advance returns n completions that were read to the kernel.
func (r *Ring) Advance(n uint32) { r.cqHead.Add(n) }

// Unmap unmaps the queues, but keeps the descriptor. Nothing may be in flight.
func (r *Ring) Unmap() {
	for _, m := range r.mappings {
		_ = unix.Munmap(m)
	}
	r.mappings = nil
}

// Close unmaps the queues and closes the descriptor.
func (r *Ring) Close() error {
	r.Unmap()
	return unix.Close(r.fd)
}
