package subscription

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// A node of the trie is a block:
//
//	| kind | label size | capacity | low or count | parent | value | table | label |
//	|  1   |     1      |  1, code |      1       |   4    | 0..12 |       | 0..255|
//
// The label is the part of the path that leads from the parent to the node. Its
// first byte distinguishes the node from its siblings, and is its key in the
// parent. How a key leads to a child depends on the shape, which determines the
// table:
//
//	sparse  | keys | refs |  keys are in ascending order, one for each child, whose
//	        |  c   |  4c  |  ref is at the same place in refs; count says how many
//	ranged  | refs | count | refs are those of the keys from low on, zero where
//	        |  4c  |   1   | there is no child
//
// A walk reads the first four bytes and, if the node is ranged, one ref: that
// takes one cache line where the node is not in the processor's cache.
//
// The value depends on the kind:
//
//	kindPlain  no subscription to exactly this string
//	kindOne    one peer is subscribed: its id (4), then the links of its list (4 + 4)
//	kindMany   several peers are: their group's id (4)
//	kindCount  number of subscriptions (4), in a Set
//
// A member of a group is a block like a node of kindOne, with its group in
// place of the parent: both are in the list of a peer's subscriptions.
type node []byte

// The lower half of a kind is the size of its value.
const (
	kindFree   byte = 0x00
	kindPlain  byte = 0x10
	kindOne    byte = 0x2c
	kindMany   byte = 0x34
	kindCount  byte = 0x44
	kindMember byte = 0x5c
)

// valueSize returns the size of the value of a node of that kind.
func valueSize(kind byte) int { return int(kind & 0x0f) }

const (
	atLow              = 3
	atParent, atGroup  = 4, 4
	atValue            = 8
	atPeer             = 8
	atNext, atPrevious = 12, 16
	memberSize         = 20
	maxLabel           = 255
)

// capacities are the numbers of children that a node may have room for.
var capacities = [...]uint16{0, 1, 2, 3, 4, 6, 8, 10, 13, 16, 20, 26, 34, 44, 58, 76, 100, 128, 256}

// shape is how a node finds its children: code is its capacity, as an index of
// capacities, with the bit ranged; low is the lowest key of a ranged node.
type shape struct{ code, low byte }

const ranged = 0x80

// capacityOf is the capacity for the code of a shape, and tableSize the size of
// the table in bytes.
var capacityOf, tableSize = func() (of, size [256]uint16) {
	for code, n := range capacities {
		of[code], of[ranged|code] = n, n
		size[code], size[ranged|code] = 5*n, 4*n+1
	}
	return of, size
}()

// poolFor returns the pool for a node of that capacity.
func poolFor(code byte) uint8 {
	if code == 0 {
		return leaves
	}
	return inner
}

// blockUnits returns how many units a node takes that has fixed bytes besides
// its table.
func blockUnits(code byte, fixed int) int { return units(poolFor(code), fixed+int(tableSize[code])) }

// codeFor returns the code of the largest capacity that takes no more memory
// than the smallest one for that number of children.
func codeFor(children, fixed int, of byte) byte {
	code := byte(0)
	for int(capacities[code]) < children {
		code++
	}
	n := blockUnits(of|code, fixed)
	for int(code)+1 < len(capacities) && blockUnits(of|code+1, fixed) == n {
		code++
	}
	return of | code
}

// shapeFor returns the shape for that number of children, two or more, between
// two keys. It is ranged, which is searched faster, unless that takes more than
// twice the memory. Spare room lies below the keys if the node grows downward.
func shapeFor(children, low, high, fixed int, downward bool) shape {
	code, sparse := codeFor(high-low+1, fixed, ranged), codeFor(children, fixed, 0)
	if blockUnits(code, fixed) > 2*blockUnits(sparse, fixed) {
		return shape{code: sparse}
	}
	span := int(capacityOf[code])
	if downward {
		low = max(high+1-span, 0)
	}
	return shape{code: code, low: byte(min(low, 256-span))}
}

// fixedSize returns how many bytes a node takes without its table.
func fixedSize(kind byte, label int) int { return atValue + valueSize(kind) + label }

func nodeSize(kind byte, label int, code byte) int {
	return fixedSize(kind, label) + int(tableSize[code])
}

func (n node) word(at int) uint32       { return binary.LittleEndian.Uint32(n[at:]) }
func (n node) put(at int, value uint32) { binary.LittleEndian.PutUint32(n[at:], value) }

func (n node) kind() byte  { return n[0] }
func (n node) parent() ref { return ref(n.word(atParent)) }
func (n node) code() byte  { return n[2] }
func (n node) size() int   { return nodeSize(n[0], int(n[1]), n[2]) }
func (n node) fixed() int  { return fixedSize(n[0], int(n[1])) }

func (n node) isRanged() bool { return n[2]&ranged != 0 }

