package transport

import (
	"cmp"
	"container/list"
	"fmt"
)

// MaxHandshakes is how many accepted connections of a listener may be in the middle
// of a handshake: that of a layer, or ZMTP's. The time limit of handshakes alone
// would let a peer that makes connections and says nothing take memory and
// descriptors as fast as it can connect. The oldest connection is closed for one
// that is too many: a peer that means to finish takes a few round trips. The number
// is far above what peers that all connect again at the same time need, and takes
// some 30 MB.
const MaxHandshakes = 8192

// ErrTooManyHandshakes means that a connection was closed in the middle of its
// handshake because MaxHandshakes newer ones have not finished theirs.
var ErrTooManyHandshakes = fmt.Errorf("handshake not finished before those of %d newer connections had begun", MaxHandshakes)

// Handshakes are the accepted connections of a listener whose handshake is in
// progress. The zero value has none. It belongs to the dispatcher's goroutine.
type Handshakes struct {
	Max  int       // for tests; 0: MaxHandshakes
	list list.List // of func(error), from the oldest on
}

// Begin adds a connection, which end closes. If there are too many, Begin calls the
// end of the oldest.
func (h *Handshakes) Begin(end func(cause error)) (place *list.Element) {
	place = h.list.PushBack(end)
	if h.list.Len() > cmp.Or(h.Max, MaxHandshakes) {
		oldest := h.list.Front()
		h.list.MoveToBack(oldest) // until End is called
		oldest.Value.(func(error))(ErrTooManyHandshakes)
	}
	return place
}

// End removes a connection whose handshake has ended.
func (h *Handshakes) End(place *list.Element) { h.list.Remove(place) }

// Len is how many connections there are.
func (h *Handshakes) Len() int { return h.list.Len() }

// EndAll calls the end of every connection.
func (h *Handshakes) EndAll(cause error) {
	for e := h.list.Front(); e != nil; {
		next := e.Next() // the end may call End
		e.Value.(func(error))(cause)
		e = next
	}
}
