package sys

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// Sockets are numbers on Windows too. The calls here return at once on sockets that
// went through NeverBlock. They are made by address, because the wrappers of package
// windows allocate each error number, also that of a call that would have to wait.

var (
	winsock     = windows.NewLazySystemDLL("ws2_32.dll")
	procWSARecv = winsock.NewProc("WSARecv")
	procWSASend = winsock.NewProc("WSASend")
)

// fionbio is FIONBIO of winsock2.h.
const fionbio = 0x8004667e

// NeverBlock makes calls without an OVERLAPPED return at once. Calls with one, such as
// those of package net, return at once anyway.
func NeverBlock(fd int) error { return setBlocking(uintptr(fd), false) }

// maxTransfer is the most that one call moves. A longer call moves less than it was
// asked for.
const maxTransfer = 1 << 30

// Recv reads what is there into b: 0 bytes are the end of the stream, unless b
// is empty. WSAEWOULDBLOCK means that there is nothing yet.
func Recv(fd int, b []byte) (int, syscall.Errno) {
	if len(b) == 0 {
		return 0, 0
	}
	buf := bufferOf(b)
	return recv(fd, &buf, 1)
}

// Send writes as many bytes of b as there is room for; WSAEWOULDBLOCK if there is none.
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

// errWouldBlock is the most frequent error of Read and Write, allocated once.
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

// WouldBlock reports whether err means that the call must be made again later.
func WouldBlock(err error) bool { return err == errWouldBlock }
