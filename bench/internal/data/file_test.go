package data

import (
	"os"
	"path/filepath"
	"testing"
)

func TestWrite(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x")
	for _, size := range []int64{0, 4096, 1<<20 + 1} {
		if err := write(name, size); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(name); err != nil || info.Size() != size {
			t.Errorf("%d bytes: %v, %v", size, info, err)
		}
	}
}
