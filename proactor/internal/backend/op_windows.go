package backend

import "golang.org/x/sys/windows"

// OpSys is the memory in which a backend lays out what the system reads and
// writes while an operation is in flight. What most operations do not need is
// made at first use.
type OpSys struct {
	Overlapped windows.Overlapped // first: a completion port gives its address back
	Op         *Op                // the operation that this belongs to
	Lane       any                // the backend's queue that the operation is the head of
	Addr       *RawAddress        // accept, connect
	Vec        *RawVector         // scatter and gather
	Fd         int32              // accept, connect: the socket that becomes the stream
	Flags      uint32             // of a read; what an accept has received
}

// RawAddress is a socket address as the system lays it out, or two of them.
type RawAddress struct {
	Bytes [256]byte
	Len   uint32 // how much of Bytes is used, or may be
}

// RawVector grows to what the operation needs and stays.
type RawVector struct {
	Bufs []windows.WSABuf
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

// StatSys is nothing where package os is asked about a file.
type StatSys struct{}
