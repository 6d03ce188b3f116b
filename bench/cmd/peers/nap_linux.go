package main

import (
	"syscall"
	"time"
)

// nap sleeps as precisely as a program in C does, which keeps the thread: Go's timers
// are up to a millisecond late.
func nap(d time.Duration) {
	t := syscall.NsecToTimespec(int64(d))
	_ = syscall.Nanosleep(&t, nil)
}
