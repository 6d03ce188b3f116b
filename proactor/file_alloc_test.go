package proactor_test

import (
	"context"
	"os"
	"testing"

	"github.com/actum-go/actum/internal/alloctest"
	"github.com/actum-go/actum/proactor"
)

// statAllocates says that files go through package os on this system, whose Stat
// allocates each time.
var statAllocates = true

// TestNoAllocationFiles asserts that operations on an open file, and a transmission
// of it, allocate nothing in steady state. One of the reads is longer than what the
// epoll and goroutine backends do without a worker.
func TestNoAllocationFiles(t *testing.T) {
	const size = 100_000
	for _, name := range workingBackends() {
		if name == "sim" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			d := dispatcher(t, name)
			defer d.Close()
			f := do(t, d, func(op *proactor.Operation) { d.OpenFile(op, benchFile(t, size), os.O_RDWR, 0) })
			a, b := connectedPair(t, d, "tcp")
			w := &fileWork{t: t, d: d, f: f, a: a, b: b}
			for i := range w.bufs {
				w.bufs[i] = make([]byte, size)
			}
			for i := range w.ops {
				w.ops[i].Handler = w
			}
			w.transmission = proactor.Transmission{Header: []byte("header"), File: f, Length: 10_000}
			for range 50 {
				w.turn()
			}
			alloctest.None(t, 1000*len(w.ops), func() {
				for range 1000 {
					w.turn()
				}
			})
		})
	}
}

// fileWork makes one operation of each kind, again and again.
type fileWork struct {
	t            *testing.T
	d            *proactor.Dispatcher
	f, a, b      *proactor.Handle
	bufs         [4][]byte
	ops          [7]proactor.Operation
	info         proactor.FileInfo
	transmission proactor.Transmission
	done         int
}

func (w *fileWork) HandleCompletion(op *proactor.Operation) {
	if w.done++; op.Err() != nil {
		w.t.Errorf("%v: %v", op.Kind(), op.Err())
	}
}

func (w *fileWork) turn() {
	w.done = 0
	w.f.ReadAt(&w.ops[0], w.bufs[0][:4096], 8192)
	w.f.ReadAt(&w.ops[1], w.bufs[1], 0)
	w.f.WriteAt(&w.ops[2], w.bufs[2][:100], 50)
	if statAllocates {
		w.d.Post(&w.ops[3])
	} else {
		w.f.Stat(&w.ops[3], &w.info)
	}
	w.f.ReadAt(&w.ops[4], w.bufs[3][:0], 0)
	w.a.TransmitFile(&w.ops[5], &w.transmission)
	for received := 0; received < 10_006; received += w.ops[6].N() {
		w.b.Read(&w.ops[6], w.bufs[3][:20_000])
		w.until(func() bool { return !w.ops[6].Outstanding() })
	}
	w.until(func() bool { return w.done >= len(w.ops) && !w.ops[5].Outstanding() })
	for i := range w.ops {
		if w.ops[i].Outstanding() {
			w.until(func() bool { return !w.ops[i].Outstanding() })
		}
	}
}

func (w *fileWork) until(cond func() bool) {
	for !cond() {
		if _, err := w.d.RunOne(context.Background()); err != nil {
			w.t.Fatal(err)
		}
	}
}
