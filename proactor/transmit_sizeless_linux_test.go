package proactor_test

import (
	"errors"
	"io/fs"
	"os"
	"testing"

	"github.com/actum-go/actum/proactor"
)

// TestTransmitWithoutSize: a file without a size cannot be sent to its end, but a
// range of it can.
func TestTransmitWithoutSize(t *testing.T) {
	for _, name := range workingBackends() {
		if name == "sim" {
			continue // its files have a size
		}
		t.Run(name, func(t *testing.T) {
			d := dispatcher(t, name)
			a, b := connectedPair(t, d, "tcp")
			defer a.Close()
			defer b.Close()
			f, err := os.Open("/proc/self/status")
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			h, err := d.AdoptFile(f)
			if err != nil {
				t.Fatal(err)
			}
			defer h.Close()
			op := proactor.Operation{Handler: proactor.HandlerFunc(nothing)}
			a.TransmitFile(&op, &proactor.Transmission{Header: []byte("h"), File: h})
			runUntil(t, d, &op)
			if !errors.Is(op.Err(), fs.ErrInvalid) || op.N() != 0 {
				t.Errorf("to the end: %d, %v", op.N(), op.Err())
			}
			a.TransmitFile(&op, &proactor.Transmission{File: h, Length: 5})
			runUntil(t, d, &op)
			got := make([]byte, 5)
			var read proactor.Operation
			read.Handler = proactor.HandlerFunc(nothing)
			b.ReadFull(&read, got)
			runUntil(t, d, &read)
			if op.Err() != nil || string(got) != "Name:" {
				t.Errorf("five bytes: %q, %v", got, op.Err())
			}
		})
	}
}

// TestTransmitOfNoFile: directories and pipes cannot be opened as files.
func TestTransmitOfNoFile(t *testing.T) {
	for _, name := range workingBackends() {
		t.Run(name, func(t *testing.T) {
			d := dispatcher(t, name)
			dir, err := os.Open(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			defer dir.Close()
			if h, err := d.AdoptFile(dir); err == nil {
				h.Close()
				t.Error("a directory is adopted as a file")
			}
			r, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			defer w.Close()
			if h, err := d.AdoptFile(r); err == nil {
				h.Close()
				t.Error("a pipe is adopted as a file")
			}
		})
	}
}
