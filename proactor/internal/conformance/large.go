package conformance

import (
	"bytes"

	"github.com/actum-go/actum/proactor"
)

// testFileBeyond4GiB uses offsets of more than 32 bits, in a file that is a hole up
// to there. sim keeps files in memory and has no holes.
func testFileBeyond4GiB(f *fixture) {
	if f.d.Backend().Name == "sim" {
		return
	}
	file := f.file([]byte("the start"))
	data := pattern(70_000)
	for _, at := range []int64{1<<31 - 5, 1<<32 - 5, 5<<30 + 7} {
		f.writeAt(file, data, at)
		if got, want := f.size(file), at+int64(len(data)); got != want {
			f.t.Fatalf("a file of %d bytes, want %d", got, want)
		}
		if got := f.readAll(file, at, 1<<20); !bytes.Equal(got, data) {
			f.t.Errorf("%d bytes read at %d are not those that were written", len(got), at)
		}
		a, b := f.pair()
		for _, t := range []proactor.Transmission{{File: file, Offset: at}, {File: file, Offset: at, Length: int64(len(data))}} {
			send := f.call(nil)
			a.TransmitFile(send.start(), &t)
			if got := f.receive(b, len(data), send); !bytes.Equal(got, data) || t.Sent() != int64(len(data)) {
				f.t.Errorf("%d bytes transmitted from %d are not those that were written", t.Sent(), at)
			}
		}
	}
	start := make([]byte, 9)
	c := f.call(nil)
	file.ReadAt(c.start(), start, 0)
	if f.ok(c); string(start) != "the start" {
		f.t.Errorf("the start is %q now", start)
	}
}
