//go:build linux

package uring

import "sync/atomic"

// gathered is what the next Enter is expected to do while it takes the entries:
// how many of them complete then and there, as a write to a socket with room does,
// and how many bytes may be copied. It is an estimate, for choosing how to enter.
// Anybody may add; it is one word, so that adding costs one instruction.
type gathered struct{ word atomic.Int64 }

// promptShift: the bytes are below, the entries above. So many bytes that they
// spill over count as an entry, which does no harm.
const promptShift = 40

// prompt adds an entry that is likely to complete at once and may copy n bytes.
func (g *gathered) prompt(n int) { g.word.Add(1<<promptShift + int64(n)) }

// slow adds an entry that may copy n bytes, but complete later.
func (g *gathered) slow(n int) { g.word.Add(int64(n)) }

// any reports whether there is an entry that completes at once.
func (g *gathered) any() bool { return g.word.Load()>>promptShift > 0 }

// take is what was added since the last time.
func (g *gathered) take() (entries, bytes int) {
	v := g.word.Swap(0)
	return int(v >> promptShift), int(v & (1<<promptShift - 1))
}
