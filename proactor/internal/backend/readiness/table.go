//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package readiness

// table finds the handle that an edge belongs to. An edge carries
//
//	place 32 | generation 32
//
// The generation tells an edge that was meant for a handle which is closed by
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
func (t *table) add(h *handle) Token {
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
	return Token(place)<<32 | Token(r.generation)
}

// find is the handle that token was given for; nil if it is gone.
func (t *table) find(token Token) *handle {
	place := uint32(token >> 32)
	if uint64(place) >= uint64(len(t.rows)) || t.rows[place].generation != uint32(token) {
		return nil
	}
	return t.rows[place].h
}

// remove frees the place that token was given for.
func (t *table) remove(token Token) {
	place := uint32(token >> 32)
	t.rows[place] = row{generation: uint32(token) + 1}
	t.free = append(t.free, place)
}
