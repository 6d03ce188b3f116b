package sys

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// As on other systems, an int holds the socket's descriptor. NeverBlock must have been
// called for it: then no call here waits. The calls do not use the wrappers of package
// windows, because these allocate an error for each error number, and WSAEWOULDBLOCK is
// frequent.

var (
	winsock     = windows.NewLazySystemDLL("ws2_32.dll")
	procWSARecv = winsock.NewProc("WSARecv")
	procWSASend = winsock.NewProc("WSASend")
)

// fionbio is FIONBIO of winsock2.h.
const fionbio = 0x8004667e

// NeverBlock makes a socket non-blocking. Calls with an OVERLAPPED, such as those of
// package net, are not affected: they return at once on any socket.
func NeverBlock(fd int) error { return setBlocking(uintptr(fd), false) }

// maxTransfer is the largest number of bytes that one call moves. A call for more moves
// only that number.
const maxTransfer = 1 << 30

// Recv reads the bytes that have arrived into b. 0 bytes without an error are the end of
// the stream, unless b is empty. WSAEWOULDBLOCK means that nothing has arrived.
func Recv(fd int, b []byte) (int, syscall.Errno) {
	if len(b) == 0 {
		return 0, 0
	}
	buf := bufferOf(b)
	return recv(fd, &buf, 1)
}

// Send writes as many bytes of b as the socket's buffer has room for. WSAEWOULDBLOCK
// means that it has none.
func Send(fd int, b []byte) (int, syscall.Errno) {
	if len(b) == 0 {
		return 0, 0
	}
	buf := bufferOf(b)
	return send(fd, &buf, 1)
}

// bufferOf describes b for Winsock.
func bufferOf(b []byte) windows.WSABuf {
	return windows.WSABuf{Len: uint32(min(len(b), maxTransfer)), Buf: unsafe.SliceData(b)}
}

func recv(fd int, bufs *windows.WSABuf, count int) (int, syscall.Errno) {
	var moved, flags uint32
	failed, _, errno := syscall.SyscallN(procWSARecv.Addr(), uintptr(fd), uintptr(unsafe.Pointer(bufs)), uintptr(count),
		uintptr(unsafe.Pointer(&moved)), uintptr(unsafe.Pointer(&flags)), 0, 0)
	if failed != 0 {
		return 0, errno
	}
	return int(moved), 0
}

func send(fd int, bufs *windows.WSABuf, count int) (int, syscall.Errno) {
	var moved uint32
	failed, _, errno := syscall.SyscallN(procWSASend.Addr(), uintptr(fd), uintptr(unsafe.Pointer(bufs)), uintptr(count),
		uintptr(unsafe.Pointer(&moved)), 0, 0, 0)
	if failed != 0 {
		return 0, errno
	}
	return int(moved), 0
}

// errWouldBlock is allocated once, because it is the most frequent error of Read and
// Write.
var errWouldBlock error = windows.WSAEWOULDBLOCK

// Read is Recv that returns an error instead of an error number. The goroutine backend,
// whose connections are package net's, calls it.
func Read(fd int, b []byte) (int, error) {
	n, errno := Recv(fd, b)
	return n, asError(errno)
}

// Write is Send that returns an error instead of an error number.
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