func (n node) shape() shape {
	if n.isRanged() {
		return shape{n.code(), n[atLow]}
	}
	return shape{code: n.code()}
}

// atCount returns the position of the number of children.
func (n node) atCount() int {
	if n.isRanged() {
		return n.atTable() + 4*int(capacityOf[n[2]])
	}
	return atLow
}

// children returns the number of children. A node of the largest capacity has
// some, so that zero means 256 there.
func (n node) children() int {
	count := int(n[n.atCount()])
	if count == 0 && capacityOf[n[2]] == 256 {
		return 256
	}
	return count
}

func (n node) atTable() int { return atValue + valueSize(n[0]) }
func (n node) atLabel() int { return n.atTable() + int(tableSize[n[2]]) }

func (n node) label() []byte {
	at := n.atLabel()
	return n[at : at+int(n[1])]
}

// at returns the position of the ref of the child with that key; 0 if there is
// no room for it, or no such child in a sparse node.
func (n node) at(key byte) int {
	at, room := n.atTable(), int(capacityOf[n[2]])
	if n.isRanged() {
		if i := int(key - n[atLow]); i < room {
			return at + 4*i
		}
		return 0
	}
	if i := indexOf(n[at:], int(n[atLow]), key); i >= 0 {
		return at + room + 4*i
	}
	return 0
}

// indexOf returns the index of a key among the first count bytes; -1 if it is
// not there.
func indexOf(keys []byte, count int, key byte) int {
	if count > 8 || len(keys) < 8 {
		return bytes.IndexByte(keys[:count], key)
	}
	const ones = 0x0101010101010101
	differs := binary.LittleEndian.Uint64(keys) ^ ones*uint64(key)
	same := (differs - ones) &^ differs & (ones << 7) // its lowest bit is the first byte that is zero
	if i := bits.TrailingZeros64(same) / 8; i < count {
		return i
	}
	return -1
}

// child returns the child whose label starts with key; 0 if there is none.
func (n node) child(key byte) ref {
	if at := n.at(key); at != 0 {
		return ref(n.word(at))
	}
	return 0
}

// setChild changes the ref of an existing child.
func (n node) setChild(key byte, r ref) { n.put(n.at(key), uint32(r)) }

// roomFor reports whether there is room for a child with that key.
func (n node) roomFor(key byte) bool {
	if n.isRanged() {
		return n.at(key) != 0
	}
	return int(n[atLow]) < int(capacityOf[n.code()])
}

// shapeWith returns a shape that has room for a child with that key too.
func (n node) shapeWith(key byte) shape {
	low, high := n.bounds()
	if high < 0 {
		return shape{code: codeFor(1, n.fixed(), 0)}
	}
	return shapeFor(n.children()+1, min(low, int(key)), max(high, int(key)), n.fixed(), int(key) < low)
}

// bounds returns the lowest and the highest key; 256 and -1 if there is no
// child.
func (n node) bounds() (low, high int) {
	low, high = 256, -1
	for r, key := n.after(0); r != 0; r, key = n.after(high + 1) {
		low, high = min(low, int(key)), int(key)
	}
	return low, high
}

// addChild adds a child. There must be room for it.
func (n node) addChild(key byte, r ref) {
	n[n.atCount()]++
	if n.isRanged() {
		n.put(n.at(key), uint32(r))
		return
	}
	at, count := n.atTable(), int(n[atLow])-1
	keys, refs := n[at:at+count+1], n[at+int(capacityOf[n[2]]):]
	i := count
	for ; i > 0 && keys[i-1] > key; i-- {
		keys[i] = keys[i-1]
	}
	copy(refs[4*(i+1):], refs[4*i:4*count])
	keys[i] = key
	refs.put(4*i, uint32(r))
}

// dropChild removes an existing child.
func (n node) dropChild(key byte) {
	n[n.atCount()]--
	if n.isRanged() {
		n.put(n.at(key), 0)
		return
	}
	at, count := n.atTable(), int(n[atLow])+1
	keys, refs := n[at:at+count], n[at+int(capacityOf[n[2]]):]
	i := bytes.IndexByte(keys, key)
	copy(keys[i:], keys[i+1:])
	copy(refs[4*i:4*(count-1)], refs[4*(i+1):4*count])
}

// after returns the child with the least key that is not below from, and that
// key; 0 if there is none.
func (n node) after(from int) (r ref, key byte) {
	at, room := n.atTable(), int(capacityOf[n[2]])
	if n.isRanged() {
		low := int(n[atLow])
		for i := max(from-low, 0); i < room; i++ {
			if r := n.word(at + 4*i); r != 0 {
				return ref(r), byte(low + i)
			}
		}
		return 0, 0
	}
	for i, key := range n[at : at+int(n[atLow])] {
		if int(key) >= from {
			return ref(n.word(at + room + 4*i)), key
		}
	}
	return 0, 0
}
