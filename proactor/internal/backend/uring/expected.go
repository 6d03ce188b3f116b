//go:build linux

package uring

import (
	"math"
	"sync/atomic"
)

// expected is what the next Enter will do, by all that is known, while it takes the
// entries: how many of them complete then and there, as a write to a socket with
// room does, and how many bytes may be copied. It is an estimate, for choosing how
// to enter. Anybody may add; it is one word, so that adding costs one instruction.
type expected struct{ word atomic.Int64 }

// promptShift: the bytes are below, the entries above. So many bytes that they
// spill over count as an entry, which does no harm.
const promptShift = 40

// prompt adds an entry that is likely to complete at once and may copy n bytes.
func (x *expected) prompt(n int) { x.word.Add(1<<promptShift + int64(n)) }

// slow adds an entry that may copy n bytes, but complete later.
func (x *expected) slow(n int) { x.word.Add(int64(n)) }

// any reports whether there is an entry that completes at once.
func (x *expected) any() bool { return x.word.Load()>>promptShift > 0 }

// take is what was added since the last time. More bytes than an int holds are as
// many as it holds.
func (x *expected) take() (entries, bytes int) {
	v := x.word.Swap(0)
	return int(v >> promptShift), int(min(v&(1<<promptShift-1), math.MaxInt))
}
