package sim

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// open opens a file of the network, despite faults.
func (r *fixture) open(name string) backend.Handle {
	r.t.Helper()
	for {
		op := r.do(&backend.Op{Kind: backend.KindOpen, Args: &backend.OpenArgs{Name: name, Flag: os.O_RDWR | os.O_CREATE, Perm: 0o640}})
		if op.Err == nil {
			return op.New
		}
		if !errors.Is(op.Err, errDisk) {
			r.t.Fatal(op.Err)
		}
	}
}

func readAt(f backend.Handle, n int, off int64) *backend.Op {
	return &backend.Op{Kind: backend.KindReadAt, Handle: f, Buf: make([]byte, n), Off: off}
}

func writeAt(f backend.Handle, b []byte, off int64) *backend.Op {
	return &backend.Op{Kind: backend.KindWriteAt, Handle: f, Buf: b, Off: off}
}

func transmit(h backend.Handle, t *backend.Transmission) *backend.Op {
	op := &backend.Op{Kind: backend.KindTransmitFile, Handle: h, Args: t}
	t.Reset(op)
	return op
}

// TestDisk tests the methods with which tests access the network's files.
func TestDisk(t *testing.T) {
	r := newFixture(t, settings{})
	n := r.Network()
	n.WriteFile("b", []byte("given"))
	f := r.open("b")
	if op := r.do(readAt(f, 10, 1)); string(op.Buf[:op.N]) != "iven" {
		t.Errorf("read %q, %v", op.Buf[:op.N], op.Err)
	}
	r.do(writeAt(r.open("a"), []byte("made"), 0))
	if got, err := n.ReadFile("a"); string(got) != "made" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if !slices.Equal(n.Files(), []string{"a", "b"}) {
		t.Errorf("%q", n.Files())
	}
	if err := n.RemoveFile("b"); err != nil {
		t.Error(err)
	}
	if op := r.do(readAt(f, 10, 0)); op.N != 5 || op.Err != nil {
		t.Errorf("a file that is open and has no name: %d, %v", op.N, op.Err)
	}
	_, err := n.ReadFile("b")
	if err2 := n.RemoveFile("b"); !errors.Is(err, fs.ErrNotExist) || !errors.Is(err2, fs.ErrNotExist) {
		t.Errorf("a file that is not there: %v, %v", err, err2)
	}
	if n.Open() != 2 {
		t.Errorf("%d handles are open, 2 are right", n.Open())
	}
}

// TestDiskFaults: a fault returns the error of a system, and changes nothing.
func TestDiskFaults(t *testing.T) {
	r := newFixture(t, settings{Faults: Faults{DiskFull: 1}})
	f := r.open("f")
	if op := r.do(writeAt(f, []byte("abc"), 0)); !errors.Is(op.Err, syscall.ENOSPC) || op.N != 0 {
		t.Errorf("full: %d, %v", op.N, op.Err)
	}
	if got, err := r.Network().ReadFile("f"); len(got) != 0 || err != nil {
		t.Errorf("%q, %v", got, err)
	}

	r = newFixture(t, settings{Faults: Faults{DiskError: 0.5}, Seed: 3})
	f = r.open("f")
	near, _ := r.pair()
	var failed [4]int
	for range 100 {
		for i, op := range []*backend.Op{
			readAt(f, 1, 0), writeAt(f, []byte("x"), 0), {Kind: backend.KindSync, Handle: f},
			transmit(near, &backend.Transmission{File: f, Length: 1}),
		} {
			if r.do(op); errors.Is(op.Err, syscall.EIO) {
				failed[i]++
			}
		}
	}
	if slices.Min(failed[:]) == 0 || slices.Max(failed[:]) == 100 {
		t.Errorf("of 100 reads, writes, syncs and transmissions each %v failed", failed)
	}
	if op := r.do(&backend.Op{Kind: backend.KindStat, Handle: f, Args: new(backend.Stat)}); op.Err != nil {
		t.Errorf("stat: %v", op.Err)
	}
}

// TestFileSeeds writes and reads a file under every fault but those of the disk,
// and sends it over a stream with the same faults: the right bytes arrive, and the
// same seed gives the same run.
func TestFileSeeds(t *testing.T) {
	for seed := range uint64(20) {
		first, second := fileRun(t, seed), fileRun(t, seed)
		if first != second {
			t.Errorf("seed %d: digest %x, then %x", seed, first, second)
		}
	}
}

func fileRun(t *testing.T, seed uint64) uint64 {
	r := attach(t, settings{Seed: seed, Faults: Mild()})
	defer r.Close()
	data := bytes.Repeat([]byte("0123456789"), 3000)
	f := r.open("data")
	for at := 0; at < len(data); {
		op := r.do(writeAt(f, data[at:], int64(at)))
		if op.Err != nil || op.N == 0 {
			t.Fatalf("seed %d: wrote %d, %v", seed, op.N, op.Err)
		}
		at += op.N
	}
	near, far := r.pair()
	send, sent := r.begin(transmit(near, &backend.Transmission{Header: []byte("<"), File: f, Offset: 5, Trailer: []byte(">")}))
	var got []byte
	for len(got) < len(data)-5+2 {
		op := r.do(read(far, 4096))
		if op.Err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, op.Err, r.Network().Trace())
		}
		got = append(got, op.Buf[:op.N]...)
	}
	r.until(func() bool { return *sent })
	want := append(append([]byte("<"), data[5:]...), '>')
	if send.Err != nil || send.N != len(want) || !bytes.Equal(got, want) {
		t.Errorf("seed %d: sent %d of %d, %v", seed, send.N, len(want), send.Err)
	}
	return r.Network().Digest()
}

// TestFileOrder: operations on one file overtake each other, and a stalled one does
// not delay the others.
func TestFileOrder(t *testing.T) {
	r := newFixture(t, settings{Faults: Faults{Stall: 0.5, MaxDelay: time.Second}, Seed: 1})
	f := r.open("f")
	r.do(writeAt(f, []byte("x"), 0))
	var order []int
	for i := range 20 {
		op := readAt(f, 1, 0)
		op.Owner = func(*backend.Op) { order = append(order, i) }
		r.Start(op)
	}
	r.until(func() bool { return len(order) == 20 })
	if slices.IsSorted(order) {
		t.Error("half of them were held up, and yet they completed in order")
	}
}
