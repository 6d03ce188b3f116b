package system

import (
	"errors"
	"io"
	"os"
	"testing"

	"github.com/actum-go/actum/internal/leakcheck"
)

func TestMain(m *testing.M) { leakcheck.Main(m) }

func TestBrokenPipe(t *testing.T) {
	IgnoreBrokenPipes()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	r.Close()
	if _, err := w.Write([]byte("x")); !IsBrokenPipe(err) {
		t.Errorf("a pipe without a reader: %v", err)
	}
	for _, other := range []error{nil, io.EOF, errors.New("broken")} {
		if IsBrokenPipe(other) {
			t.Errorf("%v is taken for a broken pipe", other)
		}
	}
}

func TestCPU(t *testing.T) {
	user, sys, err := CPU()
	if err != nil || user+sys <= 0 {
		t.Errorf("user %v, system %v, %v", user, sys, err)
	}
}
