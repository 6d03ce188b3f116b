package backend

import "golang.org/x/sys/windows"

const rawAddressSize = 256

// OpSys is the memory that the system reads or writes while an operation is
// outstanding. Parts that most operations do not need are allocated at first use.
type OpSys struct {
	Overlapped windows.Overlapped // first field: a completion port returns its address
	Op         *Op                // the operation that this belongs to
	Queue      any                // the backend's queue whose head the operation is
	Addr       *RawAddress        // accept, connect
	Vec        *RawVector         // scatter and gather
	Fd         int32              // accept, connect: the socket that becomes the stream
	Flags      uint32             // of a read; for an accept, the number of bytes received
}

// RawVector grows to the size that an operation needs, and keeps it.
type RawVector struct {
	Bufs []windows.WSABuf
}

// Vector returns the operation's raw vector, allocated at first use.
func (s *OpSys) Vector() *RawVector {
	if s.Vec == nil {
		s.Vec = new(RawVector)
	}
	return s.Vec
}
