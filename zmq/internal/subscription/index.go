package subscription

// Index holds the subscriptions of a publisher's peers. Each peer has a value
// of type V. The zero value is empty.
type Index[V any] struct {
	trie
	peers    []*Peer[V] // by id
	ids      []uint32   // free ids
	groups   []*group[V]
	spare    []uint32 // free ids of groups
	count    int
	prefixes int
	present  int      // peers that have not left
	departed *Peer[V] // list of peers that have left and are not swept yet
	mark     uint64   // number of the Match that is running, or was last
	found    []V      // the result of the last Match; reused
	memo     memo     // results of Match: see search
	listed   []V      // the lists that the memo refers to
}

// Peer is one peer of an Index.
type Peer[V any] struct {
	Value V
	self  [1]V // Value
	id    uint32
	list  ref // its subscriptions: nodes of kindOne, and members of groups
	count int
	gone  bool
	mark  uint64   // the last Match that found the peer
	next  *Peer[V] // in the list of departed peers
}

// Count returns how many subscriptions the peer has.
func (p *Peer[V]) Count() int { return p.count }

// Join adds a peer without subscriptions.
func (x *Index[V]) Join(v V) *Peer[V] {
	if x.moved == nil {
		x.moved = x.onMoved
	}
	p := &Peer[V]{Value: v, self: [1]V{v}}
	if n := len(x.ids); n > 0 {
		p.id, x.ids = x.ids[n-1], x.ids[:n-1]
		x.peers[p.id] = p
	} else {
		p.id = uint32(len(x.peers))
		x.peers = append(x.peers, p)
	}
	x.present++
	return p
}

// Leave says that a peer has left: it does not match and is not counted any
// more. Its subscriptions, if it has any, are removed by Sweep.
func (x *Index[V]) Leave(p *Peer[V]) {
	if p.gone {
		return
	}
	p.gone = true
	defer x.changed()
	x.present--
	x.count -= p.count
	if p.list == 0 {
		x.forget(p)
		return
	}
	p.next, x.departed = x.departed, p
}

// Sweep removes up to most subscriptions of peers that have left, and reports
// whether there are more. It calls ended, unless that is nil, with each prefix
// that has no subscriber any more; the prefix is valid until ended returns.
func (x *Index[V]) Sweep(most int, ended func(prefix []byte)) (more bool) {
	defer x.changed()
	for ; x.departed != nil; most-- {
		p := x.departed
		if p.list == 0 {
			x.departed = p.next
			x.forget(p)
			continue
		}
		if most <= 0 {
			return true
		}
		r := p.list
		if n := x.node(r); n.kind() == kindMember {
			x.leaveGroup(x.groups[n.word(atGroup)], p)
			continue
		}
		if ended != nil {
			ended(x.name(nil, r))
		}
		x.end(r, p)
	}
	return false
}

// forget removes a peer that has left and has no subscriptions any more. With
// the last peer the memory of the lists is freed.
func (x *Index[V]) forget(p *Peer[V]) {
	x.peers[p.id] = nil
	x.ids = append(x.ids, p.id)
	if len(x.ids) == len(x.peers) {
		x.peers, x.ids, x.groups, x.spare, x.found = nil, nil, nil, nil, nil
	}
}

// Len returns the number of subscriptions of all peers that have not left.
func (x *Index[V]) Len() int { return x.count }

// Prefixes returns the number of different prefixes, including those of peers
// that have left and are not swept yet.
func (x *Index[V]) Prefixes() int { return x.prefixes }

// Add adds a subscription. It reports whether it is new, and whether it is the
// only one to that prefix. A subscription that the peer has already is not
// added again; nor is one that would exceed the index's limit of 32 GiB.
func (x *Index[V]) Add(p *Peer[V], prefix []byte) (added, first bool) {
	if p.gone || !x.fits(prefix) {
		return false, false
	}
	r, first := x.insert(prefix, kindOne)
	switch n := x.node(r); {
	case first:
		x.setOne(r, p)
		x.prefixes++
	case n.kind() == kindOne:
		other := x.peers[n.word(atPeer)]
		if other == p {
			return false, false
		}
		x.unlink(r, other)
		g := x.newGroup(x.setKind(r, kindMany))
		x.joinGroup(g, other)
		x.joinGroup(g, p)
	default:
		g := x.groups[n.word(atValue)]
		if g.find(p) >= 0 {
			return false, false
		}
		x.joinGroup(g, p)
	}
	p.count++
	x.count++
	x.changed()
	return true, first
}

// Remove removes a subscription. It reports whether there was one, and whether
// it was the only one to that prefix.
func (x *Index[V]) Remove(p *Peer[V], prefix []byte) (removed, last bool) {
	if p.gone {
		return false, false
	}
	r := x.find(prefix)
	if r == 0 {
		return false, false
	}
	switch n := x.node(r); n.kind() {
	case kindPlain:
		return false, false
	case kindOne:
		if n.word(atPeer) != p.id {
			return false, false
		}
		x.end(r, p)
		last = true
	default:
		g := x.groups[n.word(atValue)]
		if g.find(p) < 0 {
			return false, false
		}
		x.leaveGroup(g, p)
	}
	p.count--
	x.count--
	x.changed()
	return true, last
}

// setOne makes p the only subscriber of the node r, which must be of kindOne
// and have no value.
func (x *Index[V]) setOne(r ref, p *Peer[V]) {
	x.node(r).put(atPeer, p.id)
	x.link(r, p)
}

// end removes the only subscription to a prefix.
func (x *Index[V]) end(r ref, p *Peer[V]) {
	x.unlink(r, p)
	x.prune(r)
	x.prefixes--
}

// link adds a block to its peer's list.
func (x *Index[V]) link(r ref, p *Peer[V]) {
	n := x.node(r)
	n.put(atNext, uint32(p.list))
	n.put(atPrevious, 0)
	if p.list != 0 {
		x.node(p.list).put(atPrevious, uint32(r))
	}
	p.list = r
}

// unlink removes a block from its peer's list.
func (x *Index[V]) unlink(r ref, p *Peer[V]) {
	n := x.node(r)
	next, previous := n.word(atNext), n.word(atPrevious)
	if next != 0 {
		x.node(ref(next)).put(atPrevious, previous)
	}
	if previous != 0 {
		x.node(ref(previous)).put(atNext, next)
	} else {
		p.list = ref(next)
	}
}

// onMoved updates the references to a node that lies at r now.
func (x *Index[V]) onMoved(n node, r ref) {
	if n.kind() == kindMany {
		x.groups[n.word(atValue)].node = r
		return
	}
	next, previous := n.word(atNext), n.word(atPrevious)
	if next != 0 {
		x.node(ref(next)).put(atPrevious, uint32(r))
	}
	if previous != 0 {
		x.node(ref(previous)).put(atNext, uint32(r))
	} else {
		x.peers[n.word(atPeer)].list = r
	}
}
