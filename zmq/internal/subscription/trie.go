package subscription

// trie is a radix trie of byte strings. Every node except the root has a value
// or at least two children, unless its label and its child's are too long to be
// merged. So there are at most twice as many nodes as values, plus those that
// long labels need.
type trie struct {
	memory
	root  ref
	moved func(n node, r ref) // called when a node with a value has moved to r; may be nil
	steps int                 // number of block look-ups, without those of next; for tests
	path  []byte
}

func (t *trie) node(r ref) node {
	t.steps++
	return node(t.block(r))
}

// find returns the node of exactly this string; 0 if there is none.
func (t *trie) find(s []byte) ref {
	r := t.root
	if r == 0 {
		return 0
	}
	for n := t.node(r); len(s) > 0; {
		if r = n.child(s[0]); r == 0 {
			return 0
		}
		n = t.node(r)
		size := int(n[1])
		if size > 1 && (size > len(s) || string(n.label()) != string(s[:size])) {
			return 0
		}
		s = s[size:]
	}
	return r
}

// next descends from n, the node of the first at bytes of topic, to the next
// node on the way to topic that has a value. It returns that node and the
// length of its string. If there is none it returns nil, and how many bytes of
// topic say so: the end of topic counts as one.
func (t *trie) next(n node, topic []byte, at int) (node, int) {
	for head := n.word(0); ; {
		code := byte(head >> 16)
		if code == 0 {
			return nil, at
		}
		if at >= len(topic) {
			return nil, at + 1
		}
		r, key := ref(0), topic[at]
		table, room := atValue+valueSize(byte(head)), int(capacityOf[code])
		if code&ranged != 0 {
			i := int(key - byte(head>>24))
			if i >= room {
				return nil, at + 1
			}
			r = ref(n.word(table + 4*i))
		} else if i := indexOf(n[table:], int(head>>24), key); i >= 0 {
			r = ref(n.word(table + room + 4*i))
		}
		if r == 0 {
			return nil, at + 1
		}
		n = t.block(r)
		head = n.word(0)
		if size := int(byte(head >> 8)); size == 1 {
			at++
		} else if rest := topic[at:]; size <= len(rest) && string(n.label()) == string(rest[:size]) {
			at += size
		} else {
			return nil, at + common(n.label(), rest) + 1
		}
		if byte(head) != kindPlain {
			return n, at
		}
	}
}

// fits reports whether there is memory to insert a string.
func (t *trie) fits(s []byte) bool { return t.hasRoom(2*len(s) + 4*pageSize) }

// insert returns the node of exactly this string. If it is missing, insert adds
// a node of that kind whose value is undefined.
func (t *trie) insert(s []byte, kind byte) (r ref, added bool) {
	if t.root == 0 {
		t.root = t.newNode(kindPlain, 0, nil, shape{})
	}
	r = t.root
	n := t.node(r)
	for len(s) > 0 {
		c := n.child(s[0])
		if c == 0 {
			return t.extend(r, s, kind), true
		}
		n = t.node(c)
		same := 1
		if size := int(n[1]); size > 1 {
			if same = common(n.label(), s); same < size {
				c = t.split(c, same)
				n = t.node(c)
			}
		}
		r, s = c, s[same:]
	}
	if n.kind() == kindPlain {
		return t.setKind(r, kind), true
	}
	return r, false
}

func common(a, b []byte) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

// newNode makes a node without children.
func (t *trie) newNode(kind byte, parent ref, label []byte, as shape) ref {
	size := nodeSize(kind, len(label), as.code)
	r := t.alloc(poolFor(as.code), size)
	n := t.node(r)
	clear(n[:size])
	n[0], n[1], n[2] = kind, byte(len(label)), as.code
	n.put(atParent, uint32(parent))
	copy(n[n.atLabel():], label)
	if as.code&ranged != 0 {
		n[atLow] = as.low
	}
	return r
}

// extend adds a node for s below r, and the nodes that a long s needs.
func (t *trie) extend(r ref, s []byte, kind byte) ref {
	for len(s) > maxLabel {
		r = t.add(r, kindPlain, s[:maxLabel], shape{code: 1})
		s = s[maxLabel:]
	}
	return t.add(r, kind, s, shape{})
}

// add adds a node below r.
func (t *trie) add(r ref, kind byte, label []byte, as shape) ref {
	if n := t.node(r); !n.roomFor(label[0]) {
		r = t.rewrite(r, n.kind(), n.label(), n.shapeWith(label[0]))
	}
	c := t.newNode(kind, r, label, as)
	t.node(r).addChild(label[0], c)
	return c
}

// split inserts a node between c and its parent that takes the first n bytes of
// c's label, and returns it.
func (t *trie) split(c ref, n int) ref {
	label, parent := t.node(c).label(), t.node(c).parent()
	middle := t.newNode(kindPlain, parent, label[:n], shape{code: codeFor(2, fixedSize(kindPlain, n), 0)})
	t.node(middle).addChild(label[n], c)
	t.node(parent).setChild(label[0], middle)
	t.node(c).put(atParent, uint32(middle))
	c = t.rewrite(c, t.node(c).kind(), label[n:], t.node(c).shape())
	// Labels that were too long to be merged may have become short enough.
	if t.node(c).children() == 1 && t.node(c).kind() == kindPlain {
		t.merge(c)
	}
	if p := t.node(parent); p.children() == 1 && p.kind() == kindPlain && parent != t.root {
		if merged := t.merge(parent); merged != 0 {
			return merged
		}
	}
	return middle
}

