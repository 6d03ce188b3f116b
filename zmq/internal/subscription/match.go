package subscription

// Match returns the values of the peers that are subscribed to a prefix of
// topic, each once, in no particular order. The result belongs to the index and
// is valid until the next call of any method. Match allocates nothing in steady
// state.
func (x *Index[V]) Match(topic []byte) []V {
	if x.root == 0 {
		return nil
	}
	n, at := x.node(x.root), 0
	if n.kind() == kindPlain {
		if n, at = x.next(n, topic, 0); n == nil {
			return nil
		}
	}
	first := n
	if n, at = x.next(n, topic, at); n == nil {
		return x.only(first)
	}
	x.begin()
	x.collect(first)
	for n != nil && len(x.found) < x.present {
		x.collect(n)
		n, at = x.next(n, topic, at)
	}
	return x.found
}

// begin starts an empty result.
func (x *Index[V]) begin() {
	x.mark++
	x.found = x.found[:0]
}

// collect adds the peers of a node that are not in the result yet.
func (x *Index[V]) collect(n node) {
	if n.kind() == kindOne {
		x.collectPeer(x.peers[n.word(atPeer)])
		return
	}
	for _, p := range x.groups[n.word(atValue)].peers {
		x.collectPeer(p)
	}
}

func (x *Index[V]) collectPeer(p *Peer[V]) {
	if p.mark != x.mark && !p.gone {
		p.mark = x.mark
		x.found = append(x.found, p.Value)
	}
}

// only returns the values of a node's peers. A group's values need no copy,
// unless some of its peers may have left.
func (x *Index[V]) only(n node) []V {
	if n.kind() == kindMany && x.departed == nil {
		return x.groups[n.word(atValue)].values
	}
	x.begin()
	x.collect(n)
	return x.found
}

// Sole returns the value of the peer that is subscribed to everything, if that
// is the only subscription.
func (x *Index[V]) Sole() (v V, ok bool) {
	if x.prefixes != 1 || x.departed != nil {
		return v, false
	}
	n := x.node(x.root)
	if n.kind() != kindOne {
		return v, false
	}
	return x.peers[n.word(atPeer)].Value, true
}
