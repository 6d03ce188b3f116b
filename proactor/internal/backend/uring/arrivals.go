//go:build linux

package uring

import "github.com/actum-go/actum/proactor/internal/backend"

// On a locked thread, receives whose bytes have come are served first come, first
// served, and only so many in each call of Wait (docs/adr/0014):
//
//   - Fair: a receive that is started when its bytes are there already is completed
//     by the kernel on the spot. Here it goes to the end of the line.
//   - Short rounds: one thousand requests at once do not hold up timers, posts and
//     Stop until all of them are answered, and each system call is short enough for
//     the Go scheduler not to be told of it.
//   - Warm caches: the bytes are read, handled and answered before the next ones
//     are looked at; and few buffers are in use, again and again.
//
// Where a dispatcher parks, each call of Wait costs it more, and so serving all at
// once is 8 % cheaper there.

// receivesPerRound bounds how many get a buffer in one call of Wait.
const receivesPerRound = 64

// arrivals are the numbers of the receives that wait for their turn, in order. One
// that was recalled meanwhile is still there, and passed over. The backend's lock
// covers them: whoever starts a receive may add one.
type arrivals struct {
	numbers []uint64
	first   int // in numbers
}

func (a *arrivals) len() int { return len(a.numbers) - a.first }

func (a *arrivals) add(number uint64) {
	if a.first > 0 && len(a.numbers) == cap(a.numbers) {
		a.numbers = a.numbers[:copy(a.numbers, a.numbers[a.first:])]
		a.first = 0
	}
	a.numbers = append(a.numbers, number)
}

// take is the first one. There must be one.
func (a *arrivals) take() uint64 {
	number := a.numbers[a.first]
	if a.first++; a.first == len(a.numbers) {
		a.numbers, a.first = a.numbers[:0], 0
	}
	return number
}

// arrived puts op, whose bytes have come or are believed to have, at the end of the
// line, if there is one. The lock is held.
func (b *Backend) arrived(op *backend.Op) {
	if b.thread == nil {
		b.provide(op)
		return
	}
	op.Flag |= inLine
	b.arrivals.add(b.slots.number(op))
	if !b.arriving.Load() {
		b.arriving.Store(true)
	}
}

// serveArrivals lets the first in the line read.
func (b *Backend) serveArrivals() {
	if !b.arriving.Load() {
		return
	}
	b.mu.Lock()
	for range min(b.arrivals.len(), receivesPerRound) {
		s := b.slots.find(b.arrivals.take())
		if s == nil || s.op.Flag&inLine == 0 {
			continue
		}
		s.op.Flag &^= inLine
		b.provide(s.op)
	}
	b.arriving.Store(b.arrivals.len() > 0)
	b.mu.Unlock()
}

// dismissArrivals is for Close: all who are in the line have been recalled.
func (b *Backend) dismissArrivals() {
	b.mu.Lock()
	b.arrivals = arrivals{}
	b.arriving.Store(false)
	b.mu.Unlock()
}
