//go:build linux

package epoll

import "github.com/actum-go/actum/proactor/internal/sys"

// table finds the handle that an event belongs to. An event carries
//
//	place 32 | generation 32
//
// The generation tells an event that was meant for a handle which is closed by
// now from one for the handle that has taken its place. Backend.mu covers it.
type table struct {
	rows []row
	free []uint32
}

type row struct {
	h          *handle
	generation uint32
}

// add gives h a place.
func (t *table) add(h *handle) sys.EpollData {
	var place uint32
	if n := len(t.free); n > 0 {
		place = t.free[n-1]
		t.free = t.free[:n-1]
	} else {
		place = uint32(len(t.rows))
		t.rows = append(t.rows, row{})
	}
	r := &t.rows[place]
	r.h = h
	return sys.EpollData(place)<<32 | sys.EpollData(r.generation)
}

// find is the handle that data was given for; nil if it is gone.
func (t *table) find(data sys.EpollData) *handle {
	place := uint32(data >> 32)
	if int(place) >= len(t.rows) || t.rows[place].generation != uint32(data) {
		return nil
	}
	return t.rows[place].h
}

// remove frees the place that data was given for.
func (t *table) remove(data sys.EpollData) {
	place := uint32(data >> 32)
	t.rows[place] = row{generation: uint32(data) + 1}
	t.free = append(t.free, place)
}
