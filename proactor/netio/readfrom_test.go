package netio_test

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/internal/conformance"
	"github.com/actum-go/actum/proactor/trace"
)

// tempFile returns an open file with the given content.
func tempFile(t *testing.T, content []byte) *os.File {
	t.Helper()
	name := filepath.Join(conformance.TempDir(t), "file")
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// TestReadFrom copies from files, parts of files and other readers: the right bytes
// arrive, and the position of the file is the same as after reads.
func TestReadFrom(t *testing.T) {
	_, content := vector([]int{3<<20 + 7})
	size := int64(len(content))
	const all = -1
	for name, c := range map[string]struct{ from, limit, want int64 }{
		"whole":     {0, all, size},
		"rest":      {1000, all, size - 1000},
		"part":      {1000, 5000, 5000},
		"too much":  {size - 10, 5000, 10},
		"nothing":   {0, 0, 0},
		"at end":    {size, all, 0},
		"after end": {size + 5, all, 0},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, d *proactor.Dispatcher, network string) {
				a, b := pair(t, d, network)
				f := tempFile(t, content)
				if _, err := f.Seek(c.from, io.SeekStart); err != nil {
					t.Fatal(err)
				}
				r := io.Reader(f)
				if c.limit != all {
					r = &io.LimitedReader{R: f, N: c.limit}
				}
				go func() {
					if n, err := io.Copy(a, r); n != c.want || err != nil {
						t.Errorf("copied %d of %d, %v", n, c.want, err)
					}
					a.Close()
				}()
				got, err := io.ReadAll(b)
				start := min(c.from, size)
				if !bytes.Equal(got, content[start:start+c.want]) || err != nil {
					t.Errorf("read %d bytes of %d, %v", len(got), c.want, err)
				}
				if c.want > 0 && d.Backend().Name != "sim" && !transmitted(d) {
					t.Error("the file was copied through the program's memory")
				}
				if at, err := f.Seek(0, io.SeekCurrent); at != c.from+c.want || err != nil {
					t.Errorf("the file is at %d, want %d, %v", at, c.from+c.want, err)
				}
			})
		})
	}
}

// transmitted reports whether d's record has a transmit-file operation.
func transmitted(d *proactor.Dispatcher) bool {
	return slices.ContainsFunc(d.Records(), func(r trace.Record) bool { return r.Kind == "transmit file" })
}

// TestReadFromOthers: readers other than regular files are copied.
func TestReadFromOthers(t *testing.T) {
	onEach(t, func(t *testing.T, d *proactor.Dispatcher, network string) {
		a, b := pair(t, d, network)
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		w.WriteString("through a pipe")
		w.Close()
		if n, err := a.ReadFrom(r); n != 14 || err != nil {
			t.Errorf("copied %d, %v", n, err)
		}
		if n, err := a.ReadFrom(bytes.NewReader([]byte(", from memory"))); n != 13 || err != nil {
			t.Errorf("copied %d, %v", n, err)
		}
		a.Close()
		if got, err := io.ReadAll(b); string(got) != "through a pipe, from memory" || err != nil {
			t.Errorf("read %q, %v", got, err)
		}
	})
}

// TestReadFromExpires: a deadline ends a transmission, and the position of the file
// is at its end. With sim the file is copied, and bytes that were read and not
// written are lost, as with package net.
func TestReadFromExpires(t *testing.T) {
	_, content := vector([]int{16 << 20})
	onEach(t, func(t *testing.T, d *proactor.Dispatcher, network string) {
		if d.Backend().Name == "sim" {
			return
		}
		a, b := pair(t, d, network)
		f := tempFile(t, content)
		a.SetWriteDeadline(soon())
		n, err := a.ReadFrom(f)
		checkTimeout(t, "readfrom", err)
		if at, err := f.Seek(0, io.SeekCurrent); at != n || err != nil {
			t.Fatalf("copied %d, the file is at %d, %v", n, at, err)
		}
		a.SetWriteDeadline(never)
		go func() {
			a.ReadFrom(f)
			a.Close()
		}()
		if got, err := io.ReadAll(b); !bytes.Equal(got, content) || err != nil {
			t.Errorf("%d, then the rest: read %d bytes of %d, %v", n, len(got), len(content), err)
		}
	})
}

// TestHTTPServesFiles: http.ServeContent sends a file, whole and in part.
func TestHTTPServesFiles(t *testing.T) {
	_, content := vector([]int{5 << 20})
	onEach(t, func(t *testing.T, d *proactor.Dispatcher, network string) {
		f := tempFile(t, content)
		s := serve(t, d, network, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.ServeContent(w, r, "file.bin", time.Time{}, f)
		}))
		for header, want := range map[string][]byte{"": content, "bytes=100-2000000": content[100:2000001]} {
			request, _ := http.NewRequest("GET", s.base, nil)
			if header != "" {
				request.Header.Set("Range", header)
			}
			r, err := s.client.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(r.Body)
			r.Body.Close()
			if !bytes.Equal(got, want) || err != nil {
				t.Errorf("%q: got %d bytes of %d, %v", header, len(got), len(want), err)
			}
		}
	})
}
