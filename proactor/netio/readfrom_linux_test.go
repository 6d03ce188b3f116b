package netio_test

import (
	"io"
	"os"
	"strings"
	"testing"

	"github.com/actum-go/actum/proactor"
)

// TestReadFromWithoutSize: a file of /proc reports size 0 although it is not empty.
// It is copied.
func TestReadFromWithoutSize(t *testing.T) {
	onEach(t, func(t *testing.T, d *proactor.Dispatcher, network string) {
		a, b := pair(t, d, network)
		f, err := os.Open("/proc/self/status")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		n, err := a.ReadFrom(f)
		if n == 0 || err != nil {
			t.Errorf("ReadFrom: %d, %v", n, err)
		}
		a.Close()
		if got, err := io.ReadAll(b); int64(len(got)) != n || !strings.HasPrefix(string(got), "Name:") || err != nil {
			t.Errorf("read %d bytes of %d, %v", len(got), n, err)
		}
	})
}
