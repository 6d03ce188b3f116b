//go:build linux

package uring

import "github.com/actum-go/actum/proactor/internal/backend"

// slots number what is in flight. The number that the kernel is given is
//
//	bits 63..32  generation of the slot
//	bit  31      1 in the number of a cancel, 0 in that of the operation itself
//	bits 30..0   index of the slot + 1
//
// so that a late cancel cannot hit the slot's next operation. The table grows
// to the largest number in flight and stays. The backend's lock covers it.
type slots struct {
	table []slot
	free  uint32 // index + 1 of the first free slot; 0: none
	used  int
}

type slot struct {
	op         *backend.Op // keeps the operation's memory reachable
	generation uint32
	next       uint32 // of the free list
	tries      uint8  // failures in a row that were worth another attempt
	round      uint32 // Backend.round when the entry was written; of receives
}

// ofCancel makes the number of an operation that of a cancel of it.
const ofCancel uint64 = 1 << 31

// take gives op a slot.
func (s *slots) take(op *backend.Op) uint64 {
	if s.free == 0 {
		s.table = append(s.table, slot{})
		s.free = uint32(len(s.table))
	}
	op.Sys.Slot = s.free
	t := &s.table[s.free-1]
	s.free = t.next
	s.used++
	t.op, t.tries = op, 0
	return s.number(op)
}

// number is what the kernel knows op by.
func (s *slots) number(op *backend.Op) uint64 {
	return uint64(s.table[op.Sys.Slot-1].generation)<<32 | uint64(op.Sys.Slot)
}

// find is the slot of that number; nil if its operation is long done.
func (s *slots) find(number uint64) *slot {
	index := uint32(number)
	if index == 0 || uint64(index) > uint64(len(s.table)) {
		return nil
	}
	t := &s.table[index-1]
	if t.op == nil || t.generation != uint32(number>>32) {
		return nil
	}
	return t
}

// drop frees op's slot.
func (s *slots) drop(op *backend.Op) {
	t := &s.table[op.Sys.Slot-1]
	t.op = nil
	t.generation++
	t.next, s.free = s.free, op.Sys.Slot
	s.used--
}
