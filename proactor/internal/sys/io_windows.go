package sys

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// Sockets of Windows are numbers too, and everything here that is said to
// return at once does so on those that went through NeverBlock. The calls are
// made by address: the wrappers of package windows put each error number on the
// heap, also that of a call that would have to wait.

var (
	winsock     = windows.NewLazySystemDLL("ws2_32.dll")
	procWSARecv = winsock.NewProc("WSARecv")
	procWSASend = winsock.NewProc("WSASend")
)

// fionbio is FIONBIO of winsock2.h.
const fionbio = 0x8004667e

// NeverBlock makes calls without an OVERLAPPED return at once. Those with one,
// such as package net's, do so anyway.
func NeverBlock(fd int) error { return block(uintptr(fd), false) }

// maxTransfer is the most that one call moves: longer ones are short.
const maxTransfer = 1 << 30

// Recv reads what is there into b: 0 bytes are the end of the stream, unless b
// is empty; WSAEWOULDBLOCK is nothing yet.
func Recv(fd int, b []byte) (int, syscall.Errno) {
	if len(b) == 0 {
		return 0, 0
	}
	buf := bufferOf(b)
	return recv(fd, &buf, 1)
}

// Send writes what there is room for of b; WSAEWOULDBLOCK if there is none.
func Send(fd int, b []byte) (int, syscall.Errno) {
	if len(b) == 0 {
		return 0, 0
	}
	buf := bufferOf(b)
	return send(fd, &buf, 1)
}

func bufferOf(b []byte) windows.WSABuf {
	return windows.WSABuf{Len: uint32(min(len(b), maxTransfer)), Buf: unsafe.SliceData(b)}
}

func recv(fd int, bufs *windows.WSABuf, n int) (int, syscall.Errno) {
	var moved, flags uint32
	failed, _, errno := syscall.SyscallN(procWSARecv.Addr(), uintptr(fd), uintptr(unsafe.Pointer(bufs)), uintptr(n),
		uintptr(unsafe.Pointer(&moved)), uintptr(unsafe.Pointer(&flags)), 0, 0)
	if failed != 0 {
		return 0, errno
	}
	return int(moved), 0
}

func send(fd int, bufs *windows.WSABuf, n int) (int, syscall.Errno) {
	var moved uint32
	failed, _, errno := syscall.SyscallN(procWSASend.Addr(), uintptr(fd), uintptr(unsafe.Pointer(bufs)), uintptr(n),
		uintptr(unsafe.Pointer(&moved)), 0, 0, 0)
	if failed != 0 {
		return 0, errno
	}
	return int(moved), 0
}

// errWouldBlock is what Read and Write answer most often, made once.
var errWouldBlock error = windows.WSAEWOULDBLOCK

// Read is Recv for package net's connections.
func Read(fd int, b []byte) (int, error) {
	n, errno := Recv(fd, b)
	return n, asError(errno)
}

// Write is Send for package net's connections.
func Write(fd int, b []byte) (int, error) {
	n, errno := Send(fd, b)
	return n, asError(errno)
}

func asError(errno syscall.Errno) error {
	switch errno {
	case 0:
		return nil
	case windows.WSAEWOULDBLOCK:
		return errWouldBlock
	}
	return errno
}

// WouldBlock reports whether err says that the call has to be made again later.
func WouldBlock(err error) bool { return err == errWouldBlock }
