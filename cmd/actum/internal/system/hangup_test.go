//go:build unix

package system

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func TestWatchReader(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	gone, stop := WatchReader(w)
	defer stop()
	select {
	case <-gone:
		t.Fatal("a pipe whose reader is there")
	default:
	}
	r.Close()
	<-gone
}

// Stop ends a watch of a reader that stays; the leak check sees what is left behind.
func TestWatchReaderStops(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	gone, stop := WatchReader(w)
	stop()
	select {
	case <-gone:
		t.Error("the reader is there")
	default:
	}
}

func TestNoReaderToWatch(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "f"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if gone, stop := WatchReader(file); gone != nil {
		t.Error("a file has no reader")
		stop()
	}
	if gone, stop := WatchReader(new(bytes.Buffer)); gone != nil {
		t.Error("a buffer has no reader")
		stop()
	}
}
