//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package backend

// OpSys is the memory that the kernel reads or writes while an operation is
// outstanding. Parts that most operations do not need are allocated at first use.
type OpSys struct {
	Addr *RawAddress // accept, connect
	Fd   int32       // connect: the socket being connected
}

// RawAddress is a socket address in the kernel's layout.
type RawAddress struct {
	Bytes [128]byte
	Len   uint32 // number of bytes of Bytes in use, or available to the kernel
}

// Address returns the operation's raw address, allocated at first use.
func (s *OpSys) Address() *RawAddress {
	if s.Addr == nil {
		s.Addr = new(RawAddress)
	}
	return s.Addr
}

// StatSys is empty on systems where package os carries out a stat.
type StatSys struct{}
