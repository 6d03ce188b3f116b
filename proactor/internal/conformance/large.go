package conformance

import (
	"bytes"

	"github.com/actum-go/actum/proactor"
)

// testFileBeyond4GiB uses offsets of more than 32 bits, in a file that is a hole up
// to there. sim keeps files in memory and has no holes.
func testFileBeyond4GiB(r *fixture) {
	if r.d.Backend().Name == "sim" {
		return
	}
	f := r.file([]byte("the start"))
	data := pattern(70_000)
	for _, at := range []int64{1<<31 - 5, 1<<32 - 5, 5<<30 + 7} {
		r.writeAt(f, data, at)
		if got, want := r.size(f), at+int64(len(data)); got != want {
			r.t.Fatalf("a file of %d bytes, want %d", got, want)
		}
		if got := r.readAll(f, at, 1<<20); !bytes.Equal(got, data) {
			r.t.Errorf("%d bytes read at %d are not those that were written", len(got), at)
		}
		a, b := r.pair()
		for _, t := range []proactor.Transmission{{File: f, Offset: at}, {File: f, Offset: at, Length: int64(len(data))}} {
			send := r.call(nil)
			a.TransmitFile(send.start(), &t)
			if got := r.receive(b, len(data), send); !bytes.Equal(got, data) || t.Sent() != int64(len(data)) {
				r.t.Errorf("%d bytes transmitted from %d are not those that were written", t.Sent(), at)
			}
		}
	}
	start := make([]byte, 9)
	c := r.call(nil)
	f.ReadAt(c.start(), start, 0)
	if r.ok(c); string(start) != "the start" {
		r.t.Errorf("the start is %q now", start)
	}
}
