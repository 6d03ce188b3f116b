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
func (f *fixture) open(name string) backend.Handle {
	f.t.Helper()
	for {
		op := f.do(&backend.Op{Kind: backend.KindOpen, Args: &backend.OpenArgs{Name: name, Flag: os.O_RDWR | os.O_CREATE, Perm: 0o640}})
		if op.Err == nil {
			return op.New
		}
		if !errors.Is(op.Err, errDisk) {
			f.t.Fatal(op.Err)
		}
	}
}

func readAt(file backend.Handle, n int, off int64) *backend.Op {
	return &backend.Op{Kind: backend.KindReadAt, Handle: file, Buf: make([]byte, n), Off: off}
}

func writeAt(file backend.Handle, b []byte, off int64) *backend.Op {
	return &backend.Op{Kind: backend.KindWriteAt, Handle: file, Buf: b, Off: off}
}

func transmit(h backend.Handle, t *backend.Transmission) *backend.Op {
	op := &backend.Op{Kind: backend.KindTransmitFile, Handle: h, Args: t}
	t.Reset(op)
	return op
}

// TestDisk tests the methods with which tests access the network's files.
func TestDisk(t *testing.T) {
	f := newFixture(t, settings{})
	n := f.Network()
	n.WriteFile("b", []byte("given"))
	file := f.open("b")
	if op := f.do(readAt(file, 10, 1)); string(op.Buf[:op.N]) != "iven" {
		t.Errorf("read %q, %v", op.Buf[:op.N], op.Err)
	}
	f.do(writeAt(f.open("a"), []byte("made"), 0))
	if got, err := n.ReadFile("a"); string(got) != "made" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if !slices.Equal(n.Files(), []string{"a", "b"}) {
		t.Errorf("%q", n.Files())
	}
	if err := n.RemoveFile("b"); err != nil {
		t.Error(err)
	}
	if op := f.do(readAt(file, 10, 0)); op.N != 5 || op.Err != nil {
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
	f := newFixture(t, settings{Faults: Faults{DiskFull: 1}})
	file := f.open("f")
	if op := f.do(writeAt(file, []byte("abc"), 0)); !errors.Is(op.Err, syscall.ENOSPC) || op.N != 0 {
		t.Errorf("full: %d, %v", op.N, op.Err)
	}
	if got, err := f.Network().ReadFile("f"); len(got) != 0 || err != nil {
		t.Errorf("%q, %v", got, err)
	}

	f = newFixture(t, settings{Faults: Faults{DiskError: 0.5}, Seed: 3})
	file = f.open("f")
	near, _ := f.pair()
	var failed [4]int
	for range 100 {
		for i, op := range []*backend.Op{
			readAt(file, 1, 0), writeAt(file, []byte("x"), 0), {Kind: backend.KindSync, Handle: file},
			transmit(near, &backend.Transmission{File: file, Length: 1}),
		} {
			if f.do(op); errors.Is(op.Err, syscall.EIO) {
				failed[i]++
			}
		}
	}
	if slices.Min(failed[:]) == 0 || slices.Max(failed[:]) == 100 {
		t.Errorf("of 100 reads, writes, syncs and transmissions each %v failed", failed)
	}
	if op := f.do(&backend.Op{Kind: backend.KindStat, Handle: file, Args: new(backend.Stat)}); op.Err != nil {
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
	f := attach(t, settings{Seed: seed, Faults: Mild()})
	defer f.Close()
	data := bytes.Repeat([]byte("0123456789"), 3000)
	file := f.open("data")
	for at := 0; at < len(data); {
		op := f.do(writeAt(file, data[at:], int64(at)))
		if op.Err != nil || op.N == 0 {
			t.Fatalf("seed %d: wrote %d, %v", seed, op.N, op.Err)
		}
		at += op.N
	}
	near, far := f.pair()
	send, sent := f.begin(transmit(near, &backend.Transmission{Header: []byte("<"), File: file, Offset: 5, Trailer: []byte(">")}))
	var got []byte
	for len(got) < len(data)-5+2 {
		op := f.do(read(far, 4096))
		if op.Err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, op.Err, f.Network().Trace())
		}
		got = append(got, op.Buf[:op.N]...)
	}
	f.until(func() bool { return *sent })
	want := append(append([]byte("<"), data[5:]...), '>')
	if send.Err != nil || send.N != len(want) || !bytes.Equal(got, want) {
		t.Errorf("seed %d: sent %d of %d, %v", seed, send.N, len(want), send.Err)
	}
	return f.Network().Digest()
}

// TestFileOrder: operations on one file overtake each other, and a stalled one does
// not delay the others.
func TestFileOrder(t *testing.T) {
	f := newFixture(t, settings{Faults: Faults{Stall: 0.5, MaxDelay: time.Second}, Seed: 1})
	file := f.open("f")
	f.do(writeAt(file, []byte("x"), 0))
	var order []int
	for i := range 20 {
		op := readAt(file, 1, 0)
		op.Owner = func(*backend.Op) { order = append(order, i) }
		f.Start(op)
	}
	f.until(func() bool { return len(order) == 20 })
	if slices.IsSorted(order) {
		t.Error("half of them were held up, and yet they completed in order")
	}
}
