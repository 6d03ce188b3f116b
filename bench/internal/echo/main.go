// Package echo is what the echo servers written in Go share:
//
//	PROGRAM serve tcp://HOST:PORT
//
// prints "listening" once it does, and runs until it is killed. On SIGUSR1 it
// collects its garbage and prints the memory in use: "memory: heap 123 B, stacks 456 B".
package echo

import (
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
)

// BufferSize is the size of each server's reads: requests of up to 4 KiB come in one
// piece.
const BufferSize = 4 << 10

const (
	failedCode = 1
	usageCode  = 2
)

// Main serves where the command line says and ends the process. serve calls
// Listening when clients may connect.
func Main(line []string, serve func(address string) error) {
	address, err := parse(line)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(usageCode)
	}
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGUSR1) // before the runner can send it
	go reportMemory(asked)
	if err := serve(address); err != nil {
		fmt.Fprintln(os.Stderr, "echo server:", err)
		os.Exit(failedCode)
	}
}

// Listening notifies the runner.
func Listening() { fmt.Println("listening") }

func parse(line []string) (address string, err error) {
	if len(line) != 2 || line[0] != "serve" {
		return "", fmt.Errorf("arguments %q: usage: PROGRAM serve tcp://HOST:PORT", line)
	}
	address, ok := strings.CutPrefix(line[1], "tcp://")
	if !ok {
		return "", fmt.Errorf("the endpoint must be tcp://HOST:PORT, not %q", line[1])
	}
	return address, nil
}

func reportMemory(asked <-chan os.Signal) {
	for range asked {
		runtime.GC()
		runtime.GC() // also what pools have kept from the first
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		fmt.Printf("memory: heap %d B, stacks %d B\n", m.HeapInuse, m.StackInuse)
	}
}
