package subscription

import "math"

// Set is a subscriber's own subscriptions: prefixes, and the number of
// subscriptions to each. The zero value is empty.
type Set struct {
	trie
	n    int
	memo memo // 1 for a topic that matches, 0 for another one
}

// Len returns the number of different prefixes.
func (s *Set) Len() int { return s.n }

// Add counts a subscription, and reports whether it is the first one to that
// prefix.
func (s *Set) Add(prefix []byte) (first bool) {
	r, first := s.insert(prefix, kindCount)
	n := s.node(r)
	switch count := n.word(atValue); {
	case first:
		n.put(atValue, 1)
		s.n++
		s.memo.forget(s.n)
	case count < math.MaxUint32:
		n.put(atValue, count+1)
	}
	return first
}

// Remove removes one subscription, and reports whether it was the last one to
// that prefix. It changes nothing if there is none.
func (s *Set) Remove(prefix []byte) (last bool) {
	r := s.find(prefix)
	if r == 0 || s.node(r).kind() == kindPlain {
		return false
	}
	n := s.node(r)
	if count := n.word(atValue) - 1; count > 0 {
		n.put(atValue, count)
		return false
	}
	s.prune(r)
	s.n--
	s.memo.forget(s.n)
	return true
}

// Matches reports whether the set has a prefix of topic.
func (s *Set) Matches(topic []byte) bool {
	if s.memo.entries != nil {
		if result, ok := s.memo.lookup(topic); ok {
			return result != 0
		}
	}
	if s.root == 0 {
		return false
	}
	n, depth := s.node(s.root), 0
	if n.kind() == kindPlain {
		n, depth = s.next(n, topic, 0)
	}
	if s.memo.resting > 0 {
		s.memo.resting--
		return n != nil
	}
	result := uint32(0)
	if n != nil {
		result = 1
	}
	s.memo.walked(topic, depth, result, s.n)
	return n != nil
}

// All calls visit with each prefix once, in ascending order, until visit
// returns false. The prefix is valid until visit returns. The set must not be
// changed meanwhile.
func (s *Set) All(visit func(prefix []byte) bool) {
	s.all(func(prefix []byte, _ node) bool { return visit(prefix) })
}

// Beyond is All for the prefixes that come after last, which need not be in the
// set: for a caller that visits some at a time.
func (s *Set) Beyond(last []byte, visit func(prefix []byte) bool) {
	s.beyond(last, func(prefix []byte, _ node) bool { return visit(prefix) })
}
