//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package backend

// OpSys is the memory in which a backend lays out what the kernel reads while
// an operation is in flight. What most operations do not need is made at first
// use.
type OpSys struct {
	Addr *RawAddress // accept, connect
	Fd   int32       // connect: the socket being connected
}

// RawAddress is a socket address as the kernel lays it out.
type RawAddress struct {
	Bytes [128]byte
	Len   uint32 // how much of Bytes is used, or may be
}

// Address is where the operation's raw address lies.
func (s *OpSys) Address() *RawAddress {
	if s.Addr == nil {
		s.Addr = new(RawAddress)
	}
	return s.Addr
}

// StatSys is nothing where package os is asked about a file.
type StatSys struct{}
