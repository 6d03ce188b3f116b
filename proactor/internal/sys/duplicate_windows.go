package sys

import (
	"os"
	"syscall"
)

// duplicate is a handle of its own for the regular file that old is open on.
// Whether that was opened with O_APPEND cannot be known: such a file is written
// at the offset that is given.
func duplicate(old uintptr) (File, error) {
	own, err := duplicateHandle(old)
	if err != nil {
		return File{}, err
	}
	return File{f: os.NewFile(uintptr(own), "duplicate")}, nil
}

// duplicateHandle is another handle for what old stands for.
func duplicateHandle(old uintptr) (int, error) {
	p, err := syscall.GetCurrentProcess()
	if err != nil {
		return -1, os.NewSyscallError("GetCurrentProcess", err)
	}
	var own syscall.Handle
	err = syscall.DuplicateHandle(p, syscall.Handle(old), p, &own, 0, false, syscall.DUPLICATE_SAME_ACCESS)
	if err != nil {
		return -1, os.NewSyscallError("DuplicateHandle", err)
	}
	return int(own), nil
}
