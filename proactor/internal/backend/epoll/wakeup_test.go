//go:build linux

package epoll

import (
	"fmt"
	"testing"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// An edge is found behind edges that complete nothing, also if there are more of those
// than one poll takes: Go's poller reports all of them once.
func TestEdgeBehindMany(t *testing.T) {
	for _, pipes := range []int{1, 130, 300} {
		t.Run(fmt.Sprint(pipes), func(t *testing.T) {
			b := newBackend(t)
			for range pipes {
				pipe(t, b)
			}
			r, w := pipe(t, b)
			read := &backend.Op{Kind: backend.KindRead, Handle: r, Buf: make([]byte, 4)}
			b.Start(read)
			if n, err := w.TryWrite([]byte("data")); n != 4 || err != nil {
				t.Fatal(n, err)
			}
			collect(t, b, 1)
			if read.N != 4 || read.Err != nil {
				t.Error(read.N, read.Err)
			}
		})
	}
}
