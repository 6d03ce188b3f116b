package subscription

// Index is the subscriptions of a publisher's peers, for each of which the
// publisher has a value of type V. The zero value is empty.
type Index[V any] struct {
	trie
	peers    []*Peer[V] // by id
	ids      []uint32   // of nobody
	groups   []*group[V]
	spare    []uint32 // groups of nobody
	count    int
	prefixes int
	present  int      // peers that have not left
	departed *Peer[V] // those that have left and not been swept away, a list
	mark     uint64   // of the topic that is matched
	found    []V      // what the last Match returned; reused
}

// Peer is one peer of an Index.
type Peer[V any] struct {
	Value V
	id    uint32
	list  ref // what it subscribed to: nodes of kindOne, and members of groups
	count int
	gone  bool
	mark  uint64
	next  *Peer[V] // of those that have departed
}

// Count is how many subscriptions the peer has.
func (p *Peer[V]) Count() int { return p.count }

// Join adds a peer, which has no subscriptions yet.
func (x *Index[V]) Join(v V) *Peer[V] {
	if x.moved == nil {
		x.moved = x.onMoved
	}
	p := &Peer[V]{Value: v}
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

// Leave says that a peer has left: it matches nothing and is not counted any
// more. Its subscriptions, if it has any, are removed by Sweep.
func (x *Index[V]) Leave(p *Peer[V]) {
	if p.gone {
		return
	}
	p.gone = true
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
// to which nobody is subscribed then; the prefix is good until ended returns.
func (x *Index[V]) Sweep(most int, ended func(prefix []byte)) (more bool) {
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

// forget takes out a peer that has left and has no subscriptions any more. When
// nobody is in the lists, their memory is given back.
func (x *Index[V]) forget(p *Peer[V]) {
	x.peers[p.id] = nil
	x.ids = append(x.ids, p.id)
	if len(x.ids) == len(x.peers) {
		x.peers, x.ids, x.groups, x.spare, x.found = nil, nil, nil, nil, nil
	}
}

// Len is how many subscriptions there are, of all peers that have not left.
func (x *Index[V]) Len() int { return x.count }

// Prefixes is how many different prefixes there are, with those that only peers
// that have left, and were not swept away, subscribed to.
func (x *Index[V]) Prefixes() int { return x.prefixes }

// Add adds a subscription. It reports whether it is new, and whether it is the
// only one to that prefix. One that the peer has is not added again; nor is one
// that exceeds the 32 GiB that an index may take.
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
	return true, first
}

// Remove removes a subscription. It reports whether it was there, and whether it
// was the only one to that prefix.
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
	return true, last
}

// setOne makes p the only one who is subscribed to what r is the node of: of
// kindOne, and without a value.
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

// link puts a block into its peer's list.
func (x *Index[V]) link(r ref, p *Peer[V]) {
	n := x.node(r)
	n.put(atNext, uint32(p.list))
	n.put(atPrevious, 0)
	if p.list != 0 {
		x.node(p.list).put(atPrevious, uint32(r))
	}
	p.list = r
}

// unlink takes a block out of its peer's list.
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

// onMoved tells those who know of a node where it lies now.
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
