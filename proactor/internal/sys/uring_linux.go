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
// and Advance by one goroutine at a time; Pending, NeedsEnter and Enter by
// anybody. Memory that an entry points to must stay reachable for the garbage
// collector, and may not be on a stack, until its completion was read.
type Ring struct {
	fd       int
	flags    uint32
	features uint32

	sqHead  *atomic.Uint32 // the kernel's: what it has taken
	sqTail  *atomic.Uint32 // ours: what we have published
	sqFlags *atomic.Uint32
	sqes    []SQE
	next    uint32 // ours, not yet published

	cqHead *atomic.Uint32 // ours: what we have read
	cqTail *atomic.Uint32 // the kernel's: what it has completed
	cqes   []CQE

	mappings [][]byte

	// EnterWait's arguments: the kernel follows an address in the first, so that
	// they may not be on a stack.
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

// mapQueues maps the two queues, which modern kernels keep in one piece of
// memory, and the entries.
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

// FD is the ring's descriptor. It polls as readable while there are
// completions.
func (r *Ring) FD() int { return r.fd }

// Flags are those that the ring was set up with.
func (r *Ring) Flags() uint32 { return r.flags }

// Features are the RingFeat bits of this kernel.
func (r *Ring) Features() uint32 { return r.features }

// Entries are the sizes of the submission and of the completion queue.
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

// NextSQE is the next free entry, zeroed; nil when the kernel has not taken
// enough of them. It becomes the kernel's with Publish.
func (r *Ring) NextSQE() *SQE {
	if r.next-r.sqHead.Load() >= uint32(len(r.sqes)) {
		return nil
	}
	e := &r.sqes[r.next&uint32(len(r.sqes)-1)]
	*e = SQE{}
	return e
}

// Publish hands the entry of NextSQE over. The kernel looks at it at the next
// Enter.
func (r *Ring) Publish() {
	r.next++
	r.sqTail.Store(r.next)
}

// Pending is how many published entries the kernel has not taken. The head is
// looked at first: it never passes a tail that is read later.
func (r *Ring) Pending() uint32 {
	head := r.sqHead.Load()
	return r.sqTail.Load() - head
}

// NeedsEnter reports whether completions wait for an Enter with
// RingEnterGetEvents: the queue has overflowed or this thread has work to do.
func (r *Ring) NeedsEnter() bool { return r.sqFlags.Load()&(ringSQOverflow|ringSQTaskrun) != 0 }

// Overflown reports whether the kernel keeps completions that the queue had no
// room for.
func (r *Ring) Overflown() bool { return r.sqFlags.Load()&ringSQOverflow != 0 }

// Enter submits up to n entries and returns how many were taken. It waits for
// nothing. quick says that little will be copied, so that the Go scheduler
// need not be told of the system call.
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

// SendMessage has the ring complete something with that user data, whose result is 0. Any
// thread may do so: it does not enter the ring.
func (r *Ring) SendMessage(userData uint64) unix.Errno {
	e := SQE{Opcode: RingOpMsgRing, FD: int32(r.fd), Off: userData}
	_, _, errno := unix.RawSyscall6(unix.SYS_IO_URING_REGISTER, noRing, ringRegisterSendMsg, uintptr(unsafe.Pointer(&e)), 1, 0, 0)
	return errno
}

// EnterWait submits up to n entries and waits for as many completions as least,
// on the caller's thread, for at most the given time; a negative one is forever. It
// may return with fewer. One goroutine at a time may call it.
//
// least is also how much deferred completion work the kernel runs in one call: so
// much, or 20 if that is more (Linux 6.13 and later; before, all there is). Asking
// for what completes anyway costs no waiting.
func (r *Ring) EnterWait(n, least uint32, timeout time.Duration) unix.Errno {
	r.setTimeout(timeout)
	_, _, errno := unix.Syscall6(unix.SYS_IO_URING_ENTER, uintptr(r.fd), uintptr(n), uintptr(least),
		RingEnterGetEvents|ringEnterExtArg, uintptr(unsafe.Pointer(&r.wait)), unsafe.Sizeof(r.wait))
	return errno
}

// EnterQuick is EnterWait with no time to wait. The Go scheduler is not told of
// the system call, and the garbage collector waits for its end: the entries must
// be few.
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

// Ready is how many completions there are to be read.
func (r *Ring) Ready() uint32 { return r.cqTail.Load() - r.cqHead.Load() }

// CQE is the i-th completion that is ready.
func (r *Ring) CQE(i uint32) CQE {
	return r.cqes[(r.cqHead.Load()+i)&uint32(len(r.cqes)-1)]
}

// Advance gives n completions that were read back to the kernel.
func (r *Ring) Advance(n uint32) { r.cqHead.Add(n) }

// Unmap gives the queues back, but not the descriptor. Nothing may be in flight.
func (r *Ring) Unmap() {
	for _, m := range r.mappings {
		_ = unix.Munmap(m)
	}
	r.mappings = nil
}

// Close is Unmap, and closes the descriptor.
func (r *Ring) Close() error {
	r.Unmap()
	return unix.Close(r.fd)
}
