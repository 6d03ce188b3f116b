package subscription

import "slices"

// group is two or more peers that are subscribed to the same prefix.
type group[V any] struct {
	id     uint32
	node   ref
	peers  []*Peer[V]
	blocks []ref          // the member block of each
	values []V            // the value of each: what a Match returns
	at     map[uint32]int // the index of a peer in these, by its id; nil while there are few
}

// fewMembers is how many members are searched one by one.
const fewMembers = 8

// find returns the index of a peer in the group; -1 if it is not a member.
func (g *group[V]) find(p *Peer[V]) int {
	if g.at == nil {
		return slices.Index(g.peers, p)
	}
	if i, ok := g.at[p.id]; ok {
		return i
	}
	return -1
}

// newGroup makes the group of the subscribers of a node, which must be of
// kindMany.
func (x *Index[V]) newGroup(r ref) *group[V] {
	g := &group[V]{node: r}
	if n := len(x.spare); n > 0 {
		g.id, x.spare = x.spare[n-1], x.spare[:n-1]
		x.groups[g.id] = g
	} else {
		g.id = uint32(len(x.groups))
		x.groups = append(x.groups, g)
	}
	x.node(r).put(atValue, g.id)
	return g
}

func (x *Index[V]) joinGroup(g *group[V], p *Peer[V]) {
	r := x.alloc(leaves, memberSize)
	n := x.node(r)
	n[0] = kindMember
	n.put(atGroup, g.id)
	n.put(atPeer, p.id)
	x.link(r, p)
	g.peers, g.blocks, g.values = append(g.peers, p), append(g.blocks, r), append(g.values, p.Value)
	switch {
	case g.at != nil:
		g.at[p.id] = len(g.peers) - 1
	case len(g.peers) > fewMembers:
		g.at = make(map[uint32]int, len(g.peers))
		for i, p := range g.peers {
			g.at[p.id] = i
		}
	}
}

// leaveGroup removes a peer from a group. If only one is left, the group is
// freed.
func (x *Index[V]) leaveGroup(g *group[V], p *Peer[V]) {
	x.takeOut(g, g.find(p))
	if len(g.peers) > 1 {
		return
	}
	rest := g.peers[0]
	x.takeOut(g, 0)
	x.groups[g.id] = nil
	x.spare = append(x.spare, g.id)
	x.setOne(x.setKind(g.node, kindOne), rest)
}

// takeOut removes the i-th peer; the last one takes its place.
func (x *Index[V]) takeOut(g *group[V], i int) {
	p, r, last := g.peers[i], g.blocks[i], len(g.peers)-1
	x.unlink(r, p)
	x.release(r, memberSize)
	if g.at != nil {
		g.at[g.peers[last].id] = i
		delete(g.at, p.id)
	}
	var zero V
	g.peers[i], g.blocks[i], g.values[i] = g.peers[last], g.blocks[last], g.values[last]
	g.peers[last], g.values[last] = nil, zero
	g.peers, g.blocks, g.values = g.peers[:last], g.blocks[:last], g.values[:last]
	if len(g.peers) > fewMembers && cap(g.peers) > 4*len(g.peers) {
		g.peers, g.blocks, g.values = slices.Clone(g.peers), slices.Clone(g.blocks), slices.Clone(g.values)
	}
}
