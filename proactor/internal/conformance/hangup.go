package conformance

import "time"

// testHungUp: HungUp detects that the peer has hung up although its bytes are
// unread, and does not consume them.
func testHungUp(f *fixture) {
	near, far := f.pair()
	hungUp, known := near.HungUp()
	if hungUp {
		f.t.Error("hung up at the beginning")
	}
	f.write(far, []byte("last words"))
	if err := far.Close(); err != nil {
		f.t.Fatal(err)
	}
	for known && !hungUp {
		c := f.call(nil)
		f.d.StartTimer(c.start(), time.Microsecond) // gives the end of the stream time to arrive
		f.wait(c)
		hungUp, _ = near.HungUp()
	}
	if got := f.readToEnd(near); string(got) != "last words" {
		f.t.Errorf("read %q before the end", got)
	}
	near.Close()
	if hungUp, _ := near.HungUp(); hungUp {
		f.t.Error("a closed handle has hung up")
	}
}
