// Package echo is what the echo servers written in Go share:
//
//	PROGRAM serve tcp://HOST:PORT
//
// prints "listening" once it does, and runs until it is killed. On SIGUSR1 it prints its
// memory (package memory).
package echo

import (
	"fmt"
	"os"
	"strings"

	"github.com/actum-go/actum/bench/internal/memory"
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
	memory.ReportOnSignal() // before the runner can ask
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
