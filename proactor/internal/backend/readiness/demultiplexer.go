//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package readiness

import (
	"time"

	"golang.org/x/sys/unix"
)

// Demultiplexer reports which descriptors have become ready: epoll, kqueue.
//
// It reports edges: that something has become possible since the last report. What is
// possible when a descriptor is added counts as an edge. An edge is a hint: an extra
// one does no harm, a missing one leaves an operation waiting forever.
//
// Poll and Sleep are called by one goroutine at a time, Add and Remove under a
// lock of the backend's, Wake by any goroutine, also after Close. Only Sleep blocks.
type Demultiplexer interface {
	// Add watches a descriptor in both directions until it is removed or closed. Its
	// edges carry token.
	Add(fd int, token Token) unix.Errno
	// Remove stops watching a descriptor, which stays open.
	Remove(fd int)
	// Poll takes edges, without waiting, and returns how many it has put into e. If e
	// is full there may be more, for the next Poll.
	Poll(e *Edges) int
	// Sleep waits until Poll has edges to take, until the backend's clock reaches
	// deadline (backend.NoDeadline: forever), or until Wake. It may return without a
	// reason. It calls the backend's ready first, and may call it again later. True
	// means that there is a reason not to sleep. False means that there is none, and
	// that ready has called Poll until e was not full: an edge that Poll left behind
	// need not end the sleep.
	//
	// No reason may be lost. Sleep declares that it sleeps, then calls ready. The
	// caller of Wake publishes the reason first, and Wake then checks whether a
	// goroutine sleeps.
	Sleep(deadline time.Duration)
	// Wake ends the Sleep in progress. It is cheap when there is none, because it is
	// called for each operation that has completed.
	Wake()
	// Close releases the demultiplexer's descriptors.
	Close() error
}

// Opener makes a demultiplexer whose deadlines count from begun.
type Opener func(begun time.Time, ready func() bool) (Demultiplexer, error)

// Token identifies the handle of a descriptor.
type Token uint64

// Edge says what has become possible, and on which handle.
type Edge struct {
	Token Token
	Flags Flags
}

// Edges is the buffer into which a demultiplexer writes edges.
type Edges [128]Edge

// Flags say what has become possible.
type Flags uint8

const (
	Readable Flags = 1 << iota
	Writable
	// Hangup concerns both directions: the other end has closed, or there was an
	// error. There may be no further edge.
	Hangup
)
