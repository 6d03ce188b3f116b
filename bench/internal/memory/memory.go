// Package memory lets the runner ask a measured program written in Go for its memory.
package memory

import (
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"syscall"
)

// ReportOnSignal makes the program collect its garbage on SIGUSR1 and print the memory
// in use: "memory: heap 123 B, stacks 456 B". Once it has returned the signal may come.
func ReportOnSignal() {
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGUSR1)
	go report(asked)
}

func report(asked <-chan os.Signal) {
	for range asked {
		runtime.GC()
		runtime.GC() // also what pools have kept from the first
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		fmt.Printf("memory: heap %d B, stacks %d B\n", m.HeapInuse, m.StackInuse)
	}
}
