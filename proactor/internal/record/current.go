package record

import "sync/atomic"

// place is where a goroutine says which handler it is in. It claims one when a
// handler is called and gives it up when that returns. A goroutine reads only
// what it has written itself: only owner is looked at by others.
type place struct {
	owner atomic.Uintptr
	in    *Recorder
	id    uint64
	_     [40]byte // a cache line each
}

const (
	placeBits = 8
	probes    = 4
)

// places is a hash table of goroutines, of the whole process: a handler may
// start operations on any dispatcher. Where it is full a handler has no place,
// and what it starts no parent.
var places [1<<placeBits + probes]place

// first is where the search for a goroutine begins. Go's allocator makes the low
// bits of its address equal.
func first(g uintptr) int {
	return int(uint64(g) * 0x9E3779B97F4A7C15 >> (64 - placeBits))
}

// current is the place of the handler that g is in; nil if it is in none, or if g,
// being 0, is not known: a free place has that owner.
func current(g uintptr) *place {
	if g == 0 {
		return nil
	}
	for i := first(g); i < first(g)+probes; i++ {
		if places[i].owner.Load() == g {
			return &places[i]
		}
	}
	return nil
}

// claim finds g a place; nil if there is none, or if g is not known.
func claim(g uintptr) *place {
	if g == 0 {
		return nil
	}
	for i := first(g); i < first(g)+probes; i++ {
		if p := &places[i]; p.owner.Load() == 0 && p.owner.CompareAndSwap(0, g) {
			return p
		}
	}
	return nil
}
