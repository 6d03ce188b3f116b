package subscription

import (
	"bytes"
	"encoding/binary"
)

// A node of the trie is a block:
//
//	| kind | label size | capacity | children | parent | value | label | keys | refs |
//	|  1   |     1      |  1, code |    1     |   4    | 0..12 | 0..255|  c   |  4c  |
//
// The label is what the path to the node adds to its parent's: the first byte
// tells it from its siblings, and is its key in the parent. Keys are in ascending
// order, with the ref of each child at the same place in refs. With the largest
// capacity there are no keys: the child's first byte is its place in refs.
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

const (
	kindFree byte = iota
	kindPlain
	kindOne
	kindMany
	kindCount
	kindMember
)

const (
	atParent, atGroup  = 4, 4
	atValue            = 8
	atPeer             = 8
	atNext, atPrevious = 12, 16
	memberSize         = 20
	maxLabel           = 255
)

// valueSizes is how long a value is, for each kind.
var valueSizes = [8]uint8{kindOne: 12, kindMany: 4, kindCount: 4}

// capacities are how many children a node may have room for.
var capacities = [...]uint16{0, 1, 2, 3, 4, 6, 8, 10, 13, 16, 20, 26, 34, 44, 58, 76, 100, 128, 256}

// direct is the capacity whose refs are found without keys.
const direct = len(capacities) - 1

// codeFor is the smallest capacity for that many children.
func codeFor(children int) byte {
	code := byte(0)
	for int(capacities[code]) < children {
		code++
	}
	return code
}

func nodeSize(kind byte, label int, code byte) int {
	size := atValue + int(valueSizes[kind&7]) + label + 4*int(capacities[code])
	if int(code) != direct {
		size += int(capacities[code])
	}
	return size
}

func (n node) word(at int) uint32       { return binary.LittleEndian.Uint32(n[at:]) }
func (n node) put(at int, value uint32) { binary.LittleEndian.PutUint32(n[at:], value) }

func (n node) kind() byte  { return n[0] }
func (n node) parent() ref { return ref(n.word(atParent)) }
func (n node) code() byte  { return n[2] }
func (n node) size() int   { return nodeSize(n[0], int(n[1]), n[2]) }

// children is how many there are: one of the largest capacity has some, so that
// zero means 256 there.
func (n node) children() int {
	if int(n[2]) == direct && n[3] == 0 {
		return 256
	}
	return int(n[3])
}

func (n node) atLabel() int { return atValue + int(valueSizes[n[0]&7]) }
func (n node) atKeys() int  { return n.atLabel() + int(n[1]) }

func (n node) label() []byte { return n[n.atLabel():n.atKeys()] }

// child returns the child whose label starts with key; 0 if there is none.
func (n node) child(key byte) ref {
	at := atValue + int(valueSizes[n[0]&7]) + int(n[1])
	code := int(n[2])
	if code == direct {
		return ref(n.word(at + 4*int(key)))
	}
	i := bytes.IndexByte(n[at:at+int(n[3])], key)
	if i < 0 {
		return 0
	}
	return ref(n.word(at + int(capacities[code]) + 4*i))
}

// setChild changes the ref of a child that is there.
func (n node) setChild(key byte, r ref) {
	at := n.atKeys()
	if int(n[2]) == direct {
		n.put(at+4*int(key), uint32(r))
		return
	}
	i := bytes.IndexByte(n[at:at+int(n[3])], key)
	n.put(at+int(capacities[n[2]])+4*i, uint32(r))
}

// addChild adds a child where there is room for it.
func (n node) addChild(key byte, r ref) {
	at, count := n.atKeys(), int(n[3])
	n[3]++
	if int(n[2]) == direct {
		n.put(at+4*int(key), uint32(r))
		return
	}
	keys, refs := n[at:at+count+1], n[at+int(capacities[n[2]]):]
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
	at, count := n.atKeys(), n.children()
	n[3]--
	if int(n[2]) == direct {
		n.put(at+4*int(key), 0)
		return
	}
	keys, refs := n[at:at+count], n[at+int(capacities[n[2]]):]
	i := bytes.IndexByte(keys, key)
	copy(keys[i:], keys[i+1:])
	copy(refs[4*i:4*(count-1)], refs[4*(i+1):4*count])
}

// after returns the child whose key is the least that is not below from, and that
// key; 0 if there is none.
func (n node) after(from int) (r ref, key byte) {
	at := n.atKeys()
	if int(n[2]) == direct {
		for ; from < 256; from++ {
			if r := n.word(at + 4*from); r != 0 {
				return ref(r), byte(from)
			}
		}
		return 0, 0
	}
	for i, key := range n[at : at+int(n[3])] {
		if int(key) >= from {
			return ref(n.word(at + int(capacities[n[2]]) + 4*i)), key
		}
	}
	return 0, 0
}
