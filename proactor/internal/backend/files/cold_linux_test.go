package files

import (
	"bytes"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// evict drops the file from the system's memory, if the system follows that advice.
func evict(t *testing.T, f *File) {
	t.Helper()
	if err := f.sys.Sync(backend.SyncAll); err != nil {
		t.Fatal(err)
	}
	if err := unix.Fadvise(f.sys.FD(), 0, 0, unix.FADV_DONTNEED); err != nil {
		t.Fatal(err)
	}
}

// TestColdReads: a read of what is on the disk only waits for a worker, and its bytes. A
// turn of a transmission that was brought into memory is there.
func TestColdReads(t *testing.T) {
	h := newHarness(t, nil)
	data := bytes.Repeat([]byte("0123456789abcdef"), 2*backend.TransmitTurn/16)
	f := h.file(data)
	b := make([]byte, pageSize)
	const off = backend.TransmitTurn + 16
	for _, size := range []int{1, pageSize} {
		evict(t, f)
		if op := h.do(&backend.Op{Kind: backend.KindReadAt, Handle: f, Buf: b[:size], Off: off}); op.N == 0 || op.Err != nil || !bytes.Equal(b[:op.N], data[off:off+op.N]) {
			t.Errorf("%d bytes of %d, %v", op.N, size, op.Err)
		}
	}
	_, cannotTell := f.sys.ReadNow(b, off)
	evict(t, f)
	if op := h.do(&backend.Op{Kind: backend.KindPage, Handle: f, Off: off}); op.Err != nil {
		t.Error(op.Err)
	}
	pages, missing := 0, 0
	for at := int64(off); at < int64(len(data)); at += pageSize {
		pages++
		if _, err := f.sys.ReadNow(b, at); err != nil {
			missing++
		}
	}
	if cannotTell == nil && missing > pages/2 { // the system may take one or another away
		t.Errorf("%d of %d pages are not in memory", missing, pages)
	}
}
