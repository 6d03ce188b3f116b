package conformance

import "time"

// testHungUp: HungUp detects that the peer has hung up although its bytes are
// unread, and does not consume them.
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
		r.d.StartTimer(c.start(), time.Microsecond) // gives the end of the stream time to arrive
		r.wait(c)
		hungUp, _ = near.HungUp()
	}
	if got := r.readToEnd(near); string(got) != "last words" {
		r.t.Errorf("read %q before the end", got)
	}
	near.Close()
	if hungUp, _ := near.HungUp(); hungUp {
		r.t.Error("a closed handle has hung up")
	}
}
