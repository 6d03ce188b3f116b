//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows

package backend

// RawAddress is a socket address in the system's layout; on Windows there may be two.
type RawAddress struct {
	Bytes [rawAddressSize]byte
	Len   uint32 // number of bytes of Bytes in use, or available to the system
}

// Address returns the operation's raw address, allocated at first use.
func (s *OpSys) Address() *RawAddress {
	if s.Addr == nil {
		s.Addr = new(RawAddress)
	}
	return s.Addr
}
