package proactor_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/actum-go/actum/proactor"
)

// BenchmarkReadAt reads 4 KiB at random places of a file that is in memory, with
// that number of reads outstanding. os.File is one goroutine that reads, and waits
// for no completion.
func BenchmarkReadAt(b *testing.B) {
	const size = 16 << 20
	for _, name := range workingBackends() {
		if name == "sim" {
			continue
		}
		for _, depth := range []int{1, 16} {
			b.Run(fmt.Sprintf("%s/depth=%d", name, depth), func(b *testing.B) {
				d := dispatcher(b, name)
				defer d.Close()
				f := do(b, d, func(op *proactor.Operation) { d.OpenFile(op, benchFile(b, 0), os.O_RDWR, 0) })
				fill(b, d, f, size)
				r := &randomReader{f: f, size: size, left: b.N}
				b.SetBytes(4096)
				b.ReportAllocs()
				b.ResetTimer()
				r.run(b, depth)
			})
		}
	}
	b.Run("os.File", func(b *testing.B) {
		f, err := os.Open(benchFile(b, size))
		if err != nil {
			b.Fatal(err)
		}
		defer f.Close()
		buf := make([]byte, 4096)
		b.SetBytes(4096)
		for b.Loop() {
			if _, err := f.ReadAt(buf, rand.Int64N(size/4096)*4096); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// fill writes size zeros.
func fill(tb testing.TB, d *proactor.Dispatcher, f *proactor.Handle, size int) {
	tb.Helper()
	data, at := make([]byte, 1<<20), 0
	op := &proactor.Operation{}
	op.Handler = proactor.HandlerFunc(func(op *proactor.Operation) {
		if at += op.N(); op.Err() != nil || at == size {
			d.Stop()
			return
		}
		f.WriteAt(op, data[:min(len(data), size-at)], int64(at))
	})
	f.WriteAt(op, data, 0)
	if err := d.Run(); err != nil || op.Err() != nil {
		tb.Fatal(err, op.Err())
	}
}

// randomReader keeps reads outstanding until it has made the given number of them.
type randomReader struct {
	f           *proactor.Handle
	size        int64
	left, flown int
	failed      error
}

func (r *randomReader) run(tb testing.TB, depth int) {
	tb.Helper()
	for range depth {
		buf := make([]byte, 4096)
		op := &proactor.Operation{Token: buf}
		op.Handler = r
		r.start(op)
	}
	if err := r.f.Dispatcher().Run(); err != nil || r.failed != nil {
		tb.Fatal(err, r.failed)
	}
}

// HandleCompletion implements proactor.Handler.
func (r *randomReader) HandleCompletion(op *proactor.Operation) {
	if r.flown--; op.Err() != nil || op.N() != 4096 {
		r.failed = fmt.Errorf("read %d bytes: %w", op.N(), op.Err())
	}
	r.start(op)
}

func (r *randomReader) start(op *proactor.Operation) {
	if r.left > 0 && r.failed == nil {
		r.left--
		r.flown++
		r.f.ReadAt(op, op.Token.([]byte), rand.Int64N(r.size/4096)*4096)
	} else if r.flown == 0 {
		r.f.Dispatcher().Stop()
	}
}
