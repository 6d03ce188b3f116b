package subscription

// Match returns the values of the peers that are subscribed to a prefix of
// topic, each once, in no particular order. The result belongs to the index and
// is valid until the next call of any method. Match allocates nothing in steady
// state.
func (x *Index[V]) Match(topic []byte) []V {
	if x.memo.entries != nil {
		if result, ok := x.memo.lookup(topic); ok {
			return x.recall(result)
		}
	}
	if x.root == 0 {
		return nil
	}
	values, kind, depth := x.search(topic)
	switch {
	case x.memo.resting > 0:
		x.memo.resting--
	case x.departed == nil:
		x.remember(topic, depth, values, kind)
	}
	return values
}

// search is Match by a walk through the trie. It also returns the result that
// the memo stores for values, and how many bytes of topic they depend on.
func (x *Index[V]) search(topic []byte) (values []V, result uint32, depth int) {
	n, at := x.node(x.root), 0
	if n.kind() == kindPlain {
		if n, at = x.next(n, topic, 0); n == nil {
			return nil, resultNone, at
		}
	}
	first := n
	if n, at = x.next(n, topic, at); n == nil {
		values, result = x.only(first)
		return values, result, at
	}
	x.begin()
	x.collect(first)
	for n != nil && len(x.found) < x.present {
		x.collect(n)
		n, at = x.next(n, topic, at)
	}
	return x.found, resultList, at
}

// A result in the memo: the lowest bits are its kind, and the others an id.
const (
	resultNone  = iota // no peer
	resultPeer         // of a peer
	resultGroup        // of a group
	resultList         // where the list ends in Index.listed, and its length in the lowest listBits

	resultBits = 2
	listBits   = 14
	maxListed  = 1 << 12
)

// remember reports the result of a walk to the memo. The list of the peers of
// several prefixes is copied.
func (x *Index[V]) remember(topic []byte, depth int, values []V, result uint32) {
	switch {
	case result != resultList:
	case len(values) > maxListed:
		depth = maxDepth + 1 // not to be remembered
	case x.memo.entries != nil && depth <= x.memo.depth:
		if len(x.listed)+len(values) > maxListed {
			x.changed() // the lists that are still used are copied anew
		}
		x.listed = append(x.listed, values...)
		result |= uint32(len(x.listed)<<listBits|len(values)) << resultBits
	}
	if x.memo.walked(topic, depth, result, x.prefixes); x.memo.entries == nil {
		x.listed = nil
	}
}

// recall returns the values of a result in the memo.
func (x *Index[V]) recall(result uint32) []V {
	id := int(result >> resultBits)
	switch result & (1<<resultBits - 1) {
	case resultPeer:
		return x.peers[id].self[:]
	case resultGroup:
		return x.groups[id].values
	case resultList:
		end := id >> listBits
		return x.listed[end-id&(1<<listBits-1) : end]
	}
	return nil
}

// changed must be called after each change of the subscriptions: the memo
// forgets all results.
func (x *Index[V]) changed() {
	x.memo.forget(x.prefixes)
	clear(x.listed)
	x.listed = x.listed[:0]
	if x.memo.entries == nil {
		x.listed = nil
	}
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

// only returns the values of a node's peers, and the result for the memo. A
// group's values need no copy, unless some of its peers may have left.
func (x *Index[V]) only(n node) (values []V, result uint32) {
	id := n.word(atPeer)
	if n.kind() == kindOne {
		result = id<<resultBits | resultPeer
	} else if result = id<<resultBits | resultGroup; x.departed == nil {
		return x.groups[id].values, result
	}
	x.begin()
	x.collect(n)
	return x.found, result
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
