package sys

import (
	"fmt"
	"math/rand/v2"
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// A pipe that can be waited for needs a name on this system: anonymous pipes have no
// overlapped I/O.

// PipeSize is how many bytes a pipe holds.
const PipeSize = 64 << 10

// MakePipe makes the two ends of a pipe that is read at r and written at w. Its
// name is unique.
func MakePipe() (r, w int, err error) {
	name, err := windows.UTF16PtrFromString(fmt.Sprintf(`\\.\pipe\actum-%d-%016x`, os.Getpid(), rand.Uint64()))
	if err != nil {
		return -1, -1, err
	}
	in, err := windows.CreateNamedPipe(name,
		windows.PIPE_ACCESS_INBOUND|windows.FILE_FLAG_OVERLAPPED|windows.FILE_FLAG_FIRST_PIPE_INSTANCE,
		windows.PIPE_TYPE_BYTE|windows.PIPE_REJECT_REMOTE_CLIENTS, 1, PipeSize, PipeSize, 0, nil)
	if err != nil {
		return -1, -1, os.NewSyscallError("CreateNamedPipe", err)
	}
	out, err := windows.CreateFile(name, windows.GENERIC_WRITE, 0, nil, windows.OPEN_EXISTING,
		windows.FILE_FLAG_OVERLAPPED|windows.SECURITY_SQOS_PRESENT|windows.SECURITY_ANONYMOUS, 0)
	if err != nil {
		windows.CloseHandle(in)
		return -1, -1, os.NewSyscallError("CreateFile", err)
	}
	return int(in), int(out), nil
}

// ClosePipe closes an end of a pipe. Operations in flight still come out of the port.
func ClosePipe(fd int) { _ = windows.CloseHandle(windows.Handle(fd)) } // it is closed also after an error

var (
	procReadFile  = kernel.NewProc("ReadFile")
	procWriteFile = kernel.NewProc("WriteFile")
	procPeekPipe  = kernel.NewProc("PeekNamedPipe")
	procPipeDone  = kernel.NewProc("GetOverlappedResult")
)

// StartReadPipe begins to read into b. If b is empty it waits for
// bytes or the end of the pipe, and leaves the bytes there.
func StartReadPipe(fd int, s *backend.OpSys, b []byte) syscall.Errno {
	return startPipe(procReadFile, fd, s, b)
}

// StartWritePipe begins to write b. A cancelled write has written all or nothing, unless
// a reader was reading at that moment.
func StartWritePipe(fd int, s *backend.OpSys, b []byte) syscall.Errno {
	return startPipe(procWriteFile, fd, s, b)
}

func startPipe(call *windows.LazyProc, fd int, s *backend.OpSys, b []byte) syscall.Errno {
	ok, _, errno := syscall.SyscallN(call.Addr(), uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(min(len(b), PipeSize)),
		0, prepareOverlapped(s))
	return outcome(ok != 0, pipeError(errno))
}

// PipeResult is Result for a pipe.
func PipeResult(fd int, s *backend.OpSys) (int, syscall.Errno) {
	var n uint32
	ok, _, errno := syscall.SyscallN(procPipeDone.Addr(), uintptr(fd), uintptr(unsafe.Pointer(&s.Overlapped)),
		uintptr(unsafe.Pointer(&n)), 0)
	return int(n), outcome(ok != 0, pipeError(errno))
}

// PipeEnded is the error of a read at the end of a pipe, and of a write to a pipe without
// a reader. The system has three numbers for that.
const PipeEnded = backend.ENOREADER

func pipeError(errno syscall.Errno) syscall.Errno {
	if errno == windows.ERROR_BROKEN_PIPE || errno == windows.ERROR_PIPE_NOT_CONNECTED {
		return PipeEnded
	}
	return errno
}

// ReadPipe reads what is there into b without waiting: 0 bytes are the end of the
// pipe, unless b is empty. WSAEWOULDBLOCK means that there is nothing yet. The pipe has
// one reader.
func ReadPipe(fd int, b []byte) (int, syscall.Errno) {
	n, errno := pipeBytes(fd)
	switch {
	case errno == PipeEnded || errno == 0 && len(b) == 0:
		return 0, 0
	case errno == 0 && n == 0:
		return 0, windows.WSAEWOULDBLOCK
	case errno != 0:
		return 0, errno
	}
	return pipeNow(procReadFile, fd, b[:min(n, len(b))])
}

// WritePipe writes as many bytes of b as there is room for, without waiting;
// WSAEWOULDBLOCK if the system does not report any. The pipe has one writer.
func WritePipe(fd int, b []byte) (int, syscall.Errno) {
	n := min(pipeRoom(fd), len(b))
	if n == 0 && len(b) > 0 {
		return 0, windows.WSAEWOULDBLOCK
	}
	return pipeNow(procWriteFile, fd, b[:n])
}

// pipeNow reads or writes without waiting. If the call waits all the same, because
// another process was faster, it is cancelled.
func pipeNow(call *windows.LazyProc, fd int, b []byte) (int, syscall.Errno) {
	o := new(windows.Overlapped) // not on the stack, which moves
	ok, _, errno := syscall.SyscallN(call.Addr(), uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)),
		0, uintptr(unsafe.Pointer(o)))
	if ok == 0 && errno != windows.ERROR_IO_PENDING {
		return 0, pipeError(errno)
	}
	if ok == 0 {
		_ = windows.CancelIoEx(windows.Handle(fd), o) // not found: it has ended
	}
	var n uint32
	err := windows.GetOverlappedResult(windows.Handle(fd), o, &n, true)
	switch {
	case err == windows.ERROR_OPERATION_ABORTED:
		return 0, windows.WSAEWOULDBLOCK
	case err != nil:
		errno, _ = err.(syscall.Errno)
		return 0, pipeError(errno)
	}
	return int(n), 0
}

// pipeBytes returns how many bytes can be read from a pipe at once.
func pipeBytes(fd int) (int, syscall.Errno) {
	var n uint32
	ok, _, errno := syscall.SyscallN(procPeekPipe.Addr(), uintptr(fd), 0, 0, 0, uintptr(unsafe.Pointer(&n)), 0)
	return int(n), outcome(ok != 0, pipeError(errno))
}

// pipeRoom returns how many bytes can be written to a pipe at once. The system reports
// too few while a reader waits, and wine reports none.
func pipeRoom(fd int) int {
	var is struct { // FILE_PIPE_LOCAL_INFORMATION of the driver kit
		_                           [7]uint32
		WriteQuota, State, WhichEnd uint32
	}
	const filePipeLocalInformation = 24
	err := windows.NtQueryInformationFile(windows.Handle(fd), new(windows.IO_STATUS_BLOCK), (*byte)(unsafe.Pointer(&is)),
		uint32(unsafe.Sizeof(is)), filePipeLocalInformation)
	if err != nil {
		return 0
	}
	return int(is.WriteQuota)
}
