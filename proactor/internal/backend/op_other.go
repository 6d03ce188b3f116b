//go:build !linux && !windows && !darwin && !dragonfly && !freebsd && !netbsd && !openbsd

package backend

// OpSys is the memory in which a backend lays out what the kernel reads while
// an operation is in flight.
type OpSys struct{}

// StatSys is nothing where package os is asked about a file.
type StatSys struct{}
