package subscription

import (
	"bytes"
	"encoding/binary"
)

// A node of the trie is a block:
//
//	| kind | label size | capacity | children | parent | value | label | keys | refs |
//	|  1   |     1      |  1, code |    1     |   4    | 0..12 | 0..255|1 or c|  4c  |
//
// The label is what the path to the node adds to its parent's: the first byte
// tells it from its siblings, and is its key in the parent. How a key leads to a
// child depends on the shape:
//
//	sparse  keys are in ascending order, one for each child, whose ref is at the
//	        same place in refs
//	ranged  there is one key, the lowest that the node has room for: refs are
//	        those of the keys from there on, zero where there is no child
//
// The value depends on the kind:
//
//	kindPlain  nobody subscribed to exactly this
//	kindOne    one peer did: its id (4), then the links of its list (4 + 4)
//	kindMany   several did: which group (4)
//	kindCount  how often (4); a Set's
//
// A member of a group is a block like a node of kindOne, with its group in place
// of the parent: both are in the list of what a peer subscribed to.
type node []byte

// The lower half of a kind is how long its value is.
const (
	kindFree   byte = 0x00
	kindPlain  byte = 0x10
	kindOne    byte = 0x2c
	kindMany   byte = 0x34
	kindCount  byte = 0x44
	kindMember byte = 0x5c
)

// valueSize is how long the value of a node of that kind is.
func valueSize(kind byte) int { return int(kind & 0x0f) }

const (
	atParent, atGroup  = 4, 4
	atValue            = 8
	atPeer             = 8
	atNext, atPrevious = 12, 16
	memberSize         = 20
	maxLabel           = 255
)

// capacities are how many children a node may have room for.
var capacities = [...]uint16{0, 1, 2, 3, 4, 6, 8, 10, 13, 16, 20, 26, 34, 44, 58, 76, 100, 128, 256}

// shape is how a node finds its children: what its capacity is, as an index of
// capacities, with a bit that says ranged; and the lowest key if it is that.
type shape struct{ code, low byte }

const ranged = 0x80

// capacityOf is capacities by the code of a shape.
var capacityOf = func() (of [256]uint16) {
	for code, n := range capacities {
		of[code], of[ranged|code] = n, n
	}
	return of
}()

// codeFor is the smallest capacity for that many children.
func codeFor(children int) byte {
	code := byte(0)
	for int(capacities[code]) < children {
		code++
	}
	return code
}

// shapeFor is the shape for that many children between two keys. It is ranged
// unless that takes more than twice the memory: it is found faster then. Room that
// is left lies below the keys if the node grows downward.
func shapeFor(children, low, high int, downward bool) shape {
	code, sparse := codeFor(high-low+1), codeFor(children)
	span := int(capacities[code])
	if children < 2 || 4*span > 2*5*int(capacities[sparse]) {
		return shape{code: sparse}
	}
	if downward {
		low = max(high+1-span, 0)
	}
	return shape{code: ranged | code, low: byte(min(low, 256-span))}
}

// keysSize is how many bytes the keys take.
func keysSize(code byte) int {
	if code&ranged != 0 {
		return 1
	}
	return int(capacityOf[code])
}

func nodeSize(kind byte, label int, code byte) int {
	return atValue + valueSize(kind) + label + keysSize(code) + 4*int(capacityOf[code])
}

func (n node) word(at int) uint32       { return binary.LittleEndian.Uint32(n[at:]) }
func (n node) put(at int, value uint32) { binary.LittleEndian.PutUint32(n[at:], value) }

func (n node) kind() byte  { return n[0] }
func (n node) parent() ref { return ref(n.word(atParent)) }
func (n node) code() byte  { return n[2] }
func (n node) size() int   { return nodeSize(n[0], int(n[1]), n[2]) }

func (n node) shape() shape {
	if n.code()&ranged != 0 {
		return shape{n.code(), n[n.atKeys()]}
	}
	return shape{code: n.code()}
}

