package subscription

import (
	"encoding/binary"
	"math/bits"
)

// ref names a block of memory: its page in the upper bits, and its start in the
// page, in units, in the lower bits. Zero is no block.
type ref uint32

const (
	unit      = 8 // bytes; the alignment of blocks, and their sizes are multiples of it
	pageBits  = 11
	pageUnits = 1 << pageBits
	pageSize  = pageUnits * unit
	lineUnits = 8 // a cache line: 64 bytes on most processors
	// firstPage is the initial size in bytes of a pool's first page: most
	// indexes are small.
	firstPage = 256
	// minUnits is the size of the fields of a free block.
	minUnits = 2
	// maxPages is the number of pages that a ref can name: 32 GiB.
	maxPages = 1 << (32 - pageBits)
)

// memory allocates blocks of bytes in pages. Freed blocks are used again, and
// pages without a used block are left to the garbage collector.
//
// There are two pools of pages. The nodes that every topic is compared with are
// few, and one pool keeps them close together: otherwise, in a trie of a
// million strings, they would be spread over more memory than the processor's
// caches for data and for addresses hold.
//
// A free block is in the list of the free blocks of its size, and looks like
// this:
//
//	| kindFree | - | size in units | next free | previous free |
//	|    1     | 1 |       2       |     4     |       4       |
type memory struct {
	pages [][]byte // nil for a page that has been freed
	used  []uint16 // units in use, for each page
	of    []uint8  // the pool of each page
	gone  []uint32 // the pages that have been freed
	pools [2]pool
	limit int // pages; 0: maxPages
}

// The pools: nodes that have children, and all other blocks.
const inner, leaves uint8 = 0, 1

// pool is the pages for one use.
type pool struct {
	pages   int   // number of pages that are not freed
	current int   // the page that is being filled, if there are any; -1: none
	filled  int   // units of it that have been handed out, or skipped
	free    []ref // the first free block, for each size in units
	sizes   [pageUnits/64 + 1]uint64
}

// block returns the memory from the start of r to the end of its page.
func (m *memory) block(r ref) []byte { return m.pages[r>>pageBits][(r&(pageUnits-1))*unit:] }

// units returns how many units a block of size bytes takes in a pool. A block
// of the inner nodes that fits into a cache line lies in a single one.
func units(which uint8, size int) int {
	n := max((size+unit-1)/unit, minUnits)
	switch {
	case which == leaves:
		return n
	case n > lineUnits/2 && n <= lineUnits:
		return lineUnits
	}
	return (n + lineUnits/2 - 1) / (lineUnits / 2) * (lineUnits / 2)
}

// hasRoom reports whether blocks of size bytes in total can be allocated,
// regardless of how they are laid out.
func (m *memory) hasRoom(size int) bool {
	limit := m.limit
	if limit == 0 {
		limit = maxPages
	}
	return len(m.pages)-len(m.gone)+2*size/pageSize+4 <= limit
}

// alloc returns a block of size bytes, at most a page, of a pool. Its content
// is undefined. Slices of earlier blocks may still be read, but not be written
// to.
func (m *memory) alloc(which uint8, size int) ref {
	n, p := units(which, size), &m.pools[which]
	if p.pages == 0 {
		p.current = -1
	}
	r := ref(0)
	if n < len(p.free) && p.free[n] != 0 {
		r = p.free[n]
		m.unlist(p, r, n)
	} else if gap := p.gap(which, n); p.current >= 0 && p.filled+gap+n <= pageUnits {
		if gap > 0 {
			m.list(p, m.fill(p, gap), gap)
		}
		r = m.fill(p, n)
	} else if large := p.larger(n + minUnits); large != 0 {
		r = p.free[large]
		m.unlist(p, r, large)
		m.list(p, r+ref(n), large-n)
	} else {
		m.newPage(which)
		r = m.fill(p, n)
	}
	m.used[r>>pageBits] += uint16(n)
	return r
}

// gap returns how many units are skipped before a block of n units, so that a
// block of the size of a cache line begins with one.
func (p *pool) gap(which uint8, n int) int {
	if which == inner && n == lineUnits {
		return -p.filled & (lineUnits - 1)
	}
	return 0
}

