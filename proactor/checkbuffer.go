package proactor

import (
	"fmt"
	"hash/maphash"
	"sync"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// poison is what a read's memory is filled with.
const poison = 0xDB

// bufferCheck remembers the memory of operations that are outstanding. The zero
// value is ready.
type bufferCheck struct {
	mu   sync.Mutex
	seed maphash.Seed
	of   map[*Operation]memory
}

// memory is what an operation names.
type memory struct {
	parts [][]byte
	sum   uint64 // writes
	read  bool
}

// memoryOf finds the memory that o names; false if it names none.
func memoryOf(o *Operation) (m memory, ok bool) {
	switch o.op.Kind {
	case backend.KindRead, backend.KindReadAt, backend.KindReceiveFrom:
		return memory{parts: [][]byte{o.op.Buf}, read: true}, true
	case backend.KindReadV:
		return memory{parts: o.op.Vec, read: true}, true
	case backend.KindWrite, backend.KindWriteAt, backend.KindSendTo:
		return memory{parts: [][]byte{o.op.Buf}}, true
	case backend.KindWriteV:
		return memory{parts: o.op.Vec}, true
	case backend.KindTransmit:
		t := o.op.Transmission()
		return memory{parts: [][]byte{t.Header, t.Trailer}}, true
	}
	return memory{}, false
}

// begin poisons or sums the memory of o, which is about to be started.
func (c *bufferCheck) begin(o *Operation) {
	m, ok := memoryOf(o)
	if !ok {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of == nil {
		c.of, c.seed = map[*Operation]memory{}, maphash.MakeSeed()
	}
	if m.read {
		for _, part := range m.parts {
			for i := range part {
				part[i] = poison
			}
		}
	} else {
		m.sum = c.total(m.parts)
	}
	c.of[o] = m
}

// end looks at the memory of o, which has completed, and says what is wrong with
// it; nothing if nothing is.
func (c *bufferCheck) end(o *Operation) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	m, ok := c.of[o]
	if !ok {
		return ""
	}
	delete(c.of, o)
	if m.read {
		return m.beyond(o.op.N)
	}
	if c.total(m.parts) != m.sum {
		return "the bytes being written have changed"
	}
	return ""
}

// beyond looks for bytes that are not poison from n on.
func (m memory) beyond(n int) string {
	at := 0
	for _, part := range m.parts {
		for _, b := range part {
			if at >= n && b != poison {
				return fmt.Sprintf("byte %d of the memory being read into is %#x, and %d were read", at, b, n)
			}
			at++
		}
	}
	return ""
}

func (c *bufferCheck) total(parts [][]byte) uint64 {
	var h maphash.Hash
	h.SetSeed(c.seed)
	for _, part := range parts {
		h.Write(part)
	}
	return h.Sum64()
}
