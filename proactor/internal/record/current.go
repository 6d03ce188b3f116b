package record

import "sync/atomic"

// running is the entry of a goroutine that is inside a handler. A goroutine claims
// one when a handler is called and releases it when the handler returns. Only its
// owner reads and writes an entry, except for the field owner.
type running struct {
	owner atomic.Uintptr
	in    *Recorder
	id    uint64
	_     [40]byte // padding to a cache line
}

const (
	tableBits = 8
	probes    = 4
)

// runnings is a hash table of goroutines, for the whole process, because a handler
// may start operations on any dispatcher. If it is full a handler has no entry, and
// the operations that it starts have no parent.
var runnings [1<<tableBits + probes]running

// first returns the index at which the search for a goroutine begins. Go's
// allocator makes the low bits of its address equal.
func first(g uintptr) int {
	return int(uint64(g) * 0x9E3779B97F4A7C15 >> (64 - tableBits))
}

// current returns the entry of goroutine g; nil if g is in no handler, or is 0
// because it is not known. Free entries have owner 0.
func current(g uintptr) *running {
	if g == 0 {
		return nil
	}
	for i := first(g); i < first(g)+probes; i++ {
		if runnings[i].owner.Load() == g {
			return &runnings[i]
		}
	}
	return nil
}

// claim returns a free entry for g; nil if there is none, or g is not known.
func claim(g uintptr) *running {
	if g == 0 {
		return nil
	}
	for i := first(g); i < first(g)+probes; i++ {
		if p := &runnings[i]; p.owner.Load() == 0 && p.owner.CompareAndSwap(0, g) {
			return p
		}
	}
	return nil
}
