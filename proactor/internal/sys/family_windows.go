package sys

import (
	"encoding/binary"
	"net"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// The constants of this system for address.go.
const (
	familyInet    = windows.AF_INET
	familyInet6   = windows.AF_INET6
	abstractNames = true // Unix sockets may have names that begin with a 0
	familyUnix    = windows.AF_UNIX
	sizeInet4     = uint32(unsafe.Sizeof(windows.RawSockaddrInet4{}))
	sizeInet6     = uint32(unsafe.Sizeof(windows.RawSockaddrInet6{}))
	maxPath       = len(windows.RawSockaddrUnix{}.Path)
)

func setFamily(a *Address, family uint16) { binary.NativeEndian.PutUint16(a.Bytes[:], family) }
func familyOf(a *Address) uint16          { return binary.NativeEndian.Uint16(a.Bytes[:]) }

var (
	procGetsockname = winsock.NewProc("getsockname")
	procGetpeername = winsock.NewProc("getpeername")
)

// LocalAddr is the address of this end of a socket; nil if it has none.
func LocalAddr(fd int) net.Addr { return nameOf(procGetsockname, fd) }

// RemoteAddr is the address of the other end of a socket; nil if it has none.
func RemoteAddr(fd int) net.Addr { return nameOf(procGetpeername, fd) }

func nameOf(call *windows.LazyProc, fd int) net.Addr {
	a := new(Address)
	a.Len = uint32(len(a.Bytes))
	failed, _, _ := syscall.SyscallN(call.Addr(), uintptr(fd), uintptr(unsafe.Pointer(&a.Bytes)), uintptr(unsafe.Pointer(&a.Len)))
	if failed != 0 {
		return nil
	}
	return DecodeAddress(a)
}
