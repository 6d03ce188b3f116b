//go:build unix

package perf

import (
	"fmt"
	"syscall"
	"time"
)

// cpuLine is the CPU time of this process, all threads, since it started.
func cpuLine() string {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return "cpu: unknown: getrusage: " + err.Error()
	}
	return fmt.Sprintf("cpu: user %.3f s, system %.3f s",
		time.Duration(u.Utime.Nano()).Seconds(), time.Duration(u.Stime.Nano()).Seconds())
}
