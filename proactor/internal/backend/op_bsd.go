//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package backend

const rawAddressSize = 128

// OpSys is the memory that the kernel reads or writes while an operation is
// outstanding. Parts that most operations do not need are allocated at first use.
type OpSys struct {
	Addr *RawAddress // accept, connect
	Fd   int32       // connect: the socket being connected
}
