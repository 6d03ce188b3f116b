package message

import (
	"bytes"
	"runtime"
	"testing"

	"github.com/actum-go/actum/internal/racecheck"
)

// The list of very many frames takes the memory that it needs, and no more.
func TestManyFrames(t *testing.T) {
	const n = 200_000
	buf := append(bytes.Repeat([]byte{1, 0}, n-1), 0, 1, 'z')
	for range 3 {
		var before, after runtime.MemStats
		var c Cursor
		c.Load(Batch{Buf: buf, Msgs: 1, Size: 1})
		runtime.ReadMemStats(&before)
		m, ok := c.Next()
		runtime.ReadMemStats(&after)
		if !ok || m.Len() != n || string(m.Frame(n-1)) != "z" {
			t.Fatalf("%d frames, %v", m.Len(), ok)
		}
		if grown := after.TotalAlloc - before.TotalAlloc; grown > 26*n && !racecheck.Enabled {
			t.Errorf("%d bytes for a list of %d frames", grown, n)
		}
		if _, ok := c.Next(); ok {
			t.Error("another message")
		}
	}
}