// children is how many there are: one of the largest capacity has some, so that
// zero means 256 there.
func (n node) children() int {
	if n[3] == 0 && capacityOf[n[2]] == 256 {
		return 256
	}
	return int(n[3])
}

func (n node) atLabel() int { return atValue + valueSize(n[0]) }
func (n node) atKeys() int  { return n.atLabel() + int(n[1]) }

func (n node) label() []byte { return n[n.atLabel():n.atKeys()] }

// at returns where the ref of a child lies that has that key; 0 if there is no
// room for it, or no child in a sparse node.
func (n node) at(key byte) int {
	at, code := n.atKeys(), n[2]
	if code&ranged != 0 {
		if i := int(key - n[at]); i < int(capacityOf[code]) {
			return at + 1 + 4*i
		}
		return 0
	}
	if i := bytes.IndexByte(n[at:at+int(n[3])], key); i >= 0 {
		return at + int(capacityOf[code]) + 4*i
	}
	return 0
}

// child returns the child whose label starts with key; 0 if there is none.
func (n node) child(key byte) ref {
	if at := n.at(key); at != 0 {
		return ref(n.word(at))
	}
	return 0
}

// setChild changes the ref of a child that is there.
func (n node) setChild(key byte, r ref) { n.put(n.at(key), uint32(r)) }

// roomFor reports whether there is room for a child with that key.
func (n node) roomFor(key byte) bool {
	if n.code()&ranged != 0 {
		return n.at(key) != 0
	}
	return n.children() < int(capacityOf[n.code()])
}

// shapeWith is a shape that has room for a child with that key too.
func (n node) shapeWith(key byte) shape {
	low, high := n.bounds()
	return shapeFor(n.children()+1, min(low, int(key)), max(high, int(key)), int(key) < low)
}

// bounds are the lowest and the highest key; 256 and -1 if there is no child.
func (n node) bounds() (low, high int) {
	low, high = 256, -1
	for r, key := n.after(0); r != 0; r, key = n.after(high + 1) {
		low, high = min(low, int(key)), int(key)
	}
	return low, high
}

// addChild adds a child where there is room for it.
func (n node) addChild(key byte, r ref) {
	count := int(n[3])
	n[3]++
	if n.code()&ranged != 0 {
		n.put(n.at(key), uint32(r))
		return
	}
	at := n.atKeys()
	keys, refs := n[at:at+count+1], n[at+int(capacityOf[n[2]]):]
	i := count
	for ; i > 0 && keys[i-1] > key; i-- {
		keys[i] = keys[i-1]
	}
	copy(refs[4*(i+1):], refs[4*i:4*count])
	keys[i] = key
	refs.put(4*i, uint32(r))
}

// dropChild takes a child out that is there.
func (n node) dropChild(key byte) {
	count := n.children()
	n[3] = byte(count - 1)
	if n.code()&ranged != 0 {
		n.put(n.at(key), 0)
		return
	}
	at := n.atKeys()
	keys, refs := n[at:at+count], n[at+int(capacityOf[n[2]]):]
	i := bytes.IndexByte(keys, key)
	copy(keys[i:], keys[i+1:])
	copy(refs[4*i:4*(count-1)], refs[4*(i+1):4*count])
}

// after returns the child whose key is the least that is not below from, and that
// key; 0 if there is none.
func (n node) after(from int) (r ref, key byte) {
	at, room := n.atKeys(), int(capacityOf[n[2]])
	if n.code()&ranged != 0 {
		low := int(n[at])
		for i := max(from-low, 0); i < room; i++ {
			if r := n.word(at + 1 + 4*i); r != 0 {
				return ref(r), byte(low + i)
			}
		}
		return 0, 0
	}
	for i, key := range n[at : at+int(n[3])] {
		if int(key) >= from {
			return ref(n.word(at + room + 4*i)), key
		}
	}
	return 0, 0
}
