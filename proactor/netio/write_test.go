package netio_test

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"testing"

	"github.com/actum-go/actum/proactor"
)

// TestWriteBuffers writes vectors of all shapes: their bytes arrive in order, and
// the vectors are consumed.
func TestWriteBuffers(t *testing.T) {
	shapes := map[string][]int{
		"none": {}, "empty": {0}, "empties": {0, 0, 0}, "one": {5},
		"some": {1, 0, 700, 3, 0}, "large": {1 << 20, 1, 1 << 20},
		"more than the kernel takes at once": repeat(3000, 7),
	}
	onEach(t, func(t *testing.T, d *proactor.Dispatcher, network string) {
		for name, sizes := range shapes {
			t.Run(name, func(t *testing.T) {
				a, b := pair(t, d, network)
				v, want := vector(sizes)
				go func() {
					n, err := a.WriteBuffers(&v)
					if n != int64(len(want)) || err != nil || len(v) != 0 {
						t.Errorf("wrote %d of %d, %v, %d buffers are left", n, len(want), err, len(v))
					}
					a.Close()
				}()
				if got, err := io.ReadAll(b); !bytes.Equal(got, want) || err != nil {
					t.Errorf("read %d bytes of %d, %v", len(got), len(want), err)
				}
			})
		}
	})
}

func repeat(times, size int) (sizes []int) {
	for range times {
		sizes = append(sizes, size)
	}
	return sizes
}

// vector returns buffers of the given sizes, and their bytes in one slice.
func vector(sizes []int) (v net.Buffers, all []byte) {
	total := 0
	for _, size := range sizes {
		total += size
	}
	all = bytes.Repeat(noise, total/len(noise)+1)[:total]
	for begin := 0; len(v) < len(sizes); begin += len(v[len(v)-1]) {
		v = append(v, bytes.Clone(all[begin:begin+sizes[len(v)]]))
	}
	return v, all
}

// noise is random. Its length is a prime number, so that blocks of other sizes differ.
var noise = func() []byte {
	b := make([]byte, 65521)
	rand.NewChaCha8([32]byte{}).Read(b)
	return b
}()

// TestWriteBuffersExpires: the vector keeps the bytes that were not written.
func TestWriteBuffersExpires(t *testing.T) {
	onEach(t, func(t *testing.T, d *proactor.Dispatcher, network string) {
		a, b := pair(t, d, network)
		v, want := vector(repeat(16, 1<<20))
		a.SetWriteDeadline(soon())
		n, err := a.WriteBuffers(&v)
		checkTimeout(t, "writev", err)
		a.SetWriteDeadline(never)
		go func() {
			a.WriteBuffers(&v)
			a.Close()
		}()
		got := bytes.NewBuffer(make([]byte, 0, len(want)+bytes.MinRead))
		_, err = got.ReadFrom(b)
		if !bytes.Equal(got.Bytes(), want) || err != nil {
			t.Errorf("%d were written, then the rest: read %d of %d, %v", n, got.Len(), len(want), err)
		}
	})
}

// TestWritesAreWhole has many goroutines write at once: their bytes are not mixed.
func TestWritesAreWhole(t *testing.T) {
	const writers, each, size = 8, 20, 64 << 10
	onEach(t, func(t *testing.T, d *proactor.Dispatcher, network string) {
		a, b := pair(t, d, network)
		var all sync.WaitGroup
		for w := range writers {
			all.Go(func() {
				block := bytes.Repeat([]byte{byte(w)}, size)
				for range each {
					if w%2 == 0 {
						a.Write(block)
					} else {
						a.WriteBuffers(&net.Buffers{block[:1], block[1:]})
					}
				}
			})
		}
		go func() {
			all.Wait()
			a.Close()
		}()
		block := make([]byte, size)
		for n := 0; n < writers*each; n++ {
			if _, err := io.ReadFull(b, block); err != nil {
				t.Fatalf("after %d: %v", n, err)
			}
			if bytes.Count(block, block[:1]) != size {
				t.Fatalf("block %d is of several writers", n)
			}
		}
	})
}
