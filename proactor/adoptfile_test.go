package proactor_test

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/internal/conformance"
)

// TestAdoptFile reads a file that package os has opened and that is closed by then.
func TestAdoptFile(t *testing.T) {
	for _, name := range workingBackends() {
		t.Run(name, func(t *testing.T) {
			d := dispatcher(t, name)
			defer d.Close()
			f := written(t, "some content")
			h, err := d.AdoptFile(f)
			f.Close()
			if name == "sim" {
				if !errors.Is(err, errors.ErrUnsupported) {
					t.Errorf("sim: %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer h.Close()
			buf := make([]byte, 16)
			n, err := result(t, d, func(op *proactor.Operation) { h.ReadAt(op, buf, 5) })
			if string(buf[:n]) != "content" || err != nil {
				t.Errorf("read %q, %v", buf[:n], err)
			}
		})
	}
}

func written(t *testing.T, content string) *os.File {
	t.Helper()
	name := filepath.Join(conformance.TempDir(t), "file")
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestAdoptFileRefuses: a file that is not regular, a closed file, and a closed
// dispatcher are errors.
func TestAdoptFileRefuses(t *testing.T) {
	for _, name := range workingBackends() {
		t.Run(name, func(t *testing.T) {
			d := dispatcher(t, name)
			defer d.Close()
			r, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			defer w.Close()
			if _, err := d.AdoptFile(r); !errors.Is(err, errors.ErrUnsupported) {
				t.Errorf("a pipe: %v", err)
			}
			f := written(t, "")
			f.Close()
			if _, err := d.AdoptFile(f); name != "sim" && !errors.Is(err, os.ErrClosed) {
				t.Errorf("a closed file: %v", err)
			}
			d.Close()
			if _, err := d.AdoptFile(r); !errors.Is(err, net.ErrClosed) {
				t.Errorf("a closed dispatcher: %v", err)
			}
		})
	}
}
