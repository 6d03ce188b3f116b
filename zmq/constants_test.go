package zmq_test

import (
	"testing"

	"github.com/actum-go/actum/zmq"
)

// The documented numbers. They are part of the interface.
func TestConstants(t *testing.T) {
	for _, tt := range []struct {
		name      string
		got, want int64
	}{
		{"Unlimited", zmq.Unlimited, -1},
		{"NoLinger", int64(zmq.NoLinger), -1},
		{"LingerForever", int64(zmq.LingerForever), 0},
	} {
		if tt.got != tt.want {
			t.Errorf("%s is %d, want %d", tt.name, tt.got, tt.want)
		}
	}
}
