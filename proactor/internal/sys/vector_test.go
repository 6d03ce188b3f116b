package sys

import "testing"

// A vector is cut before its sum is more than a call moves, so that the sum fits an int
// of 32 bits. This one has 4 GiB, which would be 0 in 32 bits.
func TestVectorIsCut(t *testing.T) {
	v := make([][]byte, 1024)
	for i := range v {
		v[i] = longBuffer
	}
	var x Vector
	defer x.Reset()
	if size := x.Set(v); size <= 0 || size > 1<<30 {
		t.Errorf("a vector of %d bytes", size)
	}
}

var longBuffer = make([]byte, 4<<20)
