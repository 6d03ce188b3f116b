package backend

import "golang.org/x/sys/unix"

// OpSys is the memory in which a backend lays out what the kernel reads while
// an operation is in flight. What most operations do not need is made at first
// use.
type OpSys struct {
	Addr *RawAddress // accept, connect
	Vec  *RawVector  // io_uring: scatter and gather
	Slot uint32      // the backend's number for the operation while it is in flight
	Fd   int32       // connect: the socket being connected
}

// RawAddress is a socket address as the kernel lays it out.
type RawAddress struct {
	Bytes [128]byte
	Len   uint32 // how much of Bytes is used, or may be
}

// RawVector grows to what the operation needs and stays.
type RawVector struct {
	Iov []unix.Iovec
	Msg unix.Msghdr
}

// Address is where the operation's raw address lies.
func (s *OpSys) Address() *RawAddress {
	if s.Addr == nil {
		s.Addr = new(RawAddress)
	}
	return s.Addr
}

// Vector is where the operation's raw vector lies.
func (s *OpSys) Vector() *RawVector {
	if s.Vec == nil {
		s.Vec = new(RawVector)
	}
	return s.Vec
}

// StatSys is what the kernel writes when a file is asked about.
type StatSys = unix.Statx_t
