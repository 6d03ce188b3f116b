package subscription

import (
	"encoding/binary"
	"math/bits"
)

// memo remembers what topics matched, for programs that publish the same topics
// again and again: a look-up takes a few nanoseconds, and a walk through the
// trie some for each node.
//
// A walk reads only the first bytes of a topic: it ends where no longer prefix
// can match. So the key is the first depth bytes, and whatever follows them, such
// as the rest of the message, does not matter. A walk that read more than depth
// bytes is not remembered.
//
// The memo is a table of pairs of entries. A key belongs to one pair; a third
// key that belongs there replaces one of the two. An entry is
//
//	| result | generation | hash | key     |
//	| 32 bits|     16     |  16  | 64..256 |
//
// and is valid in its generation only: another one begins with every change of
// the subscriptions.
//
// The memo adapts: it grows while topics displace each other, up to a bound, and
// is off, without memory, while too few topics come again. Then it tries again
// from time to time, and costs little where topics never repeat. Topics that
// collide, by chance or by choice, are found in the trie.
type memo struct {
	entries    []uint64 // nil: off
	depth      int      // bytes of a topic in the key
	words      int      // of a key: the first depth bytes, and their number in the last byte
	mask       uint64   // what the key's last word has of the topic
	pairs      uint64   // number of pairs, a power of two, minus one
	generation uint16   // never 0

	hits, misses int                  // since the last review
	conflicts    int                  // misses for which a valid entry was replaced
	deep         int                  // misses that read more than depth bytes
	resting      int                  // off for that number of walks
	rest         int                  // the length of the last rest
	walks        [maxDepth + 2]uint16 // how many of the misses read that number of bytes, or more than maxDepth
}

const (
	maxWords = 4
	maxDepth = 8*maxWords - 1

	minEntries, maxEntries = 16, 1 << 14
	// trial is the number of walks from which the first depth is learned, and
	// the minimum of those between two reviews.
	trial            = 64
	minRest, maxRest = 1 << 12, 1 << 21
)

// bound returns the maximum number of entries for that number of prefixes.
func bound(prefixes int) int {
	n := min(max(4*min(prefixes, maxEntries), trial), maxEntries)
	return 1 << bits.Len(uint(n-1))
}

// load returns up to 8 bytes, the first of which is the lowest.
func load(b []byte) uint64 {
	switch n := len(b); {
	case n >= 8:
		return binary.LittleEndian.Uint64(b)
	case n >= 4:
		return uint64(binary.LittleEndian.Uint32(b)) | uint64(binary.LittleEndian.Uint32(b[n-4:]))<<(8*(n-4))
	case n > 0:
		return uint64(b[0]) | uint64(b[n/2])<<(8*(n/2)) | uint64(b[n-1])<<(8*(n-1))
	}
	return 0
}

// mix returns a hash of two words.
func mix(a, b uint64) uint64 {
	h := (a ^ bits.RotateLeft64(b, 23)) * 0x9e3779b97f4a7c15
	h = (h ^ h>>32) * 0xd1b54a32d192ed03
	return h ^ h>>32
}

// last returns the last word of a key: rest is what follows the other words in
// the topic of n bytes.
func (m *memo) last(rest []byte, n int) uint64 {
	return load(rest)&m.mask | uint64(min(n, m.depth))<<56
}

// lookup returns the result for a topic. The memo must not be off.
func (m *memo) lookup(topic []byte) (result uint32, ok bool) {
	if m.words > 1 {
		return m.lookupLong(topic)
	}
	var key uint64
	if len(topic) >= 8 {
		key = binary.LittleEndian.Uint64(topic)&m.mask | uint64(m.depth)<<56
	} else {
		key = m.last(topic, len(topic))
	}
	h := mix(key, 0)
	at := int(h&m.pairs) * 4
	pair, tag := m.entries[at:at+4:at+4], m.tag(h)
	i := 0
	if uint32(pair[2]) == tag {
		i = 2
	}
	head := pair[i]
	if uint32(head) != tag || pair[i+1] != key {
		return 0, false
	}
	m.hits++
	return uint32(head >> 32), true
}

// tag returns the lower half of a valid entry's first word.
func (m *memo) tag(h uint64) uint32 { return uint32(h>>32)&^0xffff | uint32(m.generation) }

