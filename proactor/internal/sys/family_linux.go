package sys

import (
	"encoding/binary"
	"net"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The constants of this system for address.go.
const (
	familyInet    = unix.AF_INET
	familyInet6   = unix.AF_INET6
	abstractNames = true // Unix sockets may have names that begin with a 0
	familyUnix    = unix.AF_UNIX
	sizeInet4     = unix.SizeofSockaddrInet4
	sizeInet6     = unix.SizeofSockaddrInet6
	maxPath       = len(unix.RawSockaddrUnix{}.Path)
)

func setFamily(a *Address, family uint16) { binary.NativeEndian.PutUint16(a.Bytes[:], family) }
func familyOf(a *Address) uint16          { return binary.NativeEndian.Uint16(a.Bytes[:]) }

// LocalAddr is the address of this end of a socket; nil if it has none.
func LocalAddr(fd int) net.Addr { return nameOf(unix.SYS_GETSOCKNAME, fd) }

// RemoteAddr is the address of the other end of a socket; nil if it has none.
func RemoteAddr(fd int) net.Addr { return nameOf(unix.SYS_GETPEERNAME, fd) }

func nameOf(call uintptr, fd int) net.Addr {
	a := new(Address)
	a.Len = uint32(len(a.Bytes))
	_, _, errno := unix.RawSyscall(call, uintptr(fd), uintptr(unsafe.Pointer(&a.Bytes)), uintptr(unsafe.Pointer(&a.Len)))
	if errno != 0 {
		return nil
	}
	return DecodeAddress(a)
}
