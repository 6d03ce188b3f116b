// Package skeleton has the parts that backends share. A backend adds how its system
// carries an operation out.
//
//   - [Base] has the clock, the files, and what Wait knows about wakes. [Core] is a Base
//     with the completed operations, the open handles and the connects in progress, and
//     cancels them.
//   - [Handles] makes handles: sockets, pipes, terminals.
//   - [Descriptor] is what a handle operates on. It has the addresses, the calls that do
//     not wait, and the forms of errors.
//   - [Queue] and [Side] are one direction of a handle: cancelling, waiting for the buffer
//     of a pool. [Closing] closes a handle once, or hands it over.
//   - [Channel] is where Wait blocks if goroutines complete everything.
//
// The parts call a backend only to cancel, to close, or to make a handle. From Start to
// the system call and from there to Wait everything is in the backend, without a call
// through an interface.
package skeleton

import (
	"sync/atomic"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/files"
)

// Base is embedded in a backend.
type Base struct {
	Started time.Time
	Files   files.Pool
	Closed  atomic.Bool // Close was called
	Woken   atomic.Bool // Wake was called since Wait returned last

	name    string
	skipped int // calls of Wait since the last poll; used by Wait only
}

// Init makes b ready. The other arguments are those of files.Pool.Init.
func (b *Base) Init(name string, fileDone func(*backend.Op), cancelInKernel func(*files.File)) {
	b.name, b.Started = name, time.Now()
	b.Files.Init(fileDone, cancelInKernel)
}

// Name implements backend.Backend.
func (b *Base) Name() string { return b.name }

// Now implements backend.Backend.
func (b *Base) Now() time.Duration { return time.Since(b.Started) }

// IsDue reports whether a Wait with that deadline does not wait any longer.
func (b *Base) IsDue(deadline time.Duration) bool {
	return deadline == 0 || deadline != backend.NoDeadline && deadline <= b.Now()
}

// ClearWake forgets a Wake: the caller of Wait looks for the reason of the wake now.
func (b *Base) ClearWake() {
	if b.Woken.Load() {
		b.Woken.Store(false)
	}
}

// AdoptFile implements backend.Backend.
func (b *Base) AdoptFile(f backend.SystemFile) (backend.Handle, error) { return b.Files.AdoptFile(f) }

// ClosedError is the error of operations on a handle that is closed now.
func (b *Base) ClosedError() error {
	if b.Closed.Load() {
		return backend.ErrBackendClosed
	}
	return backend.ErrHandleClosed
}

// PollEvery is how many calls of Wait may return completed operations without a poll.
// Operations that complete at once must not starve those that wait for the system, but a
// poll is a system call.
const PollEvery = 8

// PollIsDue counts a call of Wait, and reports whether it has to poll in any case.
func (b *Base) PollIsDue() bool {
	b.skipped++
	return b.skipped >= PollEvery
}

// Polled records a poll.
func (b *Base) Polled() { b.skipped = 0 }
