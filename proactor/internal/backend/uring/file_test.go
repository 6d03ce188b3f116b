//go:build linux

package uring

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"math/bits"
	"os"
	"path/filepath"
	"testing"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// do starts op and waits for it.
func do(t testing.TB, b *Backend, op *backend.Op) *backend.Op {
	t.Helper()
	b.Start(op)
	await(t, b, op)
	return op
}

// TestFileOpcodes uses a file with all opcodes that the kernel has, and without each one,
// where a worker does the operation.
func TestFileOpcodes(t *testing.T) {
	kinds := []backend.Kind{backend.KindOpen, backend.KindReadAt, backend.KindWriteAt, backend.KindSync, backend.KindStat}
	for _, without := range append(kinds, backend.KindNone) {
		b := open(t, tuning{})
		b.caps.Files &^= 1 << without
		useFile(t, b)
	}
	none := open(t, tuning{})
	none.caps.Files = 0
	useFile(t, none)
	all := func(sys.Opcode) bool { return true }
	if got := bits.OnesCount32(probeFiles(all)); got != len(kinds) {
		t.Errorf("a kernel that has everything has %d kinds of operations on files, not %d", got, len(kinds))
	}
}

// useFile does one operation of each kind.
func useFile(t *testing.T, b *Backend) {
	name := filepath.Join(t.TempDir(), "file")
	args := &backend.OpenArgs{Name: name, Flag: os.O_RDWR | os.O_CREATE | os.O_EXCL, Perm: 0o600}
	op := do(t, b, &backend.Op{Kind: backend.KindOpen, Args: args})
	if op.Err != nil {
		t.Fatal(op.Err)
	}
	f := op.New
	if again := do(t, b, &backend.Op{Kind: backend.KindOpen, Args: args}); !errors.Is(again.Err, fs.ErrExist) || again.New != nil {
		t.Errorf("made again: %v, %v", again.New, again.Err)
	}
	data := bytes.Repeat([]byte("uring"), 100)
	if w := do(t, b, &backend.Op{Kind: backend.KindWriteAt, Handle: f, Buf: data, Off: 10}); w.N != len(data) || w.Err != nil {
		t.Errorf("wrote %d, %v", w.N, w.Err)
	}
	for _, how := range []int64{backend.SyncAll, backend.SyncData} {
		if s := do(t, b, &backend.Op{Kind: backend.KindSync, Handle: f, Off: how}); s.Err != nil {
			t.Errorf("sync: %v", s.Err)
		}
	}
	r := do(t, b, &backend.Op{Kind: backend.KindReadAt, Handle: f, Buf: make([]byte, 1000), Off: 10})
	if !bytes.Equal(r.Buf[:r.N], data) || r.Err != nil {
		t.Errorf("read %d, %v", r.N, r.Err)
	}
	if end := do(t, b, &backend.Op{Kind: backend.KindReadAt, Handle: f, Buf: make([]byte, 1), Off: 510}); end.N != 0 || end.Err != io.EOF {
		t.Errorf("at the end: %d, %v", end.N, end.Err)
	}
	var stat backend.Stat
	if s := do(t, b, &backend.Op{Kind: backend.KindStat, Handle: f, Args: &stat}); s.Err != nil || stat.Size != 510 || stat.Name != name || stat.Mode != 0o600 {
		t.Errorf("stat: %+v, %v", stat, s.Err)
	}
	f.Close()
	if late := do(t, b, &backend.Op{Kind: backend.KindReadAt, Handle: f, Buf: make([]byte, 1)}); late.Err != backend.ErrHandleClosed {
		t.Errorf("a closed file: %v", late.Err)
	}
}
