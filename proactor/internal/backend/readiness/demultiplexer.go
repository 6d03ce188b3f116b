//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package readiness

import (
	"time"

	"golang.org/x/sys/unix"
)

// Demultiplexer tells which descriptors have become ready: epoll, kqueue.
//
// It tells edges: that something has become possible since it was last told of.
// What is possible when a descriptor is added counts. An edge is a hint, and
// one too many does no harm; one too few leaves an operation waiting for ever.
//
// Poll and Sleep are called by one goroutine at a time, Add and Remove under a
// lock of the backend's, Wake by any, also after Close. None of them blocks but
// Sleep.
type Demultiplexer interface {
	// Add watches a descriptor in both directions until it is removed or closed. Its
	// edges carry token.
	Add(fd int, token Token) unix.Errno
	// Remove ends the watching of a descriptor, which stays open.
	Remove(fd int)
	// Poll takes edges, without waiting, and returns how many it has put into e. If e
	// is full there may be more, for the next Poll.
	Poll(e *Edges) int
	// Sleep waits until Poll has something to tell, until the backend's clock reaches
	// deadline (backend.NoDeadline: for as long as it takes), or until Wake. It may
	// return without a reason. It asks the backend's ready first, and at will later on:
	// true says that there is a reason not to sleep, false that there is none and that
	// it has called Poll, and again for as long as e was full: an edge that Poll has
	// left behind need not end the sleep.
	//
	// No reason may be lost: Sleep says that it sleeps, then asks ready; Wake is called
	// when the reason is there, and then looks whether anybody sleeps.
	Sleep(deadline time.Duration)
	// Wake ends the Sleep in progress. It costs next to nothing when there is none:
	// it is called for each operation that has completed.
	Wake()
	// Close gives back what the demultiplexer has of the system.
	Close() error
}

// Opener makes a demultiplexer whose deadlines are counted from begun.
type Opener func(begun time.Time, ready func() bool) (Demultiplexer, error)

// Token says whose descriptor it is.
type Token uint64

// Edge says what has become possible, and on what.
type Edge struct {
	Token Token
	Flags Flags
}

// Edges is where a demultiplexer writes them.
type Edges [128]Edge

// Flags say what has become possible.
type Flags uint8

const (
	Readable Flags = 1 << iota
	Writable
	// Hangup concerns both directions: the other end has closed, or there was an
	// error. No edge may come any more.
	Hangup
)
