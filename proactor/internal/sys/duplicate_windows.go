package sys

import (
	"os"
	"syscall"
)

// duplicate returns the regular file of old with a handle of its own. The system does
// not say whether old was opened with O_APPEND, so writes go to the given offset.
func duplicate(old uintptr) (File, error) {
	own, err := duplicateHandle(old)
	if err != nil {
		return File{}, err
	}
	return File{f: os.NewFile(uintptr(own), "duplicate")}, nil
}

// duplicateHandle returns another handle for the object of old.
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