// fill hands out n units of the current page.
func (m *memory) fill(p *pool, n int) ref {
	page := m.pages[p.current]
	if need := (p.filled + n) * unit; need > len(page) { // the first page
		grown := make([]byte, min(max(2*len(page), need), pageSize))
		copy(grown, page)
		m.pages[p.current] = grown
	}
	r := ref(p.current<<pageBits | p.filled)
	p.filled += n
	return r
}

// newPage begins a page. The rest of the current one becomes a free block.
func (m *memory) newPage(which uint8) {
	p := &m.pools[which]
	if p.current >= 0 {
		if rest := pageUnits - p.filled; rest >= minUnits {
			m.list(p, m.fill(p, rest), rest)
		}
	}
	if n := len(m.gone); n > 0 {
		p.current, m.gone = int(m.gone[n-1]), m.gone[:n-1]
	} else {
		p.current = len(m.pages)
		m.pages, m.used, m.of = append(m.pages, nil), append(m.used, 0), append(m.of, 0)
	}
	p.filled = start(p.current)
	size := pageSize
	if p.pages++; p.pages == 1 {
		size = firstPage
	}
	m.pages[p.current], m.of[p.current] = make([]byte, size), which
}

// start returns the first unit of a page that can be used: ref 0 is no block.
func start(page int) int {
	if page == 0 {
		return lineUnits
	}
	return 0
}

// release frees a block of size bytes.
func (m *memory) release(r ref, size int) {
	page := int(r >> pageBits)
	n := units(m.of[page], size)
	m.list(&m.pools[m.of[page]], r, n)
	if m.used[page] -= uint16(n); m.used[page] == 0 {
		m.giveBack(page)
	}
}

// giveBack leaves a page without used blocks to the garbage collector.
func (m *memory) giveBack(page int) {
	p, end := &m.pools[m.of[page]], pageUnits
	if page == p.current {
		end, p.current = p.filled, -1
	}
	for at := start(page); end-at >= minUnits; {
		r := ref(page<<pageBits | at)
		n := int(binary.LittleEndian.Uint16(m.block(r)[2:]))
		m.unlist(p, r, n)
		at += n
	}
	p.pages--
	m.pages[page] = nil
	m.gone = append(m.gone, uint32(page))
	if len(m.gone) == len(m.pages) { // nothing is left
		*m = memory{limit: m.limit}
	}
}

// list adds n units from r on to the free blocks.
func (m *memory) list(p *pool, r ref, n int) {
	for len(p.free) <= n {
		p.free = append(p.free, 0)
	}
	next, b := p.free[n], m.block(r)
	b[0] = kindFree
	binary.LittleEndian.PutUint16(b[2:], uint16(n))
	binary.LittleEndian.PutUint32(b[4:], uint32(next))
	binary.LittleEndian.PutUint32(b[8:], 0)
	if next != 0 {
		binary.LittleEndian.PutUint32(m.block(next)[8:], uint32(r))
	}
	p.free[n] = r
	p.sizes[n/64] |= 1 << (n % 64)
}

// unlist removes a free block of n units from its list.
func (m *memory) unlist(p *pool, r ref, n int) {
	b := m.block(r)
	next, before := binary.LittleEndian.Uint32(b[4:]), binary.LittleEndian.Uint32(b[8:])
	if next != 0 {
		binary.LittleEndian.PutUint32(m.block(ref(next))[8:], before)
	}
	if before != 0 {
		binary.LittleEndian.PutUint32(m.block(ref(before))[4:], next)
		return
	}
	if p.free[n] = ref(next); next == 0 {
		p.sizes[n/64] &^= 1 << (n % 64)
	}
}

// larger returns the smallest size, n units or more, of which there is a free
// block; 0 if there is none.
func (p *pool) larger(n int) int {
	for word := n / 64; word < len(p.sizes); word++ {
		set := p.sizes[word]
		if word == n/64 {
			set &= ^uint64(0) << (n % 64)
		}
		if set != 0 {
			return word*64 + bits.TrailingZeros64(set)
		}
	}
	return 0
}