// key returns the key of a topic, and its hash.
func (m *memo) key(topic []byte) (key [maxWords]uint64, h uint64) {
	rest, i := topic, 0
	for ; i < m.words-1; i++ {
		key[i] = load(rest)
		h = mix(key[i], h)
		rest = rest[min(8, len(rest)):]
	}
	key[i] = m.last(rest, len(topic))
	return key, mix(key[i], h)
}

// lookupLong is lookup for keys of several words.
func (m *memo) lookupLong(topic []byte) (result uint32, ok bool) {
	key, h := m.key(topic)
	e, found := m.find(h)
	if !found {
		return 0, false
	}
	for i, word := range e[1:] {
		if key[i&(maxWords-1)] != word {
			return 0, false
		}
	}
	m.hits++
	return uint32(e[0] >> 32), true
}

// find returns the valid entry of the hash, whose key may be another one.
func (m *memo) find(h uint64) (entry []uint64, ok bool) {
	size, tag := m.words+1, m.tag(h)
	at := int(h&m.pairs) * 2 * size
	if uint32(m.entries[at+size]) == tag {
		at += size
	}
	return m.entries[at : at+size], uint32(m.entries[at]) == tag
}

// walked reports the end of a walk that read depth bytes of a topic, which was
// not found in the memo, and had that result. The memo remembers it, unless
// it is off.
func (m *memo) walked(topic []byte, depth int, result uint32, prefixes int) {
	if depth == 0 { // no walk at all: there is nothing to save
		m.resting = trial
		return
	}
	m.misses++
	m.walks[min(depth, maxDepth+1)]++
	if m.entries != nil {
		if depth <= m.depth {
			m.put(topic, result)
		} else {
			m.deep++
		}
	}
	if m.misses >= max(trial, 2*m.size()) {
		m.review(bound(prefixes))
	}
}

// size returns the number of entries.
func (m *memo) size() int {
	if m.entries == nil {
		return 0
	}
	return 2 * int(m.pairs+1)
}

// put adds an entry, whose key is missing.
func (m *memo) put(topic []byte, result uint32) {
	key, h := m.key(topic)
	size := m.words + 1
	at := int(h&m.pairs) * 2 * size
	switch {
	case uint16(m.entries[at]) != m.generation:
	case uint16(m.entries[at+size]) != m.generation:
		at += size
	default:
		m.conflicts++
		at += size * int((h>>31^uint64(m.misses))&1) // either, so that a cycle of topics does not displace all
	}
	e := m.entries[at : at+size]
	e[0] = uint64(result)<<32 | uint64(m.tag(h))
	copy(e[1:], key[:])
}

// review adapts the memo, which may have most entries, to what has come since
// the last review.
func (m *memo) review(most int) {
	switch size := m.size(); {
	case size == 0:
		m.start(minEntries)
	case 2*m.deep > m.misses && m.usual() > m.depth:
		m.start(size)
	case 4*m.conflicts > m.misses && m.hits < 8*m.misses && size < most:
		m.grow(min(4*size, most))
	case 2*m.hits < m.misses:
		m.stop()
	default:
		m.rest = 0
	}
	m.hits, m.misses, m.conflicts, m.deep = 0, 0, 0, 0
	clear(m.walks[:])
}

// usual returns the depth that is enough for three of four walks; 0 if
// none is.
func (m *memo) usual() int {
	n := 0
	for depth, walks := range m.walks[:maxDepth+1] {
		if n += int(walks); 4*n >= 3*m.misses {
			return depth
		}
	}
	return 0
}

// start makes an empty memo of that number of entries, with the usual depth.
func (m *memo) start(entries int) {
	if m.depth = m.usual(); m.depth == 0 {
		m.stop()
		return
	}
	m.words = m.depth/8 + 1
	m.mask = 1<<(8*(m.depth%8)) - 1
	m.grow(entries)
}

func (m *memo) grow(entries int) {
	m.pairs, m.generation = uint64(entries/2-1), 1
	m.entries = make([]uint64, entries*(m.words+1))
}

// stop turns the memo off for a while: longer, the more often it was of no use.
func (m *memo) stop() {
	m.entries = nil
	m.rest = min(max(8*m.rest, minRest), maxRest)
	m.resting = m.rest
}

// forget forgets all results, because subscriptions have changed. There are
// that many prefixes now.
func (m *memo) forget(prefixes int) {
	switch {
	case prefixes == 0:
		*m = memo{}
		return
	case m.entries == nil:
		return
	case m.size() > 4*bound(prefixes):
		m.entries = nil
		return
	}
	if m.generation++; m.generation == 0 {
		m.generation = 1
		clear(m.entries)
	}
}
