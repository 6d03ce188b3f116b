package backend

import "golang.org/x/sys/unix"

const rawAddressSize = 128

// OpSys is the memory that the kernel reads or writes while an operation is
// outstanding. Parts that most operations do not need are allocated at first use.
type OpSys struct {
	Addr *RawAddress // accept, connect
	Vec  *RawVector  // io_uring: scatter and gather
	Slot uint32      // the backend's number for the operation while it is outstanding
	Fd   int32       // connect: the socket being connected
}

// RawVector grows to the size that an operation needs, and keeps it.
type RawVector struct {
	Iov []unix.Iovec
	Msg unix.Msghdr
}

// Vector returns the operation's raw vector, allocated at first use.
func (s *OpSys) Vector() *RawVector {
	if s.Vec == nil {
		s.Vec = new(RawVector)
	}
	return s.Vec
}

// StatSys is the struct that the kernel fills for a stat.
type StatSys = unix.Statx_t
