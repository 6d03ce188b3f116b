//go:build linux

package uring

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// A handle leaves the registry last, when its file is gone: Backend.Close waits only for
// the handles in the registry.
func TestCloseLeavesRegistryLast(t *testing.T) {
	b := open(t, tuning{})
	folder := t.TempDir()
	for i := range 300 {
		path := filepath.Join(folder, strconv.Itoa(i))
		l, err := b.Listen("unix", path, nil)
		if err != nil {
			t.Fatal(err)
		}
		closed := make(chan error)
		go func() { closed <- l.Close() }()
		for there := true; there; {
			there = false
			b.Open.Each(func(h *handle) { there = there || h == l })
		}
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Fatalf("a listener has left the registry, and not removed its file: %v", err)
		}
		if err := <-closed; err != nil {
			t.Fatal(err)
		}
	}
}

// A handle that is made after Close leaves neither a descriptor nor a file.
func TestMadeTooLate(t *testing.T) {
	b, err := newBackend(0, tuning{})
	if err != nil {
		skipOrFatal(t, err)
	}
	other := open(t, tuning{})
	pipe, _, err := other.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	b.Close()
	path := filepath.Join(t.TempDir(), "s")
	before := openDescriptors(t)
	for name, try := range map[string]func() (backend.Handle, error){
		"Listen":       func() (backend.Handle, error) { return b.Listen("unix", path, nil) },
		"ListenPacket": func() (backend.Handle, error) { return b.ListenPacket("unixgram", path, nil) },
		"Pipe":         func() (r backend.Handle, err error) { r, _, err = b.Pipe(); return r, err },
	} {
		if h, err := try(); h != nil || !errors.Is(err, backend.ErrBackendClosed) {
			t.Errorf("%s: %v, %v", name, h, err)
		}
		if _, err := os.Lstat(path); err == nil {
			t.Errorf("%s leaves a file", name)
			os.Remove(path)
		}
		if now := openDescriptors(t); now != before {
			t.Errorf("%s leaves %d descriptors", name, now-before)
		}
	}
	if h, err := b.Take(pipe); h != nil || !errors.Is(err, backend.ErrBackendClosed) {
		t.Errorf("Take: %v, %v", h, err)
	}
	if now := openDescriptors(t); now != before-1 {
		t.Errorf("Take leaves %d descriptors", now-before+1)
	}
}

func openDescriptors(t *testing.T) int {
	t.Helper()
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

// Close unmaps the ring's memory.
func TestCloseUnmaps(t *testing.T) {
	maps := func() int {
		list, err := os.ReadFile("/proc/self/maps")
		if err != nil {
			t.Fatal(err)
		}
		return bytes.Count(list, []byte("io_uring"))
	}
	before := maps()
	b, err := newBackend(0, tuning{})
	if err != nil {
		skipOrFatal(t, err)
	}
	if maps() == before {
		t.Fatal("a ring has no memory: this test tests nothing")
	}
	b.Close()
	if n := maps(); n != before {
		t.Errorf("%d pieces of memory are left", n-before)
	}
}

// The peer sees the end of a stream at once when the stream is closed during a TryWrite,
// which keeps the descriptor open.
func TestCloseOfWhatIsUsed(t *testing.T) {
	b := open(t, tuning{})
	client, server := pair(t, b)
	h := client.(*handle)
	if err := h.acquire(); err != nil {
		t.Fatal(err)
	}
	h.Close()
	r := read(b, server, 1)
	await(t, b, r)
	if r.N != 0 || r.Err != io.EOF {
		t.Errorf("the peer has read %d, %v", r.N, r.Err)
	}
	h.releaseDescriptor()
	if err := h.acquire(); err != backend.ErrHandleClosed {
		t.Errorf("used after Close: %v", err)
	}
}

// A handle that is in use cannot be taken, and one that was taken cannot be used.
func TestTakeOfWhatIsUsed(t *testing.T) {
	from, to := open(t, tuning{}), open(t, tuning{})
	client, server := pair(t, from)
	h := client.(*handle)
	if err := h.acquire(); err != nil {
		t.Fatal(err)
	}
	if _, err := to.Take(client); err != backend.ErrBusy {
		t.Errorf("taken while it is in use: %v", err)
	}
	h.releaseDescriptor()
	taken, err := to.Take(client)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.TryWrite([]byte{1}); err != backend.ErrHandleClosed {
		t.Errorf("written to after it was taken: %v", err)
	}
	client.Close() // does not close the descriptor
	if n, err := taken.TryWrite([]byte{1}); n != 1 || err != nil {
		t.Errorf("what was taken: %d, %v", n, err)
	}
	if _, err := to.Take(client); err != backend.ErrHandleClosed {
		t.Errorf("taken twice: %v", err)
	}
	server.Close()
}
