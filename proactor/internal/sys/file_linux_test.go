package sys

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// OpenFile does not wait, and opens only files.
func TestOpenFileRefuses(t *testing.T) {
	dir := t.TempDir()
	fifo := filepath.Join(dir, "fifo")
	if err := unix.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]error{
		fifo:                         errors.ErrUnsupported,
		"/dev/null":                  errors.ErrUnsupported,
		dir:                          unix.EISDIR,
		filepath.Join(dir, "absent"): unix.ENOENT,
		"with\x00zero":               unix.EINVAL,
	} {
		if _, err := OpenFile(&backend.OpenArgs{Name: name, Flag: os.O_RDONLY}); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", name, err, want)
		}
	}
}

func TestFileMode(t *testing.T) {
	for _, mode := range []os.FileMode{0o600, 0o755 | os.ModeSetuid, 0o700 | os.ModeSetgid, 0o644 | os.ModeSticky} {
		name := filepath.Join(t.TempDir(), "file")
		f, err := OpenFile(&backend.OpenArgs{Name: name, Flag: os.O_RDWR | os.O_CREATE, Perm: mode})
		if err != nil {
			t.Fatal(err)
		}
		var s backend.Stat
		if err := f.Stat(&s); err != nil {
			t.Error(err)
		}
		f.Close()
		want, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		modified := want.ModTime()
		if modified.Nanosecond() == 0 { // the older call, which package os makes, returns none under qemu
			s.ModTime = s.ModTime.Truncate(time.Second)
		}
		if s.Mode != want.Mode() || s.Size != want.Size() || !s.ModTime.Equal(modified) {
			t.Errorf("%v: %v, %d, %v; package os says %v, %d, %v", mode, s.Mode, s.Size, s.ModTime, want.Mode(), want.Size(), want.ModTime())
		}
	}
}

// open opens a file of the system for reading.
func open(t *testing.T, name string) File {
	t.Helper()
	f, err := OpenFile(&backend.OpenArgs{Name: name, Flag: os.O_RDONLY})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f
}

// transmit sends x on one end of a socket pair and returns what the other end receives.
func transmit(t *testing.T, f File, x *backend.Transmission) (got []byte, turns int, err error) {
	t.Helper()
	near, far := socketPair(t)
	buf := make([]byte, 1<<20)
	for turn := TurnAgain; turn != TurnDone; turns++ {
		turn, err = Transmit(near, f, x)
		for n := 1; n > 0; {
			n, _ = Recv(far, buf)
			got = append(got, buf[:n]...)
		}
		if turn == TurnCold {
			x.Cached = x.Page.Off + backend.TransmitTurn
		}
	}
	return got, turns, err
}

// The kernel cannot send a file of /proc, which has no length: it is read and written.
func TestTransmitCopies(t *testing.T) {
	f := open(t, "/proc/self/oom_score_adj")
	want, err := os.ReadFile("/proc/self/oom_score_adj")
	if err != nil {
		t.Fatal(err)
	}
	x := &backend.Transmission{Header: []byte("I am "), File: anyFile{}, Length: int64(len(want)), Trailer: []byte("!")}
	got, _, err := transmit(t, f, x)
	if err != nil || string(got) != "I am "+string(want)+"!" {
		t.Errorf("%q, %v", got, err)
	}
	if !x.Copying {
		t.Error("the kernel can send this file: the test needs another one")
	}
}

// anyFile is the File of a transmission, whose content Transmit takes from its own
// argument.
type anyFile struct{ backend.Handle }

// A long transmission takes turns, none longer than TransmitTurn.
func TestTransmitTurns(t *testing.T) {
	name := filepath.Join(t.TempDir(), "file")
	data := bytes.Repeat([]byte("0123456789"), 200_000)
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	f := open(t, name)
	got, turns, err := transmit(t, f, &backend.Transmission{File: anyFile{}})
	if err != nil || !bytes.Equal(got, data) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if least := len(data) / backend.TransmitTurn; turns < least {
		t.Errorf("%d turns, at least %d are right", turns, least)
	}
	_, _, err = transmit(t, f, &backend.Transmission{File: anyFile{}, Length: int64(len(data)) + 1})
	if err != io.ErrUnexpectedEOF {
		t.Errorf("behind the end: %v", err)
	}
}
