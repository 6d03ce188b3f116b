//go:build linux

package uring

import (
	"bytes"
	"testing"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// An operation allocates nothing once its memory has grown to what it needs.
func TestNoAllocations(t *testing.T) {
	b := open(t, tuning{})
	client, server := pair(t, b)
	buf, data := make([]byte, 64), bytes.Repeat([]byte{7}, 64)
	vec, out := [][]byte{buf[:32], buf[32:]}, [][]byte{data[:10], data[10:]}
	kinds := []struct {
		name        string
		read, write backend.Op
	}{
		{"buffers",
			backend.Op{Kind: backend.KindRead, Handle: server, Buf: buf},
			backend.Op{Kind: backend.KindWrite, Handle: client, Buf: data}},
		{"vectors",
			backend.Op{Kind: backend.KindReadV, Handle: server, Vec: vec},
			backend.Op{Kind: backend.KindWriteV, Handle: client, Vec: out}},
	}
	for i := range kinds {
		k := &kinds[i]
		t.Run(k.name, func(t *testing.T) {
			allocs := testing.AllocsPerRun(200, func() {
				b.Start(&k.read)
				b.Start(&k.write)
				for n := 0; n < 2; {
					for op := b.Wait(backend.NoDeadline); op != nil; op = op.Next {
						n++
					}
				}
				if k.read.N != 64 || k.write.N != 64 || k.read.Err != nil || k.write.Err != nil {
					t.Fatal(k.read.N, k.write.N, k.read.Err, k.write.Err)
				}
			})
			if allocs != 0 {
				t.Errorf("%v allocations for a read and a write", allocs)
			}
		})
	}
	t.Run("without waiting", func(t *testing.T) {
		allocs := testing.AllocsPerRun(200, func() {
			if n, err := client.TryWriteV(out); n != 64 || err != nil {
				t.Fatal(n, err)
			}
			if n, err := server.TryRead(buf); n != 64 || err != nil {
				t.Fatal(n, err)
			}
		})
		if allocs != 0 {
			t.Errorf("%v allocations for a write and a read", allocs)
		}
	})
}

// A completed operation does not keep its buffers reachable.
func TestVectorsAreReleased(t *testing.T) {
	b := open(t, tuning{})
	client, _ := pair(t, b)
	w := &backend.Op{Kind: backend.KindWriteV, Handle: client, Vec: [][]byte{{1}, {}, {2, 3}}}
	b.Start(w)
	await(t, b, w)
	if w.N != 3 || len(w.Sys.Vec.Iov) != 2 {
		t.Fatal(w.N, len(w.Sys.Vec.Iov))
	}
	for _, v := range w.Sys.Vec.Iov {
		if v.Base != nil {
			t.Error("a buffer is still referred to")
		}
	}
}
