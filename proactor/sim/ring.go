package sim

// ring is a queue of bytes. Its memory grows as needed and is kept.
type ring struct {
	buf   []byte
	first int // index of the oldest byte
	n     int // number of bytes held
}

// put appends b.
func (r *ring) put(b []byte) {
	r.reserve(r.n + len(b))
	end := r.first + r.n
	if end >= len(r.buf) {
		end -= len(r.buf)
	}
	k := copy(r.buf[end:], b)
	copy(r.buf, b[k:])
	r.n += len(b)
}

// take moves the oldest len(b) bytes to b. There must be that many.
func (r *ring) take(b []byte) {
	k := copy(b, r.buf[r.first:])
	copy(b[k:], r.buf)
	r.n -= len(b)
	if r.first += len(b); r.first >= len(r.buf) {
		r.first -= len(r.buf)
	}
}

func (r *ring) reserve(n int) {
	if n <= len(r.buf) {
		return
	}
	size := max(512, len(r.buf))
	for size < n {
		size *= 2
	}
	buf := make([]byte, size)
	held := r.n
	r.take(buf[:held])
	*r = ring{buf: buf, n: held}
}

// drop drops all bytes, and the memory.
func (r *ring) drop() { *r = ring{} }
