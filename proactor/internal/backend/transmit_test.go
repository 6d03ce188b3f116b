package backend

import (
	"math"
	"testing"
)

// TestTransmissionMoved: a number that does not fit in an int becomes the largest
// int.
func TestTransmissionMoved(t *testing.T) {
	for _, sent := range []int64{0, 1, math.MaxInt32, 1 << 31, 1<<32 + 5, 5 << 30, maxRange} {
		want := sent
		if sent > math.MaxInt {
			want = math.MaxInt
		}
		if got := (&Transmission{Sent: sent}).Moved(); int64(got) != want {
			t.Errorf("%d bytes sent are %d in an int, want %d", sent, got, want)
		}
	}
}
