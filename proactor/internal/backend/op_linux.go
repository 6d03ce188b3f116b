package backend

import "golang.org/x/sys/unix"

// OpSys is the memory in which a backend lays out what the kernel reads while
// an operation is in flight. It grows to what the operation needs and stays.
type OpSys struct {
	Iov  []unix.Iovec // scatter and gather
	Msg  unix.Msghdr  // io_uring sendmsg and recvmsg
	Addr [128]byte    // connect: the raw socket address
	Len  uint32       // connect: how much of Addr is used
	Slot uint32       // the backend's number for the operation while it is in flight
	Fd   int          // connect: the socket being connected
}
