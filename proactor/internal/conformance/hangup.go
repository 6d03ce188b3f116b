package conformance

import "time"

// testHungUp: a backend that can tell finds out that the peer has hung up although
// what it sent is not read, and that is still there.
func testHungUp(r *fixture) {
	near, far := r.pair()
	hungUp, known := near.HungUp()
	if hungUp {
		r.t.Error("hung up at the beginning")
	}
	r.write(far, []byte("last words"))
	if err := far.Close(); err != nil {
		r.t.Fatal(err)
	}
	for known && !hungUp {
		c := r.call(nil)
		r.d.StartTimer(c.start(), time.Microsecond) // the end is under way
		r.wait(c)
		hungUp, _ = near.HungUp()
	}
	if got := r.ends(near); string(got) != "last words" {
		r.t.Errorf("read %q before the end", got)
	}
}
