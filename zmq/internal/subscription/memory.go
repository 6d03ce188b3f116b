package subscription

import (
	"encoding/binary"
	"math/bits"
)

// ref names a block of memory: a page in its upper bits, and where the block
// starts in it, in units, in the lower ones. Zero is no block.
type ref uint32

const (
	unit      = 8 // bytes; blocks are that aligned, and as large as a multiple of it
	pageBits  = 9
	pageUnits = 1 << pageBits
	pageSize  = pageUnits * unit
	// firstPage is the size in bytes that the first page starts with: most indexes
	// are small.
	firstPage = 256
	// minUnits holds what a free block knows of itself.
	minUnits = 2
	// maxPages is what a ref can name: 32 GiB.
	maxPages = 1 << (32 - pageBits)
)

// memory is blocks of bytes in pages. Freed blocks are used again, and pages
// without a used block are given to the garbage collector.
//
// A free block looks like this, and is in the list of those of its size:
//
//	| kindFree | - | size in units | next free | previous free |
//	|    1     | 1 |       2       |     4     |       4       |
type memory struct {
	pages   [][]byte // a nil one has been given back
	used    []uint16 // units in use, for each page
	gone    []uint32 // the pages that have been given back
	current int      // the page that is being filled; -1: none
	filled  int      // units of it that have been handed out, or left
	free    []ref    // the first free block, for each size in units
	sizes   [pageUnits/64 + 1]uint64
	limit   int // pages; 0: maxPages
}

// block is the memory from where r starts to the end of its page.
func (m *memory) block(r ref) []byte { return m.pages[r>>pageBits][(r&(pageUnits-1))*unit:] }

// units is how many units hold size bytes.
func units(size int) int { return max((size+unit-1)/unit, minUnits) }

// hasRoom reports whether blocks of size bytes together can be allocated, however
// they lie.
func (m *memory) hasRoom(size int) bool {
	limit := m.limit
	if limit == 0 {
		limit = maxPages
	}
	return len(m.pages)-len(m.gone)+2*size/pageSize+2 <= limit
}

// alloc returns a block of size bytes, at most a page. Its content is undefined.
// Slices of blocks that were taken before may be read, and not written to.
func (m *memory) alloc(size int) ref {
	n := units(size)
	if m.pages == nil {
		m.current = -1
	}
	r := ref(0)
	if n < len(m.free) && m.free[n] != 0 {
		r = m.free[n]
		m.unlist(r, n)
	} else if m.current >= 0 && m.filled+n <= pageUnits {
		r = m.fill(n)
	} else if large := m.larger(n + minUnits); large != 0 {
		r = m.cut(m.free[large], large, n)
	} else {
		m.turn()
		r = m.fill(n)
	}
	m.used[r>>pageBits] += uint16(n)
	return r
}

// fill hands out n units of the current page.
func (m *memory) fill(n int) ref {
	page := m.pages[m.current]
	if need := (m.filled + n) * unit; need > len(page) { // the first page
		grown := make([]byte, min(max(2*len(page), need), pageSize))
		copy(grown, page)
		m.pages[m.current] = grown
	}
	r := ref(m.current<<pageBits | m.filled)
	m.filled += n
	return r
}

// cut takes n units of a free block of size units.
func (m *memory) cut(r ref, size, n int) ref {
	m.unlist(r, size)
	m.list(r+ref(n), size-n)
	return r
}

// turn begins a page. The rest of the current one becomes a free block.
func (m *memory) turn() {
	if m.current >= 0 {
		if rest := pageUnits - m.filled; rest >= minUnits {
			m.list(m.fill(rest), rest)
		}
	}
	if n := len(m.gone); n > 0 {
		m.current, m.gone = int(m.gone[n-1]), m.gone[:n-1]
	} else {
		m.current = len(m.pages)
		m.pages, m.used = append(m.pages, nil), append(m.used, 0)
	}
	m.filled = start(m.current)
	size := pageSize
	if len(m.pages) == 1 {
		size = firstPage
	}
	m.pages[m.current] = make([]byte, size)
}

// start is the first unit of a page that can be used: ref 0 is no block.
func start(page int) int {
	if page == 0 {
		return 1
	}
	return 0
}

// release frees a block of size bytes.
func (m *memory) release(r ref, size int) {
	n, page := units(size), int(r>>pageBits)
	m.list(r, n)
	if m.used[page] -= uint16(n); m.used[page] == 0 {
		m.giveBack(page)
	}
}

// giveBack gives a page without used blocks to the garbage collector.
func (m *memory) giveBack(page int) {
	end := pageUnits
	if page == m.current {
		end, m.current = m.filled, -1
	}
	for at := start(page); end-at >= minUnits; {
		r := ref(page<<pageBits | at)
		n := int(binary.LittleEndian.Uint16(m.block(r)[2:]))
		m.unlist(r, n)
		at += n
	}
	m.pages[page] = nil
	m.gone = append(m.gone, uint32(page))
	if len(m.gone) == len(m.pages) { // nothing is left
		*m = memory{limit: m.limit}
	}
}

// list makes n units from r on a free block.
func (m *memory) list(r ref, n int) {
	for len(m.free) <= n {
		m.free = append(m.free, 0)
	}
	next, b := m.free[n], m.block(r)
	b[0] = kindFree
	binary.LittleEndian.PutUint16(b[2:], uint16(n))
	binary.LittleEndian.PutUint32(b[4:], uint32(next))
	binary.LittleEndian.PutUint32(b[8:], 0)
	if next != 0 {
		binary.LittleEndian.PutUint32(m.block(next)[8:], uint32(r))
	}
	m.free[n] = r
	m.sizes[n/64] |= 1 << (n % 64)
}

// unlist takes a free block of n units out of its list.
func (m *memory) unlist(r ref, n int) {
	b := m.block(r)
	next, before := binary.LittleEndian.Uint32(b[4:]), binary.LittleEndian.Uint32(b[8:])
	if next != 0 {
		binary.LittleEndian.PutUint32(m.block(ref(next))[8:], before)
	}
	if before != 0 {
		binary.LittleEndian.PutUint32(m.block(ref(before))[4:], next)
		return
	}
	if m.free[n] = ref(next); next == 0 {
		m.sizes[n/64] &^= 1 << (n % 64)
	}
}

// larger finds the smallest size, n or more units, of which there is a free
// block; 0 if there is none.
func (m *memory) larger(n int) int {
	for word := n / 64; word < len(m.sizes); word++ {
		set := m.sizes[word]
		if word == n/64 {
			set &= ^uint64(0) << (n % 64)
		}
		if set != 0 {
			return word*64 + bits.TrailingZeros64(set)
		}
	}
	return 0
}