// rewrite replaces r by a node with the same children, and the same value if it
// is of the same kind. The parent must have a child with the first byte of
// label as its key.
func (t *trie) rewrite(r ref, kind byte, label []byte, as shape) ref {
	old := t.node(r)
	to := t.newNode(kind, old.parent(), label, as)
	n := t.node(to)
	if kind == old.kind() {
		copy(n[atValue:n.atTable()], old[atValue:])
	}
	for c, key := old.after(0); c != 0; c, key = old.after(int(key) + 1) {
		n.addChild(key, c)
		t.node(c).put(atParent, uint32(to))
	}
	if parent := n.parent(); parent == 0 {
		t.root = to
	} else {
		t.node(parent).setChild(label[0], to)
	}
	if kind == old.kind() && kind != kindPlain && t.moved != nil {
		t.moved(n, to)
	}
	t.release(r, old.size())
	return to
}

// setKind changes the kind of a node. Its value is undefined afterwards.
func (t *trie) setKind(r ref, kind byte) ref {
	n := t.node(r)
	return t.rewrite(r, kind, n.label(), n.shape())
}

// prune removes the value of a node, and all nodes that are not needed any
// more.
func (t *trie) prune(r ref) {
	for {
		n := t.node(r)
		switch children := n.children(); {
		case children == 0 && r == t.root:
			t.release(r, n.size())
			t.root = 0
			return
		case children == 0:
			parent, key := n.parent(), n.label()[0]
			t.release(r, n.size())
			r, n = parent, t.node(parent)
			n.dropChild(key)
			if n.kind() != kindPlain {
				t.trim(r, n.kind())
				return
			}
		case children == 1 && r != t.root && t.merge(r) != 0:
			return
		default:
			t.trim(r, kindPlain)
			return
		}
	}
}

// trim makes r a node of that kind, and smaller if it has too much spare room.
func (t *trie) trim(r ref, kind byte) {
	n := t.node(r)
	as, children, fixed := n.shape(), n.children(), fixedSize(kind, int(n[1]))
	switch {
	case children == 0:
		as = shape{}
	case children == 1:
		as = shape{code: codeFor(1, fixed, 0)}
	case int(capacityOf[as.code]) > 2*children+3:
		low, high := n.bounds()
		as = shapeFor(children, low, high, fixed, false)
	}
	if kind != n.kind() || blockUnits(as.code, fixed) < blockUnits(n.code(), n.fixed()) {
		t.rewrite(r, kind, n.label(), as)
	}
}

// merge merges r with its only child and returns the result; 0 if their labels
// are too long for that.
func (t *trie) merge(r ref) ref {
	n := t.node(r)
	only, _ := n.after(0)
	c := t.node(only)
	if int(n[1])+int(c[1]) > maxLabel {
		return 0
	}
	t.path = append(append(t.path[:0], n.label()...), c.label()...)
	c.put(atParent, uint32(n.parent()))
	merged := t.rewrite(only, c.kind(), t.path, c.shape())
	t.release(r, t.node(r).size())
	return merged
}

// name appends the string of the node r to dst.
func (t *trie) name(dst []byte, r ref) []byte {
	size := 0
	for c := r; c != 0; c = t.node(c).parent() {
		size += int(t.node(c)[1])
	}
	start := len(dst)
	for range size {
		dst = append(dst, 0)
	}
	for at := start + size; r != 0; r = t.node(r).parent() {
		label := t.node(r).label()
		at -= len(label)
		copy(dst[at:], label)
	}
	return dst
}

// all calls visit with every node that has a value, and its string, in the
// order of the strings, until visit returns false. The trie must not be changed
// meanwhile.
func (t *trie) all(visit func(s []byte, n node) bool) { t.walk(t.root, fresh, nil, visit) }

// beyond is all for the strings after s, which need not be in the trie.
func (t *trie) beyond(s []byte, visit func(s []byte, n node) bool) {
	r, rest := t.root, s
	for r != 0 && len(rest) > 0 {
		from := int(rest[0])
		if c := t.node(r).child(rest[0]); c != 0 {
			label := t.node(c).label()
			n := common(label, rest)
			if n == len(label) {
				r, rest = c, rest[n:]
				continue
			}
			if n < len(rest) && label[n] < rest[n] {
				from++ // all nodes below c come before s
			}
		}
		t.walk(r, from, s[:len(s)-len(rest)], visit)
		return
	}
	t.walk(r, 0, s, visit)
}

// fresh says that a node has not been visited.
const fresh = -1

// walk visits the node r of the string s, and its children from the key from
// on, then the nodes that come after it. With from set to fresh it begins with
// r itself.
func (t *trie) walk(r ref, from int, s []byte, visit func(s []byte, n node) bool) {
	s = append([]byte(nil), s...)
	for r != 0 {
		n := t.node(r)
		if from == fresh && n.kind() != kindPlain && !visit(s, n) {
			return
		}
		if c, _ := n.after(max(from, 0)); c != 0 {
			s = append(s, t.node(c).label()...)
			r, from = c, fresh
			continue
		}
		if r == t.root {
			return
		}
		from = int(n.label()[0]) + 1
		s = s[:len(s)-int(n[1])]
		r = n.parent()
	}
}
