package sys

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A file that cannot be waited for is not adopted, and the error gives the reason.
func TestAdoptRefuses(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "f"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	socket, err := newSocket("tcp", familyInet, nil)
	if err != nil {
		t.Fatal(err)
	}
	socketFile := os.NewFile(uintptr(socket), "socket")
	defer socketFile.Close()
	for _, tt := range []struct {
		name string
		file *os.File
		why  string
	}{
		{"a file", file, "use OpenFile"},
		{"a pipe without a name", r, "overlapped"},
		{"its other end", w, "overlapped"},
		{"a socket", socketFile, "use Listen"},
	} {
		_, err := Adopt(tt.file)
		if !errors.Is(err, errors.ErrUnsupported) || !strings.Contains(err.Error(), tt.why) {
			t.Errorf("%s: %v, want that it says %q", tt.name, err, tt.why)
		}
	}
	gone, _, _ := os.Pipe()
	gone.Close()
	if _, err := Adopt(gone); !errors.Is(err, os.ErrClosed) {
		t.Errorf("a closed file: %v", err)
	}
}

// ReadPipe and WritePipe do not wait, on a pipe without a waiting reader.
func TestPipeWithoutWaiting(t *testing.T) {
	r, w, err := MakePipe()
	if err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 10)
	if n, errno := ReadPipe(r, buf); n != 0 || errno != WouldWait {
		t.Errorf("nothing to read: %d, %v", n, errno)
	}
	if n, errno := pipeNow(procWriteFile, w, []byte("hello")); n != 5 || errno != 0 {
		t.Fatalf("write: %d, %v", n, errno)
	}
	if n, errno := pipeNow(procWriteFile, w, make([]byte, 2*PipeSize)); n != 0 || errno != WouldWait {
		t.Errorf("write of more than there is room for: %d, %v", n, errno)
	}
	if n, errno := ReadPipe(r, buf[:2]); n != 2 || errno != 0 || string(buf[:2]) != "he" {
		t.Errorf("read: %d, %v, %q", n, errno, buf[:n])
	}
	ClosePipe(w)
	if n, errno := ReadPipe(r, buf); n != 3 || errno != 0 || string(buf[:3]) != "llo" {
		t.Errorf("read of the rest: %d, %v, %q", n, errno, buf[:n])
	}
	if n, errno := ReadPipe(r, buf); n != 0 || errno != 0 {
		t.Errorf("read at the end: %d, %v", n, errno)
	}
	ClosePipe(r)
}
