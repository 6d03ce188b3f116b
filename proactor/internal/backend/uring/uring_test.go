//go:build linux

package uring

import (
	"testing"

	"github.com/actum-go/actum/proactor/internal/backend"
)

func TestPingPong(t *testing.T) {
	b := open(t, defaultTuning)
	c, s := pair(t, b)
	for range 1000 {
		r := read(b, s, 16)
		w := write(b, c, "ping")
		collect(t, b, 2)
		if w.Err != nil || r.Err != nil || string(r.Buf[:r.N]) != "ping" {
			t.Fatal(w.Err, r.Err, r.N)
		}
	}
	_ = backend.ErrCanceled
}
