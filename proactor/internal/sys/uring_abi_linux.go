package sys

import (
	"encoding/binary"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The binary interface of io_uring, as linux/io_uring.h has it. Only what the
// uring backend uses is here.

// Flags of io_uring_setup.
const (
	RingCQSize      = 1 << 3 // the completion queue's size is given
	RingClamp       = 1 << 4 // sizes that are too large are cut down, not refused
	RingSubmitAll   = 1 << 7 // continue to submit after an entry that fails
	RingCoopTaskrun = 1 << 8 // no interrupt for a thread with completion work to do
	RingTaskrunFlag = 1 << 9 // say in the queue's flags that there is such work

	RingSingleIssuer = 1 << 12 // only one thread submits
	RingDeferTaskrun = 1 << 13 // completion work waits until that thread asks for completions
)

// Features that io_uring_setup reports.
const (
	RingFeatSingleMmap   = 1 << 0  // both queues in one mapping
	RingFeatNoDrop       = 1 << 1  // a full completion queue loses nothing
	RingFeatSubmitStable = 1 << 2  // sockaddr and iovecs may be freed after submission
	RingFeatFastPoll     = 1 << 5  // sockets that are not ready cost no worker thread
	RingFeatExtArg       = 1 << 8  // waiting takes a timeout
	RingFeatCQESkip      = 1 << 11 // successes can be left out of the completion queue
	RingFeatMinTimeout   = 1 << 15 // waiting takes a minimum time
)

// Flags of io_uring_enter, and those in the submission queue's header.
const (
	RingEnterGetEvents = 1 << 0
	ringEnterExtArg    = 1 << 3

	ringSQOverflow = 1 << 1 // completions are waiting in the kernel's own list
	ringSQTaskrun  = 1 << 2 // this thread has completion work to do
)

// Opcode says what a submission queue entry asks for.
type Opcode uint8

// The operations used.
const (
	RingOpReadV       Opcode = 1
	RingOpWriteV      Opcode = 2
	RingOpFsync       Opcode = 3
	RingOpPollAdd     Opcode = 6
	RingOpSendMsg     Opcode = 9
	RingOpRecvMsg     Opcode = 10
	RingOpAccept      Opcode = 13
	RingOpAsyncCancel Opcode = 14
	RingOpConnect     Opcode = 16
	RingOpOpenAt      Opcode = 18
	RingOpStatx       Opcode = 21
	RingOpRead        Opcode = 22
	RingOpWrite       Opcode = 23
	RingOpSend        Opcode = 26
	RingOpRecv        Opcode = 27
	RingOpMsgRing     Opcode = 40
	RingOpSocket      Opcode = 45
	RingOpSendZC      Opcode = 47
)

// Flags of a submission queue entry.
const (
	SQESkipSuccess = 1 << 6 // no completion unless it fails

	SQESendVectorized = 1 << 5 // in Ioprio of send: the address is that of iovecs

	SQEPollFirst = 1 << 0 // in Ioprio of send and receive: wait before the first try
)

// RingFsyncData in the OpFlags of a sync leaves out metadata that is not needed to read
// the data back.
const RingFsyncData = 1 << 0

// SQE is a submission queue entry, 64 bytes.
//
//	 0 opcode  1 flags  2 ioprio  4 fd
//	 8 off     (accept: address of the length; connect: length; statx: address of the result)
//	16 addr    (buffer, msghdr, sockaddr, name, or the user data to cancel)
//	24 len     (open: mode; statx: mask) 28 operation's flags
//	32 user data
//	40 not used here, zero
type SQE struct {
	Opcode   Opcode
	Flags    uint8
	Ioprio   uint16
	FD       int32
	Off      uint64
	Addr     uint64
	Len      uint32
	OpFlags  uint32
	UserData uint64
	_        [24]byte
}

// CQE is a completion queue entry, 16 bytes. Res is a count, a descriptor, or
// a negated errno.
type CQE struct {
	UserData uint64
	Res      int32
	Flags    uint32
}

// RingParams is struct io_uring_params.
type RingParams struct {
	SQEntries    uint32
	CQEntries    uint32
	Flags        uint32
	SQThreadCPU  uint32
	SQThreadIdle uint32
	Features     uint32
	WQFD         uint32
	_            [3]uint32
	SQOff        RingOffsets
	CQOff        RingOffsets
}

// RingOffsets are io_sqring_offsets and io_cqring_offsets: the places of a
// queue's fields in its mapping. The two differ after the fourth field.
type RingOffsets struct {
	Head, Tail, Mask, Entries uint32
	A, B, C                   uint32 // sq: flags, dropped, array; cq: overflow, cqes, flags
	_                         uint32
	_                         uint64
}

// Where to map what.
const (
	ringOffSQ   = 0
	ringOffCQ   = 0x8000000
	ringOffSQEs = 0x10000000
)

// What io_uring_register is asked for, and the descriptor where that concerns no
// ring of the caller's.
const (
	ringRegisterProbe   = 8
	ringRegisterSendMsg = 31

	noRing = ^uintptr(0)
)

// ringProbe is struct io_uring_probe with room for every opcode there can be.
type ringProbe struct {
	LastOp uint8
	OpsLen uint8
	_      uint16
	_      [3]uint32
	Ops    [256]struct {
		Op    uint8
		_     uint8
		Flags uint16
		_     uint32
	}
}

// POLLIN and POLLOUT as an entry has them: a 32-bit word in the order of the
// machine, except that big-endian ones swap its halves.
var (
	RingPollIn  = pollWord(unix.POLLIN)
	RingPollOut = pollWord(unix.POLLOUT)
)

func pollWord(events uint32) uint32 {
	if binary.NativeEndian.Uint16([]byte{0, 1}) == 1 {
		return events<<16 | events>>16
	}
	return events
}

const ringOpSupported = 1 << 0

// ringWaitArg is struct io_uring_getevents_arg.
type ringWaitArg struct {
	Sigmask     uint64
	SigmaskSize uint32
	MinWait     uint32 // microseconds
	Timeout     uint64 // address of a ringTimespec
}

// ringTimespec is struct __kernel_timespec: 64 bits each, also where a
// unix.Timespec has 32.
type ringTimespec struct{ Sec, Nsec int64 }

// The kernel's sizes: a mistake above does not compile.
var (
	_ [64]byte  = [unsafe.Sizeof(SQE{})]byte{}
	_ [16]byte  = [unsafe.Sizeof(CQE{})]byte{}
	_ [120]byte = [unsafe.Sizeof(RingParams{})]byte{}
	_ [24]byte  = [unsafe.Sizeof(ringWaitArg{})]byte{}
	_ [16]byte  = [unsafe.Sizeof(ringTimespec{})]byte{}
)
